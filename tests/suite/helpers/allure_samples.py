"""Cases and verdicts for the tests of allure's results, how they read what was written, and what allure reads."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from contracts.case.outcome import Evidence, Outcome
from contracts.catalog.release import ROOT, load
from contracts.check.breach import Breach, Kind
from contracts.check.check import Promise
from contracts.http.trace import Phase, Step
from contracts.report.export.allure import write
from contracts.report.verdict_rules import Result
from contracts.run.metrics import promises
from contracts.run.verdict import Run, RunResult, decide
from helpers.verdicts import RUN

BEGAN = 1767322800.0
LIVE = replace(
    RUN,
    id="20260102t030000-abcd",
    started="2026-01-02T03:00:00+00:00",
    ended="2026-01-02T03:01:00+00:00",
    seconds=60.0,
    profile="nightly",
    host="zadig.example.com:443",
)
SCHEMA = "schemas/aslan/1.7.0/cancel-task/success.json"
STATUS = Breach(Kind.STATUS, "status", "HTTP 200", "HTTP 500", True, "500")
DRIFT = Breach(Kind.CONTENT_TYPE, "Content-Type", "application/json", "text/plain", False)
STATE = Breach(Kind.STATE, "state afterwards", "task 1 is cancelled", "created", False, "task-created")
EVIDENCE = Evidence(
    'curl -sSig -X DELETE -H "Authorization: Bearer $ZADIG_TOKEN" https://zadig.example.com/api/aslan/x',
    500,
    "text/plain",
    "oops 取消",
    None,
    0.25,
)
WANTED = Promise(200, "application/json", '{"message": "success"}', SCHEMA)
STEPS = (
    Step(Phase.GIVEN, "create-workflow", "success", 200, 0.5, 0.25),
    *(Step(Phase.GIVEN, "get-task", "", 200, 1.0 + poll, 0.125) for poll in range(40)),
    Step(Phase.REQUEST, "cancel-task", "success", 500, 50.0, 0.25),
    Step(Phase.AFTERWARDS, "list-tasks", "", None, 51.0, 0.5),
    Step(Phase.CLEANUP, "delete-workflow", "", 200, 52.0, 0.25),
)
DEVIATION = {
    "id": "it-crashes",
    "means": "it crashes where nobody expects it",
    "source": "running servers v1.7.0; https://github.com/koderover/zadig/issues/1, public source",
    "since": "1.7.0",
    "expires": "2027-12-31",
    "seen": ["cancel-task/known"],
    "fixed": ["cancel-task/fixed"],
}


def outcome(result: Result, case: str = "", **parts: Any) -> Outcome:
    """Return a case that ended so, with all that goes with it."""
    breaches = {Result.BREACH: (DRIFT, STATUS), Result.DRIFT: (DRIFT, STATE), Result.KNOWN: (STATUS,)}.get(result, ())
    whole = Outcome(
        f"cancel-task/{case or result}",
        "cancel-task",
        "success",
        result,
        level="regression",
        given="queued-task",
        promised="zadig-1.7.0-workflow-api.md:50-58",
        wanted=WANTED if breaches else None,
        breaches=breaches,
        reason="" if breaches or result is Result.HELD else "the reason for it",
        deviation="it-crashes" if result is Result.KNOWN else "",
        evidence=(EVIDENCE,),
        again="" if result is Result.HELD else "curl -X POST https://zadig.example.com/again",
        steps=STEPS,
        started=BEGAN,
        seconds=55.0,
    )
    return replace(whole, **parts)


def verdict(*outcomes: Outcome, run: Run = LIVE, not_run: Sequence[str] = ()) -> dict[str, Any]:
    """Return the verdict of a run with these outcomes."""
    found = [one.to_json() for one in outcomes]
    tally = RunResult(
        [*(one["case"] for one in found), *not_run],
        found,
        deviations=[DEVIATION],
        promises=promises(load(run.release)),
    )
    return decide(run, tally)


def every(run: Run = LIVE) -> dict[str, Any]:
    """Return the verdict of a run in which everything happened that can: each result, and one case not run."""
    fixed = outcome(Result.HELD, "fixed", fixed="it-crashes")
    return verdict(*map(outcome, Result), fixed, run=run, not_run=["cancel-task/not-run"])


def results(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the results in a folder by the names of their tests, each of which is there once."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*-result.json")]
    by_name = {result["name"]: result for result in found}
    assert len(by_name) == len(found)
    return by_name


def written(found: Mapping[str, Any], folder: Path, root: Path = ROOT) -> dict[str, dict[str, Any]]:
    assert write(found, folder, root=root) == len(results(folder))
    return results(folder)


def one(folder: Path, case: Outcome, run: Run = LIVE) -> dict[str, Any]:
    """Return the result of a single case."""
    (result,) = written(verdict(case, run=run), folder).values()
    return result


def labels(result: Mapping[str, Any]) -> dict[str, str]:
    return {label["name"]: label["value"] for label in result["labels"]}


def attached(result: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Return the attachments of a result by their names."""
    return {item["name"]: (folder / item["source"]).read_text(encoding="utf-8") for item in result["attachments"]}


