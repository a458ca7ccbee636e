"""Runs pytest on the cases in a process of its own, as a user does, and keeps what came of it for several tests."""

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from contracts.catalog.release import ROOT
from contracts.standin.process import start
from helpers import processes
from helpers.once import made_once, shared
from helpers.processes import HANG

STARTED = "STARTED"
_NOTE = f"""
import os, sys
with open(os.environ["{STARTED}"], "a") as out:
    out.write(f"{{os.getpid()}} {{' '.join(sys.orig_argv)}}\\n")
"""
"""A sitecustomize module: every Python that is started notes itself."""


@dataclass(frozen=True)
class Ran:
    """What came of one run: exit code, output, folder, the Pythons that it started; of its own stand-in, what is left
    there and how many requests it got."""

    code: int
    output: str
    folder: str
    started: Sequence[str] = ()
    held: Sequence[str] = ()
    requests: int = 0
    seen: Mapping[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> dict[str, Any]:
        """What verdict.json says."""
        return verdict_of(Path(self.folder))

    @property
    def results(self) -> dict[str, str]:
        """Each case that ran, and its result."""
        return {case["case"]: case["result"] for case in self.verdict["cases"]}

    def having(self, *results: str) -> set[str]:
        """Return the cases with one of these results."""
        return {case for case, result in self.results.items() if result in results}

    @property
    def stand_ins(self) -> list[int]:
        """The processes of the stand-ins that it started."""
        return [int(line.split()[0]) for line in self.started if "standin --until-eof" in line]


def verdict_of(folder: Path) -> dict[str, Any]:
    """Return what the verdict.json of a run's folder says."""
    verdict: dict[str, Any] = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    return verdict


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the environment without a setting of whoever runs the tests, in which every Python notes itself."""
    (folder / "site").mkdir(parents=True, exist_ok=True)
    (folder / "site" / "sitecustomize.py").write_text(_NOTE, encoding="utf-8")
    paths = os.pathsep.join([str(folder / "site"), str(ROOT / "tests" / "suite")])
    return processes.environment(PYTHONPATH=paths, **{STARTED: str(folder / "started")}) | more


def command(folder: Path, options: Sequence[str], tests: str = "tests/api") -> list[str]:
    """Return the command of a run whose folder is `folder`/run."""
    pytest_itself = [sys.executable, "-m", "pytest", tests, "-q", "-p", "no:cacheprovider"]
    return [*pytest_itself, "--run-dir", str(folder / "run"), *options]


def run(folder: Path, *options: str, tests: str = "tests/api", **more: str) -> Ran:
    """Run pytest with these options, and `more` in the environment."""
    done = processes.run(command(folder, options, tests), env=environment(folder, **more))
    started = (folder / "started").read_text(encoding="utf-8").splitlines()
    return Ran(done.code, done.output, str(folder / "run"), started)


def run_on_own(folder: Path, *options: str, behaviour: str = "perfect", **more: str) -> Ran:
    """Run pytest on a stand-in started for this, and look what is left there."""
    with start(behaviour) as stand_in:
        ran = run(folder, "--base-url", stand_in.base_url, *options, **more)
        state = requests.get(f"{stand_in.base_url}/_standin/state", timeout=HANG).json()
    held = [workflow["name"] for workflow in state["workflows"]]
    return Ran(ran.code, ran.output, ran.folder, ran.started, held, state["requests"])


class Runs:
    """Runs by their options, each made once, also where several workers of xdist ask for it."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._folder = shared(factory, "shared-runs")

    def __call__(self, *options: str, own: str = "") -> Ran:
        """Return the run with these options, on the embedded stand-in or on one of the behaviour `own`."""

        def make(folder: Path) -> None:
            ran = run_on_own(folder, *options, behaviour=own) if own else run(folder, *options)
            (folder / "ran.json").write_text(json.dumps(asdict(ran)), encoding="utf-8")

        name = re.sub(r"[^\w.-]+", "_", " ".join([own, *options]) or "plain")
        return Ran(**json.loads((made_once(self._folder / name, make) / "ran.json").read_text(encoding="utf-8")))
