"""An API that nobody wrote code for: a binding, a lifecycle and ten rows, and all that the suite does works on it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.case.cleanup import remove_all
from contracts.case.concurrent import ConcurrentScenario
from contracts.case.flow import Flow
from contracts.case.outcome import Outcome
from contracts.case.runner import run_case
from contracts.case.scenario import Scenario
from contracts.catalog.cases import cases, changing
from contracts.catalog.release import load
from contracts.http.exchange import Request
from contracts.report.verdict_rules import Result
from contracts.safety.guard import RefusedError
from contracts.target.requests import role_call
from contracts.target.target import Subject, Target
from helpers.toy_release import RELEASE, TOY, opened, toy_fixture  # noqa: F401 - a fixture
from helpers.toy_server import Toy
from tests.api import test_concurrency, test_flows

pytestmark = pytest.mark.usefixtures("toy")

SCENARIOS: list[tuple[type[Scenario], Callable[[Any], None]]] = [
    (Flow, test_flows.test_one_life),
    (Flow, test_flows.test_again_and_again),
    (Flow, test_flows.test_ids_start_again),
    (ConcurrentScenario, test_concurrency.test_own_descriptions),
    (ConcurrentScenario, test_concurrency.test_creates_of_one_name),
    (ConcurrentScenario, test_concurrency.test_creates_by_two),
    (ConcurrentScenario, test_concurrency.test_starts_of_one_workflow),
    (ConcurrentScenario, test_concurrency.test_cancels_and_restarts),
]


def played(target: Target, kind: type[Scenario], script: Callable[[Any], None]) -> Outcome:
    scenario = kind(f"toy/{script.__name__}")
    return scenario.play(target, lambda: script(scenario))


def all_of(target: Target) -> list[Outcome]:
    """Return what became of every case of the toy, flows and concurrent scenarios last."""
    rows = [run_case(case, target) for case in cases(RELEASE)]
    return rows + [played(target, kind, script) for kind, script in SCENARIOS]


def wrong(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    return [(each.case, f"{each.result}: {each.reason or each.breaches}") for each in outcomes if each.result != "held"]


def test_every_case_holds_and_nothing_is_left(tmp_path: Path) -> None:
    """Create, start, cancel, restart and delete, flows and crowds: all by the tables, on a server that keeps them."""
    server = Toy()
    with opened(server.app(), tmp_path / "run") as target:
        assert wrong(all_of(target)) == []
        assert server.flows == {}
        assert len(cases(RELEASE)) == 10 + 16  # rows of the table, and states of the lifecycle
        assert changing(load(RELEASE)) == {"make-flow", "run-flow", "stop-run", "rerun", "drop-flow"}


def test_requests_are_what_the_tables_say(tmp_path: Path) -> None:
    """The name goes into the query, the id as a number deep into the body, what is read as YAML says so; no prefix."""
    with opened(Toy().app(), tmp_path / "run") as target:
        subject = Subject("zct-a b", "nginx", 3)
        create, cancel = (role_call(target, role, subject) for role in ("create", "cancel"))
        assert (create.method, create.path, create.query) == ("PUT", "/flows", {"flow": "zct-a b", "group": "nginx"})
        assert create.content_type == "application/yaml"
        assert json.loads(create.body or b"")["steps"] == [{"image": "sea", "count": 2}]
        assert (cancel.method, json.loads(cancel.body or b"")) == ("PATCH", {"flow": "zct-a b", "run": {"number": 3}})
        assert target.client.url(create).endswith(
            ":" + target.client.root.rpartition(":")[2] + "/flows?flow=zct-a+b&group=nginx"
        )


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param(Request("PUT", "/flows", {"flow": "theirs", "group": "nginx"}, b"steps: []"), id="create"),
        pytest.param(Request("PUT", "/flows", {"flow": "OWN", "group": "theirs"}, b"steps: []"), id="other-group"),
        pytest.param(Request("PUT", "/flows", {"flow": "OWN"}, b"steps: []"), id="no-group"),
        pytest.param(Request("PUT", "/flows", {"flow": "OWN", "group": "nginx"}, b"flow: theirs"), id="in-the-body"),
        pytest.param(Request("PUT", "/flows", {"flow": "OWN", "group": "nginx"}, b"a: &b theirs"), id="anchor"),
        pytest.param(Request("POST", "/flows/drop", {"flow": "theirs"}), id="delete"),
        pytest.param(Request("PATCH", "/runs/stop", {}, b'{"flow": "theirs", "run": {"number": 1}}'), id="cancel"),
        pytest.param(Request("PATCH", "/runs/stop", {}, b"{}"), id="cancel-nothing"),
        pytest.param(Request("DELETE", "/ok", {"flow": "OWN"}), id="what-only-reads"),
        pytest.param(Request("DELETE", "/workflow/workflow/OWN"), id="another-apis-path"),
    ],
)
def test_the_guard_knows_the_toy(tmp_path: Path, foreign: Request) -> None:
    """What this run did not make is not touched, wherever this API names it."""
    server = Toy()
    with opened(server.app(), tmp_path / "run") as target:
        target.journal.open("OWN", "nginx")
        with pytest.raises(RefusedError):
            target.client.send(foreign)
        assert server.flows == {}


def test_what_is_left_is_found_and_removed(tmp_path: Path) -> None:
    """The end of a run removes by the binding's calls what the list of the target and the journal have of it."""
    server, name = Toy(), "zct-20260101t000000-abcd-main-1"
    with opened(server.app(), tmp_path / "run") as target:
        target.journal.open(name, "nginx")
        subject = Subject(name, "nginx")
        for role in ("create", "start", "start"):
            target.send(role_call(target, role, subject))
        server.flows["theirs"], server.runs["theirs"] = {"flow": "theirs", "group": "nginx"}, {}
        assert server.runs[name] == {1: "lined-up", 2: "lined-up"}
        cleaned = remove_all(target, "20260101t000000-abcd")
        assert (cleaned.removed, cleaned.left, list(server.flows)) == ((name,), (), ["theirs"])


