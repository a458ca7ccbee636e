"""Which traces an agent leaves on a task that it moves, and which order of two looks can have been."""

from typing import Any

import pytest

from contracts.catalog.release import load
from contracts.check.moves import in_order, traced
from contracts.check.snapshot import Snapshot
from contracts.http.exchange import Exchange, Request

LIFECYCLE = load("1.7.0").lifecycle
CLOCK = "Fri, 02 Jan 2026 03:04:05 GMT"
NOW = 1767323045
"""The same in seconds."""


def held(state: str, **marks: Any) -> Snapshot:
    return Snapshot({}, {1: "created", 2: state}, {2: marks})


def answered(date: str = CLOCK, seconds: float = 0.4) -> Exchange:
    headers = {"Date": date} if date else {}
    return Exchange(Request("POST", "/x"), "http://127.0.0.1/", 200, headers, seconds=seconds)


QUEUED = held("created")
RUNNING = held("running", started=NOW - 50)
MOVES: list[tuple[str, Snapshot, Snapshot, bool]] = [
    # name, before, after, whether an agent can have done it
    ("nothing-moved", QUEUED, QUEUED, True),
    ("taken", QUEUED, held("running", started=NOW + 9), True),
    ("taken-before", QUEUED, held("running", started=NOW - 9), True),
    ("taken-with-the-answer", QUEUED, held("running", started=NOW), False),
    ("taken-while-it-was-asked", QUEUED, held("running", started=NOW - 1), False),
    ("taken-just-before-it-was-asked", QUEUED, held("running", started=NOW - 2), True),
    ("taken-just-after-the-answer", QUEUED, held("running", started=NOW + 1), True),
    ("taken-without-a-trace", QUEUED, held("running"), False),
    ("taken-at-no-time", QUEUED, held("running", started=0), False),
    ("taken-at-a-text", QUEUED, held("running", started="soon"), False),
    ("taken-as-it-was", held("created", started=NOW + 9), held("running", started=NOW + 9), False),
    ("taken-anew", held("created", started=NOW - 99), held("running", started=NOW + 9), True),
    ("running-with-an-old-end", QUEUED, held("running", started=NOW + 9, ended=NOW), True),
    ("ended", RUNNING, held("passed", started=NOW - 50, ended=NOW + 9), True),
    ("ended-at-once", QUEUED, held("failed", started=NOW + 9, ended=NOW + 9), True),
    ("ended-with-the-answer", RUNNING, held("failed", started=NOW - 50, ended=NOW), False),
    ("ended-without-an-end", RUNNING, held("passed", started=NOW - 50), False),
    ("ended-before-its-start", RUNNING, held("passed", started=NOW - 50, ended=NOW - 60), False),
    ("ended-without-a-start", QUEUED, held("passed", ended=NOW + 9), False),
    ("ended-as-it-was", held("running", started=5, ended=9), held("passed", started=5, ended=9), False),
    ("cancelled-by-a-request", RUNNING, held("cancelled"), True),
    ("queued-by-a-request", held("failed"), QUEUED, True),
    ("started-by-a-request", Snapshot({}, {1: "created"}), QUEUED, True),
    (
        "one-of-two-without-a-trace",
        QUEUED,
        Snapshot({}, {1: "running", 2: "running"}, {2: {"started": NOW + 9}}),
        False,
    ),
]


@pytest.mark.parametrize(("before", "after", "wanted"), [pytest.param(*row, id=name) for name, *row in MOVES])
def test_an_agent_leaves_new_times_and_not_those_of_the_answer(before: Snapshot, after: Snapshot, wanted: bool) -> None:
    assert traced(before, after, answered(), LIFECYCLE) is wanted


@pytest.mark.parametrize("date", ["", "soon"], ids=["none", "no-date"])
def test_without_the_targets_clock_nobody_can_tell(date: str) -> None:
    assert not traced(QUEUED, held("running", started=NOW + 9), answered(date), LIFECYCLE)


def test_an_answer_that_took_long_hides_more_moments() -> None:
    after = held("running", started=NOW - 3)
    assert traced(QUEUED, after, answered(seconds=2.0), LIFECYCLE)
    assert not traced(QUEUED, after, answered(seconds=2.1), LIFECYCLE)


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        pytest.param({1: "created"}, {1: "created"}, True, id="as-before"),
        pytest.param({1: "created"}, {1: "running"}, True, id="taken"),
        pytest.param({1: "created"}, {1: "created", 2: "passed"}, True, id="another-task"),
        pytest.param({1: "running"}, {1: "created"}, False, id="back"),
        pytest.param({1: "passed"}, {1: "failed"}, False, id="another-end"),
        pytest.param({1: "created"}, {}, False, id="gone"),
        pytest.param({1: "passed", 2: "created"}, {1: "failed", 2: "running"}, False, id="one-of-two"),
    ],
)
def test_two_looks_are_in_order_where_each_task_went_on(
    first: dict[int, str], second: dict[int, str], wanted: bool
) -> None:
    assert in_order(Snapshot({}, first), Snapshot({}, second), LIFECYCLE) is wanted
