"""What outcomes add up to: verdict, exit code, reasons, coverage and latency; and verdict.json as it is written."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts.case.outcome import Evidence
from contracts.check.breach import Kind
from contracts.check.check import Promise
from contracts.http.trace import Phase, Step
from contracts.report.summary.terminal import summary
from contracts.report.verdict_rules import NO_CASE, Result
from contracts.run.verdict import RunResult, decide, once, write
from contracts.text.message import from_plain
from contracts.text.redact import register
from helpers.verdicts import (
    BLOCKED,
    BROKEN,
    CRASHED,
    DISTURBED,
    DRIFTED,
    GONE,
    HELD,
    KNOWN,
    PROMISED,
    RUN,
    SCHEMA,
    decided,
    outcome,
    undescribed,
    valid,
)

TABLE: list[tuple[str, list[Result], dict[str, Any], str, int, list[str]]] = [
    ("all-held", [HELD, HELD], {}, "accepted", 0, []),
    ("held-and-known", [HELD, KNOWN], {}, "accepted", 0, []),
    ("one-breach", [HELD, BROKEN], {}, "rejected", 1, ["1 breach"]),
    ("breaches", [BROKEN, BROKEN], {}, "rejected", 1, ["2 breaches"]),
    ("one-drift", [HELD, DRIFTED], {}, "rejected", 1, ["1 drift"]),
    ("breach-and-drifts", [BROKEN, DRIFTED, DRIFTED], {}, "rejected", 1, ["1 breach", "2 drifts"]),
    ("blocked", [HELD, BLOCKED], {}, "inconclusive", 6, ["1 blocked"]),
    ("unreachable", [GONE, GONE], {}, "inconclusive", 6, ["2 unreachable"]),
    ("disturbed", [DISTURBED, HELD], {}, "inconclusive", 6, ["1 disturbed"]),
    ("breach-and-blocked", [BROKEN, BLOCKED, GONE], {}, "rejected", 1, ["1 breach", "1 unreachable", "1 blocked"]),
    ("crashed", [HELD, CRASHED], {}, "inconclusive", 6, ["1 crashed"]),
    ("nothing-planned", [], {}, "inconclusive", 5, [NO_CASE]),
    ("nothing-and-interrupted", [], {"interrupted": "interrupted"}, "inconclusive", 6, ["interrupted", NO_CASE]),
    ("not-run", [HELD], {"planned": ["a/b", "c/d"]}, "inconclusive", 6, ["2 planned and not run"]),
    ("interrupted", [HELD], {"interrupted": "interrupted"}, "inconclusive", 6, ["interrupted"]),
    (
        "interrupted-after-a-breach",
        [BROKEN],
        {"interrupted": "interrupted"},
        "rejected",
        1,
        ["1 breach", "interrupted"],
    ),
    ("leaked", [HELD], {"leaks": ["zct-1 in project nginx: HTTP 500"]}, "accepted", 7, ["1 leaked"]),
    ("breach-and-leaked", [BROKEN], {"leaks": ["a", "b"]}, "rejected", 1, ["1 breach", "2 leaked"]),
    ("blocked-and-leaked", [BLOCKED], {"leaks": ["a"]}, "inconclusive", 6, ["1 blocked", "1 leaked"]),
]


@pytest.mark.parametrize(
    ("results", "tally", "verdict", "code", "reasons"), [pytest.param(*row, id=name) for name, *row in TABLE]
)
def test_verdict(results: list[Result], tally: dict[str, Any], verdict: str, code: int, reasons: list[str]) -> None:
    """Only a run whose every planned case ran and held is accepted; the reasons say what stood against it."""
    found = decided(*results, **tally)
    assert (found["verdict"], found["exit"], found["reasons"]) == (verdict, code, reasons)


def test_a_drift_may_only_warn() -> None:
    found = decided(HELD, DRIFTED, run=replace(RUN, drift="warn"))
    assert (found["verdict"], found["exit"], found["counts"]["drift"]) == ("accepted", 0, 1)


def test_a_breach_is_no_drift_with_warn() -> None:
    assert decided(BROKEN, run=replace(RUN, drift="warn"))["verdict"] == "rejected"


@pytest.mark.parametrize(("mode", "verdict"), [("report", "accepted"), ("ignore", "accepted"), ("fail", "rejected")])
def test_unknown_keys(mode: str, verdict: str) -> None:
    """Undocumented response keys are listed once each, and stand against the run only where that is wished for."""
    outcomes = [outcome(HELD, number, unknown=("$.requestID", "$.trace")) for number in range(3)]
    planned = [found["case"] for found in outcomes]
    found = valid(decide(replace(RUN, unknown_fields=mode), RunResult(planned, outcomes)))
    assert found["verdict"] == verdict
    listed = [("cancel-task", "$.requestID", 3), ("cancel-task", "$.trace", 3)]
    assert [tuple(key.values()) for key in found["unknown_fields"]] == ([] if mode == "ignore" else listed)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        pytest.param(("$.trace",), "1 undocumented response key", id="one"),
        pytest.param(("$.requestID", "$.trace"), "2 undocumented response keys", id="two"),
    ],
)
def test_unknown_keys_are_counted_in_the_reason(keys: tuple[str, ...], reason: str) -> None:
    """The reason says how many keys stand against the run."""
    outcomes = [outcome(HELD, unknown=keys)]
    tally = RunResult([outcomes[0]["case"]], outcomes)
    assert decide(replace(RUN, unknown_fields="fail"), tally)["reasons"] == [reason]


@pytest.mark.parametrize(("profile", "verdict"), [("regression", "accepted"), ("acceptance", "rejected")])
def test_a_deviation_that_no_longer_shows(profile: str, verdict: str) -> None:
    """A fixed deviation is told; only acceptance wants the data to be put right first."""
    row = {"id": "null-body-crashes", "means": "a crash", "source": "a server", "since": "1.7.0"}
    row |= {"expires": "2027-12-31"}
    fixed = row | {"seen": [], "fixed": ["cancel-task/held-0"]}
    found = decided(HELD, run=replace(RUN, profile=profile), deviations=[fixed])
    assert found["verdict"] == verdict
    assert found["deviations"] == [fixed]


def test_deviations_that_no_longer_show_are_named() -> None:
    rows = [{"id": name, "seen": [], "fixed": fixed} for name, fixed in (("a", ["x"]), ("b", []), ("c", ["y"]))]
    tally = RunResult(["cancel-task/held-0"], [outcome(HELD)], deviations=rows)
    found = decide(replace(RUN, profile="acceptance"), tally)
    assert found["reasons"] == ["known deviations that no longer show: a, c"]


def test_counts_and_table_add_up() -> None:
    found = decided(HELD, HELD, BROKEN, DRIFTED, KNOWN, BLOCKED, GONE, CRASHED, DISTURBED)
    wanted = {"held": 2, "breach": 1, "drift": 1, "known": 1, "crashed": 1, "blocked": 1, "unreachable": 1}
    wanted |= {"disturbed": 1}
    assert found["counts"] == wanted | {"planned": 9, "run": 9, "not_run": 0, "leaks": 0}
    assert found["table"] == [{"operation": "cancel-task", "answer": "success"} | wanted]


def step(call: str, seconds: float, status: int | None = 200, phase: Phase = Phase.REQUEST) -> Step:
    return Step(phase, call, "success", status, 0.0, seconds)


def test_coverage_names_the_cases_of_every_answer() -> None:
    """Each promised answer stands with the cases whose own request asked for it, and with how often each key came."""
    asked = outcome(HELD, 1, steps=(step("cancel-task", 0.1),), seen=("$.message",))
    arranged = outcome(HELD, 2, steps=(step("cancel-task", 0.1, phase=Phase.GIVEN),))
    lacking = PROMISED | {"answer": "no-such-task"}
    tally = RunResult([], [asked, arranged], promises=[PROMISED, lacking])
    first, second = valid(decide(RUN, tally))["coverage"]
    assert first["cases"] == ["cancel-task/held-1"]
    assert first["keys"] == [{"path": "$.message", "seen": 1}]
    assert (second["cases"], second["keys"]) == ([], [{"path": "$.message", "seen": 0}])


def test_latency_is_told_by_call() -> None:
    """Operations stand before support calls; what got no answer is counted apart and is in no figure."""
    steps = [step("cancel-task", number / 100) for number in range(1, 21)]
    steps += [step("cancel-task", 9.0, None), step("find-workflow", 0.5, phase=Phase.AFTERWARDS)]
    tally = RunResult([], [outcome(HELD, steps=tuple(steps))], promises=[PROMISED])
    own, support = valid(decide(RUN, tally))["latency"]
    figures = {"n": 20, "unanswered": 1, "p50": 0.1, "p95": 0.19, "max": 0.2}
    assert own == {"call": "cancel-task", "operation": True} | figures
    assert (support["call"], support["operation"], support["n"]) == ("find-workflow", False, 1)


@pytest.mark.parametrize(
    ("results", "kept"),
    [
        pytest.param([BROKEN, HELD], BROKEN, id="a-breach-that-went-away"),
        pytest.param([HELD, BROKEN], BROKEN, id="a-breach-that-came"),
        pytest.param([DRIFTED, BROKEN], BROKEN, id="worse-the-second-time"),
        pytest.param([DRIFTED, HELD], DRIFTED, id="a-drift-that-went-away"),
        pytest.param([BLOCKED, HELD], BLOCKED, id="arranged-the-second-time"),
        pytest.param([HELD, CRASHED], CRASHED, id="crashed-the-second-time"),
    ],
)
def test_a_case_that_ran_again_counts_once(results: list[Result], kept: Result) -> None:
    """A case that a plugin had run again has one outcome: the worst."""
    found = once([outcome(result) | {"case": "cancel-task/x"} for result in results])
    assert [row["result"] for row in found] == [kept]


def test_outcomes_are_held_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict has the outcomes themselves, so that many of them fit into memory; one with a secret is masked."""
    monkeypatch.setattr(register, "_secrets", frozenset())
    monkeypatch.setattr(register, "_indexes", None)
    clean, secret = (
        outcome(BROKEN, steps=(Step(Phase.REQUEST, "cancel-task", "success", 200, 0.1, 0.2),)),
        outcome(HELD),
    )
    secret["evidence"] = [{"body": "found canary-0815-in-an-answer"}]
    register.add("canary-0815-in-an-answer")
    first, second = decide(RUN, RunResult([clean["case"], secret["case"]], [clean, secret]))["cases"]
    assert first is clean
    assert second["evidence"] == [{"body": "found ***"}]