HOSTILE = "<script>alert(1)</script> \x1b[31m\x00 \u202e\u2028 \ud800 ```\n# h\n| a | ]]> &amp; 中"
HOSTILE_ID = HOSTILE.replace("\ud800", "")
"""An id as no case table has it; half a letter cannot come even from there."""


TEXT = {"type": "string", "minLength": 1}
STATUSES = {"enum": ["passed", "failed", "broken", "skipped", "unknown"]}
SHAPE = {
    "$defs": {
        "step": {
            "type": "object",
            "required": ["name", "status", "start", "stop"],
            "properties": {
                "name": TEXT,
                "status": STATUSES,
                "start": {"type": "integer", "minimum": 10**12},
                "stop": {"type": "integer", "minimum": 10**12},
                "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
            },
            "additionalProperties": False,
        }
    },
    "type": "object",
    "required": ["uuid", "historyId", "testCaseId", "fullName", "name", "status", "start", "stop", "labels"],
    "properties": {
        "uuid": {"pattern": "^[0-9a-f-]{36}$"},
        "historyId": {"pattern": "^[0-9a-f]{32}$"},
        "testCaseId": {"pattern": "^[0-9a-f]{32}$"},
        "fullName": TEXT,
        "name": TEXT,
        "titlePath": {"type": "array", "items": TEXT},
        "status": STATUSES,
        "stage": {"const": "finished"},
        "statusDetails": {
            "properties": {"message": {"pattern": "^[^\n]+$"}, "trace": TEXT, "known": {"const": True}},
            "additionalProperties": False,
        },
        "descriptionHtml": TEXT,
        "start": {"type": "integer", "minimum": 10**12},
        "stop": {"type": "integer", "minimum": 10**12},
        "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
        "labels": {
            "items": {"required": ["name", "value"], "properties": {"name": TEXT, "value": TEXT}},
        },
        "parameters": {"items": {"properties": {"name": TEXT, "value": TEXT, "excluded": {"const": True}}}},
        "links": {"items": {"properties": {"type": {"const": "issue"}, "url": {"pattern": "^https?://"}}}},
        "attachments": {
            "items": {
                "required": ["name", "source", "type"],
                "properties": {"source": {"pattern": r"^[\w.-]+-attachment\.(txt|json)$"}},
            }
        },
    },
    "additionalProperties": False,
}
"""A result as allure 2 reads it, as far as it is used."""


def assert_whole(folder: Path) -> None:
    """All files of a folder are as allure reads them, and each attachment belongs to one result."""
    made = results(folder)
    for result in made.values():
        Draft202012Validator(SHAPE).validate(result)
    sources = [item["source"] for result in made.values() for item in result.get("attachments", [])]
    beside = {"categories.json", "environment.properties", "allurerc.json"}
    files = {path.name for path in folder.iterdir() if not path.name.endswith("-result.json")}
    assert len(set(sources)) == len(sources)
    assert files == beside | set(sources)
