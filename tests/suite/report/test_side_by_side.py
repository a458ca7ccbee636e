"""Promised beside received: what differs is marked, and nothing else."""

import json
from dataclasses import replace
from typing import Any

import pytest

from contracts.case.outcome import Evidence
from contracts.check.breach import Breach, Kind
from contracts.report.html.side_by_side import Row, side_by_side
from contracts.report.verdict_rules import Result
from helpers.html_samples import CODE, WANTED, outcome


def compared(wanted: Any, came: Any, *breaches: Breach, status: int = 400) -> list[Row]:
    """Return the rows for two bodies; texts are bodies as they are."""
    promised, received = (
        body if isinstance(body, str) else json.dumps(body, ensure_ascii=False) for body in (wanted, came)
    )
    evidence = Evidence("curl x", status, WANTED.content_type, received, None, 0.1)
    case = outcome(Result.BREACH, wanted=replace(WANTED, body=promised), evidence=(evidence,), breaches=breaches)
    return side_by_side(case.to_json())


def shown(row: Row) -> tuple[str, str]:
    sides = (row.left, row.right)
    return tuple("" if side is None else side.word or "".join(text for text, _ in side.parts) for side in sides)  # type: ignore[return-value]


def marked(row: Row) -> tuple[str, str]:
    """Return the marked parts of both sides."""
    sides = (row.left, row.right)
    return tuple("|".join(text for text, mark in side.parts if mark) if side else "" for side in sides)  # type: ignore[return-value]


def test_the_breach_is_marked_and_nothing_else() -> None:
    """Of a wrong value only its own part is marked, and it alone is called the breach."""
    rows = compared({"code": 6163, "message": "x"}, {"message": "x", "code": 6165}, CODE)
    assert [row.state for row in rows] == ["same", "same", "same", "breach", "same", "same"]
    assert marked(rows[3]) == ("6163", "6165")


def test_what_differs_and_may_is_told_apart() -> None:
    """An id that the promise leaves open differs, and is no breach."""
    rows = compared({"code": 6163, "task_id": 16}, {"code": 6165, "task_id": 1}, CODE)
    assert [(row.state, *marked(row)) for row in rows if row.state != "same"] == [
        ("breach", "6163", "6165"),
        ("other", "16", "1"),
    ]


def test_a_missing_key_stands_alone() -> None:
    """A key that did not come has nothing beside it; the others stay beside each other."""
    missing = Breach(Kind.MISSING, "$.extra", "this key", "no such key", True, "$.extra")
    rows = compared({"code": 1, "extra": {"a": 1}, "type": "error"}, {"code": 1, "type": "error"}, missing)
    assert [shown(row) for row in rows if row.state == "breach"] == [
        ('  "extra": {', ""),
        ('    "a": 1', ""),
        ("  },", ""),
    ]
    assert ('  "type": "error"', '  "type": "error"') in [shown(row) for row in rows]


def test_a_key_that_nobody_promised_stands_alone() -> None:
    """A further key is shown as one that may come."""
    rows = compared({"code": 1}, {"code": 1, "new": [2]})
    assert [(row.state, *shown(row)) for row in rows if row.state != "same"] == [
        ("other", "", '  "new": ['),
        ("other", "", "    2"),
        ("other", "", "  ]"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"code": 1, "code": 2}', id="key-twice"),
        pytest.param('{"code": NaN}', id="no-number"),
        pytest.param('{"code": 1} trailing', id="text-behind"),
        pytest.param("<html>\n<title>x</title>", id="html"),
        pytest.param("[" * 7000, id="deep"),
        pytest.param("1" * 5000, id="digits"),
    ],
)
def test_what_is_no_strict_json_is_shown_as_it_came(body: str) -> None:
    """A reader of JSON would hide what is wrong with it, so the text stands there itself."""
    rows = compared({"code": 1}, body, Breach(Kind.NOT_JSON, "body", "a JSON body", "x", True))
    assert any(body.splitlines()[0][:10] in shown(row)[1] for row in rows if row.state == "breach")


def test_long_equal_parts_are_folded() -> None:
    """Of many equal lines only those beside the difference are shown."""
    wanted = {f"k{n:02}": n for n in range(40)}
    rows = compared(wanted, wanted | {"k20": 99}, replace(CODE, where="$.k20"))
    assert [row.folded for row in rows if row.state == "fold"] == [17, 14]
    assert len(rows) < 20


def test_an_answer_that_did_not_come_is_shown_so() -> None:
    """Where the connection broke, the reason stands beside what was promised."""
    gone = Evidence("curl x", None, None, "", "the connection was closed", 0.1)
    rows = side_by_side(outcome(Result.BREACH, evidence=(gone,)).to_json())
    assert (shown(rows[0]), rows[0].state) == (("HTTP 400", "the connection was closed"), "breach")


def test_a_right_answer_is_not_shown_beside_itself() -> None:
    """Where only the state afterwards is wrong, there is no difference of answers to be shown."""
    state = Breach(Kind.STATE, "state afterwards", "task 1 is cancelled", "created", True, "task-created", "queued")
    assert compared({"code": 6163}, {"code": 6163}, state) == []


@pytest.mark.parametrize("parts", [{"wanted": None}, {"evidence": ()}], ids=["no-promise", "no-answer"])
def test_nothing_is_beside_nothing(parts: dict[str, Any]) -> None:
    """A case without a promise or an answer has no such table."""
    assert side_by_side(outcome(Result.BREACH, **parts).to_json()) == []