def test_secrets_are_masked() -> None:
    secret = "t0ken-that-nobody-may-see"
    register.add(secret)
    found = decided(HELD, leaks=[f"x {secret}"], run=replace(RUN, notes=[secret], base_url=f"https://h/{secret}"))
    assert secret not in json.dumps(found)
    assert "***" in found["leaks"][0]


def test_half_characters_are_written(tmp_path: Path) -> None:
    verdict = decided(HELD, leaks=["half \ud83d of a 火箭 🚀"])
    path = write(verdict, tmp_path / "run")
    assert from_plain(json.loads(path.read_text(encoding="utf-8"))) == verdict


def test_verdict_json_reads_line_by_line(tmp_path: Path) -> None:
    """Each key and each item has a line of its own, in letters that a person reads, in a folder made for it."""
    told = {"version": 1, "leaks": ["a", "火箭"], "cases": [], "run": {"id": "x"}}
    path = write(told, tmp_path / "runs" / "one")
    assert path == tmp_path / "runs" / "one" / "verdict.json"
    lines = [
        "{",
        '"version": 1,',
        '"leaks": [',
        '  "a",',
        '  "火箭"',
        "],",
        '"cases": [],',
        '"run": {"id": "x"}',
        "}",
    ]
    assert path.read_text(encoding="utf-8") == "\n".join([*lines, ""])
    assert list(path.parent.iterdir()) == [path]


