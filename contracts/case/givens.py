"""Arranges each given on the target: its steps by the roles of calls, and the state that its task is in then."""

import time
from collections.abc import Iterator
from dataclasses import replace

from contracts.case.wait import GONE, WaitError, settled, wait_for
from contracts.catalog.cases import NO_OVERRIDES, Overrides
from contracts.catalog.givens import GIVENS, Given
from contracts.catalog.lifecycle import MEANINGS, NOT_THERE, Lifecycle, Move
from contracts.check.breach import Breach, Kind
from contracts.check.check import check
from contracts.check.moves import in_order, traced
from contracts.check.snapshot import Snapshot, UnclearError, look_at_tasks, snapshot
from contracts.http.exchange import Exchange
from contracts.http.trace import Wait
from contracts.target.requests import operation_call, role_call
from contracts.target.target import Subject, Target
from contracts.text.errors import EndedError
from contracts.text.frozen import dataclass
from contracts.text.message import about, msg

STEP_SECONDS = 4.0
"""How far a stand-in's clock is moved on between two looks at a task."""
STEPS = 25
"""How often at most: no task of a stand-in takes that long."""
FIRST_PAUSE = 0.2
"""Seconds between the first looks at a task of a live target: its states may be short."""


@dataclass(frozen=True)
class Wrong:
    """What a step of a given left wrong, although it answered rightly.

    call, answer: of the step.
    breach: of the state that it was to leave.
    exchange: what shows it.
    overtaken: whether an agent could have made that of the right state.
    traced: whether one left its traces.
    """

    call: str
    answer: str
    breach: Breach
    exchange: Exchange
    overtaken: bool = False
    traced: bool = False


class NotArrangedError(EndedError):
    """A given could not be arranged; the text says at which step and why.

    exchange: what came back, if any.
    wrong: what a step left wrong.
    overtaken: whether it may be that an agent was faster.
    """

    def __init__(
        self, text: str, exchange: Exchange | None = None, wrong: Wrong | None = None, *, overtaken: bool = False
    ) -> None:
        super().__init__(text)
        self.exchange = exchange
        self.wrong = wrong
        self.overtaken = overtaken or (wrong is not None and wrong.overtaken)


@dataclass(frozen=True)
class _Played:
    """A step that answered rightly: its call and answer, what came, the state that it leaves, and who promises that."""

    call: str
    answer: str
    exchange: Exchange
    state: str
    documented: bool


@dataclass(frozen=True)
class Arranged:
    """A given that is there: its name, the subject with its task, and what the target holds."""

    given: str
    subject: Subject
    held: Snapshot


def arrange(
    target: Target, given: str, subject: Subject, made: Overrides = NO_OVERRIDES, since: Arranged | None = None
) -> Arranged:
    """Bring the target into the state `given` for `subject`; `made` is what is special in its create.

    `since`: another given of the same subject, from which this one follows by further steps or none.
    Raises NotArrangedError where a step fails or the state afterwards is not the one wished for.
    """
    row, lifecycle, done = GIVENS[given], target.release.lifecycle, len(GIVENS[since.given].steps) if since else 0
    if since is not None and len(row.steps) == done:
        return _as_given(target, given, since.subject, since.held)
    if not row.steps:
        return Arranged(given, subject, Snapshot())  # a name of its own that was never sent anywhere
    subject = since.subject if since else subject
    played: _Played | None = None
    for role, state, move in [*_moves(lifecycle, given)][done:]:
        call = target.release.call(role)
        if move.answer not in call.answers:
            raise NotArrangedError(lifecycle.unsaid(call.name, state))
        special = replace(made if role == "create" else NO_OVERRIDES, branch=_branch(target, row))
        try:
            subject, exchange = _does(target, subject, role, move.answer, special)
        except NotArrangedError as error:
            answered = error.exchange is not None and error.exchange.failure is None
            if played is not None and answered and role != "delete":
                _held(target, subject, played, move.next)  # is it wrong because of what the step before it left?
            raise
        if move.next and call.name not in target.release.support:
            played = _Played(call.name, move.answer, exchange, move.next, move.basis == "documented")
    tasks = _reach(target, subject, lifecycle.word(row.state)) if row.waits else None
    held = _held(target, subject, None if row.waits or _gone(row) else played, tasks=tasks)
    return _as_given(target, given, subject, held)


def _moves(lifecycle: Lifecycle, given: str) -> Iterator[tuple[str, str, Move]]:
    """Yield the roles of a given's steps, each with the state that those before it leave, and its move in that."""
    state = NOT_THERE
    for role in GIVENS[given].steps:
        move = lifecycle.move(role, state)
        yield role, state, move
        state = move.next or state


def _gone(row: Given) -> bool:
    """Whether there is no workflow in the end."""
    return not row.steps or row.steps[-1] == "delete"


def _as_given(target: Target, given: str, subject: Subject, held: Snapshot) -> Arranged:
    """Return what is held as a given; raises NotArrangedError where it is not the one wished for."""
    row, lifecycle = GIVENS[given], target.release.lifecycle
    word, now = lifecycle.word(row.state) if row.state else "", held.tasks.get(subject.task_id)
    if word and not lifecycle.means(now, word):
        raise NotArrangedError(_not_in(word, now), overtaken=lifecycle.went_on(word, now))
    if (held.workflow is None) != _gone(row):
        raise NotArrangedError(
            msg("it is still there" if held.workflow else "the workflow was created, but cannot be found")
        )
    return Arranged(given, subject, held)


