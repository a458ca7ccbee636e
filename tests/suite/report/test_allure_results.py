"""Allure's results of cases: identity, labels, messages, categories, steps, attachments, and no harm by a server."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.catalog.release import ROOT
from contracts.report.export.allure import CATEGORIES, write
from contracts.report.summary.terminal import block
from contracts.report.verdict_rules import Result
from helpers.allure_samples import (
    BEGAN,
    EVIDENCE,
    HOSTILE,
    HOSTILE_ID,
    LIVE,
    SCHEMA,
    STATUS,
    STEPS,
    WANTED,
    assert_whole,
    attached,
    every,
    labels,
    one,
    outcome,
    results,
    verdict,
    written,
)


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


@pytest.mark.parametrize(
    ("case", "message"),
    [
        pytest.param("breach", "breach: status: expected HTTP 200, got HTTP 500 (and 1 more)", id="breach"),
        pytest.param(
            "drift",
            "drift: content-type at Content-Type: expected application/json, got text/plain (and 1 more)",
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


def test_steps_are_phases_calls_and_the_check(tmp_path: Path) -> None:
    """Steps say what was arranged, sent, looked at and removed, when, and what the check found; a poll is one step."""
    result = one(tmp_path, outcome(Result.BREACH, unknown=("$.extra_key",)))
    told = [(step["name"], step["status"], [inner["name"] for inner in step["steps"]]) for step in result["steps"]]
    assert told == [
        ("precondition queued-task", "passed", ["create-workflow (success) → HTTP 200", "get-task → HTTP 200 × 40"]),
        ("request", "passed", ["cancel-task (success) → HTTP 500"]),
        ("state afterwards", "passed", ["list-tasks → no response"]),
        ("clean-up", "passed", ["delete-workflow → HTTP 200"]),
        (
            "check",
            "failed",
            [
                "content-type at Content-Type (drift): expected application/json, got text/plain",
                "status: expected HTTP 200, got HTTP 500",
                "an undocumented response key: $.extra_key",
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
    assert [step["name"] for step in result["steps"][-1]["steps"]] == ["all as expected"]
    assert "statusDetails" not in result


@pytest.mark.parametrize("result", [Result.BLOCKED, Result.UNREACHABLE, Result.CRASHED])
def test_what_was_not_checked_has_no_check(result: Result, tmp_path: Path) -> None:
    """A case that told nothing has the steps that it came to, and its reason."""
    made = one(tmp_path, outcome(result, steps=STEPS[:2]))
    assert [step["name"] for step in made["steps"]] == ["precondition queued-task"]
    assert made["statusDetails"]["message"] == f"{result}: the reason for it"


def test_a_case_without_a_time_has_that_of_the_run(tmp_path: Path) -> None:
    """What was never tried is put where the run ended, not into 1970."""
    made = written(verdict(outcome(Result.UNREACHABLE, started=0.0, seconds=0.0), not_run=["a/b"]), tmp_path)
    ended = round(datetime.fromisoformat(LIVE.ended).timestamp() * 1000)
    assert {(result["start"], result["stop"]) for result in made.values()} == {(ended, ended)}


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        pytest.param(
            every(), {"passed": 2, "failed": 2, "broken": 4, "skipped": 1, "unknown": 1}, id="everything-happened"
        ),
        pytest.param(
            every(replace(LIVE, drift="warn")),
            {"passed": 3, "failed": 1, "broken": 4, "skipped": 1, "unknown": 1},
            id="drift-is-only-warned-of",
        ),
        pytest.param(verdict(outcome(Result.HELD)), {"passed": 1}, id="accepted"),
        pytest.param(verdict(not_run=["a/b", "a/c"]), {"unknown": 2}, id="nothing-ran"),
        pytest.param(verdict(), {}, id="nothing-planned"),
    ],
)
def test_each_case_has_one_result(found: dict[str, Any], counts: dict[str, int], tmp_path: Path) -> None:
    made = written(found, tmp_path)
    assert set(made) == {*(case["case"] for case in found["cases"]), *found["not_run"]}
    assert Counter(result["status"] for result in made.values()) == counts


def test_everything_that_happens_has_the_shape(tmp_path: Path) -> None:
    """Whatever became of a case, its result is one that allure reads."""
    write(every(), tmp_path, root=ROOT)
    assert_whole(tmp_path)


def test_a_second_run_in_the_folder_adds_to_it(tmp_path: Path) -> None:
    """Results that are there already stay; whoever wants them gone says --clean-alluredir."""
    for _ in range(2):
        write(every(), tmp_path, root=ROOT)
    assert len(list(tmp_path.glob("*-result.json"))) == 2 * len(every()["cases"]) + 2


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
