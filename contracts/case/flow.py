"""A flow: several operations on one workflow, one after the other, each held against its answer."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from contracts.case.scenario import Scenario, state_breach
from contracts.catalog.cases import Overrides
from contracts.check.breach import Breach
from contracts.check.check import check, promise
from contracts.check.effects import went_on
from contracts.check.snapshot import UnclearError, find, list_tasks
from contracts.report.verdict_rules import Result
from contracts.target.requests import NO_OVERRIDES, operation_call, sent_names, support_call
from contracts.target.target import Target
from contracts.text.message import msg


class Flow(Scenario):
    """Reads as a sentence in a test: it creates, starts, cancels, and the task is cancelled."""

    operation = "flows"
    names = "{name}-工作流"
    """Names are Chinese as often as not, and cost no request more."""

    def _begin(self, target: Target) -> None:
        super()._begin(target)
        self._there = False  # created, and not deleted since

    def does(self, operation: str, answer: str, overrides: Overrides = NO_OVERRIDES) -> None:
        """Do an operation and hold what comes back against the answer of that name."""
        target, call = self._target, self._target.release.operations[operation]
        expected = call.answers[answer]
        request = operation_call(target, call, self._subject, overrides)
        sent = sent_names(target, self._subject, overrides, request)
        self._note(promised=expected.basis, wanted=promise(expected, sent))
        exchange = self._send(request, f"{operation} → {answer}", answer)
        checked = check(exchange, expected, sent, target.release.answers)
        self._note(unknown=self._trial.unknown + checked.unknown, seen=self._trial.seen + checked.seen)
        at = msg("at {operation} → {answer}", operation, answer)
        self._end_if((*checked.breaches, *self._lost(checked.breaches)), at)
        if answer == "queued":
            self._subject = replace(self._subject, task_id=checked.value["task_id"])
        self._there = self._there or (operation, answer) == ("create-workflow", "success")

    def only_task_is(self, state: str) -> None:
        """Look at the workflow's tasks: there is the one that was started, in this state, and no other."""
        tasks, task = self._tasks(), self._subject.task_id
        wrong = [
            state_breach(
                f"task-{other}-none", msg("no task but {id}", task), msg("task {id} too, {state}", other, tasks[other])
            )
            for other in sorted(tasks.keys() - {task})
        ]
        actual = tasks.get(task)
        if actual != state and not went_on(state, actual):  # an agent may have taken it meanwhile
            expected = msg("task {id} is {state}", task, state)
            wrong.append(state_breach(f"task-{actual or 'gone'}", expected, actual or msg("no such task")))
        self._end_if(tuple(wrong), msg("looking at the tasks"))

    def has_id(self, number: int) -> None:
        """The task that was started last has this id."""
        actual = self._subject.task_id
        if actual != number:
            self._end_if((state_breach("task-id", f"id {number}", f"id {actual}"),), msg("looking at the task's id"))

    def _tasks(self) -> Mapping[int, str]:
        try:
            return list_tasks(self._target, self._subject)
        except UnclearError as error:
            self._note(exchanges=(error.exchange,))
            lost = error.exchange.failure is not None and not self._target.alive()
            self._end(Result.UNREACHABLE if lost else Result.BLOCKED, error.message)

    def _lost(self, breaches: tuple[Breach, ...]) -> Iterator[Breach]:
        """Yield a breach more where an answer is wrong because the flow's workflow is not there: that tells why."""
        if not breaches or not self._there:
            return
        try:
            if find(self._target, self._subject) is None:
                yield state_breach(
                    "workflow", msg("the workflow that was created can be found"), msg("no such workflow")
                )
        except UnclearError:
            return

    def deletes(self) -> None:
        """Delete the workflow."""
        exchange = self._send(support_call(self._target, "delete-workflow", self._subject), "delete-workflow")
        if exchange.status != 200:
            self._end(Result.BLOCKED, msg("delete-workflow answered {came}", f"HTTP {exchange.status}"))
        self._gone.add(self._subject.name)
        self._there = False

    def creates_again(self) -> None:
        """Create the workflow anew under the same name."""
        self._gone.discard(self._subject.name)
        self.does("create-workflow", "success")

    def forgets(self, name: str) -> None:
        """Let a stand-in remove what no call of Zadig's could."""
        if self._target.control is not None:
            self._target.control.forget(name)
