"""Lives a life: each answer is what the lifecycle says of the state before, and each state is one that it allows then.

On a live target agents move tasks by themselves: a step's answer may be that of any state which a task may have reached
since somebody looked, and a look may show any such state. Nothing else is known, and nothing is guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from string import ascii_lowercase
from typing import Any

from contracts.case.givens import STEP_SECONDS
from contracts.case.lives import FAR, LOOK, WAIT, Life, Step
from contracts.case.scenario import Scenario, state_breach
from contracts.case.wait import settled
from contracts.catalog.binding import LIFE
from contracts.catalog.cases import FIRST_STARTED, NO_OVERRIDES, REMOVED, STARTED, STORED, UNCHANGED, Overrides
from contracts.catalog.lifecycle import DELETED, IDLE, MEANINGS, NOT_THERE, Move
from contracts.catalog.release import Answer, Operation, Release
from contracts.check.breach import Breach, Kind
from contracts.check.check import Checked, check, promise
from contracts.check.effects import StateChange, effect
from contracts.check.snapshot import Snapshot, UnclearError, look_at_tasks, snapshot
from contracts.http.exchange import Exchange
from contracts.http.trace import Wait
from contracts.report.verdict_rules import Result
from contracts.target.requests import operation_call, role_call, sent_body, sent_names
from contracts.target.target import Subject
from contracts.text.message import msg

NO_TASK = 2**31
"""An id that no task has."""
LEFT: Mapping[str, str] = {"create": STORED, "update": STORED, "start": STARTED, "delete": REMOVED}
"""What a role leaves that succeeds; of any other it is another state of its task."""


def done_in(release: Release, *, clock: bool) -> tuple[str, ...]:
    """Return what steps there are: the roles that a release has calls for, and of which its lifecycle says something.

    clock: whether it is moved by hand.
    """
    roles = (role for role in LIFE if release.lifecycle.moves.get(role) and not release.lacks([role]))
    return (*(role for role in roles if role != "approve"), LOOK, *([WAIT] if clock else ()))


class Living(Scenario):
    """A scenario that lives lives, one after the other, each on workflows of its own."""

    def _lives(self, life: Life) -> None:
        """Live a life; it ends with the first step that goes wrong."""
        self._told: list[str] = []
        self._held = [Snapshot() for _ in self._subjects]
        self._state = [NOT_THERE for _ in self._subjects]
        for number, step in enumerate(life.steps, 1):
            if not self._goes_on():
                return
            self._begun = number
            self._step(step)
        for workflow in range(len(self._subjects)):
            self._looks(workflow, closely=False)

    def _goes_on(self) -> bool:
        """Whether there is time, and whatever else is bounded, for another step."""
        return True

    def _step(self, step: Step) -> None:
        workflow, held = step.workflow, self._held[step.workflow]
        if step.does == LOOK:
            self._looks(workflow, closely=True)
        elif step.does == WAIT:
            self._waits(workflow)
        elif step.does != "create" or self._target.release.lifecycle.again or self._state[workflow] != DELETED:
            self._plays(step.does, workflow, _task(step.task, held))

    def _plays(self, role: str, workflow: int, task: int) -> None:
        """Let a role be played, and hold its answer and what it leaves against the lifecycle."""
        release, held = self._target.release, self._held[workflow]
        call, about_task = release.call(role), not release.lifecycle.moves[role].keys().isdisjoint(MEANINGS)
        if about_task and held.workflow is None:
            task = NO_TASK  # a task may outlive its workflow
        subject = replace(self._subjects[workflow], task_id=task)
        text = f"text-{len(self._told)}"
        special = Overrides(set={release.binding.padded: text}) if LEFT.get(role) == STORED else NO_OVERRIDES
        request = operation_call(self._target, call, subject, special)
        step = " ".join([role, ascii_lowercase[workflow], *([str(task)] if about_task else ())])
        moves = {move.answer: move for move in self._moves(role, workflow, task if about_task else None)}
        self._told.append(step)
        if not moves.keys() <= call.answers.keys():
            self._end(Result.BLOCKED, release.lifecycle.unsaid(call.name, self._state[workflow]))
        exchange = self._send(request, step, next(iter(moves)))
        sent = sent_names(self._target, subject, special, request)
        answer, checked = self._best(exchange, [call.answers[name] for name in moves], sent)
        self._documented = answer.documented
        self._note(promised=answer.basis, wanted=promise(answer, sent))
        self._note(unknown=self._trial.unknown + checked.unknown, seen=self._trial.seen + checked.seen)
        self._told[-1] += f" → {answer.name}"
        self._wrong_at(checked.breaches)
        if answer.succeeds and (role in LEFT or moves[answer.name].next):
            self._leaves(role, workflow, subject, moves[answer.name], (call, sent_body(request), checked.value))
        elif held.workflow is not None:
            self._compare(workflow, UNCHANGED, self._tasks(workflow), subject)

    def _best(self, exchange: Exchange, answers: list[Answer], sent: Mapping[str, str]) -> tuple[Answer, Checked]:
        """Return which of the right answers an exchange is, or is most like, and how it departs from it."""
        others = self._target.release.answers
        found = [(answer, self._checked(exchange, answer, sent, others)) for answer in answers]
        return min(found, key=lambda each: len(each[1].breaches))

    def _checked(self, exchange: Exchange, answer: Answer, sent: Mapping[str, str], others: Any) -> Checked:
        if answer.operation in self._target.release.operations or exchange.failure is not None:
            return check(exchange, answer, sent, others)
        if exchange.status == answer.status:  # nobody promises more of a call that the page does not have
            return Checked()
        return Checked((_status(f"HTTP {answer.status}", exchange),))

    def _moves(self, role: str, workflow: int, task: int | None) -> Iterator[Move]:
        """Yield what may come of a role: in the state as it was seen, and in those that a task may have reached."""
        lifecycle, held = self._target.release.lifecycle, self._held[workflow]
        if task is None or held.workflow is None:
            yield lifecycle.move(role, self._state[workflow])
        elif task not in held.tasks:
            yield lifecycle.move(role, IDLE)
        else:
            was = lifecycle.words.get(held.tasks[task], held.tasks[task])
            reached = () if self._target.stands_still else lifecycle.reached(was)
            yield from (lifecycle.move(role, meaning) for meaning in (was, *reached))

    def _leaves(
        self, role: str, workflow: int, subject: Subject, move: Move, did: tuple[Operation, Mapping[str, Any], Any]
    ) -> None:
        """Look at what a role left that succeeded."""
        held, lifecycle = self._held[workflow], self._target.release.lifecycle
        left = LEFT.get(role) or lifecycle.word(move.next)
        if left in (STORED, REMOVED):
            after = self._seen(workflow)
        else:
            look = partial(self._tasks, workflow)
            after = settled(self._target, look, lambda seen: seen.tasks.get(subject.task_id), left)
        if left == STARTED and not held.tasks:
            left = FIRST_STARTED
        self._compare(workflow, left, after, subject, did)
        if left in (STORED, REMOVED):
            self._state[workflow] = move.next or self._state[workflow]

    def _looks(self, workflow: int, *, closely: bool) -> None:
        """Look at a workflow: it is as it was left."""
        subject = replace(self._subjects[workflow], task_id=max(self._held[workflow].tasks, default=NO_TASK))
        self._told.append(f"{LOOK} {ascii_lowercase[workflow]}")
        self._compare(workflow, UNCHANGED, self._seen(workflow, subject, closely=closely), subject)

    def _waits(self, workflow: int) -> None:
        """Let a stand-in's clock go on: tasks may have become what they may become by themselves, and nothing else."""
        subject, held = self._subjects[workflow], self._held[workflow]
        if self._target.control is None or not held.tasks:
            return
        self._told.append(f"{WAIT} {ascii_lowercase[workflow]}")
        self._target.control.advance(subject.name, STEP_SECONDS)
        after = self._tasks(workflow)
        for task in sorted(after.tasks):
            if after.tasks[task] != held.tasks.get(task):
                self._target.trace.wait(Wait(subject.name, task, after.tasks[task], STEP_SECONDS))
        self._compare(workflow, UNCHANGED, after, subject, agents=True)

    def _tasks(self, workflow: int) -> Snapshot:
        """Return the tasks of a workflow, which itself is as it was seen last."""
        return replace(self._seen(workflow, whole=False), workflow=self._held[workflow].workflow)

    def _seen(
        self, workflow: int, subject: Subject | None = None, *, whole: bool = True, closely: bool = False
    ) -> Snapshot:
        """Return what the target holds, without what else is told of tasks: that has cases of its own."""
        subject = subject or self._subjects[workflow]
        try:
            seen = snapshot(self._target, subject, closely=closely) if whole else look_at_tasks(self._target, subject)
        except UnclearError as error:
            self._unclear(error)
        return replace(seen, marks={}, read={"state": seen.read["state"]} if seen.read else None)

    def _unclear(self, error: UnclearError) -> Any:
        exchange = error.exchange
        self._note(exchanges=(exchange,))
        if exchange.failure is not None and not self._target.alive():
            self._end(Result.UNREACHABLE, error.message)
        wanted = msg("the state can be read")
        unclear = state_breach("unclear", wanted, error.message)
        self._wrong_at((_status(wanted, exchange) if exchange.status != 200 else unclear,))

    def _compare(
        self,
        workflow: int,
        left: str,
        after: Snapshot,
        subject: Subject,
        did: tuple[Operation, Mapping[str, Any], Any] | None = None,
        *,
        agents: bool = False,
    ) -> None:
        """Hold what a look showed against what was to be left, and remember it."""
        operation, sent, value = did or (self._target.release.call("find"), {}, None)
        change = StateChange(
            before=self._held[workflow],
            after=after,
            sent=sent,
            value=value,
            subject=subject,
            operation=operation,
            release=self._target.release,
            documented=True,
            credential="",  # of whom nothing is known that tasks tell
            agents=agents or not self._target.stands_still,
        )
        breaches = tuple(effect(left, change))
        if breaches:  # what shows it, for whoever looks again
            shows = "list-tasks" if breaches[0].detail.startswith("task") else "find"
            look = self._target.send(role_call(self._target, shows, subject))
            self._note(exchanges=(look, *self._trial.exchanges))
        self._wrong_at(breaches)
        self._held[workflow] = after

    def _wrong_at(self, breaches: tuple[Breach, ...]) -> None:
        self._end_if(breaches, msg("at {step}", self._told[-1]))


def _status(wanted: str, exchange: Exchange) -> Breach:
    return Breach(Kind.STATUS, "status", wanted, f"HTTP {exchange.status}", False, str(exchange.status))


def _task(back: int, held: Snapshot) -> int:
    """Return the id of a task that a step is about."""
    known = sorted(held.tasks)
    if 0 <= back < len(known):
        return known[-1 - back]
    return NO_TASK if back == FAR or not known else known[-1] + 1
