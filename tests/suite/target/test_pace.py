"""How many cases are under way at once: what a run finds out of servers, each of which slows down in another way."""

import heapq
from collections.abc import Callable
from itertools import cycle

import pytest

from contracts.target.pace import FIRST, MOST, Pace


def seconds_for(number: int, pace: Pace, took: Callable[[int], float]) -> tuple[float, int]:
    """Return how long so many requests take, and how many were under way at most; `took`: by how many there are."""
    now, begun, most = 0.0, 0, 0
    under_way: list[tuple[float, float, float]] = []
    while begun < number or under_way:
        while begun < number and len(under_way) < pace.number:
            seconds = took(len(under_way) + 1)
            heapq.heappush(under_way, (now + seconds, now, seconds))
            begun += 1
        most = max(most, len(under_way))
        now, sent, seconds = heapq.heappop(under_way)
        pace.heard("call", sent, seconds, now)
    return now, most


def steady(_: int) -> float:
    return 0.05


def narrow(there: int) -> float:
    """A server that has four at once, and lets the others wait."""
    return 0.05 * max(1, there / 4)


def hurt(there: int) -> float:
    """A server that gets slower by more than that."""
    return 0.05 * max(1.0, there / 4) ** 1.5


@pytest.mark.parametrize("took", [steady, narrow, hurt])
def test_it_is_about_as_fast_as_the_best_number(took: Callable[[int], float]) -> None:
    """Whatever number is best for a server, a run that does not know it takes at most a tenth longer."""
    best = min(seconds_for(1000, Pace(number, number), took)[0] for number in (1, 2, 4, 6, 8, 16, 32))
    found, _ = seconds_for(1000, Pace(FIRST, MOST), took)
    assert found <= 1.1 * best, (found, best)


def test_a_short_run_gets_there_soon() -> None:
    """Where a server takes any number, a hundred requests of 50 to 58 ms take no longer than six one after the other.

    They do not all come at once, so some went out just before the number changed.
    """
    times = cycle((0.05, 0.058))
    assert seconds_for(96, Pace(FIRST, MOST), lambda _: next(times))[0] <= 0.35


def test_a_slow_server_has_less_than_a_browser_asks_of_it() -> None:
    """Where each request makes all others slower, not many more than two are left under way."""
    pace = Pace(FIRST, MOST)
    seconds_for(2000, pace, lambda there: 0.2 * there)
    assert pace.number <= 4


def test_it_begins_with_few_and_stays_within_its_bounds() -> None:
    """Nothing is under way that was not allowed, and no more than the most."""
    pace = Pace(FIRST, MOST)
    assert pace.number == FIRST
    assert seconds_for(2000, pace, steady)[1] == MOST
    assert pace.number == MOST


def test_noise_is_no_slowing_down() -> None:
    """A server nearby whose answers differ by milliseconds is asked as much at once as any other."""
    pace, answers = Pace(FIRST, MOST), iter([0.001, 0.004, 0.002, 0.003] * 500)
    seconds_for(2000, pace, lambda _: next(answers))
    assert pace.number == MOST


def test_a_number_that_is_set_stays() -> None:
    """Whoever sets a number has that, however slow the server gets."""
    pace = Pace(8, 8)
    assert seconds_for(500, pace, hurt)[1] == pace.number == 8


def test_after_an_overload_no_more_is_tried() -> None:
    """Half of what was under way is the most from then on, and one is always left."""
    pace = Pace(FIRST, MOST)
    seconds_for(500, pace, steady)
    pace.slow_down(entered=10, now=0.0)
    assert pace.number == 5
    seconds_for(500, pace, steady)
    assert pace.number == 5
    for _ in range(9):
        pace.slow_down(entered=10, now=0.0)
    assert pace.number == 1
