"""What is known of an outcome on a day: a deviation counts to the end of the day on which it expires."""

from datetime import date
from pathlib import Path

import pytest

from contracts.case.outcome import Outcome
from contracts.catalog.release import load
from contracts.report.verdict_rules import Result
from contracts.run.deviations import judge, known
from helpers.verdicts import WRONG

CASE = "cancel-task/no-such-workflow"
MINE = f"""
[wrong-code]
means = "cancelling answers 6164"
releases = ["1.7.0"]
source = "a server of ours"
since = "1.7.0"
expires = 2027-06-30
[wrong-code.shows]
"{CASE}" = ["{WRONG.signature}"]
"""


@pytest.mark.parametrize(
    ("day", "result", "reason"),
    [
        (date(2027, 6, 30), Result.KNOWN, ""),
        (date(2027, 7, 1), Result.BREACH, "the known deviation wrong-code expired on 2027-06-30"),
    ],
    ids=["on-its-last-day", "on-the-next"],
)
def test_a_deviation_is_known_until_its_day_is_over(day: date, result: Result, reason: str, tmp_path: Path) -> None:
    (mine := tmp_path / "mine.toml").write_text(MINE, encoding="utf-8")
    shown = Outcome(CASE, "cancel-task", "no-such-task", Result.BREACH, breaches=(WRONG,))
    judged = judge(shown, known(load("1.7.0"), str(mine)), day)
    assert (judged.result, judged.reason) == (result, reason)
