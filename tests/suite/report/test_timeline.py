"""What a crowd asked at once, drawn: each call in the lane of its client, and those that have no order told apart."""

from contracts.case.outcome import Span
from contracts.report.html.timeline import WIDTH, timeline
from contracts.report.verdict_rules import Result
from helpers.html_samples import outcome, page

CALLS = (
    Span(0, "cancel 1 → success", 0.0, 0.5, 1, False),
    Span(1, "restart 1 → success", 0.25, 1.0, 0, True),
    Span(2, "list-tasks 1 → <b>cancelled", 1.0, 1.0, 0, False),
)


def test_each_call_has_its_place() -> None:
    """A lane a client; from the first call to the last, all is within the drawing, and nothing is too thin to see."""
    drawn = timeline({"history": [vars(call) for call in CALLS]})
    assert drawn is not None
    assert [client for client, _ in drawn.lanes] == [1, 2, 3]
    assert len({bar.y for bar in drawn.bars}) == 3
    assert all(bar.width >= 3 and bar.x + bar.width <= WIDTH for bar in drawn.bars)
    assert [bar.x for bar in drawn.bars] == sorted(bar.x for bar in drawn.bars)


def test_without_a_history_nothing_is_drawn() -> None:
    """Neither for a case that kept none, nor for one of an earlier version."""
    assert timeline({"history": []}) is None
    assert timeline({}) is None
    assert "<figure" not in page(outcome(Result.BREACH)).text


def test_the_page_shows_it() -> None:
    """Of each call its title tells what it was; no text of a server does anything there."""
    shown = page(outcome(Result.BREACH, history=CALLS))
    assert "3 calls, 2 of them in no order" in shown.text
    assert "restart 1 → success" in shown.text
    assert "list-tasks 1 → <b>cancelled" in shown.text
    kinds = [attrs["class"] for tag, attrs in shown.tags if tag == "rect" and attrs.get("rx")]
    assert kinds == ["placed", "stuck", "left"]
