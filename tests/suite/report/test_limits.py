"""Limits of how long answers may take: beyond chance and by a margin, in a run and where two are compared."""

from random import Random
from typing import Any

import pytest

from contracts.report.compare.compare import compare
from contracts.report.limits import LEAST, limits_of, too_slow
from contracts.report.verdict_rules import decide
from contracts.text.errors import InputError
from helpers.verdicts import LIVE, case, verdict


def with_times(*milliseconds: float, **settings: Any) -> dict[str, Any]:
    """Return a verdict of a run whose starts took so long."""
    steps = [step(each) for each in milliseconds]
    made = verdict(case("start-task/a", steps=steps), run=LIVE)
    made["latency"] = [
        {"call": "start-task", "operation": True, "n": len(steps), "unanswered": 0, "p50": 0.1, "max": 1.0}
        | {"p95": sorted(milliseconds)[int(0.95 * len(steps))] / 1000}
    ]
    made["run"]["settings"] = made["run"]["settings"] | settings
    return made


def step(milliseconds: float) -> dict[str, Any]:
    about = {"phase": "request", "call": "start-task", "answer": "queued", "status": 200, "at": 0.0}
    return about | {"seconds": milliseconds / 1000}


SLOW = with_times(*[100.0] * 80, *[900.0] * 20)


def test_a_limit_that_is_not_kept_rejects_the_run() -> None:
    """The reason says which call, how long, and of how many answers; without a limit nothing is said."""
    assert decide(SLOW).exit == 0
    limited = with_times(*[100.0] * 80, *[900.0] * 20, max_p95="start-task=500")
    said = decide(limited)
    assert (said.exit, said.verdict) == (1, "rejected")
    assert said.reasons == ("p95 of start-task is 900 ms, limit 500 ms: 20 of 100 responses were slower",)


@pytest.mark.parametrize("text", ["1000", "start-task=1000,5", "cancel-task=5", "850"])
def test_what_is_within_its_limit_or_margin_holds(text: str) -> None:
    """A limit of a call goes before that of all, and one of another call is not its."""
    assert [*too_slow(SLOW, text)] == []


def test_few_answers_tell_nothing() -> None:
    """Below a number of answers all may be late."""
    assert [*too_slow(with_times(*[900.0] * (LEAST - 1)), "5")] == []
    assert len([*too_slow(with_times(*[900.0] * LEAST), "5")]) == 1


def test_chance_is_no_breach() -> None:
    """Where the 95th percentile is just the limit, next to no run is said to break it, however many answers it has."""
    random = Random(1)  # noqa: S311  # no secret
    said = 0
    for _ in range(400):
        times = [900.0 if random.random() < 1 / 20 else 100.0 for _ in range(random.choice((20, 60, 200)))]
        said += len([*too_slow(with_times(*times), "500")])
    assert said < 20


def test_two_runs_are_compared_by_it_too() -> None:
    """The new one is held to the limit, whatever the old one was."""
    assert compare(SLOW, SLOW).exit == 0
    found = compare(SLOW, SLOW, max_p95="500")
    assert (found.exit, len(found.limits)) == (1, 1)


@pytest.mark.parametrize("text", ["", "soon", "0", "-1", "a=b", "a=1,,b=2", "1.5"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    """One line says what a limit is."""
    with pytest.raises(InputError, match="milliseconds"):
        limits_of(text)
