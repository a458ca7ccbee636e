"""The product itself in a folder of its own, with other cases: its package, plugin and schemas, all as they are."""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from bench.exchanges import LIFE, PLACE, RELEASE, TOKEN
from bench.measure import Program
from contracts.catalog.release import load
from contracts.paths import ROOT

STEPS = {
    "list-tasks": 'flow.only_task_is("queued")',
    "delete": "flow.deletes()",
}
KINDS = (
    ("create-workflow", "with-empty-hook-ctl", "no-such-workflow", "success"),
    ("create-workflow", "duplicate", "workflow", "already-exists"),
    ("start-task", "first-task", "workflow", "queued"),
    ("start-task", "no-such-workflow", "no-such-workflow", "no-such-workflow"),
    ("cancel-task", "queued-task", "queued-task", "success"),
    ("cancel-task", "no-such-workflow", "no-such-workflow", "no-such-task"),
    ("restart-task", "cancelled-task", "cancelled-task", "success"),
    ("restart-task", "no-such-workflow", "no-such-workflow", "no-such-task"),
)
"""Rows as the case table has them: operation, name, given, answer."""


def with_lives(folder: Path, number: int) -> Path:
    """Make the product in `folder`, its only cases so many lives of the 8 requests, told as flows; return it."""
    lines = ['"""Lives of the same 8 requests."""', "", "import pytest", "", "from contracts.case.flow import Flow"]
    for index in range(1, number + 1):
        lines += ["", "", f'@pytest.mark.case("flows/life-{index:05}", level="smoke")']
        lines += [f"def test_life_{index}(flow: Flow) -> None:", '    """A workflow lives once."""']
        lines += [f"    {_step(call)}" for call, _, _ in LIFE]
    return _product(folder, {"test_lives.py": "\n".join(lines) + "\n"})


def with_rows(folder: Path, number: int) -> Path:
    """Make the product in `folder`, its only cases so many rows of a case table; return it."""
    tests = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "api").glob("test_*_*.py")}
    made = _product(folder, {name: text for name, text in tests.items() if "mark.operation" in text})
    table = []
    for index, (operation, name, given, answer) in enumerate(KINDS):
        items = ", ".join(f'{{n = "{each:05}"}}' for each in range(index, number, len(KINDS)))
        row = {"given": given, "answer": answer, "basis": "documented"}
        table += [f'[{operation}."{name}-{{n}}"]', *(f"{key} = {json.dumps(value)}" for key, value in row.items())]
        table += [f"each = [{items}]", ""]
    api = made / "contracts" / "apis" / "aslan"
    (api / RELEASE / "cases.toml").write_text("\n".join(table), encoding="utf-8")
    lifecycle = (api / "lifecycle.toml").read_text(encoding="utf-8")
    (api / "lifecycle.toml").write_text(re.sub(', basis = "\\w+"', "", lifecycle), encoding="utf-8")  # no cases by it
    return made


def program(tree: Path, python: str, *options: str) -> Program:
    """Return a whole run of the product, with everything that it does by itself, and allure's results besides.

    The release is said, because the server has only the calls that the lives take, and so no routes that tell of one.
    """
    where = ["--release", RELEASE, "--project", PLACE.project, "--env-name", PLACE.env_name, "--service", PLACE.service]
    where += ["--service-module", PLACE.service_module, "--repo", PLACE.repo, "--branch", PLACE.branch]
    written = ["--run-dir", "{out}/run", "--alluredir", "{out}/allure"]
    pytest = [python, "-m", "pytest", "tests/api", "-q", "-p", "no:cacheprovider", "--base-url", "{url}"]
    return Program([*pytest, *where, *written, *options], tree, {"ZADIG_TOKEN": TOKEN})


def _step(call: str) -> str:
    role = load(RELEASE).binding.plays(call)
    return STEPS.get(role) or f'flow.does("{role}")'


def _product(folder: Path, tests: Mapping[str, str]) -> Path:
    for name in ("contracts", "schemas"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("conftest.py", "pytest.ini"):
        shutil.copy2(ROOT / name, folder / name)
    (folder / "tests" / "api").mkdir(parents=True)
    for name, text in tests.items():
        (folder / "tests" / "api" / name).write_text(text, encoding="utf-8")
    return folder
