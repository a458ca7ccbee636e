"""The real cases report a breakage as it says, and the stand-in takes one by its name."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from contracts.breakages.catalog import breakages
from contracts.breakages.proxy.proxy import front
from contracts.case.runner import run_case
from contracts.catalog.cases import cases
from contracts.catalog.release import ROOT
from contracts.settings.settings import load as settings
from contracts.standin.app import create_app
from contracts.target.connect import find_workspace, open_target, probe
from helpers.processes import HANG

BREAKAGES = breakages()

SAMPLE = (
    "envelope/cancel-task/no-such-task/code-missing",
    "body/cancel-task/success/array",
    "status/create-workflow/already-exists/404",
    "headers/start-task/no-such-workflow/type-html",
    "state/restart-task/success/starts-a-new-task",
    "descriptions/start-task/no-environment/other-environment",
    "authorization/cancel-task/forbidden/right",
    "robustness/create-workflow/success/unknown-key",
    "flaky/cancel-task/any/error-500-at-times",
)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("name", SAMPLE)
def test_the_cases_report_it_as_it_says(name: str, tmp_path: Path) -> None:
    change = BREAKAGES[name]
    meant = [case for case in cases("1.7.0") if case.operation == change.operation]
    with front(change, create_app()) as served:
        wanted = settings({"base_url": served.base_url})
        look = probe(wanted, served.base_url)
        place = find_workspace(wanted, look)
        target = open_target(wanted, look, place, release="1.7.0", run_id="breakages", worker="main", run_dir=tmp_path)
        picked = [case for case in meant if change.answer in ("*", case.answer.name)]
        kinds = {breach.kind for case in picked for breach in run_case(case, target).breaches}
        target.client.close()
        assert served.applied
    assert kinds & change.kinds


def standin(*options: str) -> subprocess.Popen[str]:
    """Start the command."""
    command = [sys.executable, "-m", "contracts", "standin", *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_stand_in_takes_a_breakage_by_name() -> None:
    """`standin --breakage NAME` says what is broken, breaks it, and ends at Ctrl-C."""
    with standin("--breakage", "status/cancel-task/no-such-task/404") as process:
        assert process.stdout is not None
        url = process.stdout.readline().split(" at ")[1].partition(";")[0]
        assert "status/cancel-task/no-such-task/404, which breaks a promise" in process.stdout.readline()
        path = "/api/workflow/workflowtask/id/1/pipelines/a"
        assert requests.delete(url + path, timeout=HANG).status_code == 404
        process.send_signal(signal.SIGINT)
        assert process.wait(HANG) == 0


def test_an_unknown_breakage_is_one_line() -> None:
    """A name that is none is answered with those near to it, and exit code 2."""
    with standin("--breakage", "status/cancel-task/success/20") as process:
        _, complaint = process.communicate(timeout=HANG)
    assert process.returncode == 2
    told = [line for line in complaint.splitlines() if "Error" in line]
    assert len(told) == 1
    assert "near to it: status/cancel-task/success/201" in told[0]