class Broken:
    """The toy with each answer of one call changed."""

    def __init__(self, call: str, edit: Callable[[int, bytes], tuple[int, bytes]]) -> None:
        self._app: ASGIApp = Toy().app()
        self._call, self._edit = call, edit
        self.applied = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or f"{scope['method']} {scope['path']}" != self._call:
            await self._app(scope, receive, send)
            return
        said: list[Message] = []

        async def keep(message: Message) -> None:
            said.append(message)

        await self._app(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in said)
        status, changed = self._edit(said[0]["status"], body)
        self.applied += (status, changed) != (said[0]["status"], body)
        headers = [(name, value) for name, value in said[0]["headers"] if name != b"content-length"]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": changed})


def on_object(change: Callable[[dict[str, Any]], object]) -> Callable[[int, bytes], tuple[int, bytes]]:
    def edit(status: int, body: bytes) -> tuple[int, bytes]:
        value = json.loads(body)
        change(value)
        return status, json.dumps(value, ensure_ascii=False).encode()

    return edit


BREAKAGES: dict[str, Callable[[int, bytes], tuple[int, bytes]]] = {
    "crash": lambda _status, _body: (500, b""),
    "other-status": lambda status, body: (202 if status < 300 else 422, body),
    "empty": lambda status, _body: (status, b""),
    "cut-off": lambda status, body: (status, body[:-2]),
    "page": lambda status, _body: (status, b"<!doctype html><title>Log in</title>"),
    "array": lambda status, body: (status, b"[" + body + b"]"),
    "key-missing": on_object(lambda value: value.pop("message")),
    "constant-changed": on_object(lambda value: value.update(message="otherwise")),
    "wrong-type": on_object(lambda value: value.update(message=1)),
}
BENIGN: dict[str, Callable[[int, bytes], tuple[int, bytes]]] = {
    "further-key": on_object(lambda value: value.update(more={"a": 1})),
    "other-order": on_object(lambda value: value.update(message=value.pop("message"))),
}
CALLS = {
    shape: name
    for name, shape in (line.split(" = ") for line in (TOY / "operations.toml").read_text("utf-8").splitlines())
}


@pytest.mark.parametrize("change", [*BREAKAGES, *BENIGN])
@pytest.mark.parametrize("call", CALLS.values())
def test_a_generic_change_is_told(tmp_path: Path, call: str, change: str) -> None:
    """Whatever breaks an answer of any call shows in its cases, for what it is; what breaks nothing does not."""
    shape = next(shape for shape, name in CALLS.items() if name == call).strip('"')
    app = Broken(shape, {**BREAKAGES, **BENIGN}[change])
    with opened(app, tmp_path / "run") as target:
        outcomes = [run_case(case, target) for case in cases(RELEASE) if case.operation == call]
        assert app.applied
        found = {each.result for each in outcomes}
        assert found == {Result.HELD} if change in BENIGN else found & {Result.BREACH, Result.DRIFT}


SILENT = {"make-flow": "made", "run-flow": "started", "stop-run": "stopped", "rerun": "again", "drop-flow": "dropped"}


@pytest.mark.parametrize("call", CALLS.values())
def test_a_success_that_does_nothing_is_told(tmp_path: Path, call: str) -> None:
    """A call that only says that it did what was asked is found out by the state afterwards."""
    shape = next(shape for shape, name in CALLS.items() if name == call).strip('"')
    server = Toy()
    inner = server.app()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or f"{scope['method']} {scope['path']}" != shape:
            await inner(scope, receive, send)
            return
        body = {"message": SILENT[call]} | ({"run": {"number": 1}} if call == "run-flow" else {})
        status = 201 if call == "run-flow" else 200
        headers = [(b"content-type", b"application/json; charset=utf-8")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    with opened(app, tmp_path / "run") as target:
        outcomes = [run_case(case, target) for case in cases(RELEASE) if case.operation == call]
        states = [breach for each in outcomes for breach in each.breaches if breach.kind == "state"]
        assert states, wrong(outcomes)
