"""The end of a run: what is under way is stopped, what it made is removed, and the verdict is written."""

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from contracts.case.cleanup import interrupted, remove_all, to_come, unanswered
from contracts.catalog.release import load
from contracts.http.trace import Phase
from contracts.report.verdict_file import FILE
from contracts.report.verdict_rules import INCONCLUSIVE
from contracts.report.write import write_all
from contracts.run.description import about
from contracts.run.deviations import to_rows
from contracts.run.metrics import promises
from contracts.run.session import Session
from contracts.run.verdict import RunResult, decide, once, write
from contracts.safety.journal import FILE as JOURNAL
from contracts.safety.journal import left_late
from contracts.text.errors import of_system
from contracts.text.message import Message, msg
from contracts.text.message import about as about_name

INTERNAL = 3
"""The exit code of a run that nobody can decide about later: its verdict could not be written."""
MARGIN = 0.1
"""Seconds by which the clocks of a wait and of the day may differ."""


def stop(session: Session) -> None:
    """End what is still under way, where the run ends early."""
    if session.pool.busy and not session.probe.trouble:
        session.target.breaker.halted = True
    session.pool.stop()


def clean_up(session: Session, tell: Callable[[str], None] | None = None) -> None:
    """Remove what is left of this run, also what a lost worker left, and note what would not go as leaked.

    What a server may still be at work on is waited for, which `tell` hears; without it nothing is waited for, as where
    somebody interrupted the run. Whoever interrupts the wait ends only that.
    """

    def wait(until: datetime) -> None:
        seconds = min(until.timestamp() + MARGIN, session.deadline) - time.time()
        if tell is not None and seconds > 0:
            tell(
                msg(
                    "some requests got no response: waiting {seconds} s, then removing what they created",
                    f"{seconds:.0f}",
                )
            )
            with contextlib.suppress(KeyboardInterrupt):
                time.sleep(seconds)

    if not session.probe.trouble and (session.run_dir / JOURNAL).exists():
        weather = session.target.weather
        before = weather.sent
        with session.target.trace.during(Phase.CLEANUP):
            try:
                session.clean_up = remove_all(session.target, session.run_id, wait)
                if session.clean_up.left and weather.turned_away and not weather.ended:  # as a sweep would
                    first = session.clean_up
                    session.clean_up = remove_all(session.target, session.run_id, wait)
                    removed = tuple(dict.fromkeys((*first.removed, *session.clean_up.removed)))
                    session.clean_up = replace(session.clean_up, removed=removed)
            except KeyboardInterrupt:
                session.clean_up = interrupted(session.target, session.run_id)
                raise
        if weather.turned_away:  # then cases could not remove all that they made
            weather.repeated += weather.sent - before


def still_to_come(session: Session) -> list[Message]:
    """Return a line for each name with requests that the server may still be at work on.

    It looks at nothing but the journal on disk, so it may be called at any moment.
    """
    path = session.run_dir / JOURNAL
    late = left_late(path) if path.is_file() else {}
    return [about_name(name, unanswered(until)) for name, until in late.items() if to_come(until)]


def finish(session: Session, exit_status: int, allure: str | None = None) -> int:
    """Decide the verdict, write it with its reports, and return the exit code; `allure`: folder of its results."""
    if not session.pace:  # no worker told
        session.hear(session.told())
    ends: dict[int, str] = {2: msg("interrupted"), 3: msg("an internal error of the suite")}
    interrupted = ends.get(exit_status, "")
    if session.other_failures and not interrupted:
        interrupted = msg("other tests that failed: {n}", len(session.other_failures))
    interrupted = interrupted or session.too_disturbed
    outcomes = once(session.outcomes)
    result = RunResult(
        session.planned,
        outcomes,
        [left.why for left in session.clean_up.left],
        interrupted,
        deviations=to_rows(session.expected, outcomes),
        promises=promises(load(session.release)),
        elsewhere=session.elsewhere,
        unselected=session.unselected,
        removed=session.clean_up.removed,
        unseen=[left.why for left in session.clean_up.left if not left.seen],
    )
    session.verdict = decide(about(session), result)
    try:
        write(session.verdict, session.run_dir)
    except OSError as error:  # the folder is full, or something else stands there: no gate can read this run
        lost = msg("{file} could not be written into {folder}: {why}", FILE, session.run_dir, of_system(error.strerror))
        unwritten = decide(about(session), replace(result, interrupted=interrupted or lost))
        session.verdict = unwritten | {"verdict": INCONCLUSIVE, "exit": INTERNAL}
    if session.reports:
        session.warnings = write_all(
            session.verdict, session.run_dir, os.environ, Path(allure) if allure else None, session.settings.language
        )
    return int(session.verdict["exit"])
