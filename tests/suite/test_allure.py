"""Allure results of cases: their number and status, what stands in them, and that only they are written for cases."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from whole_runs import Runs

from contracts.breach import Breach, Kind
from contracts.catalog import ROOT, load
from contracts.measures import promises
from contracts.outcome import Evidence, Outcome, Result
from contracts.promise import Promise
from contracts.report.allure import write
from contracts.report.allure_words import CATEGORIES
from contracts.report.terminal import block
from contracts.steps import Phase, Step
from contracts.verdict import Run, Tally, decide

BEGAN = 1767322800.0
LIVE = Run(
    id="20260102t030000-abcd",
    started="2026-01-02T03:00:00+00:00",
    seconds=60.0,
    release="1.7.0",
    profile="nightly",
    base_url="https://zadig.example.com",
    api_prefix="/api/aslan",
    stand_in=None,
    embedded=False,
    host="zadig.example.com:443",
    ended="2026-01-02T03:01:00+00:00",
    suite={"version": "0.1.0", "commit": None},
)
SCHEMA = "schemas/1.7.0/cancel-task/success.json"
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
    tally = Tally(
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


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Runs that several tests look at."""
    return Runs(tmp_path_factory)


# ---------------------------------------------------------------- how many, and how they ended


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        pytest.param(
            every(), {"passed": 2, "failed": 2, "broken": 1, "skipped": 3, "unknown": 1}, id="everything-happened"
        ),
        pytest.param(
            every(replace(LIVE, drift="warn")),
            {"passed": 3, "failed": 1, "broken": 1, "skipped": 3, "unknown": 1},
            id="drift-is-only-warned-of",
        ),
        pytest.param(verdict(outcome(Result.HELD)), {"passed": 1}, id="accepted"),
        pytest.param(verdict(not_run=["a/b", "a/c"]), {"unknown": 2}, id="nothing-ran"),
        pytest.param(verdict(), {}, id="nothing-planned"),
    ],
)
def test_each_case_has_one_result(found: dict[str, Any], counts: dict[str, int], tmp_path: Path) -> None:
    """There is one result for each planned case, with the status that pytest would give it."""
    made = written(found, tmp_path)
    assert set(made) == {*(case["case"] for case in found["cases"]), *found["not_run"]}
    assert Counter(result["status"] for result in made.values()) == counts


def test_the_counts_of_a_whole_run_agree(runs: Runs, tmp_path: Path) -> None:
    """A run that breaks and drifts has as many failed and passed results as its verdict and pytest say."""
    ran = runs("--behaviour", "1.7.0", "--deviations", "none")
    counts = ran.verdict["counts"]
    made = written(ran.verdict, tmp_path)
    statuses = Counter(result["status"] for result in made.values())
    assert statuses == {"passed": counts["held"], "failed": counts["breach"] + counts["drift"]}
    assert f"{statuses['failed']} failed, {statuses['passed']} passed" in ran.output


# ---------------------------------------------------------------- shape

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


def test_everything_that_happens_has_the_shape(tmp_path: Path) -> None:
    """Whatever became of a case, its result is one that allure reads."""
    write(every(), tmp_path, root=ROOT)
    assert_whole(tmp_path)


def test_a_whole_run_has_the_shape(runs: Runs, tmp_path: Path) -> None:
    """The results of a real run are such that allure reads them."""
    write(runs("--behaviour", "1.7.0", "--deviations", "none").verdict, tmp_path, root=ROOT)
    assert_whole(tmp_path)


def test_a_second_run_in_the_folder_adds_to_it(tmp_path: Path) -> None:
    """Results that are there already stay; whoever wants them gone says --clean-alluredir."""
    for _ in range(2):
        write(every(), tmp_path, root=ROOT)
    assert len(list(tmp_path.glob("*-result.json"))) == 2 * len(every()["cases"]) + 2


# ---------------------------------------------------------------- identity and labels


