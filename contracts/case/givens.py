"""Arranges each given on the target: its steps by the roles of calls, and the state that its task is in then."""

import time
from dataclasses import replace

from contracts.case.wait import WaitError, wait_for
from contracts.catalog.cases import Overrides
from contracts.catalog.givens import GIVENS
from contracts.catalog.lifecycle import DELETED, NOT_THERE
from contracts.check.check import check
from contracts.check.snapshot import Snapshot, UnclearError, snapshot
from contracts.http.client import Exchange
from contracts.http.trace import Wait
from contracts.target.requests import NO_OVERRIDES, operation_call
from contracts.target.target import Subject, Target
from contracts.text.errors import EndedError
from contracts.text.message import about, msg

STEP_SECONDS = 4.0
"""How far a stand-in's clock is moved on between two looks at a task."""


class NotArrangedError(EndedError):
    """A given could not be arranged; the text says at which step and why. `exchange` is what came back, if any."""

    def __init__(self, text: str, exchange: Exchange | None = None) -> None:
        super().__init__(text)
        self.exchange = exchange


def arrange(target: Target, given: str, subject: Subject, made: Overrides = NO_OVERRIDES) -> tuple[Subject, Snapshot]:
    """Bring the target into the state `given` for `subject`; return the subject with its task, and what is held.

    `made` is what is special in its create.

    Raises NotArrangedError where a step fails or the state afterwards is not the one wished for.
    """
    row, lifecycle, state = GIVENS[given], target.release.lifecycle, NOT_THERE
    if not row.steps:
        return subject, Snapshot()  # a name of its own that was never sent anywhere
    for role in row.steps:
        move = lifecycle.move(role, state)
        if move.answer not in target.release.call(role).answers:
            raise NotArrangedError(lifecycle.unsaid(target.release.call(role).name, state))
        special = replace(made if role == "create" else NO_OVERRIDES, branch=_branch(target, row.branch))
        subject, state = _does(target, subject, role, move.answer, special), move.next or state
    word = lifecycle.word(row.state) if row.state else ""
    if row.waits:
        _reach(target, subject, word)
    try:
        held = snapshot(target, subject)
    except UnclearError as error:
        raise NotArrangedError(error.message, error.exchange) from None
    now = held.tasks.get(subject.task_id)
    if word and not lifecycle.means(now, word):
        wrong = "the task should be {state} and is {now}" if now else "the task should be {state} and is not there"
        raise NotArrangedError(msg(wrong, word, now))
    if (held.workflow is None) != (state == DELETED):
        raise NotArrangedError(msg("it is still there" if held.workflow else "the workflow was made and is not there"))
    return subject, held


def _does(target: Target, subject: Subject, role: str, answer: str, special: Overrides) -> Subject:
    """Let a role be played, which must give this answer; return the subject, with its task where one was started."""
    call = target.release.call(role)
    request = operation_call(target, call, subject, special)
    if call.name in target.release.support:  # nobody promises what it answers
        exchange = target.send(request)
        if exchange.status != call.answers[answer].status:
            raise NotArrangedError(about(call.name, exchange.came), exchange)
        return subject
    exchange = target.send(request, answer)
    checked = check(exchange, call.answers[answer], subject.sent(target.workspace))
    if checked.breaches:
        raise NotArrangedError(checked.breaches[0].line(f"{call.name}: "), exchange)
    task_id = target.release.binding.roles[role].get(checked.value, "id")
    return subject if task_id is None else replace(subject, task_id=task_id)


def _branch(target: Target, name: str) -> str:
    build: str | None = getattr(target.workspace, name)
    if build is None:
        missing = "no {branch} is set; set --{option} to a branch with such a build"
        raise NotArrangedError(msg(missing, name, name.replace("_", "-")))
    return build


def _reach(target: Target, subject: Subject, state: str) -> None:
    """Wait until the task is in `state`; on a stand-in by moving its clock on."""
    by_hand = target.control if target.control is not None and target.control.manual else None

    def state_now() -> str:
        if by_hand is not None:
            by_hand.advance(subject.name, STEP_SECONDS)
        return snapshot(target, subject).tasks.get(subject.task_id, msg("gone"))

    target.trace.wait(Wait(subject.name, subject.task_id, state, STEP_SECONDS))
    try:
        seconds = max(0.0, min(target.state_timeout, target.deadline - time.time()))
        wait_for(
            state_now,
            state,
            seconds=seconds,
            final=target.release.lifecycle.final,
            interval=1.0 if by_hand is None else 0.0,
        )
    except WaitError as error:
        raise NotArrangedError(error.message) from None
    except UnclearError as error:
        raise NotArrangedError(error.message, error.exchange) from None
