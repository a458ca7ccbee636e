"""Verdicts on cases made up here, each held against the schema of verdict.json."""

import json
from dataclasses import replace
from typing import Any

from jsonschema import Draft202012Validator

from contracts.case.outcome import Outcome
from contracts.catalog.release import ROOT
from contracts.report.verdict_rules import Result
from contracts.run.verdict import Run, RunResult, decide
from helpers import one_run
from helpers.one_run import CRASH, RUN

SCHEMA = json.loads((ROOT / "schemas" / "verdict.json").read_text(encoding="utf-8"))
DETAILS = one_run.DETAILS | {Result.KNOWN: {"breaches": (CRASH,), "deviation": "null-body-crashes"}}


def outcome(result: Result, number: int = 0, **parts: Any) -> dict[str, Any]:
    """Return the outcome of a case as plain data."""
    whole = Outcome(f"cancel-task/{result}-{number}", "cancel-task", "success", result, **DETAILS.get(result, {}))
    return replace(whole, **parts).to_json()


def decided(*results: Result, run: Run = RUN, **tally: Any) -> dict[str, Any]:
    """Return the verdict on cases with these results, all of them planned."""
    outcomes = [outcome(result, number) for number, result in enumerate(results)]
    planned = [found["case"] for found in outcomes]
    return valid(decide(run, RunResult(**{"planned": planned, "outcomes": outcomes} | tally)))


def valid(verdict: Any) -> Any:
    """Return a verdict, after holding it against the schema."""
    errors = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(SCHEMA).iter_errors(verdict)]
    assert errors == []
    return verdict


HELD, KNOWN, BROKEN, DRIFTED = Result.HELD, Result.KNOWN, Result.BREACH, Result.DRIFT
BLOCKED, GONE, CRASHED = Result.BLOCKED, Result.UNREACHABLE, Result.CRASHED
PROMISED = {"operation": "cancel-task", "answer": "success", "documented": True, "promised": "page.md:1-2"}
PROMISED |= {"keys": ["$.message"]}
