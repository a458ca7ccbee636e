"""A whole run that is ended early cleans up, tells what it did and takes its stand-in along."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from contracts.catalog.release import ROOT
from contracts.safety.journal import left_open
from helpers.processes import HANG
from helpers.whole_runs import command, environment


def answers(url: str) -> bool:
    """Whether anybody listens there."""
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname, parts.port)) == 0


def wait_until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + HANG
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def end_early(folder: Path, number: int, *options: str) -> tuple[int, str]:
    """Send a signal to a run on the embedded stand-in that has begun; return its exit code and the stand-in's URL."""
    journal = folder / "run" / "journal.jsonl"
    with (
        (folder / "output").open("w") as output,
        subprocess.Popen(
            command(folder, options), cwd=ROOT, env=environment(folder), stdout=output, stderr=output
        ) as process,
    ):
        wait_until(lambda: journal.exists() and journal.read_text(encoding="utf-8").count('"gone"') >= 3)
        process.send_signal(number)
        code = process.wait(HANG)
    return code, json.loads(journal.read_text(encoding="utf-8").splitlines()[0])["base_url"]


def test_ctrl_c_ends_a_run_in_order(tmp_path: Path) -> None:
    """Ctrl-C in the middle: exit 2, a verdict that says so, nothing left, and the embedded stand-in is gone."""
    code, url = end_early(tmp_path, signal.SIGINT)
    verdict: dict[str, Any] = json.loads((tmp_path / "run" / "verdict.json").read_text(encoding="utf-8"))
    assert code == 2
    assert (verdict["verdict"], verdict["leaks"]) == ("inconclusive", [])
    assert "interrupted" in verdict["reasons"]
    assert verdict["not_run"] != []
    assert left_open(tmp_path / "run" / "journal.jsonl") == {}
    assert not answers(url)
    assert "Traceback" not in (tmp_path / "output").read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [pytest.param((), id="one-process"), pytest.param(("-n", "2"), id="two-workers")])
def test_a_killed_run_takes_its_stand_in_along(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, url = end_early(tmp_path, signal.SIGKILL, *options)
    assert code == -signal.SIGKILL
    wait_until(lambda: not answers(url))