def _held(
    target: Target, subject: Subject, played: _Played | None, later: str = "", tasks: Snapshot | None = None
) -> Snapshot:
    """Return what the target holds; raises NotArrangedError where it is not what the step played last is to leave.

    later: the state that a step leaves which came after it, and may have been carried out.
    tasks: what a look at the tasks has just shown.
    """
    lifecycle = target.release.lifecycle
    expected = lifecycle.word(played.state) if played and not later else ""
    try:
        held = settled(
            target, lambda: snapshot(target, subject, tasks), lambda held: held.tasks.get(subject.task_id), expected
        )
        is_later = later in MEANINGS and lifecycle.means(held.tasks.get(subject.task_id), lifecycle.word(later))
        wrong = None if played is None or is_later else _left(played, subject, held, lifecycle)
        if wrong is not None and wrong.overtaken and wrong.traced:
            wrong = replace(wrong, traced=in_order(held, snapshot(target, subject), lifecycle))
    except UnclearError as error:
        raise NotArrangedError(error.message, error.exchange) from None
    if wrong is not None:
        raise NotArrangedError(wrong.breach.line(), wrong.exchange, wrong)
    return held


def _left(played: _Played, subject: Subject, held: Snapshot, lifecycle: Lifecycle) -> Wrong | None:
    """Return what a step left wrong, None where nothing."""
    now = held.tasks.get(subject.task_id)
    if held.workflow is None:
        expected, came = msg("the workflow can be found"), msg("no such workflow")
        return Wrong(played.call, played.answer, _breach(played, "workflow", expected, came), played.exchange)
    if played.state not in MEANINGS or lifecycle.means(now, word := lifecycle.word(played.state)):
        return None
    should = msg("task {id} is {state}", subject.task_id, word)
    return Wrong(
        played.call,
        played.answer,
        _breach(played, f"task-{now or 'gone'}", should, now or msg("no such task")),
        played.exchange,
        overtaken=lifecycle.went_on(word, now),
        traced=traced(Snapshot(), held, played.exchange, lifecycle),
    )


def moved_alone(target: Target, subject: Subject, given: str, held: Snapshot) -> Wrong | None:
    """Return what is wrong where the task of a given, on which nothing was done, is another at a second look."""
    lifecycle = target.release.lifecycle
    *_, (role, _, move) = _moves(lifecycle, given)
    call = target.release.call(role)
    was, now = held.tasks.get(subject.task_id), snapshot(target, subject, closely=True).tasks.get(subject.task_id)
    if lifecycle.means(now, was):
        return None
    expected = msg("task {id} stays {state}", subject.task_id, was or "")
    documented, detail = move.basis == "documented", f"task-{was}-{now or 'gone'}"
    where, came = msg("state after {call}", call.name), now or msg("no such task")
    breach = Breach(Kind.STATE, where, expected, came, documented, detail, was or msg("no such task"))
    return Wrong(call.name, move.answer, breach, target.send(role_call(target, "list-tasks", subject)))


def _breach(played: _Played, detail: str, expected: str, came: str) -> Breach:
    where = msg("state after {call}", played.call)
    return Breach(Kind.STATE, where, expected, came, played.documented, detail)


def _not_in(word: str, now: str | None) -> str:
    return msg(
        "the task should be {state}, but is {now}" if now else "the task should be {state}, but does not exist",
        word,
        now,
    )


def _does(target: Target, subject: Subject, role: str, answer: str, special: Overrides) -> tuple[Subject, Exchange]:
    """Let a role be played, which must give this answer; return the subject, with its task where one was started."""
    call = target.release.call(role)
    request = operation_call(target, call, subject, special)
    if call.name in target.release.support:  # nobody promises what it answers
        exchange = target.send(request)
        if exchange.status != call.answers[answer].status:
            raise NotArrangedError(about(call.name, exchange.came), exchange)
        return subject, exchange
    exchange = target.send(request, answer)
    checked = check(exchange, call.answers[answer], subject.sent(target.workspace))
    if checked.breaches:
        raise NotArrangedError(checked.breaches[0].line(call.name), exchange)
    task_id = target.release.binding.roles[role].get(checked.value, "id")
    return subject if task_id is None else replace(subject, task_id=task_id), exchange


def _branch(target: Target, row: Given) -> str:
    """Return the first branch set of those that a given may build."""
    builds = [build for name in row.branches if (build := getattr(target.workspace, name)) is not None]
    if builds:
        return str(builds[0])
    name = row.branches[0]
    missing = "no {branch} is set; set --{option} to a branch with such a build"
    raise NotArrangedError(msg(missing, name, name.replace("_", "-")))


def _reach(target: Target, subject: Subject, state: str) -> Snapshot:
    """Wait until the task is in `state`; on a stand-in by moving its clock on. Return the tasks at the last look."""
    by_hand = target.control if target.stands_still else None
    lifecycle = target.release.lifecycle
    tasks = Snapshot()

    def state_now() -> str:
        nonlocal tasks
        if by_hand is not None:
            by_hand.advance(subject.name, STEP_SECONDS)
        tasks = look_at_tasks(target, subject)
        return tasks.tasks.get(subject.task_id, GONE)

    target.trace.wait(Wait(subject.name, subject.task_id, state, STEP_SECONDS))
    seconds = max(0.0, min(target.state_timeout, target.deadline - time.time()))
    try:
        with target.waits.until(msg("{state}, task {id} of {name}", state, subject.task_id, subject.name), seconds):
            wait_for(
                state_now,
                state,
                seconds=seconds,
                final=lifecycle.final,
                interval=FIRST_PAUSE if by_hand is None else 0.0,
                looks=None if by_hand is None else STEPS,
            )
    except WaitError as error:
        raise NotArrangedError(error.message, overtaken=lifecycle.went_on(state, error.last)) from None
    except UnclearError as error:
        raise NotArrangedError(error.message, error.exchange) from None
    return tasks
