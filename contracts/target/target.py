"""A target: what cases are run against, and everything that they need of it."""

import math
import threading
import time
from dataclasses import field, replace

from contracts.catalog.release import Release
from contracts.http.client import Client
from contracts.http.disturbance import BY_NAME, Doubt, Sign, sign_of, wait_of
from contracts.http.exchange import Exchange, Request
from contracts.http.trace import Phase, Trace
from contracts.safety.journal import Journal, Names
from contracts.target.sharing import SharedLock, Told
from contracts.target.standin_control import StandInControl
from contracts.target.waiting import Waits
from contracts.target.weather import Weather
from contracts.text.errors import EndedError
from contracts.text.frozen import dataclass
from contracts.text.strict_json import value_of


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


@dataclass(frozen=True)
class Exploring:
    """How much a run explores.

    seed: what is drawn follows from it.
    requests, seconds: what all of it may take.
    """

    seed: int = 0
    requests: int = 6000
    seconds: float = math.inf


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


PROVEN = frozenset({"main", "admin", "viewer", "outsider"})
"""Credentials that a target takes, as long as their tokens live."""
PAUSES = (0.1, 0.3, 0.6)
"""Seconds before a look is repeated that a limit or a gateway turned away."""


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
    told: what a step of a given left wrong and was told already, so that it is told once.
    weather: what stands before it.
    expires: when the token ends, as time.time() counts.
    waits: what cases wait for.
    trace: the steps of the case that it is used for.
    exploring: how much of it is explored.
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
    told: Told = field(default_factory=Told)
    weather: Weather = field(default_factory=Weather)
    expires: float = math.inf
    waits: Waits = field(default_factory=Waits)
    trace: Trace = field(default_factory=Trace)
    exploring: Exploring = field(default_factory=Exploring)

    @property
    def stands_still(self) -> bool:
        """Whether it is a stand-in on which nothing moves by itself, as its clock is moved by cases only."""
        return self.control is not None and self.control.manual

    def send(self, request: Request, answer: str = "") -> Exchange:
        """Send a request, count whether the target answered, and note it with the answer that is expected.

        Raises HaltedError where the run is being ended and this is no clean-up.
        """
        if self.breaker.halted and self.trace.phase is not Phase.CLEANUP:
            raise HaltedError
        exchange = self._in_turn(request)
        self.trace.add(exchange, answer)
        self._doubt(exchange, answer)
        heard = exchange.status is not None or exchange.failure is None
        if (heard or not self.lock.busy) and self.breaker.record(heard):
            health = self.client.send(self._health())
            self.trace.add(health, "")
            self.breaker.settle(health.status is not None)
        return exchange

    def ask(self, request: Request) -> Exchange:
        """Send a request when its turn comes, whatever may be said of what comes back."""
        spell, sent = self.weather.wait_turn(request.call), time.monotonic()
        exchange = self.client.send(request)
        failed = sign_of(exchange) is not None
        self.weather.came(sent, failed=failed)
        if not failed:
            self.lock.heard(request.call, sent, exchange.seconds)
        exchange = replace(exchange, spell=spell) if failed else exchange
        if BY_NAME["rate"].shows(exchange):
            self.weather.limited(sent, wait_of(exchange))
        return exchange

    def _in_turn(self, request: Request) -> Exchange:
        """Send a request; a look beside what is tested is repeated where a limit or a gateway turned it away."""
        again = self.trace.phase is not Phase.REQUEST and not request.changes
        exchange = self.ask(request)
        turned: list[Doubt] = []
        for pause in PAUSES if again and not self.weather.ended else ():
            sign = self._sign(exchange)
            if sign is None or sign.name not in ("rate", "gateway"):
                for doubt in turned:
                    self.weather.passed(doubt)
                break
            turned.append(Doubt(sign, exchange))
            self.weather.hold(pause)
            self.weather.repeated += 1
            exchange = self.ask(request)
        return exchange

    def _doubt(self, exchange: Exchange, answer: str) -> None:
        """Note an exchange that may not be the target's own."""
        sign, request = self._sign(exchange), exchange.request
        if sign is None or (sign.name == "token" and request.credential not in PROVEN):
            return
        if self.trace.phase is not Phase.CLEANUP:
            self.trace.doubts.append(Doubt(sign, exchange, (self.trace.phase, request.call, answer)))

    def _sign(self, exchange: Exchange) -> Sign | None:
        """Return the sign that an answer which was asked for has, unless only the target itself can have said it."""
        return None if exchange.spell is None else sign_of(exchange, self.own)

    def own(self, exchange: Exchange) -> bool:
        """Whether only the target itself can have said this: it has the keys of its errors."""
        value, binding = value_of(exchange.body), self.release.binding
        return isinstance(value, dict) and {binding.code, binding.description} <= value.keys()

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
