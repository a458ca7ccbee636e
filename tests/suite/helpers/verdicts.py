"""Cases made up here, and verdicts on them as a run decides them, for the tests of what decides and reads verdicts."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from contracts.case.outcome import Evidence, Outcome
from contracts.catalog.release import ROOT
from contracts.check.breach import Breach, Kind
from contracts.check.check import Promise
from contracts.http.trace import Phase, Step
from contracts.report.verdict_rules import Result
from contracts.run.verdict import Run, RunResult, decide

SCHEMA = json.loads((ROOT / "schemas" / "verdict.json").read_text(encoding="utf-8"))
RUN = Run(
    id="20260102t030405-abcd",
    started="2026-01-02T03:04:05+00:00",
    seconds=1.5,
    release="1.7.0",
    profile="regression",
    base_url="https://zadig.example.com",
    api_prefix="/api/aslan",
    stand_in=None,
    embedded=False,
    host="zadig.example.com",
    ended="2026-01-02T03:04:07+00:00",
    suite={"version": "0.1.0", "commit": None},
)
CURL = 'curl -sSig -X DELETE -H "Authorization: Bearer $ZADIG_TOKEN" https://zadig.example.com/api/aslan/x'
WRONG = Breach(Kind.CONSTANT, "$.code", "6163", "6164", True, "$.code")
CRASH = Breach(Kind.STATUS, "status", "HTTP 400", "HTTP 500", False, "500")
DRIFT = Breach(Kind.STATUS, "status", "HTTP 400", "HTTP 404", False, "404")
DETAILS: dict[str, dict[str, Any]] = {
    Result.BREACH: {"breaches": (WRONG,)},
    Result.DRIFT: {"breaches": (DRIFT,)},
    Result.KNOWN: {"breaches": (WRONG,), "deviation": "wrong-code"},
    Result.CRASHED: {"reason": "the worker that ran it was killed"},
    Result.BLOCKED: {"reason": "precondition x could not be set up"},
    Result.UNREACHABLE: {"reason": "Connection refused"},
    Result.DISTURBED: {"reason": "GET /x: a gateway answered instead of the server (HTTP 502)"},
}
"""What an outcome has besides its result."""
HELD, KNOWN, BROKEN, DRIFTED = Result.HELD, Result.KNOWN, Result.BREACH, Result.DRIFT
BLOCKED, GONE, CRASHED, DISTURBED = Result.BLOCKED, Result.UNREACHABLE, Result.CRASHED, Result.DISTURBED
PROMISED = {"operation": "cancel-task", "answer": "success", "documented": True, "promised": "page.md:1-2"}
PROMISED |= {"keys": ["$.message"]}
LIVE = replace(
    RUN, settings={"release": "1.7.0", "run_dir": "/home/someone/secret-place/run", "api_prefix": "/api/aslan"}
)
STAND_IN = replace(LIVE, stand_in="perfect", embedded=True, base_url="http://127.0.0.1:1", host="127.0.0.1:1")
HOSTILE = (
    "<script>alert(1)</script> </td> `x` ``` ~~~ | **b** [l](http://evil.example) ![i](//evil.example/i.png) "
    "@everyone #123 www.evil.example &lt; \x1b[31m\u202e\u0000\ud800 ]]> <!-- \r\n# title\n\n| a | b |\n"
)
"""A text as a server might send it to whoever reads a report."""


def case(name: str = "cancel-task/a", result: str = "held", **parts: Any) -> dict[str, Any]:
    """Return what became of a case, as plain data; `body`, `status` and `seconds` are its exchange's."""
    body, status = parts.pop("body", '{"message":"success"}'), parts.pop("status", 200)
    took = parts.pop("took", [0.1])
    operation = name.partition("/")[0]
    evidence = Evidence(CURL, status, "application/json; charset=utf-8", body, None, 0.1)
    whole = Outcome(
        name,
        operation,
        "success",
        Result(result),
        promised="zadig-1.7.0-workflow-api.md:71-79",
        wanted=Promise(200, "application/json", "{}", "schemas/aslan/1.7.0/cancel-task/success.json"),
        evidence=(evidence,),
        steps=tuple(Step(Phase.REQUEST, operation, "success", status, 0.0, seconds) for seconds in took),
        **DETAILS.get(result, {}),
    )
    return replace(whole, **parts).to_json()


def cases(**results: int) -> list[dict[str, Any]]:
    """Return cases with these results, so many of each."""
    return [case(f"cancel-task/{name}-{i}", name) for name, count in results.items() for i in range(count)]


def deviation(seen: Sequence[str] = (), fixed: Sequence[str] = (), expires: str = "2999-12-31") -> dict[str, Any]:
    """Return a known deviation as a verdict tells it."""
    about = {"id": "wrong-code", "means": "a wrong code", "source": "running server", "since": "1.7.0"}
    return about | {"expires": expires, "seen": list(seen), "fixed": list(fixed)}


def verdict(*found: dict[str, Any], run: Run = LIVE, expires: str = "2999-12-31", **tally: Any) -> dict[str, Any]:
    """Return the verdict of a run with these cases, all of them planned, and their known deviation."""
    seen = [row["case"] for row in found if row["deviation"]]
    fixed = [row["case"] for row in found if row["fixed"]]
    known = [deviation(seen, fixed, expires)] if seen or fixed else []
    promises = [
        {"operation": name, "answer": "success", "documented": True, "promised": "page:1-2", "keys": []}
        for name in dict.fromkeys(row["operation"] for row in found)
    ]
    whole = {"planned": [row["case"] for row in found], "outcomes": found, "deviations": known, "promises": promises}
    plain: dict[str, Any] = json.loads(json.dumps(decide(run, RunResult(**whole | tally))))
    return plain


def write(folder: Path, data: Any) -> Path:
    """Write verdict.json into the folder of a run, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "verdict.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def outcome(result: Result, number: int = 0, **parts: Any) -> dict[str, Any]:
    """Return what became of one of several cases with this result."""
    return case(f"cancel-task/{result}-{number}", result, **parts)


def decided(*results: Result, **tally: Any) -> dict[str, Any]:
    """Return the verdict on cases with these results, held against the schema."""
    return valid(verdict(*(outcome(result, number) for number, result in enumerate(results)), **tally))


def valid(verdict: Any) -> Any:
    """Return a verdict, after holding it against the schema."""
    errors = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(SCHEMA).iter_errors(verdict)]
    assert errors == []
    return verdict


def undescribed(value: Any, schema: dict[str, Any], path: str = "$") -> list[str]:
    """Return the paths of keys that the schema does not describe."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, dict):
        if "additionalProperties" in schema:
            return []
        inner = schema.get("properties", {})
        strange = [f"{path}.{key}" for key in value.keys() - inner.keys()]
        return strange + [
            found
            for key in value.keys() & inner.keys()
            for found in undescribed(value[key], inner[key], f"{path}.{key}")
        ]
    if isinstance(value, list):
        return [found for item in value for found in undescribed(item, schema.get("items", {}), f"{path}[*]")]
    return []