def test_identity_is_the_same_in_every_run(tmp_path: Path) -> None:
    """Order, result, run, profile, target and time do not change what allure takes for the same test."""
    other = replace(LIVE, id="20270101t000000-zzzz", profile="smoke", base_url="http://127.0.0.1:1", host="127.0.0.1:1")
    cases = [outcome(result) for result in Result]
    first = written(verdict(*cases), tmp_path / "1")
    swapped = [replace(case, case=last.case) for case, last in zip(cases, reversed(cases), strict=True)]
    second = written(verdict(*swapped, run=other), tmp_path / "2")
    third = written(verdict(not_run=[case.case for case in cases]), tmp_path / "3")
    for name in ("historyId", "testCaseId", "fullName"):
        ids = {case: result[name] for case, result in first.items()}
        assert len(set(ids.values())) == len(cases)
        assert ids == {case: result[name] for case, result in second.items()}
        assert ids == {case: result[name] for case, result in third.items()}
    assert not {result["uuid"] for result in first.values()} & {result["uuid"] for result in second.values()}


def test_parameters_are_not_part_of_the_identity(tmp_path: Path) -> None:
    """Allure 3 makes the identity from the parameters too, so all of them are left out of it."""
    parameters = one(tmp_path, outcome(Result.HELD))["parameters"]
    assert {item["name"]: item["value"] for item in parameters} == {
        "given": "queued-task",
        "level": "regression",
        "profile": "nightly",
    }
    assert all(item["excluded"] for item in parameters)


def test_another_release_is_another_test(tmp_path: Path) -> None:
    """The same case of another release has a history of its own."""
    case = outcome(Result.HELD)
    ids = {one(tmp_path / name, case, replace(LIVE, release=name))["historyId"] for name in ("1.7.0", "1.8.0")}
    assert len(ids) == 2


def test_labels_say_where_a_case_belongs(tmp_path: Path) -> None:
    """Epic, feature and story are release, operation and answer; so are the suites."""
    result = one(tmp_path, outcome(Result.BREACH))
    assert labels(result) == {
        "epic": "Zadig 1.7.0",
        "feature": "cancel-task",
        "story": "success",
        "parentSuite": "Zadig 1.7.0",
        "suite": "cancel-task",
        "subSuite": "success",
        "severity": "critical",
        "host": "zadig.example.com:443",
        "framework": "pytest",
        "language": "cpython3",
        "result": "breach",
        "promised": "zadig-1.7.0-workflow-api.md:50-58",
        "schema": SCHEMA,
    }
    assert result["titlePath"] == ["Zadig 1.7.0", "cancel-task", "success"]
    assert "The page promises the answer success" in result["descriptionHtml"]


@pytest.mark.parametrize(
    ("level", "answer", "severity"),
    [
        pytest.param("smoke", "success", "blocker", id="smoke-documented"),
        pytest.param("smoke", "invalid-id", "critical", id="smoke-observed"),
        pytest.param("regression", "success", "critical", id="regression-documented"),
        pytest.param("regression", "invalid-id", "normal", id="regression-observed"),
        pytest.param("nightly", "success", "normal", id="nightly-documented"),
        pytest.param("nightly", "invalid-id", "minor", id="nightly-observed"),
        pytest.param("", "invalid-id", "normal", id="not-tried"),
    ],
)
def test_severity_follows_level_and_promise(level: str, answer: str, severity: str, tmp_path: Path) -> None:
    """What every profile tries is most severe, and what the page promises one place more than what was observed."""
    assert labels(one(tmp_path, outcome(Result.HELD, level=level, answer=answer)))["severity"] == severity


def test_links_lead_to_the_sources_of_a_deviation(tmp_path: Path) -> None:
    """A known deviation links to the addresses among its sources; so does one that no longer shows; others do not."""
    made = written(every(), tmp_path)
    link = {"type": "issue", "url": "https://github.com/koderover/zadig/issues/1", "name": "it-crashes"}
    linked = {"cancel-task/known", "cancel-task/fixed"}
    assert {name for name, result in made.items() if result.get("links") == [link]} == linked
    assert {name for name, result in made.items() if "links" in result} == linked


