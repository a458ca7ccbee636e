"""The report of a campaign counts a breakage apart that a run took for what stands before its server."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contracts.campaign.campaign import Campaign, CampaignRow
from contracts.campaign.judge import RunEnd, judge
from contracts.campaign.plan import CampaignOptions, Plan
from contracts.campaign.report import lines, to_json
from helpers.few_changes import FALSE_ALARM, NOT_ASKED


def verdict(word: str, exit_code: int, result: str) -> Mapping[str, Any]:
    """Return what is read of verdict.json, with one case of this result."""
    case = {"case": "start-task/first-task", "operation": "start-task", "result": result, "reason": "", "breaches": []}
    return {"verdict": word, "exit": exit_code, "reasons": [f"1 {result}"], "cases": [case | {"steps": []}]}


@pytest.mark.parametrize(
    ("change", "seen", "excused"),
    [
        pytest.param(NOT_ASKED, verdict("inconclusive", 6, "disturbed"), 1, id="a-breakage-that-is-excused"),
        pytest.param(NOT_ASKED, verdict("accepted", 0, "held"), 0, id="a-breakage-that-nobody-saw"),
        pytest.param(FALSE_ALARM, verdict("inconclusive", 6, "disturbed"), 0, id="a-benign-change"),
    ],
)
def test_what_is_excused_is_counted(change: Any, seen: Mapping[str, Any], excused: int) -> None:
    """A breakage whose run could not tell is a survivor, and named as excused in the sum and in its row."""
    end = RunEnd(applied=1, verdict=seen)
    rows = {change.name: CampaignRow(change, judge(change, end), end)}
    data = to_json(Campaign(Plan(CampaignOptions(), ()), Path("out"), 1, rows), 100)
    assert (data["excused"], [row["excused"] for row in data["changes"]]) == (excused, [bool(excused)])
    assert not change.kinds or f"excused as a disturbance: {excused}" in [*lines(data)][-1]
    assert data["exit"] == 1
