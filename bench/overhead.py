"""What the suite costs beside the exchanges that it must make: a whole run against a bare loop of the same requests."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from bench.table import BenchError, Table
from contracts.catalog.release import ROOT
from contracts.standin.process import start

BOUND = 3.0
"""How many times the bare loop a run may take, beside what it takes to collect the cases."""
TIMES = 3
PYTEST = (sys.executable, "-m", "pytest", "tests/api", "-q", "-p", "no:cacheprovider")


@dataclass(frozen=True)
class Sent:
    """One request of a run, and the status that it got."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None
    status: int


@dataclass(frozen=True)
class Recording:
    """All requests of a run in their order, the base URL that they went to, and its tokens by user."""

    base_url: str
    tokens: Mapping[str, str]
    sent: tuple[Sent, ...]


def measure(quick: bool = False) -> list[Table]:
    """Return the table; `quick` shows only that it works: one run, no bound."""
    times = 1 if quick else TIMES
    with tempfile.TemporaryDirectory() as folder:
        recording = record(Path(folder))
        runs, listings, loops = [], [], []
        for number in range(times):  # interleaved, so that all three see the same machine
            runs.append(pytest_seconds("--run-dir", f"{folder}/{number}"))
            listings.append(pytest_seconds("--collect-only"))
            loops.append(replay(recording))
    run, listing, loop = (statistics.median(each) for each in (runs, listings, loops))
    ratio = (run - listing) / loop
    rows: list[list[object]] = [
        ["pytest tests/api", "s", f"{run:.2f}", _all(runs)],
        ["pytest tests/api --collect-only", "s", f"{listing:.2f}", _all(listings)],
        ["bare loop of the same requests", "s", f"{loop:.2f}", _all(loops)],
        ["requests", "", len(recording.sent), ""],
        ["(run - collect) / loop", "", f"{ratio:.2f}", f"at most {BOUND:g}"],
    ]
    missed = [f"a run takes {ratio:.2f} times the loop, and may take {BOUND:g}"] if ratio > BOUND and not quick else []
    return [Table("What the suite costs beside its requests", ["measured", "", "median", "all"], rows, [], missed)]


def pytest_seconds(*options: str) -> float:
    """Return how long pytest takes on the cases with these options, on the embedded stand-in."""
    started = time.perf_counter()
    _pytest(*options)
    return time.perf_counter() - started


def record(folder: Path) -> Recording:
    """Run the cases once on a stand-in of their own and return what was sent."""
    kept = folder / "sent.json"
    with start() as stand_in:
        tokens = _tokens(stand_in.base_url)
        options = ("-p", "bench.recorder", "--base-url", stand_in.base_url, "--run-dir", f"{folder}/recorded")
        _pytest(*options, RECORD=str(kept), PYTHONPATH=str(ROOT))
    rows = json.loads(kept.read_text(encoding="utf-8"))
    return Recording(stand_in.base_url, tokens, tuple(Sent(**row) for row in rows))


def replay(recording: Recording) -> float:
    """Send what was recorded to a new stand-in, by its own tokens, in a bare loop; return the seconds of the loop."""
    with start() as stand_in, requests.Session() as session:
        session.trust_env = False
        new = _tokens(stand_in.base_url)
        changed = {f"Bearer {token}": f"Bearer {new[user]}" for user, token in recording.tokens.items()}
        calls = [
            (
                sent.method,
                sent.url.replace(recording.base_url, stand_in.base_url, 1),
                {name: changed.get(value, value) for name, value in sent.headers.items() if name != "Content-Length"},
                sent.body.encode() if sent.body is not None else None,
            )
            for sent in recording.sent
        ]
        started = time.perf_counter()
        statuses = [
            session.request(method, url, headers=headers, data=body, allow_redirects=False).status_code
            for method, url, headers, body in calls
        ]
        seconds = time.perf_counter() - started
    for sent, status in zip(recording.sent, statuses, strict=True):
        if status != sent.status:
            raise BenchError(f"{sent.method} {sent.url} got HTTP {status} in the loop and {sent.status} in the run")
    return seconds


def _tokens(base_url: str) -> dict[str, str]:
    tokens: dict[str, str] = requests.get(f"{base_url}/_standin", timeout=10).json()["tokens"]
    return tokens


def _pytest(*options: str, **more: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZADIG_")} | more
    done = subprocess.run([*PYTEST, *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"pytest ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def _all(seconds: list[float]) -> str:
    return " ".join(f"{each:.2f}" for each in seconds)
