"""However too little is selected, the run says so, and nothing that decides takes it for the whole profile."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from contracts.report.compare.compare import compare
from contracts.report.gate import gate
from contracts.report.verdict_rules import NO_CASE, decide
from contracts.run.merge import merge
from helpers.whole_runs import Runs, run

TODAY = date(2026, 1, 3)
CASE = "cancel-task/no-such-task"
FILE = "tests/api/test_cancel_task.py"
TEST = f"{FILE}::test_cancel_task[{CASE}]"
PLUGIN = ("-p", "helpers.splitting_plugin")
SPLIT = ("-k", "cancel-task/no-such", *PLUGIN)
WAYS: dict[str, tuple[str, Sequence[str]]] = {
    "keyword": ("tests/api", ("-k", CASE)),
    "file": (FILE, ("-k", "no-such")),
    "node-id": (TEST, ()),
    "ignored-file": ("tests/api", ("--ignore", "tests/api/test_create_workflow.py", "-k", "one-life or no-such-task")),
    "ignored-by-pattern": ("tests/api", ("--ignore-glob", "*_[cors]*.py")),
    "deselected": (FILE, ("--deselect", TEST, "-k", "no-such")),
    "mark": ("tests/api", ("-m", "case")),
    "last-failed": ("tests/api", ("-p", "cacheprovider", "--lf")),
    "environment": ("tests/api", ()),
    "operation": ("tests/api", ("-k", "no-such", "--operation", "cancel-task,flows", "--operation", "restart-task")),
    "exclude": ("tests/api", ("-k", "no-such", "--exclude", "create-workflow, start-task", "--exclude", "flows")),
    "split": ("tests/api", (*SPLIT, "--every-second")),
    "repeated": ("tests/api", (*SPLIT, "--twice")),
    "workers": ("tests/api", ("-n", "2", *SPLIT, "--twice")),
}
"""Ways to select too little: the tests that are named, and the options."""


@pytest.mark.parametrize("way", WAYS)
def test_too_little_is_no_profile(way: str, runs: Runs, tmp_path: Path) -> None:
    """The run tells what it left out; gate and the gate after a merge are inconclusive, and compare has lost cases."""
    tests, options = WAYS[way]
    if way == "last-failed":
        options = (*options, "-o", f"cache_dir={_failed(tmp_path / 'cache')}")
    environment = {"PYTEST_ADDOPTS": f"-k {CASE}"} if way == "environment" else {}
    ran = run(tmp_path, *options, tests=tests, **environment)
    assert ran.code == 0, ran.output
    whole, verdict = runs().verdict, ran.verdict
    left = {*runs().results} - {*ran.results}
    assert ran.results
    assert len(ran.results) == verdict["counts"]["planned"]
    assert {*verdict["plan"]["unselected"]} == left
    assert f"note: {len(ran.results)} of the {len(whole['cases'])} cases of the profile regression were" in ran.output
    line = verdict["run"]["command_line"]
    assert tests in line
    assert line[0] == (f"PYTEST_ADDOPTS=-k {CASE}" if way == "environment" else "pytest")
    folder = Path(ran.folder)
    assert gate([folder], TODAY)[1].exit == 6
    assert gate([folder], TODAY, selection=True)[1].exit == 0
    assert gate([folder, Path(runs().folder)], TODAY)[1].exit == 0
    merged = merge([verdict], "merged")
    assert (merged["exit"], merged["plan"]) == (0, verdict["plan"])
    (folder / "verdict.json").write_text(json.dumps(merged), encoding="utf-8")
    assert gate([folder], TODAY)[1].exit == 6
    found = compare(whole, verdict, fail_on_lost=True)
    assert ({move.case for move in found.lost}, found.exit) == (left, 6)
    assert compare(whole, verdict).exit == 0


@pytest.mark.parametrize("options", [("-k", "nothing"), ("-n", "2", "-k", "nothing")], ids=["alone", "workers"])
def test_nothing_selected(options: Sequence[str], tmp_path: Path) -> None:
    """The process, its last line, verdict.json, summary.md and the gate say the same number."""
    ran = run(tmp_path, *options)
    verdict, folder = ran.verdict, Path(ran.folder)
    gated = (gate([folder], TODAY)[1], gate([folder], TODAY, selection=True)[1], decide(verdict))
    assert {ran.code, verdict["exit"], *(each.exit for each in gated)} == {5}
    assert f"INCONCLUSIVE: {NO_CASE} (0 of 0 held, exit 5)" in ran.output
    assert "**INCONCLUSIVE** (exit 5)" in (folder / "summary.md").read_text(encoding="utf-8")


def _failed(cache: Path) -> Path:
    """Write what pytest remembers of a test that failed, and return the folder of its cache."""
    (cache / "v" / "cache").mkdir(parents=True)
    (cache / "v" / "cache" / "lastfailed").write_text(json.dumps({TEST: True}), encoding="utf-8")
    return cache


def test_however_tests_are_imported(tmp_path: Path) -> None:
    ran = run(tmp_path, "--import-mode=importlib", "-k", CASE)
    assert (ran.code, [*ran.results]) == (0, [CASE]), ran.output


def test_a_shard_of_a_whole_profile_is_no_selection(runs: Runs) -> None:
    """What other shards run was selected too: a gate waits for them, and --selection does not do without them."""
    ran = runs("--shard", "1/30")
    assert (ran.code, ran.verdict["plan"]["unselected"]) == (0, [])
    for selection in (False, True):
        assert gate([Path(ran.folder)], TODAY, selection=selection)[1].exit == 6
