"""The waiter looks until the wished state shows, ends early where it cannot come, and tells what it saw."""

from collections.abc import Callable, Iterable
from itertools import chain, pairwise, repeat
from math import inf
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.case import wait
from contracts.case.wait import GONE, LAG_SECONDS, LONGEST_PAUSE, WaitError, settled, wait_for
from contracts.catalog.release import load

FINAL = {"passed", "failed"}


class Clock:
    """A time that only passes in sleep; stands in for the module `time`."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now

    time = monotonic

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        assert seconds >= 0
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put the clock in the place of the waiter's time."""
    clock = Clock()
    monkeypatch.setattr(wait, "time", clock)
    return clock


def shows(clock: Clock, states: Iterable[str], looks: list[float]) -> Callable[[], str]:
    """Return a look that shows one state after the other and notes when it was made."""
    upcoming = iter(states)

    def look() -> str:
        looks.append(round(clock.now - 1000, 3))
        return next(upcoming)

    return look


@pytest.mark.parametrize(
    ("states", "looks"),
    [
        pytest.param(["running"], 1, id="there-at-once"),
        pytest.param(["created", "created", "running"], 3, id="comes-later"),
        pytest.param(["", "strange", "running"], 3, id="strange-states-before"),
    ],
)
def test_the_wished_state_ends_the_wait(clock: Clock, states: list[str], looks: int) -> None:
    made: list[float] = []
    wait_for(shows(clock, states, made), "running", seconds=60, final=FINAL)
    assert len(made) == looks


def test_a_wished_state_may_be_final() -> None:
    wait_for(lambda: "passed", "passed", seconds=60, final=FINAL)


def test_another_final_state_ends_the_wait_at_once(clock: Clock) -> None:
    made: list[float] = []
    with pytest.raises(WaitError) as caught:
        wait_for(shows(clock, ["created", "running", "failed"], made), "passed", seconds=60, final=FINAL, interval=1)
    text = "waited 2.0 s for 'passed'; seen: created at 0.0 s, running at 1.0 s, failed at 2.0 s"
    assert str(caught.value) == text


def test_what_is_gone_does_not_come(clock: Clock) -> None:
    """A task that is not there ends the wait at once, however long it might go on."""
    made: list[float] = []
    with pytest.raises(WaitError, match=r"created at 0\.0 s, gone at 1\.0 s"):
        wait_for(shows(clock, ["created", GONE], made), "passed", seconds=600, interval=1)
    assert made == [0, 1]


def test_looks_may_be_counted(clock: Clock) -> None:
    """Where no time passes, so many looks end the wait."""
    made: list[float] = []
    with pytest.raises(WaitError, match=r"seen: created at 0\.0 s"):
        wait_for(shows(clock, repeat("created"), made), "passed", seconds=600, interval=0, looks=7)
    assert made == [0] * 7


def test_short_states_are_seen_early_on(clock: Clock) -> None:
    """A state that lasts half a second in the first three seconds is seen, and later on nobody hurries."""
    made: list[float] = []
    with pytest.raises(WaitError):
        wait_for(shows(clock, repeat("created"), made), "passed", seconds=600, interval=0.2)
    early = [after - before for before, after in pairwise(made) if before < 3]
    assert max(early) < 0.5
    assert len(made) < 200


def test_the_end_of_time_says_what_was_seen(clock: Clock) -> None:
    """A state that does not come ends the wait at its time; a state seen many times in a row is told once."""
    states = chain(["created"] * 2, ["running"] * 2, ["created"], repeat("running"))
    with pytest.raises(WaitError) as caught:
        wait_for(shows(clock, states, []), "passed", seconds=20, final=FINAL, interval=1)
    text = "waited 20.0 s for 'passed'; seen: created at 0.0 s, running at 2.0 s, created at 4.0 s, running at 5.0 s"
    assert str(caught.value) == text


@pytest.mark.parametrize(("seconds", "interval"), [(9.0, 0.2), (600.0, 1.0), (7.0, 3.0), (2.0, 10.0), (60.0, 8.0)])
def test_the_pauses_grow_and_the_last_look_is_made_in_time(clock: Clock, seconds: float, interval: float) -> None:
    """Pauses start at the interval, never shrink before the last, and the last look is made exactly at the end."""
    made: list[float] = []
    with pytest.raises(WaitError):
        wait_for(shows(clock, repeat("created"), made), "passed", seconds=seconds, interval=interval)
    pauses = [round(after - before, 3) for before, after in pairwise(made)]
    assert pauses[0] == min(interval, seconds)
    assert pauses[:-1] == sorted(pauses[:-1])
    assert max(pauses) <= max(interval, LONGEST_PAUSE)
    assert made[-1] == seconds


def test_a_state_that_comes_in_the_last_moment_is_seen(clock: Clock) -> None:
    wait_for(lambda: "passed" if clock.now >= 1009 else "running", "passed", seconds=9, interval=1)
    assert clock.now == 1009


def test_no_time_means_one_look(clock: Clock) -> None:
    made: list[float] = []
    with pytest.raises(WaitError, match=r"waited 0\.0 s for 'passed'; seen: created at 0\.0 s"):
        wait_for(shows(clock, repeat("created"), made), "passed", seconds=0)
    assert made == [0]


def test_no_interval_means_no_pause(clock: Clock) -> None:
    made: list[float] = []
    wait_for(shows(clock, [*["created"] * 500, "passed"], made), "passed", seconds=60, interval=0)
    assert made == [0] * 501


@pytest.mark.parametrize("error", [ValueError("unreadable"), KeyboardInterrupt()], ids=["error", "ctrl-c"])
def test_what_a_look_raises_passes_through(error: BaseException) -> None:
    def look() -> str:
        raise error

    with pytest.raises(type(error)) as caught:
        wait_for(look, "passed", seconds=60)
    assert caught.value is error


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("control", "expected", "states", "last"),
    [
        pytest.param(None, "cancelled", ["running", "running", "cancelled"], "cancelled", id="it-comes"),
        pytest.param(None, "cancelled", ["running"] * int(LAG_SECONDS + 1) + ["cancelled"], "running", id="too-late"),
        pytest.param(None, "cancelled", ["waiting", "cancelled"], "waiting", id="another-state"),
        pytest.param(None, "waiting", ["running", "waiting"], "running", id="another-expected"),
        pytest.param("there", "cancelled", ["running", "cancelled"], "running", id="stand-in"),
    ],
)
def test_a_live_task_may_lag_behind_its_cancel(control: object, expected: str, states: list[str], last: str) -> None:
    """A task that runs may say so for seconds after it was cancelled, on a live target and after nothing else."""
    target: Any = SimpleNamespace(control=control, release=load("5.0.0"), deadline=inf)
    looks = iter(states)
    assert settled(target, lambda: next(looks), lambda state: state, expected) == last
