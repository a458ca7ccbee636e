"""The numbers of report.html: coverage, durations and places on the scale."""

import pytest

from contracts.report.html.view import covered, days_left, duration, matrix, scale
from contracts.report.verdict_rules import Result
from helpers.html_page import NOW
from helpers.html_samples import outcome, verdict


def test_matrix_has_every_answer_once() -> None:
    """Counts stand where operation and answer meet; what nothing asked for is a gap; flows stand apart."""
    flow = outcome(Result.HELD, case="flows/life", operation="flows", answer="life", steps=())
    found = matrix(verdict(outcome(Result.BREACH), outcome(), flow))
    assert found.operations == ("cancel-task",)
    assert [(answer, cells[0].state) for answer, cells in found.rows if cells[0]] == [
        ("no-such-task", "breach"),
        ("lost", "gap"),
    ]
    assert found.rows[0][1][0].counts == (("breach", 1), ("held", 1))
    assert [cell.answer for cell in found.stories] == ["life"]


def test_coverage_counts_answers_and_keys() -> None:
    """An answer is covered if a case asked for it, a key if it came."""
    found = covered(verdict(outcome()))
    assert (found.asked, found.answers, found.seen, found.keys) == (1, 2, 1, 1)
    assert [row["answer"] for row in found.gaps] == ["lost"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0012, "1.2 ms"), (0.35, "350 ms"), (0.9999, "1 s"), (2.927, "2.93 s"), (59.99, "60 s"), (250, "4 min 10 s")],
)
def test_duration(seconds: float, said: str) -> None:
    """Times are written as people say them."""
    assert duration(seconds) == said


def test_all_times_have_a_place_on_the_scale() -> None:
    """The scale is logarithmic, from the shortest time to the longest; nothing lies outside."""
    found = scale(
        [
            {"p50": 0.002, "p95": 0.02, "max": 0.9},
            {"p50": None, "p95": None, "max": None},
            {"p50": 0, "p95": 0, "max": 0},
        ]
    )
    assert (found.place(0), found.place(0.9) < 100, found.place(1), found.place(9e9)) == (0, True, 100, 100)
    assert found.ticks == pytest.approx([0.001, 0.01, 0.1, 1])
    assert scale([]).place(1) == 0


def test_a_day_that_is_none_is_passed_over() -> None:
    """An expiry that is no date gives no count of days."""
    assert days_left("soon", NOW.date()) is None
