"""A case that is no row of the table: a test tells it step by step, and it ends at the first step that goes wrong."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn

from contracts.case.cleanup import remove_after_case
from contracts.case.outcome import Outcome
from contracts.case.reproduce import reproduction
from contracts.case.trial import Trial, alone, conclude, steadied, undisturbed
from contracts.check.breach import Breach, Kind
from contracts.check.snapshot import Snapshot
from contracts.http.exchange import Exchange, Request
from contracts.http.trace import Phase, Trace
from contracts.report.verdict_rules import Result, result_of
from contracts.safety.guard import RefusedError
from contracts.target.target import Subject, Target, open_subject
from contracts.text.errors import EndedError
from contracts.text.message import msg


class ScenarioEndedError(EndedError):
    """A step did not go as promised; what comes after it would mean nothing."""


class Scenario:
    """What flows and concurrent scenarios share: a workflow of their own, and what became of them so far.

    One is made when its test is collected, and begins when it is played: to be given to a test takes no target.
    """

    operation = ""
    alone = False
    """Whether it must have the target to itself."""
    names = "{name}"
    """How its workflows are named, around the name that the run gives."""

    def __init__(self, case: str, level: str = "") -> None:
        self.id = case
        self.level = level

    def __str__(self) -> str:
        return self.id

    @property
    def answer(self) -> str:
        """What a report puts in the place of an answer: the id without the operation."""
        return self.id.partition("/")[2]

    def play(self, target: Target, script: Callable[[], object]) -> Outcome:
        """Return what became of the case that `script` tells of this scenario; the script's mistakes pass through."""

        def attempt() -> Trial:
            return self._attempt(target, script)

        trial = steadied(target, attempt, (alone if self.alone else undisturbed)(target, attempt))
        about = {"case": self.id, "operation": self.operation, "answer": self.answer, "level": self.level}
        return conclude(trial, self._target, **about)

    def _attempt(self, target: Target, script: Callable[[], object]) -> Trial:
        self._begin(target)
        try:
            script()
        except ScenarioEndedError:
            pass
        except RefusedError as error:
            self._note(result=Result.BLOCKED, reason=error.message)
        finally:
            with self._target.trace.during(Phase.CLEANUP):
                for subject in self._subjects:
                    remove_after_case(self._target, subject, Snapshot() if subject.name in self._gone else None)
        self._note(doubts=tuple(self._target.trace.doubts))
        if self._trial.result is not Result.HELD and self._trial.exchanges:
            self._note(again=self._again(self._trial.exchanges[0].request))
        return self._trial

    def _begin(self, target: Target) -> None:
        self._target = replace(target, trace=Trace())
        self._subject = open_subject(target, self.names)
        self._subjects = [self._subject]
        self._gone: set[str] = set()
        self._documented = True  # whether a page promises what the last request was to do
        self._trial = Trial()

    def _note(self, **changes: Any) -> None:
        self._trial = replace(self._trial, **changes)

    def _again(self, request: Request) -> str:
        return reproduction(self._target, self._target.trace, request, self._subjects, self._trial.breaches)

    def _another(self, names: str = "") -> Subject:
        """Return a further subject, by a name of its own or the one that is given, cleaned up with the scenario."""
        subject = open_subject(self._target, names or self.names)
        self._subjects.append(subject)
        return subject

    def _send(self, request: Request, step: str, answer: str = "") -> Exchange:
        exchange = self._target.send(request, answer)
        self._note(exchanges=(exchange,))
        if exchange.failure is not None and not self._target.alive():
            self._end(Result.UNREACHABLE, msg("at {step}: {why}", step, exchange.failure.text))
        return exchange

    def _end_if(self, breaches: tuple[Breach, ...], reason: str) -> None:
        if breaches:
            breaches = tuple(
                replace(breach, documented=breach.documented and self._documented)
                if breach.kind in (Kind.STATE, Kind.CONCURRENCY)
                else breach
                for breach in breaches
            )
            self._note(breaches=breaches)
            self._end(result_of([breach.drift for breach in breaches]), reason)

    def _end(self, result: Result, reason: str) -> NoReturn:
        self._note(result=result, reason=reason)
        raise ScenarioEndedError(reason)


def state_breach(detail: str, promised: str, came: str) -> Breach:
    """Return a breach of the state that a step left behind."""
    return Breach(Kind.STATE, "state afterwards", promised, came, True, detail)
