"""The npm package `allure` (allure 3) makes its report of our results, with their history over three runs."""

import hashlib
import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contracts.catalog.release import ROOT
from contracts.report.export.allure import CATEGORIES, write
from contracts.report.verdict_rules import Result
from helpers.allure_samples import HOSTILE_ID, LIVE, every, outcome, verdict
from helpers.once import made_once, shared
from helpers.processes import HANG
from helpers.processes import run as run_process

PINNED = Path(__file__).parent / "node"
CACHE = ROOT / ".venv" / "node"
LEAST_NODE = 20
OUR_FAULT = ("EUSAGE", "EINTEGRITY", "EJSONPARSE")
"""What npm says where the pinned packages do not fit together; all else is the machine's or the network's."""
RUNS = (Result.HELD, Result.BREACH, Result.HELD)
"""What became of one case in each of the three runs."""


def installed() -> Path:
    """Return the command `allure` of the pinned package; skip with the plain reason where it is not to be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node or npm is missing, so nothing was tested of allure 3; install Node.js 20 or newer")
    found = said(subprocess.run([node, "--version"], capture_output=True, text=True, timeout=HANG, check=False))
    if int(found.lstrip("v").partition(".")[0] or 0) < LEAST_NODE:
        pytest.skip(f"node is {found}, and allure 3 needs {LEAST_NODE} or newer, so nothing was tested of it")
    pins = (PINNED / "package-lock.json").read_bytes()
    folder = made_once(CACHE / hashlib.sha256(pins).hexdigest()[:16], partial(install, npm))
    return folder / "node_modules" / ".bin" / "allure"


def install(npm: str, folder: Path) -> None:
    """Install what is pinned; skip where that is not the fault of the pins."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PINNED / name, folder)
    options = [
        "--ignore-scripts",
        "--prefer-offline",
        "--no-audit",
        "--no-fund",
        "--fetch-retries=1",
        "--fetch-timeout=60000",
    ]
    try:
        done = subprocess.run(
            [npm, "ci", *options], cwd=folder, capture_output=True, text=True, timeout=HANG, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not install allure 3 within {HANG} s, so nothing was tested of it")
    if done.returncode:
        assert not any(code in done.stderr for code in OUR_FAULT), done.stderr
        pytest.skip(f"npm could not install allure 3, so nothing was tested of it: {said(done)}")


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a command printed, in one line."""
    lines = (done.stdout + done.stderr).splitlines()
    return " ".join(" ".join(line for line in lines if not line.startswith("npm warn")).split())[:300]


def make(folder: Path) -> None:
    """Write the results of three runs, in another order each, and let allure 3 make a report of each."""
    allure = installed()
    for number, result in enumerate(RUNS, 1):
        run = replace(LIVE, id=f"run-{number}", base_url=f"https://zadig-{number}.example.com/中=:\\")
        cases = every(run)["cases"]
        flipped = verdict(outcome(result, "flips"), outcome(Result.HELD, HOSTILE_ID), run=run)["cases"]
        whole = every(run) | {"cases": [*flipped, *cases] if number % 2 else [*cases, *flipped]}
        results = folder / f"allure-results-{number}"
        write(whole, results, root=ROOT)
        command = [str(allure), "generate", str(results), "--config", str(results / "allurerc.json")]
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("CI", "GITHUB_", "ALLURE_"))}
        done = run_process([*command, "--output", str(folder / f"report-{number}")], folder, kept)
        assert done.code == 0, done.output


def make_or_skip(folder: Path) -> None:
    """Make the reports, or write down why they cannot be made here."""
    reason = None
    try:
        make(folder)
    except pytest.skip.Exception as skipped:
        reason = str(skipped)
    (folder / "skipped.json").write_text(json.dumps(reason), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the reports of three runs."""
    folder = made_once(shared(tmp_path_factory, "allure-3"), make_or_skip)
    if reason := read(folder / "skipped.json"):
        pytest.skip(reason)
    return folder


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def shown(folder: Path, number: int = 3) -> dict[str, dict[str, Any]]:
    """Return the tests of a report by their names."""
    found = [read(path) for path in (folder / f"report-{number}" / "data" / "test-results").glob("*.json")]
    return {result["name"]: result for result in found}


def below(tree: Mapping[str, Any], group: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the groups that stand in one of a tree, by their names."""
    inner = [tree["groupsById"][key] for key in group.get("groups", [])]
    return {one["name"]: one for one in inner}


def test_every_result_is_counted(made: Path) -> None:
    counts = Counter(result["status"] for result in shown(made).values())
    assert read(made / "report-3" / "widgets" / "statistic.json") == counts | {"total": counts.total()}
    assert counts == {"passed": 4, "failed": 2, "broken": 4, "skipped": 1, "unknown": 1}


def test_tests_stand_below_epic_feature_and_story(made: Path) -> None:
    """The first page shows release, operation and answer, in this order."""
    tree = read(made / "report-3" / "widgets" / "tree.json")
    epics = below(tree, tree["root"])
    assert list(epics) == ["Zadig 1.7.0"]
    features = below(tree, epics["Zadig 1.7.0"])
    assert list(features) == ["cancel-task"]
    story = below(tree, features["cancel-task"])["success"]
    assert story["statistic"]["failed"] == 2


def test_steps_and_attachments_are_there(made: Path) -> None:
    """A test shows its phases with their calls, what the check found, and files that can be opened."""
    result = shown(made)["cancel-task/breach"]
    steps = {step["name"]: step for step in result["steps"] if step["type"] == "step"}
    assert list(steps) == ["precondition queued-task", "request", "state afterwards", "clean-up", "check"]
    assert [step["name"] for step in steps["precondition queued-task"]["steps"]][1] == "get-task → HTTP 200 × 40"
    assert steps["check"]["status"] == "failed"
    links = [step["link"] for step in result["steps"] if step["type"] == "attachment"]
    assert [link["name"] for link in links] == ["exchange", "curl", "promised", "schema"]
    assert not any(link["missed"] for link in links)
    files = {path.name for path in (made / "report-3" / "data" / "attachments").iterdir()}
    assert {link["id"] + link["ext"] for link in links} <= files


def test_categories_are_ours(made: Path) -> None:
    """What went wrong stands in the categories of the suite, and in none of allure's own."""
    nodes = read(made / "report-3" / "widgets" / "categories.json")["nodes"].values()
    named = {node["name"]: node["statistic"]["total"] for node in nodes if node["type"] == "category"}
    assert named == dict.fromkeys(CATEGORIES.values(), 1)


def test_history_goes_over_three_runs(made: Path) -> None:
    """A case that was broken in the second run alone shows so in the third, whatever the order and the target."""
    runs = [json.loads(line) for line in (made / "allure-history.jsonl").read_text(encoding="utf-8").splitlines()]
    flips = shown(made)["cancel-task/flips"]
    statuses = [run["testResults"][flips["historyId"]]["status"] for run in runs]
    assert statuses == ["passed", "failed", "passed"]
    assert [result["status"] for result in flips["history"]] == ["failed", "passed"]
    assert flips["transition"] == "fixed"
    assert all(len(result["history"]) == 2 for result in shown(made).values())


def test_the_environment_is_read_as_written(made: Path) -> None:
    shown_rows = read(made / "report-3" / "widgets" / "allure_environment.json")
    environment = {row["name"]: row["values"] for row in shown_rows}
    assert environment["target"] == ["https://zadig-3.example.com/中=:\\/api/aslan"]
    assert environment["run"] == ["run-3"]


def test_the_report_is_named_after_the_release(made: Path) -> None:
    assert read(made / "report-3" / "summary.json")["name"] == "Zadig contract 1.7.0"


def test_the_pins_name_no_registry() -> None:
    """Where packages come from is for each machine to say; every one of them is pinned by what is in it."""
    pins = read(PINNED / "package-lock.json")["packages"]
    assert not any("resolved" in row for row in pins.values())
    assert all(row["integrity"].startswith("sha512-") for name, row in pins.items() if name)
    assert read(PINNED / "package.json")["dependencies"] == {"allure": pins["node_modules/allure"]["version"]}
