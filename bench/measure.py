"""Runs whole programs against a server and measures them: time, CPU, memory, requests as the server counts them."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.server import Server
from bench.table import BenchError

LAUNCHER = Path(__file__).with_name("launcher.py")
LONGEST = 1800
"""Seconds after which a program is ended."""


@dataclass(frozen=True)
class Program:
    """What is run: `{url}` in an argument stands for the server, `{out}` for a folder that is removed afterwards."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """What one run took. `cpu`: seconds, user and system, of the program and all processes that it waited for;
    `memory`: MB, of the largest of these. `server`: the server's own seconds of CPU."""

    status: int
    seconds: float
    cpu: float
    memory: float
    requests: int
    server: float
    output: str = ""


def run(program: Program, server: Server, keep: Path | None = None) -> Run:
    """Run a program once; `keep`: a folder that becomes its `{out}` and stays."""
    out = Path(tempfile.mkdtemp()) if keep is None else keep
    try:
        told = [part.replace("{url}", server.url).replace("{out}", str(out)) for part in program.command]
        result, said = out / "result.json", out / "output.txt"
        server.restart()
        command = [sys.executable, "-I", "-S", str(LAUNCHER), str(LONGEST), str(result), str(said)]
        subprocess.run([*command, *told], cwd=program.folder, env={**_environment(), **program.environment}, check=True)
        counted = server.restart()
        output = said.read_text(encoding="utf-8", errors="replace")
        return Run(**json.loads(result.read_text()), requests=counted.requests, server=counted.cpu, output=output)
    finally:
        if keep is None:
            shutil.rmtree(out, ignore_errors=True)


def good(measured: Run, name: str) -> Run:
    """Return a run that went well; raises BenchError for any other."""
    if measured.status != 0:
        raise BenchError(f"{name} ended with {measured.status} on a good server: {measured.output[-2000:]}")
    return measured


def alternate(runs: Mapping[str, Callable[[], Run]], counted: int, warm_up: int = 1) -> dict[str, list[Run]]:
    """Run all of them in turn, again and again, so that all see the same machine; the first turns do not count."""
    found: dict[str, list[Run]] = {name: [] for name in runs}
    for turn in range(warm_up + counted):
        for name, once in runs.items():
            measured = once()
            if turn >= warm_up:
                found[name].append(measured)
    return found


def median(runs: Sequence[Run], what: str) -> float:
    """Return the median of one of the figures."""
    return float(statistics.median(getattr(each, what) for each in runs))


def _environment() -> dict[str, str]:
    """Return the environment without what would change what is measured, such as to compile all modules anew."""
    changing = ("ZADIG_", "PYTEST_", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(changing)}
