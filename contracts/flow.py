"""A flow: several operations on one workflow, one after the other, each held against its answer."""

import time
from dataclasses import replace
from typing import NoReturn

from contracts.breach import Breach, Kind
from contracts.calls import operation_call, support_call
from contracts.check import check
from contracts.cleanup import remove
from contracts.client import Exchange, Request
from contracts.outcome import Outcome, Result, evidence, result_of
from contracts.state import Held
from contracts.strictjson import NotStrictError, parse
from contracts.target import Target, open_subject


class FlowEndedError(Exception):
    """A step of the flow did not go as promised; what comes after it would mean nothing."""


class Flow:
    """Reads as a sentence in a test: it creates, starts, cancels, and the task is cancelled.

    Each step that does not go as promised ends the flow; `outcome` says what became of it.
    """

    def __init__(self, target: Target, case: str) -> None:
        self._target = target
        self._case = case
        self._subject = open_subject(target)
        self._started = time.monotonic()
        self._result = Result.HELD
        self._breaches: tuple[Breach, ...] = ()
        self._reason = self._promised = ""
        self._exchange: Exchange | None = None
        self._unknown: list[str] = []
        self._held: Held | None = None

    def does(self, operation: str, answer: str) -> None:
        """Do an operation and hold what comes back against the answer of that name."""
        whole = self._target.release.operations[operation]
        wanted = whole.answers[answer]
        self._promised = wanted.basis
        exchange = self._send(operation_call(self._target, whole, self._subject), f"{operation} → {answer}")
        sent = self._subject.sent(self._target.place)
        checked = check(exchange, wanted, sent, self._target.release.answers)
        self._unknown += checked.unknown
        self._end_if(checked.breaches, f"at {operation} → {answer}")
        if answer == "queued":
            self._subject = replace(self._subject, task_id=checked.value["task_id"])

    def task_is(self, state: str) -> None:
        """Look at the task: it has this state, under the id that it was started with."""
        exchange = self._send(support_call(self._target, "get-task", self._subject), "looking at the task")
        try:
            task = parse(exchange.body)
            came, task_id = task["status"], task["task_id"]
        except (NotStrictError, TypeError, KeyError):
            self._end(Result.BLOCKED, f"the task could not be read: HTTP {exchange.status}")
        if task_id != self._subject.task_id:
            self._end_if(
                (_state("task-id", f"task {self._subject.task_id}", f"task {task_id}"),), "looking at the task"
            )
        if came != state:
            self._end_if((_state(f"task-{came}", f"the task is {state}", came),), "looking at the task")

    def deletes(self) -> None:
        """Delete the workflow."""
        exchange = self._send(support_call(self._target, "delete-workflow", self._subject), "delete-workflow")
        if exchange.status != 200:
            self._end(Result.BLOCKED, f"delete-workflow answered HTTP {exchange.status}")
        self._held = Held()

    def outcome(self) -> Outcome:
        """Clean up and return what became of the flow."""
        remove(self._target, self._subject, self._held)
        return Outcome(
            case=self._case,
            operation="flows",
            answer=self._case.partition("/")[2],
            result=self._result,
            promised=self._promised,
            breaches=self._breaches,
            reason=self._reason,
            unknown=tuple(self._unknown),
            evidence=(evidence(self._target.client, self._exchange),) if self._exchange and self._reason else (),
            seconds=round(time.monotonic() - self._started, 4),
        )

    def _send(self, request: Request, step: str) -> Exchange:
        exchange = self._target.send(request)
        self._exchange = exchange
        if exchange.failure is not None and not self._target.alive():
            self._end(Result.UNREACHABLE, f"at {step}: {exchange.failure.text}")
        return exchange

    def _end_if(self, breaches: tuple[Breach, ...], reason: str) -> None:
        if breaches:
            self._breaches = breaches
            self._end(result_of(breaches), reason)

    def _end(self, result: Result, reason: str) -> NoReturn:
        self._result, self._reason = result, reason
        raise FlowEndedError(reason)


def _state(detail: str, promised: str, came: str) -> Breach:
    return Breach(Kind.STATE, "state afterwards", promised, came, True, detail)
