"""A flow: several operations on one workflow, one after the other, each held against its answer."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from contracts.case.scenario import Scenario, state_breach
from contracts.catalog.cases import Overrides
from contracts.catalog.lifecycle import DELETED, NOT_THERE
from contracts.catalog.release import Operation
from contracts.check.breach import Breach
from contracts.check.check import check, promise
from contracts.check.snapshot import UnclearError, find, json_value, list_tasks
from contracts.report.verdict_rules import Result
from contracts.target.requests import NO_OVERRIDES, operation_call, role_call, sent_names
from contracts.target.target import Target
from contracts.text.message import msg


class Flow(Scenario):
    """Reads as a sentence in a test: it creates, starts, cancels, and the task is cancelled."""

    operation = "flows"

    def _begin(self, target: Target) -> None:
        self.names = target.release.binding.odd  # it costs no request more
        super()._begin(target)
        self._state = NOT_THERE

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
        if answer in ("", move.answer):
            self._state = move.next or self._state

    def asks(self, operation: str, answer: str, overrides: Overrides = NO_OVERRIDES) -> None:
        """Send an operation that leaves the workflow as it is, where the release has it, and hold its answer."""
        call = self._target.release.operations.get(operation)
        if call is not None:
            self._holds(call, answer, overrides)

    def task_is(self, state: str) -> None:
        """Read the task that was started last: it is in a state that means this."""
        release = self._target.release
        call, role, lifecycle = release.call("get-task"), release.binding.roles["get-task"], release.lifecycle

        def wrong(value: Any) -> Iterator[Breach]:
            actual = role.get(value, "state")
            if not lifecycle.is_in(actual, lifecycle.word(state)):
                expected = msg("task {id} is {state}", self._subject.task_id, lifecycle.word(state))
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
        request = operation_call(target, call, self._subject, overrides)
        sent = sent_names(target, self._subject, overrides, request)
        self._note(promised=expected.basis, wanted=promise(expected, sent))
        exchange = self._send(request, f"{call.name} → {answer}", answer)
        checked = check(exchange, expected, sent, target.release.answers)
        self._note(unknown=self._trial.unknown + checked.unknown, seen=self._trial.seen + checked.seen)
        at = msg("at {operation} → {answer}", call.name, answer)
        self._end_if((*checked.breaches, *also(checked.value), *self._lost(checked.breaches)), at)
        return checked.value

    def only_task_is(self, state: str) -> None:
        """Look at the workflow's tasks: there is the one that was started, whose state means this, and no other."""
        tasks, task, lifecycle = self._tasks(), self._subject.task_id, self._target.release.lifecycle
        state = lifecycle.word(state)
        wrong = [
            state_breach(
                f"task-{other}-none", msg("no task but {id}", task), msg("task {id} too, {state}", other, tasks[other])
            )
            for other in sorted(tasks.keys() - {task})
        ]
        actual = tasks.get(task)
        if not lifecycle.is_in(actual, state):  # an agent may have taken it meanwhile
            expected = msg("task {id} is {state}", task, state)
            wrong.append(state_breach(f"task-{actual or 'gone'}", expected, actual or msg("no such task")))
        self._end_if(tuple(wrong), msg("looking at the tasks"))

    def has_id(self, number: int) -> None:
        """The task that was started last has this id."""
        actual = self._subject.task_id
        if actual != number:
            self._end_if((state_breach("task-id", f"id {number}", f"id {actual}"),), msg("looking at the task's id"))

    def _tasks(self) -> Mapping[int, str]:
        release = self._target.release
        call, role = release.call("list-tasks"), release.binding.roles["list-tasks"]
        if call.name in release.operations:
            rows = role.list(self._holds(call, _found(call)), ()) or ()
            return {int(role.get(row, "id")): str(role.get(row, "state")) for row in rows}
        try:
            return list_tasks(self._target, self._subject)
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
        role = self._target.release.binding.roles["list-tasks"]
        exchange = self._send(role_call(self._target, "list-tasks", self._subject, overrides), role.call)
        actual = len(role.list(json_value(exchange), ()) or ())
        if actual != number:
            expected = msg("{n} tasks", number)
            self._end_if((state_breach("tasks", expected, msg("{n} tasks", actual)),), msg("looking at the tasks"))

    def pages(self, *pages: Overrides) -> None:
        """The pages of a list show all tasks of the workflow, each of them once."""
        role = self._target.release.binding.roles["list-tasks"]
        shown: list[object] = []
        for page in pages:
            exchange = self._send(role_call(self._target, "list-tasks", self._subject, page), role.call)
            shown += [role.get(row, "id") for row in role.list(json_value(exchange), ()) or ()]
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
            self._end(Result.BLOCKED, msg("{call} answered {came}", call.name, exchange.came))
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
