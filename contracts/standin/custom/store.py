"""Custom workflows and their tasks, in memory. Tasks stand apart from workflows and outlive them."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.standin.agents import Agents
from contracts.standin.clock import Clock
from contracts.standin.custom.tasks import Task


@dataclass
class Workflow:
    """One stored workflow: what was sent, and what the server adds."""

    body: dict[str, Any]
    created_by: str
    updated_by: str
    id: str = field(default_factory=lambda: secrets.token_hex(12))
    create_time: int = field(default_factory=lambda: int(time.time()))
    update_time: int = field(default_factory=lambda: int(time.time()))

    @property
    def key(self) -> str:
        """The key, by which calls name it."""
        return str(self.body["name"])

    @property
    def project(self) -> str:
        """The project that it is in."""
        return str(self.body["project"])


@dataclass
class Store:
    """All workflows, all tasks, and per key a clock and the last id.

    old_task_wins: whether the oldest task of an id is found, and not the newest.
    comes_back: whether a task that ends after its workflow was deleted is listed again.
    agents: those that take tasks, where there are any.
    """

    time_source: Callable[[], float]
    old_task_wins: bool = False
    comes_back: bool = False
    agents: Agents | None = None
    workflows: list[Workflow] = field(default_factory=list)
    _tasks: dict[str, list[Task]] = field(default_factory=dict)
    _clocks: dict[str, Clock] = field(default_factory=dict)
    _last_ids: dict[str, int] = field(default_factory=dict)
    _freed: dict[str, float] = field(default_factory=dict)

    def find(self, key: str) -> Workflow | None:
        """Return the workflow of this key, the oldest where several projects have one; or None."""
        return next((workflow for workflow in self.workflows if workflow.key == key), None)

    def now(self, key: str) -> float:
        """Return the reading of a key's clock."""
        return self._clocks.setdefault(key, Clock(self.time_source)).now()

    def clock(self, key: str) -> Clock | None:
        """Return the clock of a key that a workflow or a task has, or None."""
        known = any(workflow.key == key for workflow in self.workflows) or key in self._tasks
        return self._clocks.setdefault(key, Clock(self.time_source)) if known else None

    def use_id(self, key: str) -> int:
        """Return the next task id of a key; it is used up even if no task comes of it."""
        self._last_ids[key] = self._last_ids.get(key, 0) + 1
        return self._last_ids[key]

    def add(self, task: Task) -> None:
        """Keep a task that was made just now."""
        self._tasks.setdefault(task.key, []).append(task)

    def tasks_of(self, key: str) -> list[Task]:
        """Return all tasks of a key, oldest first, in the states that they have come to by now."""
        self._settle(key)
        return [*self._tasks.get(key, ())]

    def task(self, key: str, task_id: int) -> Task | None:
        """Return a task, of a workflow that is gone too; or None."""
        same = [task for task in self.tasks_of(key) if task.task_id == task_id]
        return same[0 if self.old_task_wins else -1] if same else None

    def free(self, key: str) -> None:
        """Note that a task of a key has left its place just now."""
        self._freed[key] = self.now(key)

    def delete(self, workflow: Workflow, empty_queue: bool) -> None:
        """Remove a workflow; its tasks are hidden from lists, and its ids begin at 1 again."""
        for task in self.tasks_of(workflow.key):
            task.deleted = True
            task.halted = task.halted or (empty_queue and task.status == "waiting")
        self.workflows.remove(workflow)
        self._last_ids.pop(workflow.key, None)

    def forget(self, key: str) -> None:
        """Remove everything of a key, without a trace."""
        self.workflows = [workflow for workflow in self.workflows if workflow.key != key]
        for kept in (self._tasks, self._clocks, self._last_ids, self._freed):
            kept.pop(key, None)

    def held(self) -> Iterator[Mapping[str, Any]]:
        """Yield what is held, as the control calls show it."""
        for workflow in self.workflows:
            tasks = [{"task_id": task.task_id, "status": task.status} for task in self.tasks_of(workflow.key)]
            yield {"name": workflow.key, "project": workflow.project, "tasks": tasks}

    def _settle(self, key: str) -> None:
        """Let happen, in its order, all that the tasks of a key have come to by now."""
        now, tasks = self.now(key), self._tasks.get(key, [])
        while True:
            due = [(when, number, task) for number, task in enumerate(tasks) if (when := self._due(task, tasks)) <= now]
            if not due:
                return
            when, _, task = min(due)
            task.move(when)
            if not task.occupies:
                self._freed[key] = when
                task.deleted = task.deleted and not self.comes_back

    def _due(self, task: Task, tasks: list[Task]) -> float:
        """Return when a task moves on by itself; infinity if it does not, or not before others do."""
        if task.status == "waiting" and not self._has_place(task, tasks):
            return float("inf")
        if self.agents is not None and task.status == "waiting" and task.turned != task.since:
            task.turned = task.since
            task.turn = self.agents.turn(lambda: not task.works, hangs=task.stage.end == "timeout")
        when = task.moves_at(self._freed.get(task.key, 0.0))
        return float("inf") if when is None else when

    def _has_place(self, task: Task, tasks: list[Task]) -> bool:
        """Whether a waiting task is the first in line and its workflow may run one more."""
        workflow = self.find(task.key)
        limit = 1 if workflow is None else workflow.body["concurrency_limit"]
        line = [other for other in tasks if other.status == "waiting" and not other.halted]
        running = sum(other.occupies for other in tasks)
        return bool(line) and line[0] is task and (limit < 0 or running < limit)
