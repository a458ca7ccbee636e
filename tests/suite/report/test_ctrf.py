"""ctrf.json: it is valid, and counts as the other formats do."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft7Validator

from contracts.catalog.release import ROOT
from contracts.report.export.ctrf import pieces
from contracts.report.export.status import status, statuses
from helpers.verdicts import HOSTILE, LIVE, STAND_IN, case, cases, verdict

SCHEMA = ROOT / "tests/openapi/node_modules/ctrf/dist/ctrf-schema-0.0.json"
EACH = verdict(
    *cases(held=2, breach=1, drift=1, crashed=1, blocked=1, unreachable=1, known=1),
    case("a/1", fixed="wrong-code") | {"file": "tests/api/test_a.py", "line": 7},
    planned=["a/1", "b/lost"],
    run=STAND_IN,
)


def test_each_case_is_counted_once() -> None:
    told = json.loads("".join(pieces(EACH)))["results"]
    counts = {name: told["summary"][name] for name in ("tests", "passed", "failed", "skipped", "pending", "other")}
    assert counts == {"tests": 10, "passed": 3, "failed": 2, "skipped": 1, "pending": 0, "other": 4}
    raw = {test["name"]: test["rawStatus"] for test in told["tests"]}
    assert raw == {row["case"]: row["result"] for row in EACH["cases"]} | {"b/lost": "not run"}
    assert {status(row, EACH["run"]) for row in EACH["cases"]} == {"passed", "failed", "error", "skipped"}


@pytest.mark.parametrize("profile", ["regression", "acceptance"])
@pytest.mark.parametrize("drift", ["fail", "warn"])
def test_what_a_run_counts_is_what_its_cases_count_as(profile: str, drift: str) -> None:
    run = replace(LIVE, profile=profile, drift=drift)
    told = verdict(*cases(held=2, breach=1, drift=1, crashed=1, disturbed=2, known=1), case("a/1", fixed="x"), run=run)
    assert +statuses(told) == Counter(status(row, told["run"]) for row in told["cases"])


def test_where_a_test_stands() -> None:
    (found,) = [test for test in json.loads("".join(pieces(EACH)))["results"]["tests"] if test["name"] == "a/1"]
    assert (found["filePath"], found["line"]) == ("tests/api/test_a.py", 7)


@pytest.mark.parametrize(
    "told", [EACH, verdict(case("a/1", "breach", body=HOSTILE, reason=HOSTILE))], ids=["each", "hostile"]
)
def test_it_is_valid(told: Any) -> None:
    """As the package of npm has the schema, which `make openapi-tools` installs."""
    if not SCHEMA.exists():
        pytest.skip("ctrf is not installed: run make openapi-tools, which needs Node.js and npm")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(json.loads("".join(pieces(told))))] == []
