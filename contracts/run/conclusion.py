"""The end of a run: what is under way is stopped, what it made is removed, and the verdict is written."""

import os
from pathlib import Path

from contracts.case.cleanup import remove_all
from contracts.catalog.release import load
from contracts.http.trace import Phase
from contracts.report.write import write_all
from contracts.run.description import about
from contracts.run.deviations import to_rows
from contracts.run.metrics import promises
from contracts.run.session import Session
from contracts.run.verdict import RunResult, decide, once, write
from contracts.safety.journal import FILE as JOURNAL
from contracts.text.message import msg


def stop(session: Session) -> None:
    """End what is still under way, where the run ends early."""
    if session.pool.busy and not session.probe.trouble:
        session.target.breaker.halted = True
    session.pool.stop()


def clean_up(session: Session) -> None:
    """Remove what is left of this run, also what a lost worker left, and note what would not go as leaked."""
    if not session.probe.trouble and (session.run_dir / JOURNAL).exists():
        with session.target.trace.during(Phase.CLEANUP):
            session.clean_up = remove_all(session.target, session.run_id)


def finish(session: Session, exit_status: int, allure: str | None = None) -> int:
    """Decide the verdict, write it with its reports, and return the exit code; `allure`: folder of its results."""
    ends: dict[int, str] = {2: msg("interrupted"), 3: msg("an internal error of the suite")}
    interrupted = ends.get(exit_status, "")
    if session.other_failures and not interrupted:
        interrupted = msg("other tests that failed: {n}", len(session.other_failures))
    outcomes = once(session.outcomes)
    result = RunResult(
        session.planned,
        outcomes,
        session.clean_up.left,
        interrupted,
        deviations=to_rows(session.expected, outcomes),
        promises=promises(load(session.release)),
        elsewhere=session.elsewhere,
        removed=session.clean_up.removed,
    )
    session.verdict = decide(about(session), result)
    write(session.verdict, session.run_dir)
    session.warnings = write_all(
        session.verdict, session.run_dir, os.environ, Path(allure) if allure else None, session.settings.language
    )
    return int(session.verdict["exit"])
