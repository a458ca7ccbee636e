"""What a start costs: the suite's own modules loaded in a new process, with and without a trick for speed."""

import statistics
import subprocess

from bench.contenders import PYTHON
from bench.table import Table
from contracts.paths import ROOT

LOADS = "import contracts.pytest_plugin.collection, contracts.pytest_plugin.fixtures, contracts.report.write"
BEFORE = "import pytest, requests, jinja2, dataclasses, sys, time"
"""What a run has anyway; only what comes after it is measured."""
TRICKS = {
    "as it is": "",
    "with the standard library's frozen dataclasses": "sys.modules['contracts.text.frozen'] = dataclasses",
}
TIMES = 15


def measure(quick: bool = False) -> list[Table]:
    """Return the table; `quick` shows only that it works: one time each. There is no bound."""
    times: dict[str, list[float]] = {trick: [] for trick in TRICKS}
    for _ in range(1 if quick else TIMES):  # in turn, so that all see the same machine
        for trick, change in TRICKS.items():
            times[trick].append(_milliseconds(change))
    rows: list[list[object]] = [
        [trick, f"{statistics.median(each):.1f}", f"{min(each):.1f}"] for trick, each in times.items()
    ]
    notes = ["Milliseconds of CPU to load the suite's own modules, once pytest, requests and jinja2 are there."]
    return [Table("What a start costs", ["own modules", "median", "best"], rows, notes)]


def _milliseconds(change: str) -> float:
    lines = [BEFORE, change, "began = time.process_time()", LOADS, "print((time.process_time() - began) * 1000)"]
    done = subprocess.run([PYTHON, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)
