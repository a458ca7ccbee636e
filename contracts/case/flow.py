"""A flow: several operations on one workflow, one after the other, each held against its answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from contracts.case.scenario import Scenario, state_breach
from contracts.case.wait import settled
from contracts.catalog.cases import NO_OVERRIDES, UNCHANGED, Overrides
from contracts.catalog.lifecycle import DELETED, MEANINGS, NOT_THERE
from contracts.catalog.release import Operation
from contracts.check.breach import Breach
from contracts.check.check import check, promise
from contracts.check.effects import StateChange, effect, told_rightly
from contracts.check.moves import traced
from contracts.check.snapshot import Snapshot, UnclearError, find, json_value, look_at_tasks, snapshot, tasks_in
from contracts.report.verdict_rules import Result
from contracts.safety.journal import PREFIX
from contracts.target.requests import operation_call, role_call, sent_names
from contracts.target.target import Subject, Target
from contracts.text.message import msg

Seen = TypeVar("Seen")


class Flow(Scenario):
    """Reads as a sentence in a test: it creates, starts, cancels, and the task is cancelled."""

    operation = "flows"

    def _begin(self, target: Target) -> None:
        self.names = target.release.binding.odd  # it costs no request more
        super()._begin(target)
        self._state = NOT_THERE
        self._first_id: int | None = None
        self._neighbour: tuple[Subject, Snapshot] | None = None
        self._listed: frozenset[str] = frozenset()

    def does(self, role: str, overrides: Overrides = NO_OVERRIDES, answer: str = "") -> None:
        """Let a role be played and hold what comes back against what the lifecycle says, or the answer of that name."""
        move = self._target.release.lifecycle.move(role, self._state)
        call = self._target.release.call(role)
        if (answer or move.answer) not in call.answers:
            self._end(Result.BLOCKED, self._target.release.lifecycle.unsaid(call.name, self._state))
        value = self._holds(call, answer or move.answer, overrides)
        task_id = self._target.release.binding.roles[role].get(value, "id")
        if task_id is not None:
            self._subject = replace(self._subject, task_id=task_id)
            self._first_id = task_id if self._first_id is None else self._first_id
        if answer in ("", move.answer):
            self._state = move.next or self._state

    def asks(self, operation: str, answer: str, overrides: Overrides = NO_OVERRIDES) -> None:
        """Send an operation that leaves the workflow as it is, where the release has it, and hold its answer."""
        call = self._target.release.operations.get(operation)
        if call is not None:
            self._holds(call, answer, overrides)

    def task_is(self, state: str) -> None:
        """Read the task that was started last, be its workflow gone: it is in a state that means this."""
        release = self._target.release
        call, role, lifecycle = release.call("get-task"), release.binding.roles["get-task"], release.lifecycle

        def wrong(value: Any) -> Iterator[Breach]:
            actual, word = role.get(value, "state"), lifecycle.word(state)
            if not isinstance(actual, str | None):
                return  # which the check of the answer says
            if not lifecycle.means(actual, word):
                expected = msg("task {id} is {state}", self._subject.task_id, word)
                yield state_breach(f"task-{actual or 'gone'}", expected, actual or msg("no such task"))

        self._holds(call, _found(call), also=wrong)

    def _holds(
        self,
        call: Operation,
        answer: str,
        overrides: Overrides = NO_OVERRIDES,
        also: Callable[[Any], Iterator[Breach]] = lambda _: iter(()),
    ) -> Any:
        """Send a call, hold what comes back against its answer and `also` another look, and return its JSON value."""
        target, expected = self._target, call.answers[answer]
        self._documented = expected.documented
        request = operation_call(target, call, self._subject, overrides)
        sent = sent_names(target, self._subject, overrides, request)
        if call.name == target.release.binding.roles["start"].call and self._first_id is not None:
            sent["id"] = str(self._subject.task_id + 1)  # the one that a start which fails may use up
        self._note(promised=expected.basis, wanted=promise(expected, sent))
        exchange = self._send(request, f"{call.name} → {answer}", answer)
        checked = check(exchange, expected, sent, target.release.answers)
        self._note(unknown=self._trial.unknown + checked.unknown, seen=self._trial.seen + checked.seen)
        if breaches := (*checked.breaches, *also(checked.value), *self._lost(checked.breaches)):
            self._end_if(breaches, msg("at {operation} → {answer}", call.name, answer))
        return checked.value

    def only_task_is(self, state: str) -> None:
        """Look at the workflow's tasks: there is the one that was started, whose state means this, and no other."""
        task, lifecycle = self._subject.task_id, self._target.release.lifecycle
        state = lifecycle.word(state)
        tasks = settled(self._target, self._tasks, lambda tasks: tasks.get(task), state)
        wrong = [
            state_breach(
                f"task-{other}-none", msg("only task {id}", task), msg("also task {id}, {state}", other, tasks[other])
            )
            for other in sorted(tasks.keys() - {task})
        ]
        actual = tasks.get(task)
        if not lifecycle.means(actual, state):
            expected = msg("task {id} is {state}", task, state)
            wrong.append(state_breach(f"task-{actual or 'gone'}", expected, actual or msg("no such task")))
        self._end_if(tuple(wrong), msg("looking at the tasks"))

    def later(self, seconds: float) -> None:
        """Let time pass, on a stand-in."""
        if self._target.control is not None:
            self._target.control.advance(self._subject.name, seconds)

    def has_id(self, number: int) -> None:
        """The task that was started last has this id, counted from the flow's first; what that is, a case says."""
        expected, actual = (self._first_id or 1) + number - 1, self._subject.task_id
        if actual != expected:
            self._end_if((state_breach("task-id", f"id {expected}", f"id {actual}"),), msg("looking at the task's id"))

    def tasks_are(self, *meanings: str) -> None:
        """Look at the workflow's tasks: the states of all of them, in the order of their ids, mean this."""
        tasks, lifecycle, still = self._tasks(), self._target.release.lifecycle, self._target.stands_still
        words = [lifecycle.word(meaning) for meaning in meanings]
        states = [tasks[task_id] for task_id in sorted(tasks)]
        pairs = zip(states, words, strict=False)
        kept = (lifecycle.means(now, word) or (not still and lifecycle.went_on(word, now)) for now, word in pairs)
        if len(states) != len(words) or not all(kept):
            wrong = state_breach("tasks", ", ".join(words), ", ".join(states))
            self._end_if((wrong,), msg("looking at the tasks"))

    def has_neighbour(self) -> None:
        """Go on with another workflow; from now on what there is so far is its neighbour, whose name begins as its."""
        subject = self._subject
        self._neighbour, self._listed = (subject, self._look(subject)), self._names()
        stem, *_ = self._target.names.given_in(subject.name)
        self._subject, self._state = self._another(stem if stem != subject.name else self.names), NOT_THERE

    def leaves_the_others(self) -> None:
        """Look at the neighbour, which is as before, and at the project: the workflows that were there are listed."""
        if self._neighbour is None:
            return
        subject, before = self._neighbour
        after, names, own = self._look(subject), self._names(), {subject.name, self._subject.name}
        wrong = [*effect(UNCHANGED, self._nothing_done(subject, after, before))]
        for name in sorted(
            (own | {each for each in self._listed if each and not each.startswith(f"{PREFIX}-")}) - names
        ):
            wrong.append(state_breach("not-listed", msg("{name} is listed", name), msg("it is not listed")))
        self._listed = names
        self._end_if(tuple(wrong), msg("looking at the other workflows"))

    def _names(self) -> frozenset[str]:
        """Return the names of the workflows that are listed in the project."""
        role = self._target.release.binding.roles["list"]
        exchange = self._send(role_call(self._target, "list", self._subject), role.call)
        rows = role.list(json_value(exchange))
        if exchange.failure or exchange.status != 200 or not isinstance(rows, list | None):
            self._end(Result.BLOCKED, msg("{call} returned {came}", role.call, exchange.came))
        return frozenset(name for row in rows or [] if isinstance(name := role.get(row, "name"), str))

    def _look(self, subject: Subject) -> Snapshot:
        return self._clear(lambda: snapshot(self._target, subject))

    def _end_if(self, breaches: tuple[Breach, ...], reason: str) -> None:
        """End with these breaches, if any; where the task is not as the steps left it, an agent may have made them."""
        if breaches and not self._target.stands_still and self._state in MEANINGS:
            lifecycle, left = self._target.release.lifecycle, self._target.release.lifecycle.word(self._state)
            with suppress(UnclearError):
                now = look_at_tasks(self._target, self._subject)
                moved = lifecycle.went_on(left, now.tasks.get(self._subject.task_id))
                found = self._trial.exchanges
                self._note(moved=moved, traced=moved and bool(found) and traced(Snapshot(), now, found[0], lifecycle))
        super()._end_if(breaches, reason)

    def _tasks(self) -> Mapping[int, str]:
        call = self._target.release.call("list-tasks")
        if call.name in self._target.release.operations:
            self._holds(call, _found(call))
            held = self._clear(lambda: tasks_in(self._target, self._trial.exchanges[0]))
        else:
            held = self._clear(lambda: look_at_tasks(self._target, self._subject))
        self._end_if(tuple(told_rightly(self._nothing_done(self._subject, held))), msg("looking at the tasks"))
        return held.tasks

    def _nothing_done(self, subject: Subject, after: Snapshot, before: Snapshot | None = None) -> StateChange:
        release = self._target.release
        return StateChange(
            *(before or after, after, {}, None, subject, release.call("start"), release),
            documented=False,
            agents=not self._target.stands_still,
        )

    def _clear(self, look: Callable[[], Seen]) -> Seen:
        try:
            return look()
        except UnclearError as error:
            self._note(exchanges=(error.exchange,))
            lost = error.exchange.failure is not None and not self._target.alive()
            self._end(Result.UNREACHABLE if lost else Result.BLOCKED, error.message)

    def _lost(self, breaches: tuple[Breach, ...]) -> Iterator[Breach]:
        """Yield a breach more where an answer is wrong because the flow's workflow is not there: that tells why."""
        if not breaches or self._state in (NOT_THERE, DELETED):
            return
        try:
            if find(self._target, self._subject) is None:
                yield state_breach(
                    "workflow", msg("the workflow that was created can be found"), msg("no such workflow")
                )
        except UnclearError:
            return

    def lists(self, number: int, overrides: Overrides = NO_OVERRIDES) -> None:
        """List the workflow's tasks in a way of one's own: so many come."""
        actual = len(self._listed_tasks(overrides))
        if actual != number:
            expected = msg("{n} tasks", number)
            self._end_if((state_breach("tasks", expected, msg("{n} tasks", actual)),), msg("looking at the tasks"))

    def _listed_tasks(self, overrides: Overrides) -> Sequence[Any]:
        """Return the rows of a list of tasks, which is no look at what another operation did."""
        release = self._target.release
        call, role = release.call("list-tasks"), release.binding.roles["list-tasks"]
        answer = _found(call) if call.name in release.operations else ""
        exchange = self._send(role_call(self._target, "list-tasks", self._subject, overrides), role.call, answer)
        return role.list(json_value(exchange), ()) or ()

    def pages(self, *pages: Overrides) -> None:
        """The pages of a list show all tasks of the workflow, each of them once."""
        role = self._target.release.binding.roles["list-tasks"]
        shown = [role.get(row, "id") for page in pages for row in self._listed_tasks(page)]
        expected = list(range(1, self._subject.task_id + 1))
        if sorted(map(str, shown)) != sorted(map(str, expected)):
            self._end_if((state_breach("pages", repr(expected), repr(shown)),), msg("looking at the tasks"))

    def other_name(self) -> str:
        """Return a further name, whose workflow is removed with the flow's own."""
        return self._another().name

    def is_there(self) -> None:
        """The flow's workflow can be found under its name."""
        try:
            found = find(self._target, self._subject)
        except UnclearError as error:
            self._end(Result.BLOCKED, error.message)
        if found is None:
            expected = msg("the workflow that was created can be found")
            self._end_if((state_breach("workflow", expected, msg("no such workflow")),), msg("looking"))

    def deletes(self) -> None:
        """Delete the workflow."""
        release = self._target.release
        call, move = release.call("delete"), release.lifecycle.move("delete", self._state)
        if move.answer not in call.answers:
            self._end(Result.BLOCKED, release.lifecycle.unsaid(call.name, self._state))
        if call.name in release.operations:
            self.does("delete")
            self._gone.add(self._subject.name)
            return
        exchange = self._send(role_call(self._target, "delete", self._subject), call.name)
        if exchange.status != call.answers[move.answer].status:
            self._end(Result.BLOCKED, msg("{call} returned {came}", call.name, exchange.came))
        self._gone.add(self._subject.name)
        self._state = DELETED

    def creates_again(self) -> None:
        """Create the workflow anew under the same name."""
        self._gone.discard(self._subject.name)
        self.does("create")

    def forgets(self, name: str) -> None:
        """Let a stand-in remove what no call of Zadig's could."""
        if self._target.control is not None:
            self._target.control.forget(name)


def _found(call: Operation) -> str:
    """Return the first answer of a call that says that something is there."""
    return next(name for name, answer in call.answers.items() if answer.succeeds)
