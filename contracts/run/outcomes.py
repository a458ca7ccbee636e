"""What becomes of a session's cases: the work of each, ready for any thread, and what is said of those without one."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from contracts.case.outcome import Outcome
from contracts.case.runner import run_case
from contracts.case.scenario import Scenario
from contracts.case.together import run_together
from contracts.catalog.cases import Case
from contracts.report.summary.terminal import block
from contracts.report.verdict_rules import Result
from contracts.run.description import about
from contracts.run.deviations import judge
from contracts.run.executor import Job
from contracts.run.session import Session
from contracts.text.message import msg


def row_job(session: Session, case: Case) -> Job:
    """Return the job of a row of the case table."""
    return _job(session, case.id, case.operation, case.answer.name, lambda: run_case(case, session.target))


def chain_job(session: Session, first: Case, chain: Sequence[Case]) -> Job:
    """Return the job of rows that share a workflow, of which `first` is asked for first."""

    def work() -> Iterator[Outcome]:
        for outcome in run_together(chain, session.target, lambda: session.trouble):
            yield _judged(session, outcome)

    return Job(first.id, work, {case.id: row_job(session, case).work for case in chain})


def scenario_job(session: Session, scenario: Scenario, script: Callable[[], object]) -> Job:
    """Return the job of a case that `script` tells step by step."""
    run = scenario.play
    return _job(session, scenario.id, scenario.operation, scenario.answer, lambda: run(session.target, script))


def _job(session: Session, case: str, operation: str, answer: str, run: Callable[[], Outcome]) -> Job:
    def work() -> Iterator[Outcome]:
        yield _not_tried(session, case, operation, answer) if session.trouble else _judged(session, run())

    return Job(case, work)


def _judged(session: Session, outcome: Outcome) -> Outcome:
    """Return an outcome with the known deviation that it shows."""
    return judge(outcome, session.expected, datetime.now(UTC).date())


def _not_tried(session: Session, case: str, operation: str, answer: str) -> Outcome:
    result = Result.BLOCKED if session.probe.answered else Result.UNREACHABLE
    if session.probe.disturbed or session.ended:
        result = Result.DISTURBED
    return Outcome(case, operation, answer, result, reason=session.trouble)


def crashed(session: Session, case: str, reason: str) -> Outcome:
    """Return the outcome of a case in which the suite itself, or the process that ran it, failed."""
    operation, _, rest = case.partition("/")
    answer = next((row.answer.name for row in session.cases if row.id == case), rest)
    reason = msg("the suite itself failed here: {why}; --tb=short shows the details", reason)
    return Outcome(case, operation, answer, Result.CRASHED, reason=reason)


def text(session: Session, outcome: Outcome) -> str:
    """Return what happened to a case as the lines that people read."""
    return "\n".join(block(outcome.to_json(), about(session).to_json(), lang=session.settings.language))
