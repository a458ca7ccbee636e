"""deploy/ci/annotations.py: what GitHub shows beside the job, and what a server cannot make it do."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from helpers.deploy_ci import CI
from helpers.processes import Done, run

HOSTILE = "a\r\n::error title=x::y\n##[add-mask]z %0A, b: c \x1b[2J \u2028"


def annotate(folder: Path) -> Done:
    return run([sys.executable, str(CI / "annotations.py"), str(folder)])


def told(folder: Path, cases: list[dict[str, Any]], **more: Any) -> list[str]:
    """Return the annotations of a verdict with these cases."""
    run = {"drift": "fail", "stand_in": None}
    whole = {"verdict": "rejected", "exit": 1, "reasons": [], "run": run, "not_run": [], "leaks": [], "cases": cases}
    (folder / "verdict.json").write_text(json.dumps(whole | more), encoding="utf-8")
    done = annotate(folder)
    assert done.code == 0
    return done.output.split("\n")[:-1]


def case(result: str, text: str = "", name: str = "start-task/success") -> dict[str, Any]:
    breaches = [{"where": "$.code", "promised": "6163", "came": text}] if result in ("breach", "drift") else []
    return {"case": name, "result": result, "breaches": breaches, "reason": "" if breaches else text, "promised": ""}


def test_a_server_cannot_write_workflow_commands(tmp_path: Path) -> None:
    """Whatever it sends is one line, and comes out as it was where GitHub takes the escapes back."""
    first, verdict_line = told(tmp_path, [case("breach", HOSTILE, name="x,title=y::z\n::error::")])
    head, _, message = first.partition("::")[2].partition("::")
    assert head == "error title=breach x%2Ctitle=y%3A%3Az%0A%3A%3Aerror%3A%3A"
    back = message.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    assert back == "$.code: expected 6163, got " + HOSTILE.replace("\x1b", "\\x1b").replace("\u2028", "\\u2028")
    assert verdict_line.startswith("::error title=Zadig contract rejected::")


@pytest.mark.parametrize(
    ("result", "drift", "level"),
    [
        pytest.param("breach", "warn", "error", id="breach"),
        pytest.param("drift", "fail", "error", id="drift"),
        pytest.param("drift", "warn", "warning", id="drift-that-warns"),
        pytest.param("crashed", "fail", "warning", id="crashed"),
        pytest.param("unreachable", "fail", "warning", id="unreachable"),
    ],
)
def test_annotations_have_the_level_of_the_trouble(tmp_path: Path, result: str, drift: str, level: str) -> None:
    """What rejects is an error, what keeps a run from telling is a warning, what is well is not annotated."""
    lines = told(tmp_path, [case(result, "why"), case("held"), case("known")], run={"drift": drift, "stand_in": None})
    assert [line.partition("::")[2].partition("::")[0] for line in lines[:-1]] == [
        f"{level} title={result} start-task/success"
    ]


def test_annotations_are_few(tmp_path: Path) -> None:
    """GitHub shows ten of a level: the last says how many more there are."""
    lines = told(tmp_path, [case("breach", str(number)) for number in range(30)])
    assert len(lines) == 11
    assert lines[9] == "::error title=more::21 more of this kind are in report.html"


@pytest.mark.parametrize("content", [None, "", "[]", '{"run": 1}'], ids=["none", "empty", "a-list", "another"])
def test_a_missing_verdict_is_annotated_too(tmp_path: Path, content: str | None) -> None:
    """One line, and an exit code that fails the step."""
    if content is not None:
        (tmp_path / "verdict.json").write_text(content, encoding="utf-8")
    done = annotate(tmp_path)
    assert (done.code, done.output.count("\n"), done.output.startswith("::error title=Zadig contract::")) == (
        4,
        1,
        True,
    )
