"""What a case costs: a regression run of the page that the project began with, and one of today's, on the stand-in."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.table import BenchError, Table
from contracts.catalog.release import ROOT

FIRST, TODAY = "1.7.0", "5.0.0"
MOST_REQUESTS = 8.0
"""Requests that a case may take on average."""
TIMES = 3


@dataclass(frozen=True)
class Cost:
    """What one run took: its cases, requests and the seconds of its process."""

    cases: int
    requests: int
    seconds: float

    @property
    def requests_each(self) -> float:
        """Requests of a case."""
        return self.requests / self.cases

    @property
    def milliseconds_each(self) -> float:
        """Milliseconds of a case, the start of the run and its end shared out."""
        return 1000 * self.seconds / self.cases


def measure(quick: bool = False) -> list[Table]:
    """Return the table; `quick` shows only that it works: the smallest profile once, no bound."""
    profile, times = ("smoke", 1) if quick else ("regression", TIMES)
    found: dict[str, list[Cost]] = {FIRST: [], TODAY: []}
    for _ in range(times):  # in turn, so that both see the same machine
        for release, costs in found.items():
            costs.append(cost(release, profile))
    best = {release: min(costs, key=lambda each: each.seconds) for release, costs in found.items()}
    rows: list[list[object]] = [
        [release, str(each.cases), f"{each.requests_each:.2f}", f"{each.milliseconds_each:.1f}"]
        for release, each in best.items()
    ]
    missed = []
    if not quick and best[TODAY].requests_each > MOST_REQUESTS:
        missed.append(f"{best[TODAY].requests_each:.2f} requests a case, at most {MOST_REQUESTS:g} are allowed")
    if not quick and best[TODAY].milliseconds_each > best[FIRST].milliseconds_each:
        missed.append(f"a case of {TODAY} takes longer than one of {FIRST}")
    notes = [f"The best of {times} runs of the profile {profile}, on a stand-in that behaves as the release."]
    return [Table("What a case costs", ["release", "cases", "requests a case", "ms a case"], rows, notes, missed)]


def cost(release: str, profile: str) -> Cost:
    """Run the cases of a release once; raises BenchError where it is not accepted."""
    with tempfile.TemporaryDirectory() as folder:
        given = ("--behaviour", release, "--release", release, "--profile", profile, "--run-dir", folder)
        command = [sys.executable, "-m", "pytest", "tests/api", "-q", "-p", "no:cacheprovider", *given]
        plain = {name: value for name, value in os.environ.items() if not name.startswith("ZADIG_")}
        started = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=plain, check=False)
        seconds = time.monotonic() - started
        if done.returncode != 0:
            raise BenchError(f"the run of {release} ended with {done.returncode}: {done.stdout[-2000:]}")
        verdict = json.loads((Path(folder) / "verdict.json").read_text(encoding="utf-8"))
    sent = sum(row["n"] for row in verdict["latency"])
    return Cost(verdict["counts"]["planned"], sent, seconds)
