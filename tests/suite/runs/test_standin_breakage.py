"""The stand-in takes a breakage by its name."""

import signal
import subprocess
import sys

import requests

from contracts.catalog.release import ROOT
from helpers.campaigns import HANG


def standin(*options: str) -> subprocess.Popen[str]:
    """Start the command."""
    command = [sys.executable, "-m", "contracts", "standin", *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_stand_in_takes_a_breakage_by_name() -> None:
    """`standin --breakage NAME` says what is broken, breaks it, and ends at Ctrl-C."""
    with standin("--breakage", "status/cancel-task/no-such-task/404") as process:
        assert process.stdout is not None
        url = process.stdout.readline().split(" at ")[1].partition(";")[0]
        assert "status/cancel-task/no-such-task/404, so this is no longer true" in process.stdout.readline()
        path = "/api/workflow/workflowtask/id/1/pipelines/a"
        assert requests.delete(url + path, timeout=HANG).status_code == 404
        process.send_signal(signal.SIGINT)
        assert process.wait(HANG) == 0


def test_an_unknown_breakage_is_one_line() -> None:
    """A name that is none is answered with those near it, and exit code 4."""
    with standin("--breakage", "status/cancel-task/success/20") as process:
        _, complaint = process.communicate(timeout=HANG)
    assert process.returncode == 4
    told = [line for line in complaint.splitlines() if "Error" in line]
    assert len(told) == 1
    assert "did you mean 'status/cancel-task/success/201'" in told[0]
