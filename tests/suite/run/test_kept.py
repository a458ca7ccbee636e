"""Outcomes that are kept on disk: as they came, in their order, as often as asked for, also where it is full."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.run.kept import Kept
from contracts.run.verdict import once, write
from contracts.text.message import msg

ROWS: list[dict[str, Any]] = [
    {"case": f"a/{n}", "result": "held", "reason": msg("{n} cases", n), "steps": [{"seconds": n / 7}]} for n in range(9)
]


def test_what_was_kept_comes_back() -> None:
    """Each outcome is what it was, messages too, alone, in a part and as often as somebody asks."""
    kept = Kept(ROWS)
    assert [*kept] == [*kept] == ROWS
    assert (kept[3], kept[-1], [*kept[2:4]], len(kept)) == (ROWS[3], ROWS[-1], ROWS[2:4], 9)
    assert kept[4]["reason"].template == "{n} cases"
    with pytest.raises(IndexError):
        kept[9]


def test_some_of_them_are_kept_where_all_are() -> None:
    """A part has its own order, and what is added to the whole later is not in it."""
    kept = Kept(ROWS[:4])
    part = kept.some([3, 1])
    kept.append(ROWS[5])
    assert [*part] == [ROWS[3], ROWS[1]]
    assert [*kept] == [*ROWS[:4], ROWS[5]]


def test_one_that_came_again_counts_once() -> None:
    """The worst of a case stays, at the place of the first."""
    again = {**ROWS[1], "result": "breach"}
    found = once(Kept([*ROWS[:3], again, {**again, "result": "drift"}]))
    assert isinstance(found, Kept)
    assert [*found] == [ROWS[0], again, ROWS[2]]


@pytest.mark.parametrize("rows", [[], ROWS[:2]], ids=["none", "two"])
def test_a_verdict_is_written_of_any_number(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    """A run that ended before its first case writes its verdict as any other."""
    path = write({"verdict": "inconclusive", "cases": Kept(rows)}, tmp_path)
    written = json.loads(path.read_text(encoding="utf-8"))
    assert [case["case"] for case in written["cases"]] == [row["case"] for row in rows]


def test_a_full_disk_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written stays in memory."""
    kept = Kept(ROWS[:2])
    with Path("/dev/full").open("r+b", buffering=0) as full:
        monkeypatch.setattr(kept, "_file", full)
        kept.append(ROWS[2])
    monkeypatch.undo()
    assert [*kept] == ROWS[:3]
