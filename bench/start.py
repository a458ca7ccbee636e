"""What a start costs: the suite's own modules in a new process, with and without a trick for speed, and each command
about a run that is over."""

import resource
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.contenders import PYTHON
from bench.overhead import pytest_seconds
from bench.table import BenchError, Table
from contracts.paths import ROOT

LOADS = "import contracts.pytest_plugin.collection, contracts.pytest_plugin.fixtures, contracts.report.write"
BEFORE = "import pytest, requests, jinja2, dataclasses, sys, time"
"""What a run has anyway; only what comes after it is measured."""
TRICKS = {
    "as it is": "",
    "with the standard library's frozen dataclasses": "sys.modules['contracts.text.frozen'] = dataclasses",
}
TIMES = 15
LEAST = ["-c", "import click"]
"""What any command takes."""
COMMANDS = {"--help": 2.5, "gate": 4.0, "compare": 4.5, "report": 5.0}
"""How many times the CPU of LEAST a command may take, at a run of the usual profile."""


def measure(quick: bool = False) -> list[Table]:
    """Return the two tables; `quick` shows only that it works: one time each, no bound."""
    return [_modules(quick), _commands(quick)]


def _modules(quick: bool) -> Table:
    """Measure the own modules; there is no bound."""
    times: dict[str, list[float]] = {trick: [] for trick in TRICKS}
    for _ in range(1 if quick else TIMES):  # in turn, so that all see the same machine
        for trick, change in TRICKS.items():
            times[trick].append(_milliseconds(change))
    rows: list[list[object]] = [
        [trick, f"{statistics.median(each):.1f}", f"{min(each):.1f}"] for trick, each in times.items()
    ]
    notes = ["Milliseconds of CPU to load the suite's own modules, once pytest, requests and jinja2 are there."]
    return Table("What a start costs", ["own modules", "median", "best"], rows, notes)


def _commands(quick: bool) -> Table:
    with tempfile.TemporaryDirectory() as folder:
        run = f"{folder}/run"
        pytest_seconds("--run-dir", run)
        size = Path(run, "verdict.json").stat().st_size
        runs = {"--help": [], "gate": [run], "compare": [run, run], "report": [run]}
        calls = {"python -c 'import click'": LEAST} | {
            command: ["-m", "contracts", command, *runs[command]] for command in COMMANDS
        }
        times: dict[str, list[float]] = {name: [] for name in calls}
        for _ in range(1 if quick else TIMES):
            for name, arguments in calls.items():
                times[name].append(_cpu(arguments))
    least, *_ = (statistics.median(each) for each in times.values())
    ratios = {name: statistics.median(each) / least for name, each in times.items()}
    rows = [
        [name, f"{ratios[name] * least * 1000:.0f}", f"{ratios[name]:.2f}", COMMANDS.get(name, "")] for name in times
    ]
    missed = [
        f"{name} takes {ratios[name]:.2f} times what any command does, and may take {bound:g}"
        for name, bound in COMMANDS.items()
        if ratios[name] > bound and not quick
    ]
    notes = [f"Whole processes; the run's verdict.json has {size / 1e6:.1f} MB, and `compare` reads it twice."]
    return Table("What a command takes", ["", "CPU ms", "× any command", "at most"], rows, notes, missed)


def _cpu(arguments: Sequence[str]) -> float:
    """Return the seconds of CPU, user and system, of a Python that does this; raises BenchError where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([PYTHON, *arguments], check=False, cwd=ROOT, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise BenchError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _milliseconds(change: str) -> float:
    lines = [BEFORE, change, "began = time.process_time()", LOADS, "print((time.process_time() - began) * 1000)"]
    done = subprocess.run([PYTHON, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)