# ---------------------------------------------------------------- steps


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


# ---------------------------------------------------------------- messages, categories, files beside


@pytest.mark.parametrize(
    ("case", "message"),
    [
        pytest.param("breach", "breach: status: promised HTTP 200, came HTTP 500 (and 1 more)", id="breach"),
        pytest.param(
            "drift",
            "drift: content-type at Content-Type: promised application/json, came text/plain (and 1 more)",
            id="drift",
        ),
        pytest.param("known", "known: it-crashes: it crashes where nobody expects it", id="known"),
        pytest.param("fixed", "fixed: it-crashes no longer shows", id="fixed"),
        pytest.param("blocked", "blocked: the reason for it", id="blocked"),
        pytest.param("not-run", "not run: the run ended before it", id="not-run"),
    ],
)
def test_a_message_is_one_line(case: str, message: str, tmp_path: Path) -> None:
    """The message begins with the result, and says the worst of what was found."""
    assert written(every(), tmp_path)[f"cancel-task/{case}"]["statusDetails"]["message"] == message


def test_the_trace_is_the_block_of_the_terminal(tmp_path: Path) -> None:
    """Whoever reads the report sees the same as in the terminal: what was promised, what came, how to see it again."""
    found = verdict(outcome(Result.BREACH))
    trace = next(iter(written(found, tmp_path).values()))["statusDetails"]["trace"]
    assert trace == "\n".join(block(found["cases"][0], found["run"]))


def test_each_trouble_has_one_category(tmp_path: Path) -> None:
    """Every message fits one category: as a whole, as allure 2 matches, and from its start, as allure 3 does."""
    made = written(every(replace(LIVE, drift="warn")), tmp_path / "warn") | written(every(), tmp_path)
    rules = json.loads((tmp_path / "categories.json").read_text(encoding="utf-8"))
    used = Counter()
    for result in made.values():
        message = result.get("statusDetails", {}).get("message", "")
        fits = [rule for rule in rules if result["status"] in rule["matchedStatuses"]]
        whole = [rule["name"] for rule in fits if re.fullmatch(rule["messageRegex"], message)]
        assert whole == [rule["name"] for rule in fits if re.search(rule["messageRegex"], message)]
        assert len(whole) == (result["name"] != "cancel-task/held")
        used.update(whole)
    assert set(used) == set(CATEGORIES.values())


def test_allure_3_has_the_same_categories(tmp_path: Path) -> None:
    """The config of allure 3 has the categories of allure 2, and keeps its history outside of the results."""
    write(every(), tmp_path, root=ROOT)
    config = json.loads((tmp_path / "allurerc.json").read_text(encoding="utf-8"))
    assert config["categories"] == json.loads((tmp_path / "categories.json").read_text(encoding="utf-8"))
    assert config["historyPath"] == "allure-history.jsonl"


def test_the_environment_says_what_was_tested(tmp_path: Path) -> None:
    """Target, release, run and verdict stand in environment.properties; what is not set does not."""
    write(every(replace(LIVE, base_url="https://zadig.example.com/中")), tmp_path, root=ROOT)
    lines = (tmp_path / "environment.properties").read_text(encoding="ascii").splitlines()
    assert dict(line.split(" = ", 1) for line in lines) == {
        "target": r"https://zadig.example.com/\u4e2d/api/aslan",
        "release": "1.7.0",
        "profile": "nightly",
        "drift": "fail",
        "started": "2026-01-02T03:00:00+00:00",
        "run": "20260102t030000-abcd",
        "suite": "0.1.0",
        "verdict": "rejected, exit 1",
    }


# ---------------------------------------------------------------- attachments


