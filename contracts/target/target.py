"""A target: what cases are run against, and everything that they need of it."""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from contracts.catalog.release import Release
from contracts.http.client import Client, Exchange, Request
from contracts.http.trace import Phase, Trace
from contracts.safety.journal import Journal, Names
from contracts.target.standin_control import StandInControl
from contracts.text.errors import EndedError


@dataclass(frozen=True)
class Workspace:
    """Where on the target the cases work.

    project, env_name: where workflows are made, and deploy to.
    service, service_module, repo: what tasks build.
    branch, failing_branch, hanging_branch: what a build of it comes to.
    other_project: a project of the outsider's.
    """

    project: str
    env_name: str
    service: str
    service_module: str
    repo: str
    branch: str
    failing_branch: str | None = None
    hanging_branch: str | None = None
    other_project: str | None = None


class HaltedError(EndedError):
    """The run is being ended: nothing but its clean-up goes out any more."""


class CircuitBreaker:
    """Counts exchanges in a row that the target did not answer, of all threads; after `most` its health is in doubt.

    stopped: its health call got no answer either, and nothing more is tried.
    halted: the run is being ended from outside, so that only clean-up is sent.
    """

    def __init__(self, most: int = 3) -> None:
        self._most = most
        self._missed = 0
        self._lock = threading.Lock()
        self.stopped = self.halted = False

    def record(self, answered: bool) -> bool:
        """Count one exchange; return whether the target's health is in doubt."""
        with self._lock:
            self._missed = 0 if answered else self._missed + 1
            self.stopped = self.stopped and not answered
            return self._missed >= self._most

    def settle(self, healthy: bool) -> None:
        """Count a health call that was to settle a doubt."""
        self.record(healthy)
        self.stopped = not healthy


class SharedLock:
    """A lock that many may share; whoever wants to be alone goes before those who come later."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._sharing = self._waiting = self._entered = 0
        self._alone = False

    @contextmanager
    def shared(self) -> Iterator[Callable[[], bool]]:
        """Be one of many; yields what tells whether others were there too since then."""
        with self._change:
            self._change.wait_for(lambda: not (self._alone or self._waiting))
            self._sharing += 1
            self._entered += 1
            entered, company = self._entered, self._sharing > 1
        try:
            yield lambda: company or self._entered > entered
        finally:
            with self._change:
                self._sharing -= 1
                self._change.notify_all()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Be the only one."""
        with self._change:
            self._waiting += 1
            try:
                self._change.wait_for(lambda: not (self._alone or self._sharing))
                self._alone = True
            finally:
                self._waiting -= 1
                self._change.notify_all()
        try:
            yield
        finally:
            with self._change:
                self._alone = False
                self._change.notify_all()


@dataclass(frozen=True)
class Target:
    """One deployment under test.

    client: everything that talks to it goes through this.
    release: the contract that it is held against.
    workspace: where on it the cases work.
    names, journal: what this run may make there, and what it made.
    control: on a stand-in only: its clock, and what no call of Zadig's could do.
    state_timeout: seconds to wait for a task's state.
    deadline: when the whole run is over, as time.time() counts.
    breaker: whether it is given up.
    lock: who may talk to it at the same time.
    trace: the steps of the case that it is used for.
    """

    client: Client
    release: Release
    workspace: Workspace
    names: Names
    journal: Journal
    control: StandInControl | None = None
    state_timeout: float = 600.0
    deadline: float = math.inf
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)
    lock: SharedLock = field(default_factory=SharedLock)
    trace: Trace = field(default_factory=Trace)

    def send(self, request: Request, answer: str = "") -> Exchange:
        """Send a request, count whether the target answered, and note it with the answer that is expected.

        Raises HaltedError where the run is being ended and this is no clean-up.
        """
        if self.breaker.halted and self.trace.phase is not Phase.CLEANUP:
            raise HaltedError
        exchange = self.client.send(request)
        self.trace.add(exchange, answer)
        if self.breaker.record(exchange.status is not None or exchange.failure is None):
            health = self.client.send(self._health())
            self.trace.add(health, "")
            self.breaker.settle(health.status is not None)
        return exchange

    def alive(self) -> bool:
        """Whether the target's health call, or where it has none the root, gets any HTTP answer at all."""
        return self.send(self._health()).status is not None

    def _health(self) -> Request:
        if self.release.lacks(["health"]):
            return Request("GET", "/", prefixed=False)
        health = self.release.call("health")
        return Request(health.method, health.path, call=health.name, prefixed=health.prefixed)


@dataclass(frozen=True)
class Subject:
    """What a case acts on.

    name, project: of the workflow.
    task_id: one of its tasks.
    """

    name: str
    project: str
    task_id: int = 1

    def sent(self, workspace: Workspace) -> dict[str, str]:
        """Return the names that a request about this subject uses, for the texts of answers."""
        return {"name": self.name, "project": self.project, "env": workspace.env_name, "id": str(self.task_id)}


def open_subject(target: Target, template: str = "{name}", length: int = 0) -> Subject:
    """Return a subject with a name of its own, opened in the journal.

    `{name}` in `template` stands for that name; one shorter than `length` characters is filled up.
    """
    name = template.replace("{name}", target.names.new())
    subject = Subject(name + "x" * (length - len(name)), target.workspace.project)
    target.journal.open(subject.name, subject.project)
    return subject
