"""A case that is no row of the table: a test tells it step by step, and it ends at the first step that goes wrong."""

import time
from typing import NoReturn

from contracts.breach import Breach, Kind
from contracts.cleanup import remove
from contracts.client import Exchange, Request
from contracts.outcome import Outcome, Result, evidence, result_of
from contracts.state import Held
from contracts.target import Subject, Target, open_subject


class StoryEndedError(Exception):
    """A step did not go as promised; what comes after it would mean nothing."""


class Story:
    """What flows and crowds share: a workflow of their own, and what became of them so far."""

    operation = "stories"

    def __init__(self, target: Target, case: str) -> None:
        self._target = target
        self._case = case
        self._subject = open_subject(target)
        self._subjects = [self._subject]
        self._gone: set[str] = set()
        self._started = time.monotonic()
        self._result = Result.HELD
        self._breaches: tuple[Breach, ...] = ()
        self._reason = self._promised = ""
        self._exchange: Exchange | None = None
        self._unknown: list[str] = []

    def outcome(self) -> Outcome:
        """Clean up and return what became of the story."""
        for subject in self._subjects:
            remove(self._target, subject, Held() if subject.name in self._gone else None)
        told = self._exchange is not None and self._result is not Result.HELD
        return Outcome(
            case=self._case,
            operation=self.operation,
            answer=self._case.partition("/")[2],
            result=self._result,
            promised=self._promised,
            breaches=self._breaches,
            reason=self._reason,
            unknown=tuple(self._unknown),
            evidence=(evidence(self._target.client, self._exchange),) if told and self._exchange else (),
            seconds=round(time.monotonic() - self._started, 4),
        )

    def _another(self) -> Subject:
        """Return a further subject, which is cleaned up with the story."""
        subject = open_subject(self._target)
        self._subjects.append(subject)
        return subject

    def _send(self, request: Request, step: str) -> Exchange:
        exchange = self._exchange = self._target.send(request)
        if exchange.failure is not None and not self._target.alive():
            self._end(Result.UNREACHABLE, f"at {step}: {exchange.failure.text}")
        return exchange

    def _end_if(self, breaches: tuple[Breach, ...], reason: str) -> None:
        if breaches:
            self._breaches = breaches
            self._end(result_of(breaches), reason)

    def _end(self, result: Result, reason: str) -> NoReturn:
        self._result, self._reason = result, reason
        raise StoryEndedError(reason)


def state_breach(detail: str, promised: str, came: str) -> Breach:
    """Return a breach of the state that a step left behind."""
    return Breach(Kind.STATE, "state afterwards", promised, came, True, detail)
