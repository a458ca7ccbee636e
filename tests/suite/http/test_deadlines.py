"""A deadline acts at its time, and not once it is called off."""

import threading
import time

from contracts.http.deadlines import deadlines
from helpers.processes import HANG

LONG = 2.0 * HANG


def test_it_acts_when_its_time_has_come() -> None:
    """What is due is done, not before its time."""
    done = threading.Event()
    started = time.monotonic()
    deadlines.after(0.05, done.set)
    assert done.wait(HANG)
    assert time.monotonic() - started >= 0.05


def test_a_shorter_one_does_not_wait_for_a_longer_one() -> None:
    """One that is due earlier than those before it is done in time, and so is one that is due already."""
    short, past = threading.Event(), threading.Event()
    call_off = deadlines.after(LONG, lambda: None)
    deadlines.after(0.05, short.set)
    deadlines.after(-1, past.set)
    assert short.wait(HANG)
    assert past.wait(HANG)
    call_off()


def test_what_is_called_off_is_not_done() -> None:
    later = threading.Event()
    done: list[int] = []

    def begin() -> None:  # in the thread of the deadlines, so that none is due before two are called off
        call_off = [deadlines.after(0, lambda number=number: done.append(number)) for number in range(3)]
        call_off[0]()
        call_off[2]()
        deadlines.after(0, later.set)

    deadlines.after(0, begin)
    assert later.wait(HANG)
    assert done == [1]


def test_one_thread_keeps_them_all() -> None:
    for number in range(100):
        deadlines.after(LONG + number, lambda: None)()
    assert [thread.name for thread in threading.enumerate()].count("deadlines") == 1
