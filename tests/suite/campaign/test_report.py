"""The report of a campaign counts a breakage apart that a run took for what stands before its server."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contracts.breakages.catalog import benign
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


@pytest.mark.parametrize(
    ("behaviour", "result"), [("1.8.0", "silent"), ("perfect-5.0", "silent"), ("perfect", "did nothing")]
)
def test_what_a_server_does_by_itself_is_no_change(behaviour: str, result: str) -> None:
    """A benign change before a release that does the same is silent; before a perfect one it was to do something."""
    held = verdict("accepted", 0, "held")
    step = {"phase": "request", "call": "start-task", "answer": "queued", "status": 200}
    cases = [case | {"steps": [step], "answer": "queued", "evidence": []} for case in held["cases"]]
    seen = {**held, "run": {"stand_in": behaviour, "profile": "smoke"}, "cases": cases}
    judged = judge(benign()["benign/project-named-too"], RunEnd(applied=0, verdict=seen))
    assert str(judged.result) == result


@pytest.mark.parametrize(("fixed", "result"), [(["restart-task/queued-task"], "silent"), ([], "false alarm")])
def test_what_hides_a_known_deviation_is_no_false_alarm(fixed: list[str], result: str) -> None:
    """Where acceptance rejects only because a deviation no longer shows, the change hid it."""
    seen = {**verdict("rejected", 1, "held"), "deviations": [{"id": "refused-restart-marks", "fixed": fixed}]}
    assert str(judge(FALSE_ALARM, RunEnd(applied=1, verdict=seen)).result) == result


@pytest.mark.parametrize(("behaviour", "result", "rate"), [("perfect", "survived", 0.0), (None, "not shown", None)])
def test_what_no_case_asks_of_a_live_target_is_not_counted(
    behaviour: str | None, result: str, rate: float | None
) -> None:
    """Cases that need a stand-in, a licence or another user are not there, and no breakage can be seen without them."""
    seen = {**verdict("accepted", 0, "held"), "run": {"stand_in": behaviour, "profile": "nightly"}}
    end = RunEnd(applied=0, verdict=seen)
    rows = {NOT_ASKED.name: CampaignRow(NOT_ASKED, judge(NOT_ASKED, end), end)}
    data = to_json(Campaign(Plan(CampaignOptions(), ()), Path("out"), 1, rows), 100)
    assert (data["changes"][0]["result"], data["kill_rate"]) == (result, rate)
    assert ("1 not shown" in [*lines(data)][-1]) == (behaviour is None)
    assert data["exit"] == int(behaviour is not None)


def test_a_harmless_change_that_nothing_met_is_silent() -> None:
    """It acts on what it names; that the target never gives that answer is no fault of the campaign."""
    step = {"phase": "request", "call": "create-workflow", "answer": "success", "status": 200}
    held = verdict("accepted", 0, "held")
    cases = [case | {"steps": [step]} for case in held["cases"]]
    seen = {**held, "run": {"stand_in": None, "profile": "nightly"}, "cases": cases}
    licence = benign()["openapi/benign/another-reason-of-the-licence-service"]
    assert str(judge(licence, RunEnd(applied=0, verdict=seen)).result) == "silent"