def test_verdict_json_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is written, and when that fails, the earlier verdict.json stands as it was."""
    earlier = decided(HELD)
    path = write(earlier, tmp_path)

    def fail(*_: object) -> None:
        assert json.loads(path.read_text(encoding="utf-8")) == earlier
        raise OSError("the disk is full")

    monkeypatch.setattr("contracts.text.atomic.os.replace", fail)
    with pytest.raises(OSError, match="full"):
        write(decided(BROKEN), tmp_path)
    assert json.loads(path.read_text(encoding="utf-8")) == earlier


def test_the_schema_is_one() -> None:
    """schemas/verdict.json is a JSON Schema, and names every kind of breach and every result."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["breach"]["properties"]["kind"]["enum"] == [str(kind) for kind in Kind]
    assert SCHEMA["$defs"]["case"]["properties"]["result"]["enum"] == [str(result) for result in Result]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("verdict",), "passed", id="verdict"),
        pytest.param(("exit",), 2, id="exit"),
        pytest.param(("version",), 2, id="version"),
        pytest.param(("counts", "held"), -1, id="count"),
        pytest.param(("run", "started"), None, id="run"),
        pytest.param(("cases", 0, "result"), "passed", id="result"),
        pytest.param(("cases", 0, "breaches"), [], id="breach-without-breaches"),
        pytest.param(("cases", 0, "breaches", 0, "kind"), "other", id="kind"),
        pytest.param(("leaks",), [1], id="leaks"),
    ],
)
def test_the_schema_tells_what_is_wrong(path: tuple[str | int, ...], value: object) -> None:
    verdict: Any = json.loads(json.dumps(decided(BROKEN)))
    inner = verdict
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert not Draft202012Validator(SCHEMA).is_valid(verdict)