def test_a_broken_case_has_all_that_tells_why(tmp_path: Path) -> None:
    """What did not hold has the exchange, lines for a shell, what was promised, and the schema itself."""
    found = attached(one(tmp_path, outcome(Result.BREACH)), tmp_path)
    assert found["exchange"] == f"$ {EVIDENCE.curl}\n\nHTTP 500\nContent-Type: text/plain\n(0.25 s)\n\noops 取消\n"
    assert found["curl"] == f"curl -X POST https://zadig.example.com/again\n\n{EVIDENCE.curl}\n"
    assert json.loads(found["promised"]) == {
        "status": 200,
        "content_type": "application/json",
        "body": {"message": "success"},
        "schema": SCHEMA,
    }
    assert found["schema"] == (ROOT / SCHEMA).read_text(encoding="utf-8")


def test_many_cases_that_held_stay_cheap(tmp_path: Path) -> None:
    """A case that held has two files, its result and its exchange, however many there are."""
    write(verdict(*(outcome(Result.HELD, str(number)) for number in range(500))), tmp_path, root=ROOT)
    assert Counter(path.suffix for path in tmp_path.iterdir()) == {".json": 502, ".txt": 500, ".properties": 1}


@pytest.mark.parametrize("schema", ["../secret.json", "/etc/hostname", "schemas/no-such.json", "schemas", ""])
def test_only_schemas_of_the_project_are_attached(schema: str, tmp_path: Path) -> None:
    """A path that leads elsewhere, or nowhere, is not followed."""
    (tmp_path / "root" / "schemas").mkdir(parents=True)
    (tmp_path / "secret.json").write_text('"secret"', encoding="utf-8")
    case = outcome(Result.BREACH, wanted=replace(WANTED, schema=schema))
    (result,) = written(verdict(case), tmp_path / "allure", root=tmp_path / "root").values()
    assert [item["name"] for item in result["attachments"]] == ["exchange", "curl", "promised"]


# ---------------------------------------------------------------- hostile texts and secrets

HOSTILE = "<script>alert(1)</script> \x1b[31m\x00 \u202e\u2028 \ud800 ```\n# h\n| a | ]]> &amp; 中"
HOSTILE_ID = HOSTILE.replace("\ud800", "")
"""An id as no case table has it; half a letter cannot come even from there."""


def test_hostile_texts_do_no_harm(tmp_path: Path) -> None:
    """Markup is escaped where HTML is read; what steers a screen or turns text round is shown as its code."""
    breach = replace(STATUS, came=HOSTILE, where=f"$.{HOSTILE}")
    evidence = replace(EVIDENCE, body=HOSTILE, content_type=HOSTILE, failure=HOSTILE, curl=f"curl {HOSTILE}")
    case = outcome(Result.BREACH, HOSTILE_ID, breaches=(breach,), evidence=(evidence,), given=HOSTILE, reason=HOSTILE)
    hostile = replace(case, promised=HOSTILE, answer=HOSTILE, wanted=replace(WANTED, body=HOSTILE), again=HOSTILE)
    write(verdict(hostile, not_run=[f"a/{HOSTILE_ID}"]), tmp_path, root=ROOT)
    assert_whole(tmp_path)
    for result in results(tmp_path).values():
        assert "<script" not in result.get("descriptionHtml", "")
    for path in tmp_path.iterdir():
        text = path.read_bytes().decode("utf-8")
        assert all(char.isprintable() or char == "\n" for char in text), path.name


def test_a_huge_answer_stays_small(tmp_path: Path) -> None:
    """Five megabytes of a server do not become megabytes of a report."""
    huge = "x" * 5_000_000
    breaches = tuple(replace(STATUS, came=huge, detail=str(number)) for number in range(3))
    case = outcome(Result.BREACH, breaches=breaches, evidence=(replace(EVIDENCE, body=huge, curl=f"curl {huge}"),))
    write(verdict(replace(case, again=huge, reason=huge)), tmp_path, root=ROOT)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 200_000


