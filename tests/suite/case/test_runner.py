"""One case at a time or many at once: what the runner makes of targets that move, stop, or are busy."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.case.runner import run_case
from contracts.case.trial import MOVES
from contracts.catalog.cases import cases
from contracts.check.breach import Kind
from contracts.http.exchange import Exchange, Failure, Request
from contracts.report.verdict_rules import Result
from contracts.settings.settings import load
from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread
from contracts.target.connect import find_workspace, open_target, probe
from contracts.target.requests import operation_call
from contracts.target.target import Subject, Target
from helpers.processes import HANG

PERFECT = {"1.7.0": "perfect", "5.0.0": "perfect-5.0"}
CASES = {case.id: case for case in cases("1.7.0")}


class Agent:
    """A stand-in on which an agent takes a queued task just before it is to be restarted, so many times."""

    def __init__(self, times: int) -> None:
        self._app: ASGIApp = create_app()
        self._times = times

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"].endswith("/restart") and self._times:
            self._times -= 1
            await self._advance(scope, scope["path"].split("/")[-2])
        await self._app(scope, receive, send)

    async def _advance(self, scope: Scope, workflow: str) -> None:
        async def body() -> Message:
            return {"type": "http.request", "body": json.dumps({"seconds": 4}).encode()}

        async def drop(_: Message) -> None:
            return

        path = f"/_standin/clock/{workflow}"
        await self._app({**scope, "method": "POST", "path": path, "raw_path": path.encode()}, body, drop)


@contextmanager
def opened(app: ASGIApp, folder: Path, release: str = "1.7.0", **settings: Any) -> Iterator[tuple[Target, str]]:
    """Serve an app and open it as a target."""
    with serve_in_thread(app) as url:
        wanted = load({"base_url": url, "release": release, **settings})
        look = probe(wanted, url)
        place = find_workspace(wanted, look)
        target = open_target(wanted, look, place, release=release, run_id="r", worker="main", run_dir=folder)
        yield target, url
        target.client.close()


def test_cases_run_at_once_in_threads(tmp_path: Path) -> None:
    """All regression cases hold when 12 threads run them on one target, and nothing is left."""
    with opened(create_app(), tmp_path) as (target, url):
        chosen = [case for case in CASES.values() if case.level == "regression"]
        with ThreadPoolExecutor(12) as pool:
            outcomes = list(pool.map(lambda case: run_case(case, target), chosen))
        assert [outcome for outcome in outcomes if outcome.result is not Result.HELD] == []
        assert requests.get(f"{url}/_standin/state", timeout=HANG).json()["workflows"] == []


def live(target: Target) -> Target:
    """Return a target that is not known to be a stand-in, so that agents may be at work there."""
    return replace(target, control=None)


@pytest.mark.parametrize("times", [2, 15], ids=["now-and-then", "as-on-a-slow-server"])
def test_a_queued_task_that_an_agent_took_is_no_breach(times: int, tmp_path: Path) -> None:
    """The answer was right for the state that the task went on to: the case is run again on another workflow."""
    with opened(Agent(times=times), tmp_path) as (target, _):
        outcome = run_case(CASES["restart-task/queued-task"], live(target))
        again = f"run again {times} times, because a task moved by itself"
        assert (outcome.result, outcome.reason) == (Result.HELD, again)


def test_a_given_that_never_stays_is_blocked(tmp_path: Path) -> None:
    """Where an agent is always faster, and leaves its traces, the case says nothing, and says why."""
    with opened(Agent(times=1000), tmp_path) as (target, _):
        outcome = run_case(CASES["restart-task/queued-task"], live(target))
        assert outcome.result is Result.BLOCKED
        assert f"{MOVES} times" in outcome.reason


def test_nothing_moves_by_itself_where_the_clock_stands_still(tmp_path: Path) -> None:
    """On a stand-in whose clock is moved by cases alone, the same is a breach at once."""
    with opened(Agent(times=1), tmp_path) as (target, _):
        outcome = run_case(CASES["restart-task/queued-task"], target)
        assert "state:task-created-running" in {breach.signature for breach in outcome.breaches}


@pytest.mark.parametrize("release", ["1.7.0", "5.0.0"], ids=["in-the-path", "in-the-query"])
@pytest.mark.parametrize(
    ("told", "kind"),
    [("{before}", Kind.CROSS_TALK), ("{this}", Kind.DESCRIPTION), ("{part}", Kind.DESCRIPTION)],
    ids=["another", "itself", "a-part-of-itself"],
)
def test_a_description_of_another_workflow_is_cross_talk_each_time(
    told: str, kind: Kind, release: str, tmp_path: Path
) -> None:
    """Where it comes every time too: which other one there is, no server makes up. What it says of its own it may."""
    (case,) = [case for case in cases(release) if case.id == "cancel-task/passed-task"]
    with opened(create_app(PERFECT[release]), tmp_path, release) as (target, _):
        send, names = target.client.send, ["zct-r-main-0"]

        def mix_up(request: Request) -> Exchange:
            exchange = send(request)
            if request.call != "cancel-task" or exchange.status != 400:
                return exchange
            name = dict(request.query or {}).get("workflowKey") or request.path.rpartition("/")[2]
            of = told.format(before=names[-1], this=name, part=name[:-1])
            names.append(name)
            error = json.loads(exchange.body) | {"description": f"task: {of}:2 is passed, cannot cancel"}
            return replace(exchange, body=json.dumps(error).encode())

        target.client.send = mix_up  # type: ignore[method-assign]
        outcome = run_case(case, target)
        assert [breach.kind for breach in outcome.breaches] == [kind]
        assert ("in 5 of 5 runs" in outcome.breaches[0].came) == (kind is Kind.DESCRIPTION)


def test_a_target_that_stops_is_given_up(tmp_path: Path) -> None:
    """After three exchanges in a row without an answer nothing more is sent."""
    with opened(create_app(), tmp_path, connect_timeout=1) as (target, _):
        case = CASES["cancel-task/no-such-workflow"]
        assert run_case(case, target).result is Result.HELD
    first = run_case(case, target)
    assert first.result is Result.UNREACHABLE
    sent: list[object] = []
    run_case(case, target)
    target.client.send = sent.append  # type: ignore[method-assign,assignment]
    given_up = run_case(case, target)
    assert given_up.result is Result.UNREACHABLE
    assert "not tried" in given_up.reason
    assert sent == []


def test_a_target_whose_health_call_answers_is_not_given_up(tmp_path: Path) -> None:
    """However many exchanges in a row get no answer, of whichever cases: others go on."""
    with opened(create_app(), tmp_path) as (target, _):
        send = target.client.send

        def drop_cancels(request: Request) -> Exchange:
            dropped = Exchange(request, "", failure=Failure("no-answer", "dropped"))
            return dropped if request.call == "cancel-task" else send(request)

        target.client.send = drop_cancels  # type: ignore[method-assign]
        cancel = operation_call(target, target.release.call("cancel"), Subject("none", "nginx"))
        with ThreadPoolExecutor(6) as pool:
            assert {exchange.status for exchange in pool.map(target.send, [cancel] * 6)} == {None}
        assert run_case(CASES["restart-task/no-such-workflow"], target).result is Result.HELD
