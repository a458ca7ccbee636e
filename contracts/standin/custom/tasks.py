"""One task of a custom workflow: its stages, the states that it comes to, and what brings it from one to the next.

A task waits, runs through its stages, stops where one is to be approved or executed by hand, and ends as its scripts
say.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.standin.agents import USUAL, Turn

FAILING_SCRIPT, HANGING_SCRIPT = "exit 1", "sleep infinity"
"""Lines of a script whose job fails, and is stopped by its time limit."""
_ENDS = ((re.compile(r"\bexit [1-9]"), "failed"), (re.compile(r"\bsleep infinity\b"), "timeout"))
APPROVAL_WAITS_AS, APPROVAL_WAITED_AS = "wait_for_approval", "waitforapprove"
"""The state of a job that waits for an approval from 3.1 on; to 3.0, that of its task and stage."""
RETRYABLE = frozenset({"failed", "timeout", "reject", "cancelled"})
ENDED = RETRYABLE | {"passed"}
STATES = ENDED | {
    *("waiting", "created", "queued", "running", "prepare", "pause", "unstable", "debug", "skipped"),
    *(
        APPROVAL_WAITS_AS,
        APPROVAL_WAITED_AS,
        "blocked",
        "debug_before",
        "debug_after",
        "wait_for_manual_error_handling",
    ),
}
"""Every state that a client may be shown."""


@dataclass
class Gate:
    """What a stage waits for before it runs.

    manual: whether it is executed by hand; else it is approved.
    name: the generated name of the job that waits, or the stage's where there is none.
    users: those who may open it.
    needed: how many have to approve. approved: who did.
    """

    manual: bool
    name: str
    users: list[dict[str, Any]]
    needed: int = 1
    approved: list[str] = field(default_factory=list)
    open: bool = False


@dataclass
class Job:
    """One job of a task. name: the generated one. origin: the configured one."""

    name: str
    origin: str
    kind: str
    spec: Mapping[str, Any]
    skipped: bool = False


@dataclass
class Stage:
    """One stage of a task; `status` is empty until the task comes to it, and both times are readings of the clock."""

    name: str
    parallel: bool
    jobs: list[Job]
    gate: Gate | None = None
    status: str = ""
    started: float | None = None
    ended: float | None = None

    @property
    def waits(self) -> bool:
        """Whether somebody has to open its gate yet."""
        return self.gate is not None and not self.gate.open

    @property
    def end(self) -> str:
        """The state in which it ends: the first script that does not pass decides."""
        scripts = "\n".join(script_of(job.spec) for job in self.jobs if not job.skipped)
        return next((end for pattern, end in _ENDS if pattern.search(scripts)), "passed")

    @property
    def works(self) -> bool:
        """Whether it takes time; approvals take none."""
        return any(job.kind != "approval" and not job.skipped for job in self.jobs)


@dataclass
class Task:
    """One task.

    key, project, display_name: of the workflow when the task was started; a rename leaves them as they are.
    status: its state. since: the clock's reading when it came to it. at: the stage that it is in.
    halted: it moves no more by itself. deleted: its workflow is gone, so it is listed no more.
    turn: how long it waits, and runs in each stage. turned: `since` when it was given to an agent.
    """

    task_id: int
    key: str
    project: str
    display_name: str
    params: list[Any]
    stages: list[Stage]
    creator: str
    born: float
    approvals_are_jobs: bool
    since: float = 0
    status: str = "waiting"
    at: int = 0
    revoker: str = ""
    created_at: int = field(default_factory=lambda: int(time.time()))
    started: float | None = None
    ended: float | None = None
    halted: bool = False
    deleted: bool = False
    restarts: int = 0
    remark: str = ""
    turn: Turn = USUAL
    turned: float = -1

    @property
    def works(self) -> bool:
        """Whether an agent has it or will have it."""
        return not self.halted and self.status not in ENDED

    @property
    def stage(self) -> Stage:
        """The stage that it is in."""
        return self.stages[min(self.at, len(self.stages) - 1)]

    @property
    def gate(self) -> Gate | None:
        """What it waits for now, None where for nothing."""
        waits = self.status not in ENDED and self.stage.status not in ("", "passed") and self.stage.waits
        return self.stage.gate if waits else None

    @property
    def occupies(self) -> bool:
        """Whether it takes one of the places of its workflow's `concurrency_limit`."""
        return not self.halted and self.status not in ENDED | {"waiting", "pause"}

    def moves_at(self, free_since: float) -> float | None:
        """Return when it moves on by itself; None if never. `free_since`: since when there is a place for it."""
        if self.halted or self.status in ENDED or (self.status != "waiting" and self.stage.waits):
            return None
        if self.status == "waiting":
            return max(self.since + self.turn.waits, free_since)
        return self.since + (self.turn.runs if self.stage.works else 0)

    def move(self, now: float) -> None:
        """Move on by one step."""
        self.since = now
        if self.status == "waiting":
            self.started = now if self.started is None else self.started
            self._enter(now)
            return
        self.stage.status, self.stage.ended = self.stage.end, now
        if self.stage.status != "passed" or self.at + 1 == len(self.stages):
            self.status, self.ended = self.stage.status, now
        else:
            self.at += 1
            self._enter(now)

    def _enter(self, now: float) -> None:
        self.stage.started = now if self.stage.started is None else self.stage.started
        self.status = self.stage.status = "running"
        if self.stage.waits and self.stage.gate is not None:
            waits_as = "running" if self.approvals_are_jobs else APPROVAL_WAITED_AS
            self.status = self.stage.status = "pause" if self.stage.gate.manual else waits_as

    def finish(self, status: str, now: float, revoker: str = "") -> None:
        """End it from outside: cancelled, or rejected."""
        self.revoker = revoker or self.revoker
        if self.status != status:
            self.status, self.since, self.ended = status, now, now
            if self.stage.status not in ("", "passed"):
                self.stage.status, self.stage.ended = status, now

    def go_on(self, status: str, now: float) -> None:
        """Let it wait or run again, in the stage that it is in."""
        self.status, self.since, self.ended, self.halted = status, now, None, False
        self.stage.status, self.stage.ended = ("running" if status == "running" else ""), None

    def retry(self, now: float) -> None:
        """Queue it again under the same id, from the stage in which it ended."""
        self.restarts += 1
        if self.stage.gate is not None:
            self.stage.gate.open, self.stage.gate.approved = False, []
        self.go_on("waiting", now)


def script_of(spec: Any) -> str:
    """Return the script of a script job in either shape, empty where it has none."""
    if not isinstance(spec, Mapping):
        return ""
    steps = [step.get("spec") for step in spec.get("steps") or [] if isinstance(step, Mapping)]
    scripts = [each.get("script") for each in (spec, *steps) if isinstance(each, Mapping)]
    return "\n".join(str(script) for script in scripts if script)
