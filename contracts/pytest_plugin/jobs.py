"""The work of a case, ready for any thread: a row of the case table, or a story."""

from collections.abc import Callable

from contracts.case.outcome import Outcome
from contracts.case.runner import run_case
from contracts.case.scenario import Scenario, tell
from contracts.catalog.cases import Case
from contracts.run.executor import Job
from contracts.run.session import Session


def row(session: Session, case: Case) -> Job:
    """Return the job of a row of the case table."""

    def work() -> Outcome:
        if session.trouble:
            return session.not_tried(case.id, case.operation, case.answer.name)
        return session.judged(run_case(case, session.target))

    return Job(case.id, work)


def story(session: Session, kind: type[Scenario], case: str, level: str, script: Callable[[Scenario], object]) -> Job:
    """Return the job of a case that `script` tells step by step."""

    def work() -> Outcome:
        if session.trouble:
            return session.not_tried(case, kind.operation, case.partition("/")[2])
        return session.judged(tell(kind, session.target, case, level, script))

    return Job(case, work)
