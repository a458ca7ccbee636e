"""A run that is ended at any point leaves nothing behind, and leaves alone what was there before."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import requests

from contracts.catalog.release import ROOT
from contracts.standin.process import StandIn, start
from helpers.report_agreement import disagreements
from tests.suite.helpers.kill_plugin import KINDS

SOME_CASES = "queued-task or cancelled-task or one-life or cancel-restart-cancel or no-enabled-stage"
WHEN = ("before", "after")
POINTS = [
    *product(("main", "worker"), WHEN, KINDS),
    *product(("parent",), WHEN, ("create", "start", "cancel", "restart", "delete", "find")),
    *product(("every",), WHEN, ("create", "start")),
]
KILLS = [f"{who}:SIGKILL:{when}:{what}" for who, when, what in POINTS]
INTERRUPTS = [
    *(f"main:SIGINT:{when}:{what}" for when, what in product(WHEN, ("create", "start", "delete"))),
    *(f"parent:SIGINT:{when}:create" for when in WHEN),
    "main:SIGTERM:after:start",
    "parent:SIGTERM:after:start",
]


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A stand-in with something of somebody else's on it."""
    with start() as running:
        facts = requests.get(f"{running.base_url}/_standin", timeout=10).json()
        headers = {"Authorization": f"Bearer {facts['tokens']['admin']}"}
        for name in ("zct-mine", "zct-20200101t000000-abcd-main-1", "release"):
            body = {"name": name, "product_tmpl_name": "nginx", "build_stage": {"enabled": True}, "hook_ctl": {}}
            url = f"{running.base_url}/api/aslan/workflow/workflow"
            assert requests.post(url, json=body, headers=headers, timeout=10).ok
        yield running


def held(stand_in: StandIn) -> list[Any]:
    """Return all that the stand-in holds."""
    workflows: list[Any] = requests.get(f"{stand_in.base_url}/_standin/state", timeout=10).json()["workflows"]
    return workflows


def run(stand_in: StandIn, folder: Path, kill_at: str) -> int:
    """Run some cases until the point, wait until all processes of the run are gone, and return the exit code."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/api",
        "-q",
        "-p",
        "tests.suite.helpers.kill_plugin",
        "-k",
        SOME_CASES,
    ]
    command += ["--base-url", stand_in.base_url, "--run-dir", str(folder), "--alluredir", str(folder / "allure")]
    command += [] if kill_at.startswith("main") else ["-n", "2"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ZADIG_", "PYTEST_"))}
    environment |= {"KILL_AT": kill_at, "KILL_MARK": str(folder / "reached-")}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, timeout=120, start_new_session=True, check=False
    )
    return done.returncode  # the pipes are closed only when the last process of the run is gone


def sweep(stand_in: StandIn, folder: Path) -> subprocess.CompletedProcess[str]:
    """Sweep the run."""
    command = [sys.executable, "-m", "contracts", "sweep", str(folder), "--base-url", stand_in.base_url]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("kill_at", KILLS)
def test_sweep_after_kill(stand_in: StandIn, tmp_path: Path, kill_at: str) -> None:
    """After SIGKILL and sweep nothing of the run is left, and all else is as it was."""
    before = held(stand_in)

    code = run(stand_in, tmp_path, kill_at)

    assert code == (6 if kill_at.startswith(("worker", "every")) else -9)
    swept = sweep(stand_in, tmp_path)
    assert swept.returncode == 0, swept.stdout + swept.stderr
    assert held(stand_in) == before


@pytest.mark.parametrize("kill_at", INTERRUPTS)
def test_interrupted(stand_in: StandIn, tmp_path: Path, kill_at: str) -> None:
    """After Ctrl-C or SIGTERM nothing is left without any sweep; the verdict is written, and all reports agree."""
    before = held(stand_in)

    code = run(stand_in, tmp_path, kill_at)

    assert code == 2
    assert held(stand_in) == before
    verdict = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))
    assert verdict["verdict"] == "inconclusive"
    assert disagreements(tmp_path, tmp_path / "allure", None) == []
