"""The steps of a case: each exchange that it made, in the order in which they ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from contracts.http.disturbance import Doubt
from contracts.http.exchange import Exchange, Request
from contracts.text.frozen import dataclass


class Phase(StrEnum):
    """What a step is for."""

    GIVEN = "given"
    REQUEST = "request"
    AFTERWARDS = "afterwards"
    CLEANUP = "cleanup"


@dataclass(frozen=True)
class Step:
    """One exchange of a case.

    phase: what it was for.
    call, answer: which call, and its expected answer, where one is promised.
    status: None where no response came.
    at, seconds: from the start of the case, and of the request.
    """

    phase: Phase
    call: str
    answer: str
    status: int | None
    at: float
    seconds: float


@dataclass(frozen=True)
class Wait:
    """A time in which a task went on.

    workflow, task_id: which one.
    state: the state in which it ended.
    seconds: how far a stand-in's clock is moved on at a time.
    """

    workflow: str
    task_id: int
    state: str
    seconds: float


class Trace:
    """Collects the steps of one case, and what it takes to see it again: the changes sent, and the waits between.

    looks: what was read since the last of these changes, each once.
    doubts: what came, and may not be the target's own.
    faulty: the exchanges whose answers did what none may do.

    Several threads may add to it.
    """

    def __init__(self) -> None:
        self.started = time.time()
        self.steps: list[Step] = []
        self.sent: list[tuple[Phase, Request | Wait]] = []
        self.looks: list[Request] = []
        self.doubts: list[Doubt] = []
        self.faulty: list[Exchange] = []
        self.phase = Phase.REQUEST
        self._clock = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has been since the start."""
        return time.monotonic() - self._clock

    @contextmanager
    def during(self, phase: Phase) -> Iterator[None]:
        """Let what is added meanwhile belong to a phase."""
        before, self.phase = self.phase, phase
        try:
            yield
        finally:
            self.phase = before

    def add(self, exchange: Exchange, answer: str) -> None:
        """Add an exchange that has just ended, with the answer that was expected."""
        at = max(0.0, self.seconds - exchange.seconds)
        call = exchange.request.call
        self.steps.append(Step(self.phase, call, answer, exchange.status, round(at, 4), round(exchange.seconds, 4)))
        if exchange.faults:
            self.faulty.append(exchange)
        if exchange.request.changes:
            self.sent.append((self.phase, exchange.request))
        if self.phase is Phase.CLEANUP:
            return
        if exchange.request.changes:
            self.looks.clear()
        elif exchange.request not in self.looks:
            self.looks.append(exchange.request)

    def wait(self, wait: Wait) -> None:
        """Add a wait."""
        self.sent.append((self.phase, wait))