def test_no_file_shows_a_token(runs: Runs, tmp_path: Path) -> None:
    """Where a request was authorized, only the name of the variable is shown."""
    write(runs("--behaviour", "1.7.0", "--deviations", "none").verdict, tmp_path, root=ROOT)
    text = "\n".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    values = set(re.findall(r"(?i)bearer\s+([^\s\"\\]+)", text))
    assert {"$ZADIG_TOKEN", "$ZADIG_OUTSIDER_TOKEN"} <= values
    assert {value for value in values if not value.startswith("$")} <= {"garbage"}  # a case's own
    assert not re.search(r"\beyJ[\w-]+\.", text)  # how each token of the stand-in begins


# ---------------------------------------------------------------- other tests beside the cases

CONFTEST = """
import pytest

def pytest_sessionstart(session):
    from contracts.report.allure import CasesLeftOut
    session.config.pluginmanager.register(CasesLeftOut(lambda nodeid: nodeid.startswith("test_zadig.py::")))

@pytest.fixture(scope="session")
def shared():
    yield

@pytest.fixture
def own():
    yield
"""
CASES = """
import allure, pytest

@pytest.mark.parametrize("n", range(12))
def test_case(n, own, shared):
    print("said by a case")
    allure.attach("attached by a case")
    if n == 3:
        pytest.fail("as it should")
    if n == 4:
        pytest.skip("as it should")
    assert n != 5
"""
OWN = """
import allure, pytest

@pytest.mark.parametrize("n", range(6))
def test_own(n, own, shared):
    print("said by another")
    with allure.step("a step"):
        allure.attach("attached by another")
    assert n != 2

def test_skipped():
    pytest.skip("as it should")
"""


def run_both(folder: Path, *options: str) -> str:
    """Run cases after other tests in one session, and return what it printed."""
    for name, text in (("conftest.py", CONFTEST), ("test_own.py", OWN), ("test_zadig.py", CASES)):
        (folder / name).write_text(text, encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "ZADIG_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *options],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="one-process"),
        pytest.param(["--clean-alluredir"], id="one-process-clean"),
        pytest.param(["-n", "2"], id="two-workers"),
        pytest.param(["-n", "2", "--clean-alluredir"], id="two-workers-clean"),
    ],
)
def test_only_other_tests_have_results_of_allure_pytest(options: list[str], tmp_path: Path) -> None:
    """Of cases allure-pytest writes nothing at all; of other tests all: result, fixtures, steps, what they attach."""
    printed = run_both(tmp_path, "--alluredir", "allure", *options)
    assert "3 failed, 14 passed, 2 skipped" in printed
    folder = tmp_path / "allure"
    made = results(folder)
    assert Counter(result["status"] for result in made.values()) == {"passed": 5, "failed": 1, "skipped": 1}
    own = {name: result for name, result in made.items() if name.startswith("test_own[")}
    assert len(own) == 6
    assert all([step["name"] for step in result["steps"]] == ["a step"] for result in own.values())
    containers = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*-container.json")]
    for fixture in ("own", "shared"):
        children = {
            uuid for part in containers for before in part.get("befores", []) if before["name"] == fixture
            for uuid in part["children"]
        }  # fmt: skip
        assert children >= {result["uuid"] for result in own.values()}
    texts = Counter(path.read_text(encoding="utf-8").strip() for path in folder.glob("*-attachment*"))
    assert texts == {"said by another": 6, "attached by another": 6}


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["-p", "no:allure_pytest"], id="not-loaded"),
        pytest.param([], id="not-asked-for"),
    ],
)
def test_without_allure_results_nothing_is_in_the_way(options: list[str], tmp_path: Path) -> None:
    """Where allure-pytest is not there, or writes nothing, a session goes on as it would."""
    assert "3 failed, 14 passed, 2 skipped" in run_both(tmp_path, *options)
    assert not (tmp_path / "allure").exists()