def test_the_schema_describes_every_key() -> None:
    """No key of a verdict is left without a description, so that readers need not guess."""
    evidence = Evidence("curl -sS", 400, None, "{}", None, 0.1)
    step = Step(Phase.REQUEST, "cancel-task", "success", 200, 0.0, 0.1)
    row = {"id": "x", "means": "x", "source": "x", "since": "1.7.0", "expires": "2027-01-01", "seen": [], "fixed": []}
    wanted = Promise(200, "application/json", "{}", "schemas/x.json")
    parts = {"evidence": (evidence,), "unknown": ("$.x",), "seen": ("$.message",), "steps": (step,), "wanted": wanted}
    tally = RunResult(["cancel-task/breach-0"], [outcome(BROKEN, **parts)], deviations=[row], promises=[PROMISED])
    found = valid(decide(RUN, tally))
    assert undescribed(found, SCHEMA) == []


def test_what_could_not_be_looked_at_is_told_apart() -> None:
    """It counts as a leak, as it may be one, and is not called one."""
    found = decided(HELD, leaks=["a", "b", "c"], unseen=["b", "c"])
    assert (found["exit"], found["counts"]["leaks"]) == (7, 3)
    assert found["reasons"] == ["1 leaked", "2 may have leaked, and could not be checked"]
    told = [line.text for line in summary(found, "runs/x")]
    there = told.index("left behind on the target (python -m contracts sweep removes it):")
    unclear = "could not be checked, and may still be there (python -m contracts sweep checks again and removes it):"
    assert told[there + 1] == "  a"
    assert told[told.index(unclear) + 1 :][:2] == ["  b", "  c"]
