"""A flow: several operations on one workflow, one after the other, each held against its answer."""

from dataclasses import replace

from contracts.calls import ORDINARY, operation_call, sent_names, support_call
from contracts.casetable import Special
from contracts.check import check
from contracts.outcome import Result
from contracts.promise import promise
from contracts.state import json_value
from contracts.story import Story, state_breach


class Flow(Story):
    """Reads as a sentence in a test: it creates, starts, cancels, and the task is cancelled."""

    operation = "flows"

    def does(self, operation: str, answer: str, special: Special = ORDINARY) -> None:
        """Do an operation and hold what comes back against the answer of that name."""
        whole = self._target.release.operations[operation]
        wanted = whole.answers[answer]
        self._promised = wanted.basis
        request = operation_call(self._target, whole, self._subject, special)
        sent = sent_names(self._target, self._subject, special, request)
        self._wanted = promise(wanted, sent)
        exchange = self._send(request, f"{operation} → {answer}", answer)
        checked = check(exchange, wanted, sent, self._target.release.answers)
        self._unknown += checked.unknown
        self._seen += checked.seen
        self._end_if(checked.breaches, f"at {operation} → {answer}")
        if answer == "queued":
            self._subject = replace(self._subject, task_id=checked.value["task_id"])

    def task_is(self, state: str) -> None:
        """Look at the task: it has this state, under the id that it was started with."""
        exchange = self._send(support_call(self._target, "get-task", self._subject), "looking at the task")
        task = json_value(exchange)
        if not isinstance(task, dict) or not {"status", "task_id"} <= task.keys():
            self._end(Result.BLOCKED, f"the task could not be read: HTTP {exchange.status}")
        wanted, came = self._subject.task_id, task["task_id"]
        if came != wanted:
            self._end_if((state_breach("task-id", f"task {wanted}", f"task {came}"),), "looking at the task")
        if task["status"] != state:
            wrong = state_breach(f"task-{task['status']}", f"the task is {state}", str(task["status"]))
            self._end_if((wrong,), "looking at the task")

    def has_id(self, number: int) -> None:
        """The task that was started last has this id."""
        came = self._subject.task_id
        if came != number:
            self._end_if((state_breach("task-id", f"id {number}", f"id {came}"),), "looking at the task's id")

    def deletes(self) -> None:
        """Delete the workflow."""
        exchange = self._send(support_call(self._target, "delete-workflow", self._subject), "delete-workflow")
        if exchange.status != 200:
            self._end(Result.BLOCKED, f"delete-workflow answered HTTP {exchange.status}")
        self._gone.add(self._subject.name)

    def creates_again(self) -> None:
        """Create the workflow anew under the same name."""
        self._gone.discard(self._subject.name)
        self.does("create-workflow", "success")

    def forgets(self, name: str) -> None:
        """Let a stand-in remove what no call of Zadig's could."""
        if self._target.control is not None:
            self._target.control.forget(name)
