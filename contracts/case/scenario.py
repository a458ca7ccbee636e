"""A case that is no row of the table: a test tells it step by step, and it ends at the first step that goes wrong."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from contracts.case.cleanup import remove
from contracts.case.outcome import Outcome, evidence
from contracts.case.reproduce import reproduction
from contracts.check.breach import Breach, Kind
from contracts.check.expected import Promise
from contracts.check.state import Snapshot
from contracts.http.client import Exchange, Request
from contracts.http.trace import Phase, Trace
from contracts.report.verdict_rules import Result, result_of
from contracts.target.target import Subject, Target, open_subject
from contracts.text.errors import EndedError
from contracts.text.message import msg


class ScenarioEndedError(EndedError):
    """A step did not go as promised; what comes after it would mean nothing."""


class Scenario:
    """What flows and crowds share: a workflow of their own, and what became of them so far."""

    operation = "stories"
    alone = False
    """Whether it must have the target to itself."""
    names = "{name}"
    """How its workflows are named, around the name that the run gives."""

    def __init__(self, target: Target, case: str, level: str = "") -> None:
        self._target = replace(target, trace=Trace())
        self._case = case
        self._level = level
        self._subject = open_subject(target, self.names)
        self._subjects = [self._subject]
        self._gone: set[str] = set()
        self._started = time.monotonic()
        self._result = Result.HELD
        self._breaches: tuple[Breach, ...] = ()
        self._reason = self._promised = ""
        self._wanted: Promise | None = None
        self._exchange: Exchange | None = None
        self._unknown: list[str] = []
        self._seen: list[str] = []

    def outcome(self) -> Outcome:
        """Clean up and return what became of the story."""
        log = self._target.trace
        with log.during(Phase.CLEANUP):
            for subject in self._subjects:
                remove(self._target, subject, Snapshot() if subject.name in self._gone else None)
        return Outcome(
            case=self._case,
            operation=self.operation,
            answer=self._case.partition("/")[2],
            result=self._result,
            level=self._level,
            promised=self._promised,
            wanted=self._wanted if self._result is not Result.HELD else None,
            breaches=self._breaches,
            reason=self._reason,
            unknown=tuple(self._unknown),
            seen=tuple(dict.fromkeys(self._seen)),
            evidence=(evidence(self._target.client, self._exchange),) if self._exchange else (),
            again=self._again(self._exchange.request) if self._exchange and self._result is not Result.HELD else "",
            steps=tuple(log.steps),
            started=round(log.started, 3),
            seconds=round(time.monotonic() - self._started, 4),
        )

    def _again(self, request: Request) -> str:
        return reproduction(self._target, self._target.trace, request)

    def _another(self) -> Subject:
        """Return a further subject, which is cleaned up with the story."""
        subject = open_subject(self._target, self.names)
        self._subjects.append(subject)
        return subject

    def _send(self, request: Request, step: str, answer: str = "") -> Exchange:
        exchange = self._exchange = self._target.send(request, answer)
        if exchange.failure is not None and not self._target.alive():
            self._end(Result.UNREACHABLE, msg("at {step}: {why}", step, exchange.failure.text))
        return exchange

    def _end_if(self, breaches: tuple[Breach, ...], reason: str) -> None:
        if breaches:
            self._breaches = breaches
            self._end(result_of([breach.drift for breach in breaches]), reason)

    def _end(self, result: Result, reason: str) -> NoReturn:
        self._result, self._reason = result, reason
        raise ScenarioEndedError(reason)


def state_breach(detail: str, promised: str, came: str) -> Breach:
    """Return a breach of the state that a step left behind."""
    return Breach(Kind.STATE, "state afterwards", promised, came, True, detail)


def tell(kind: type[Scenario], target: Target, case: str, level: str, script: Callable[[Scenario], object]) -> Outcome:
    """Return what became of a case that `script` tells; what goes wrong in the script itself passes through.

    As with rows of the case table, cross-talk with other cases under way does not count: then it is told again, alone.
    """

    def once() -> Outcome:
        story = kind(target, case, level)
        try:
            script(story)
        except ScenarioEndedError:
            pass
        finally:
            outcome = story.outcome()
        return outcome

    if kind.alone:
        with target.lock.exclusive():
            return once()
    with target.lock.shared() as had_company:
        outcome = once()
    if had_company() and any(breach.kind is Kind.CROSS_TALK for breach in outcome.breaches):
        with target.lock.exclusive():
            return once()
    return outcome
