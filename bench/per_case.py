"""What a case costs whoever runs it: requests, workflows and tasks of the cases that a live target gets, and time."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.table import BenchError, Table
from contracts.catalog.cases import cases
from contracts.catalog.release import ROOT, load
from contracts.run.plan import Scope, of_profile

FIRST, TODAY = "1.7.0", "5.0.0"
MOST_REQUESTS = 3.5
"""Requests that a case may take on average."""
MOST_MADE, MOST_STARTED = 0.202, 0.152
"""Workflows and tasks, real ones on a live target, that a case may take on average: 40 and 30 for the first page."""
ISOLATED = "--isolate"
"""What sharing workflows gives shows beside it."""
TIMES = 3


@dataclass(frozen=True)
class Cost:
    """What one run took: the seconds of its process for all of its cases; and of those that a live target gets, with
    no token but the main one, how many there are, and their requests, workflows and tasks."""

    all_cases: int
    seconds: float
    cases: int
    requests: int
    made: int
    started: int

    @property
    def milliseconds_each(self) -> float:
        """Milliseconds of a case, the start of the run and its end shared out."""
        return 1000 * self.seconds / self.all_cases


def measure(quick: bool = False) -> list[Table]:
    """Return the table; `quick` shows only that it works: the smallest profile once, no bound."""
    profile, times = ("smoke", 1) if quick else ("regression", TIMES)
    found: dict[str, list[Cost]] = {FIRST: [], TODAY: []}
    for _ in range(times):  # in turn, so that both see the same machine
        for release, costs in found.items():
            costs.append(cost(release, profile))
    best = {release: min(costs, key=lambda each: each.seconds) for release, costs in found.items()}
    apart = {f"{release} {ISOLATED}": cost(release, profile, ISOLATED) for release in found}
    rows: list[list[object]] = [
        [release, str(each.cases), *_each(each), f"{each.milliseconds_each:.1f}"]
        for release, each in (best | apart).items()
    ]
    missed = [] if quick else [line for release, each in best.items() for line in beyond(release, each)]
    if not quick and best[TODAY].milliseconds_each > best[FIRST].milliseconds_each:
        missed.append(f"a case of {TODAY} takes longer than one of {FIRST}")
    notes = [
        f"The best of {times} runs of the profile {profile}, on a stand-in without a defect of the release.",
        "Cases, requests, workflows and tasks: those that a live target gets, the tokens of other users not set.",
    ]
    head = ["release", "cases", "requests", "a case", "workflows", "tasks", "ms a case"]
    return [Table("What a case costs", head, rows, notes, missed)]


def _each(cost: Cost) -> list[object]:
    return [f"{cost.requests:,}", f"{cost.requests / cost.cases:.2f}", str(cost.made), str(cost.started)]


def beyond(release: str, cost: Cost) -> Iterator[str]:
    """Yield what of a run is more than it may be."""
    for what, number, most in (
        ("requests", cost.requests, MOST_REQUESTS),
        ("workflows", cost.made, MOST_MADE),
        ("tasks", cost.started, MOST_STARTED),
    ):
        if number > most * cost.cases:
            yield f"{number} {what} of {release} for {cost.cases} cases, at most {most * cost.cases:.0f} are allowed"


def cost(release: str, profile: str, *options: str) -> Cost:
    """Run the cases of a release once; raises BenchError where it is not accepted."""
    with tempfile.TemporaryDirectory() as folder:
        given = ("--release", release, "--profile", profile, "--run-dir", folder, *options)
        command = [sys.executable, "-m", "pytest", "tests/api", "-q", "-p", "no:cacheprovider", *given]
        plain = {name: value for name, value in os.environ.items() if not name.startswith("ZADIG_")}
        started = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=plain, check=False)
        seconds = time.monotonic() - started
        if done.returncode != 0:
            raise BenchError(f"the run of {release} ended with {done.returncode}: {done.stdout[-2000:]}")
        verdict = json.loads((Path(folder) / "verdict.json").read_text(encoding="utf-8"))
    allowed = Scope(profile, stand_in=False, authorizes=True, credentials=frozenset({"main"}))
    live = {*of_profile(release, cases(release), allowed)}
    steps = [step for case in verdict["cases"] if case["case"] in live for step in case["steps"]]
    succeeded = Counter(step["call"] for step in steps if step["status"] == 200)
    made, started = (succeeded[load(release).call(role).name] for role in ("create", "start"))
    return Cost(verdict["counts"]["planned"], seconds, len(live), len(steps), made, started)
