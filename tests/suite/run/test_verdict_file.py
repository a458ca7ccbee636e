"""verdict.json is masked and written whole, and says what its schema says, in real runs too."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts.case.outcome import Evidence
from contracts.catalog.release import ROOT
from contracts.check.breach import Kind
from contracts.check.expected import Promise
from contracts.http.trace import Phase, Step
from contracts.report.verdict_file import FILE
from contracts.report.verdict_rules import Result
from contracts.run.verdict import RunResult, decide, write
from contracts.text.redact import register
from helpers.one_run import RUN
from helpers.verdict_samples import BROKEN, HELD, PROMISED, SCHEMA, decided, outcome, valid


def test_secrets_are_masked() -> None:
    """No text of a verdict shows a secret, wherever it came from."""
    secret = "t0ken-that-nobody-may-see"
    register.add(secret)
    found = decided(HELD, leaks=[f"x {secret}"], run=replace(RUN, notes=[secret], base_url=f"https://h/{secret}"))
    assert secret not in json.dumps(found)
    assert "***" in found["leaks"][0]


def test_half_characters_are_written(tmp_path: Path) -> None:
    """A text with half of a surrogate pair is written, and reads as it was."""
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
    """A verdict that breaks its own contract does not pass its schema."""
    verdict: Any = json.loads(json.dumps(decided(BROKEN)))
    inner = verdict
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert not Draft202012Validator(SCHEMA).is_valid(verdict)


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


REAL = {
    "accepted": (["--behaviour", "perfect"], 0),
    "known-deviations": (["--behaviour", "1.7.0"], 0),
    "rejected": (["--behaviour", "1.7.0", "--deviations", "none"], 1),
    "unreachable": (["--base-url", "http://127.0.0.1:1", "--project", "nginx"], 6),
}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, dict[str, Any]]]:
    """Runs of several kinds, at the same time: the exit code and verdict.json of each."""
    folder = tmp_path_factory.mktemp("runs")
    environment = {
        name: value for name, value in os.environ.items() if not name.upper().startswith(("ZADIG_", "PYTEST"))
    }
    started = {}
    for name, (options, _) in REAL.items():
        command = [
            sys.executable,
            "-m",
            "pytest",
            "tests/api",
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            "documented-body or one-life",
        ]
        command += ["--run-dir", str(folder / name), *options]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started[name] = subprocess.Popen(command, cwd=ROOT, env=environment, **quiet)
    codes = {name: run.wait(120) for name, run in started.items()}
    return {
        name: (code, json.loads((folder / name / FILE).read_text(encoding="utf-8"))) for name, code in codes.items()
    }


@pytest.mark.parametrize("name", REAL)
def test_real_verdicts_are_as_the_schema_says(name: str, real: dict[str, tuple[int, dict[str, Any]]]) -> None:
    """What runs of several kinds leave behind passes the schema, key by key, and is what the exit code says."""
    code, verdict = real[name]
    assert code == REAL[name][1] == verdict["exit"], verdict["reasons"]
    assert undescribed(valid(verdict), SCHEMA) == []
    assert verdict["counts"]["planned"] > 0
