"""Whole runs and a sweep on an API that nobody wrote code for: its tables are put into a copy of the product."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from contracts.catalog.release import ROOT
from contracts.standin.serve import serve_in_thread
from helpers.processes import HANG, Done, environment, run
from helpers.shell import LEFT_OUT
from helpers.toy_release import PLACE, RELEASE, add
from helpers.toy_server import Toy

WHERE = [word for name, value in PLACE.items() for word in (f"--{name.replace('_', '-')}", value)]
LOOKS = 12
"""After so many looks at runs the run that makes them is killed: some flows are there by then."""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product, with the toy's tables in it, and no line of code changed."""
    folder = tmp_path_factory.mktemp("product")
    for name in ("contracts", "schemas", "tests/api"):
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    for name in ("conftest.py", "pytest.ini"):
        shutil.copy2(ROOT / name, folder)
    add(folder)
    return folder


def command(*words: str, url: str) -> list[str]:
    return [sys.executable, "-m", *words, "--base-url", url, "--release", RELEASE]


def env(product: Path) -> dict[str, str]:
    return environment(PYTHONPATH=str(product), ZADIG_TOKEN="any-token")


def started(folder: Path, url: str, *options: str) -> list[str]:
    cases = ["pytest", "tests/api", "-q", "-p", "no:cacheprovider", "--run-dir", str(folder), *WHERE]
    return command(*cases, *options, url=url)


def test_a_run_is_accepted(product: Path, tmp_path: Path) -> None:
    """All cases, flows and crowds that the tables allow are planned and hold; what is Zadig's alone is not."""
    server = Toy()
    with serve_in_thread(server.app()) as url:
        done = run(started(tmp_path, url, "--profile", "nightly"), product, env(product))
    assert done.code == 0, done.output
    verdict = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))
    ids = {case["case"] for case in verdict["cases"]}
    assert len([each for each in ids if each.partition("/")[0] not in ("flows", "concurrency", "explore")]) == 26
    assert {each for each in ids if each.startswith("flows/")} == {
        "flows/one-life",
        "flows/ids-start-again",
        "flows/again-and-again",
        "flows/errors-twice",
        "flows/start-after-cancel",
        "flows/eleven-tasks",
        "flows/neighbours",
    }
    assert len([each for each in ids if each.startswith("concurrency/")]) == 6
    assert (verdict["verdict"], verdict["leaks"], server.flows) == ("accepted", [], {})


class KillsItsRun:
    """The toy, which kills the process that talks to it while that only looks, so that no change is under way."""

    def __init__(self) -> None:
        self.toy = Toy()
        self.run: subprocess.Popen[str] | None = None
        self._app = self.toy.app()
        self._looks = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and (scope["method"], scope["path"]) == ("GET", "/runs"):
            self._looks += 1
            if self._looks == LOOKS and self.run is not None:
                os.kill(self.run.pid, signal.SIGKILL)
                self.run.wait(HANG)
        await self._app(scope, receive, send)


@contextmanager
def killed(product: Path, folder: Path) -> Iterator[tuple[Toy, str]]:
    """Yield a toy on which a run was killed, and its address."""
    server = KillsItsRun()
    theirs: dict[str, Any] = {"flow": "theirs", "group": "nginx", "steps": [], "title": ""}
    server.toy.flows["theirs"], server.toy.runs["theirs"] = theirs, {1: "lined-up"}
    with serve_in_thread(server) as url:
        words = started(folder, url, "--in-flight", "1")
        with subprocess.Popen(words, cwd=product, env=env(product), stdout=subprocess.DEVNULL, text=True) as server.run:
            server.run.wait(HANG)
        assert server.run.returncode == -signal.SIGKILL
        server.run = None
        yield server.toy, url


def swept(product: Path, url: str, *words: str) -> Done:
    return run(command("contracts", "sweep", *words, url=url), product, env(product))


def test_a_killed_run_is_swept(product: Path, tmp_path: Path) -> None:
    """After SIGKILL a sweep removes what the run left, by the toy's own calls, and nothing else."""
    with killed(product, tmp_path) as (toy, url):
        left = set(toy.flows) - {"theirs"}
        assert left
        dry = swept(product, url, str(tmp_path), "--dry-run")
        assert (dry.code, set(toy.flows) - {"theirs"}) == (0, left), dry.output
        done = swept(product, url, str(tmp_path))
        assert done.code == 0, done.output
        assert all(f"removed {name} in project nginx" in done.output for name in left)
        assert (set(toy.flows), toy.runs["theirs"]) == ({"theirs"}, {1: "lined-up"})


def test_the_doctor_looks_at_it(product: Path) -> None:
    """The doctor finds the toy's health call without a prefix, and says what it cannot read there."""
    with serve_in_thread(Toy().app()) as url:
        done = run([*command("contracts", "doctor", url=url), *WHERE], product, env(product))
    assert f"Zadig answers at {url}\n" in done.output
    assert "release 0.1.0 has no call to projects" in done.output
    assert "workflows in nginx can be read" in done.output
