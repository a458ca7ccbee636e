"""The gate checks each case again from its exchange: no run is called changed that was not, and no change passes."""

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.check.recheck import recheck
from contracts.report.gate import gate
from contracts.report.verdict_rules import disagreement
from helpers.whole_runs import Runs

BROKEN = ("--behaviour", "1.7.0", "--deviations", "none")
HONEST = [(), BROKEN, ("--behaviour", "1.7.0"), ("--release", "5.0.0", "--behaviour", "5.0.0", "-k", "start-task")]
TODAY = date(2026, 1, 3)


@pytest.mark.parametrize("options", HONEST, ids=" ".join)
def test_an_honest_run_is_believed(options: tuple[str, ...], runs: Runs) -> None:
    assert recheck(runs(*options).verdict) == ""


def made_good(verdict: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a verdict in which a case holds, with all that is counted put right."""
    changed = copy.deepcopy(verdict)
    (case,) = [case for case in changed["cases"] if case["case"] == name]
    (row,) = [
        row for row in changed["table"] if (row["operation"], row["answer"]) == (case["operation"], case["answer"])
    ]
    for counts in (changed["counts"], row):
        counts[case["result"]] -= 1
        counts["held"] += 1
    case.update(result="held", breaches=[], reason="")
    return changed


def test_no_breach_is_taken_out(runs: Runs, tmp_path: Path) -> None:
    """Whoever makes one case hold and counts anew is told which case shows what."""
    verdict = runs(*BROKEN).verdict
    broken = [
        case["case"]
        for case in verdict["cases"]
        if any(breach["kind"] != "state" for breach in case["breaches"])  # what a look showed afterwards is not kept
    ]
    assert broken
    for number, name in enumerate(broken):
        changed = made_good(verdict, name)
        assert disagreement(changed) == ""
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "verdict.json").write_text(json.dumps(changed), encoding="utf-8")
        (found,), together = gate([folder], TODAY, recheck=recheck)
        assert together.exit == 4
        assert f"{name} is held, but its exchange shows" in found.decision.reasons[0]


def test_a_breach_is_not_called_a_drift(runs: Runs) -> None:
    """Nor is one exchange put in the place of another."""
    verdict = copy.deepcopy(runs(*BROKEN).verdict)
    case = next(case for case in verdict["cases"] if case["result"] == "breach")
    for breach in case["breaches"]:
        breach["drift"] = True
    assert f"{case['case']} is breach, but its exchange shows" in recheck(verdict)
    verdict = copy.deepcopy(runs(*BROKEN).verdict)
    good, bad = (next(case for case in verdict["cases"] if case["result"] == result) for result in ("held", "breach"))
    bad["evidence"] = good["evidence"]
    assert recheck(verdict).startswith(f"{bad['case']} got 500 in its steps")
