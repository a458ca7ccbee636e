"""verdict.json is masked and written whole, and says what its schema says, in real runs too."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts.case.outcome import Evidence
from contracts.check.breach import Kind
from contracts.check.expected import Promise
from contracts.http.trace import Phase, Step
from contracts.report.verdict_rules import Result
from contracts.run.verdict import RunResult, decide, write
from contracts.text.redact import register
from helpers.verdicts import BROKEN, HELD, PROMISED, RUN, SCHEMA, decided, outcome, undescribed, valid


def test_secrets_are_masked() -> None:
    secret = "t0ken-that-nobody-may-see"
    register.add(secret)
    found = decided(HELD, leaks=[f"x {secret}"], run=replace(RUN, notes=[secret], base_url=f"https://h/{secret}"))
    assert secret not in json.dumps(found)
    assert "***" in found["leaks"][0]


def test_half_characters_are_written(tmp_path: Path) -> None:
    verdict = decided(HELD, leaks=["half \ud83d of a 火箭 🚀"])
    path = write(verdict, tmp_path / "run")
    assert json.loads(path.read_text(encoding="utf-8")) == verdict


def test_verdict_json_reads_line_by_line(tmp_path: Path) -> None:
    """Each key and each item has a line of its own, in letters that a person reads, in a folder made for it."""
    path = write({"version": 1, "leaks": ["a", "火箭"], "not_run": [], "run": {"id": "x"}}, tmp_path / "runs" / "one")
    assert path == tmp_path / "runs" / "one" / "verdict.json"
    lines = [
        "{",
        '"version": 1,',
        '"leaks": [',
        '  "a",',
        '  "火箭"',
        "],",
        '"not_run": [],',
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

    monkeypatch.setattr("contracts.run.verdict.os.replace", fail)
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
