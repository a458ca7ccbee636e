"""Workflows and their tasks, in memory, with the rules by which Zadig changes them."""

import math
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.standin import errors
from contracts.standin.agents import USUAL, Agents, Turn
from contracts.standin.clock import Clock, state_at


@dataclass
class Task:
    """One task of a workflow; its state follows from its age by the workflow's clock, unless it was cancelled.

    end: the state that it comes to. born: the clock's reading when it was queued, and queued_at the time of the day.
    turn: how long it waits and runs. cancelled_until: the age at which an agent overwrites that it was cancelled.
    """

    task_id: int
    end: str
    born: float
    creator: str
    created_at: int
    queued_at: float
    turn: Turn = USUAL
    cancelled: bool = False
    cancelled_until: float = math.inf
    revoker: str = ""
    restarted: bool = False

    def queue(self, now: float, agents: Agents | None) -> None:
        """Let it wait for an agent from now on, by its workflow's clock."""
        self.born, self.queued_at, self.cancelled, self.cancelled_until = now, time.time(), False, math.inf
        if agents is not None:
            self.turn = agents.turn(lambda: self.cancelled, hangs=self.end == "timeout")


@dataclass
class Workflow:
    """One stored workflow with its clock and its tasks, by id."""

    document: dict[str, Any]
    clock: Clock
    agents: Agents | None = None
    tasks: dict[int, Task] = field(default_factory=dict)
    last_id: int = 0

    @property
    def name(self) -> str:
        """The name, unique over all projects."""
        return str(self.document["name"])

    @property
    def project(self) -> str:
        """The project that the workflow really belongs to."""
        return str(self.document["product_tmpl_name"])

    def status(self, task: Task) -> str:
        """Return the state that the task is in now."""
        age = self.clock.now() - task.born
        if task.cancelled and age < task.cancelled_until:
            return "cancelled"
        return state_at(task.end, age, task.turn.waits, task.turn.runs)

    def times(self, task: Task) -> tuple[int, int]:
        """Return when an agent took the task and when it ended, by the time of the day; 0: not yet."""
        status = self.status(task)
        began, ended = task.queued_at + task.turn.waits, task.queued_at + task.turn.waits + task.turn.runs
        taken = status not in ("created", "cancelled")
        return int(began) if taken else 0, int(ended) if taken and status != "running" else 0

    def use_id(self) -> int:
        """Return the next task id; it is used up even if no task comes of it."""
        self.last_id += 1
        return self.last_id

    def start(self, task_id: int, end: str, creator: str) -> None:
        """Add a queued task."""
        task = Task(task_id, end, self.clock.now(), creator, int(time.time()), time.time())
        task.queue(task.born, self.agents)
        self.tasks[task_id] = task

    def cancel(self, task: Task, revoker: str) -> None:
        """Cancel a task in any state but passed; ZadigError if it has passed."""
        if self.status(task) == "passed":
            raise errors.CANCEL_OF_PASSED(name=self.name, task_id=task.task_id)
        late = task.turn.overwrites(self.clock.now() - task.born) if self.agents else None
        task.cancelled, task.revoker, task.cancelled_until = True, revoker, math.inf if late is None else late

    def restart(self, task: Task) -> None:
        """Queue a failed, timed out or cancelled task again; ZadigError in any other state."""
        status = self.status(task)
        if status == "created":
            raise errors.RESTART_OF_QUEUED()
        if status in {"running", "passed"}:
            raise errors.RESTART_OF_PASSED()
        task.revoker, task.restarted = "", True
        task.queue(self.clock.now(), self.agents)


class Store:
    """All workflows by name, and the projects with their environments."""

    def __init__(
        self,
        environments: Mapping[str, frozenset[str]],
        time_source: Callable[[], float],
        agents: Agents | None = None,
    ) -> None:
        self.environments = environments
        self._time_source = time_source
        self._agents = agents
        self._workflows: dict[str, Workflow] = {}

    def __iter__(self) -> Iterator[Workflow]:
        return iter(self._workflows.values())

    def get(self, name: str) -> Workflow | None:
        """Return the workflow of this name in any project, or None."""
        return self._workflows.get(name)

    def clock(self, name: str) -> Clock | None:
        """Return the clock of a workflow, or None."""
        workflow = self.get(name)
        return workflow.clock if workflow else None

    def held(self) -> Iterator[Mapping[str, Any]]:
        """Yield name, project and tasks of each workflow, as the control calls show them."""
        for workflow in self:
            tasks = [{"task_id": task.task_id, "status": workflow.status(task)} for task in workflow.tasks.values()]
            yield {"name": workflow.name, "project": workflow.project, "tasks": tasks}

    def refuse_if_not_creatable(self, body: Mapping[str, Any], taken: errors.Refusal) -> None:
        """Raise ZadigError if the name is taken or no stage is enabled."""
        there = self.get(body["name"])
        if there is not None:
            raise taken(name=body["name"], project=body["product_tmpl_name"], stored=there.project)
        if not any((body[stage] or {}).get("enabled") for stage in ("build_stage", "artifact_stage")):
            raise errors.NO_ENABLED_STAGE()

    def add(self, body: Mapping[str, Any], creator: str) -> None:
        """Store a new workflow, with the keys that the server adds."""
        now = int(time.time())
        added = {"id": secrets.token_hex(12), "update_by": creator, "create_time": now, "update_time": now}
        document = {**body, **added, "hook_ctl": body["hook_ctl"] or {"enabled": False, "items": []}}
        self._workflows[body["name"]] = Workflow(document, Clock(self._time_source), self._agents)

    def forget(self, name: str) -> None:
        """Remove a workflow that no Zadig could: one without a name, with a slash in it, or in a missing project."""
        self._workflows.pop(name, None)

    def delete(self, name: str) -> None:
        """Remove a workflow and its tasks; ZadigError if it or its project is missing."""
        workflow = self.get(name)
        if workflow is None or workflow.project not in self.environments:
            raise errors.DELETE_FAILED()
        for task in self._workflows.pop(name).tasks.values():
            task.cancelled, task.cancelled_until = True, math.inf
