"""Arranges each given on the target: a row of steps, and the state that its task is in then."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from contracts.case.wait import WaitError, wait_for
from contracts.catalog.cases import Overrides
from contracts.check.check import check
from contracts.check.snapshot import Snapshot, UnclearError, snapshot
from contracts.http.client import Exchange
from contracts.http.trace import Wait
from contracts.target.requests import NO_OVERRIDES, operation_call, support_call
from contracts.target.target import Subject, Target
from contracts.text.errors import EndedError
from contracts.text.message import about, msg

FINAL = frozenset({"passed", "failed", "timeout", "cancelled"})
STEP_SECONDS = 4.0
"""How far a stand-in's clock is moved on between two looks at a task."""


class NotArrangedError(EndedError):
    """A given could not be arranged; the text says at which step and why. `exchange` is what came back, if any."""

    def __init__(self, text: str, exchange: Exchange | None = None) -> None:
        super().__init__(text)
        self.exchange = exchange


def arrange(target: Target, given: str, subject: Subject) -> tuple[Subject, Snapshot]:
    """Bring the target into the state `given` for `subject`; return the subject with its task, and what is held.

    Raises NotArrangedError where a step fails or the state afterwards is not the one wished for.
    """
    row = GIVENS[given]
    for step in row.steps:
        subject = step(target, subject)
    if not row.steps:
        return subject, Snapshot()  # a name of its own that was never sent anywhere
    try:
        held = snapshot(target, subject)
    except UnclearError as error:
        raise NotArrangedError(error.message, error.exchange) from None
    state = held.tasks.get(subject.task_id)
    if row.state and state != row.state:
        wrong = "the task should be {state} and is {now}" if state else "the task should be {state} and is not there"
        raise NotArrangedError(msg(wrong, row.state, state))
    if (held.workflow is None) != (given == "deleted-workflow"):
        raise NotArrangedError(msg("it is still there" if held.workflow else "the workflow was made and is not there"))
    return subject, held


def _operate(target: Target, subject: Subject, name: str, answer: str, overrides: Overrides = NO_OVERRIDES) -> Any:
    operation = target.release.operations[name]
    exchange = target.send(operation_call(target, operation, subject, overrides), answer)
    checked = check(exchange, operation.answers[answer], subject.sent(target.workspace))
    if checked.breaches:
        raise NotArrangedError(checked.breaches[0].line(f"{name}: "), exchange)
    return checked.value


def _create(target: Target, subject: Subject) -> Subject:
    _operate(target, subject, "create-workflow", "success")
    return subject


def _start(target: Target, subject: Subject, branch: str = "branch") -> Subject:
    build = getattr(target.workspace, branch)
    if build is None:
        missing = "no {branch} is set; set --{option} to a branch with such a build"
        raise NotArrangedError(msg(missing, branch, branch.replace("_", "-")))
    value = _operate(target, subject, "start-task", "queued", Overrides(branch=build))
    return replace(subject, task_id=value["task_id"])


def _cancel(target: Target, subject: Subject) -> Subject:
    _operate(target, subject, "cancel-task", "success")
    return subject


def _delete(target: Target, subject: Subject) -> Subject:
    exchange = target.send(support_call(target, "delete-workflow", subject))
    if exchange.status != 200:
        raise NotArrangedError(about("delete-workflow", f"HTTP {exchange.status}"), exchange)
    return subject


def _reach(target: Target, subject: Subject, state: str) -> Subject:
    """Wait until the task is in `state`; on a stand-in by moving its clock on."""
    by_hand = target.control if target.control is not None and target.control.manual else None

    def state_now() -> str:
        if by_hand is not None:
            by_hand.advance(subject.name, STEP_SECONDS)
        return snapshot(target, subject).tasks.get(subject.task_id, msg("gone"))

    target.trace.wait(Wait(subject.name, subject.task_id, state, STEP_SECONDS))
    try:
        seconds = max(0.0, min(target.state_timeout, target.deadline - time.time()))
        wait_for(state_now, state, seconds=seconds, final=FINAL, interval=1.0 if by_hand is None else 0.0)
    except WaitError as error:
        raise NotArrangedError(error.message) from None
    except UnclearError as error:
        raise NotArrangedError(error.message, error.exchange) from None
    return subject


Step = Callable[[Target, Subject], Subject]


@dataclass(frozen=True)
class Given:
    """How a given comes about.

    steps: what is done for it, one after the other.
    state: the state that its task is in then; empty where it has none.
    """

    steps: tuple[Step, ...] = ()
    state: str = ""


def _run_to(state: str, branch: str = "branch") -> Given:
    return Given((_create, partial(_start, branch=branch), partial(_reach, state=state)), state)


GIVENS: Mapping[str, Given] = {
    "no-such-workflow": Given(),
    "workflow": Given((_create,)),
    "queued-task": Given((_create, _start), "created"),
    "cancelled-task": Given((_create, _start, _cancel), "cancelled"),
    "two-queued-tasks": Given((_create, _start, _start), "created"),
    "two-tasks-one-cancelled": Given((_create, _start, _start, _cancel), "cancelled"),
    "running-task": _run_to("running"),
    "passed-task": _run_to("passed"),
    "failed-task": _run_to("failed", "failing_branch"),
    "timeout-task": _run_to("timeout", "hanging_branch"),
    "deleted-workflow": Given((_create, _start, _delete)),
}

NEEDS_AGENT = frozenset({"running-task", "passed-task", "failed-task", "timeout-task"})
"""Givens that a live target reaches only with a running agent, in its own time."""
