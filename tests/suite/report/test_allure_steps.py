"""The steps of allure's results of cases: phases, calls and the check, with their times."""

from datetime import datetime
from pathlib import Path

import pytest

from contracts.report.verdict_rules import Result
from helpers.allure_samples import BEGAN, LIVE, STEPS, one, outcome, verdict, written


def test_steps_are_phases_calls_and_the_check(tmp_path: Path) -> None:
    """Steps say what was arranged, sent, looked at and removed, when, and what the check found; a poll is one step."""
    result = one(tmp_path, outcome(Result.BREACH, unknown=("$.extra_key",)))
    told = [(step["name"], step["status"], [inner["name"] for inner in step["steps"]]) for step in result["steps"]]
    assert told == [
        ("given queued-task", "passed", ["create-workflow (success) → HTTP 200", "get-task → HTTP 200 × 40"]),
        ("request", "passed", ["cancel-task (success) → HTTP 500"]),
        ("state afterwards", "passed", ["list-tasks → no answer"]),
        ("clean-up", "passed", ["delete-workflow → HTTP 200"]),
        (
            "check",
            "failed",
            [
                "content-type at Content-Type (drift): promised application/json, came text/plain",
                "status: promised HTTP 200, came HTTP 500",
                "a key that nobody documented: $.extra_key",
            ],
        ),
    ]
    assert [inner["status"] for inner in result["steps"][-1]["steps"]] == ["failed", "failed", "passed"]
    assert result["steps"][2]["steps"][0]["status"] == "broken"


def test_steps_have_their_real_times(tmp_path: Path) -> None:
    """A step starts and ends when its exchanges did, in milliseconds, and within its case."""
    result = one(tmp_path, outcome(Result.BREACH))
    began = round(BEGAN * 1000)
    assert (result["start"], result["stop"]) == (began, began + 55_000)
    assert [(step["start"] - began, step["stop"] - began) for step in result["steps"]] == [
        (500, 40_125),
        (50_000, 50_250),
        (51_000, 51_500),
        (52_000, 52_250),
        (55_000, 55_000),
    ]
    poll = result["steps"][0]["steps"][1]
    assert (poll["start"] - began, poll["stop"] - began) == (1_000, 40_125)


def test_a_case_that_held_says_so(tmp_path: Path) -> None:
    """Where nothing was wrong, the check has one line, and there is no message."""
    result = one(tmp_path, outcome(Result.HELD))
    assert [step["name"] for step in result["steps"][-1]["steps"]] == ["all as promised"]
    assert "statusDetails" not in result


@pytest.mark.parametrize("result", [Result.BLOCKED, Result.UNREACHABLE, Result.CRASHED])
def test_what_was_not_checked_has_no_check(result: Result, tmp_path: Path) -> None:
    """A case that told nothing has the steps that it came to, and its reason."""
    made = one(tmp_path, outcome(result, steps=STEPS[:2]))
    assert [step["name"] for step in made["steps"]] == ["given queued-task"]
    assert made["statusDetails"]["message"] == f"{result}: the reason for it"


def test_a_case_without_a_time_has_that_of_the_run(tmp_path: Path) -> None:
    """What was never tried is put where the run ended, not into 1970."""
    made = written(verdict(outcome(Result.UNREACHABLE, started=0.0, seconds=0.0), not_run=["a/b"]), tmp_path)
    ended = round(datetime.fromisoformat(LIVE.ended).timestamp() * 1000)
    assert {(result["start"], result["stop"]) for result in made.values()} == {(ended, ended)}
