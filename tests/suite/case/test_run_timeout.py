"""The time for a whole run ends what would otherwise go on: no new case is tried, and no state is waited for longer."""

from pathlib import Path

from contracts.case.runner import run_case
from contracts.catalog.cases import cases
from contracts.report.verdict_rules import Result
from contracts.run.outcomes import row_job
from contracts.run.session import Session
from contracts.settings.settings import load
from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread
from contracts.target.connect import find_workspace, open_target, probe

CASES = {case.id: case for case in cases("1.7.0")}


def test_a_wait_ends_with_the_run(tmp_path: Path) -> None:
    """A task that takes 13 s to pass is not waited for longer than the run may take."""
    with serve_in_thread(create_app(clock="real")) as url:
        settings = load({"base_url": url, "run_timeout": "4", "run_dir": str(tmp_path)})
        run = Session(settings)
        run.connect()
        run.open()
        outcome = run.pool.outcome(row_job(run, CASES["cancel-task/passed-task"]))
        assert outcome.result is Result.BLOCKED
        assert "waited" in outcome.reason
        late = run.pool.outcome(row_job(run, CASES["cancel-task/no-such-workflow"]))
        assert late.result is Result.BLOCKED
        assert "--run-timeout" in late.reason


def test_a_real_clock_is_waited_for(tmp_path: Path) -> None:
    with serve_in_thread(create_app(clock="real")) as url:
        settings = load({"base_url": url})
        look = probe(settings, url)
        place = find_workspace(settings, look)
        target = open_target(settings, look, place, release="1.7.0", run_id="r", worker="main", run_dir=tmp_path)
        assert run_case(CASES["cancel-task/running-task"], target).result is Result.HELD
