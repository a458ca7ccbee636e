"""Overload is the suite's own: what a server answers late because so many ask at once is no breach; what hangs is."""

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from contracts.catalog.cases import cases
from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread
from contracts.target import connect
from contracts.target.pace import Pace
from contracts.target.sharing import Among, SharedLock, Told, part_of
from helpers.gateway import Ended, run_few
from helpers.processes import HANG

AT_ONCE = 4
LATE = 1.0
"""Seconds after which a client of these tests has waited enough; who is served at once is served long before."""
FAST = ("no-such-workflow", "workflow", "queued-task")
OPERATIONS = ("cancel-task", "restart-task")
MANY = tuple(
    case.id
    for operation in OPERATIONS
    for case in [row for row in cases("1.7.0") if row.operation == operation and row.given in FAST and not row.needs][
        :8
    ]
)


class Narrow:
    """A stand-in that serves so many requests at once, and lets others wait until their client leaves.

    hangs: the end of the paths that it never answers.
    """

    def __init__(self, behaviour: str, hangs: str = "/no path") -> None:
        self._app: ASGIApp = create_app(behaviour)
        self._hangs = hangs
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        if path.startswith("/_standin"):
            await self._app(scope, receive, send)
            return
        self._inside += 1
        try:
            if self._inside > AT_ONCE or path.endswith(self._hangs):
                while (await receive())["type"] != "http.disconnect":
                    pass
                return
            await asyncio.sleep(0.02)  # so that those that come together are here together
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1


def narrow(folder: Path, behaviour: str, hangs: str = "/no path", **options: Any) -> Ended:
    """Run many cases on such a server."""
    with serve_in_thread(Narrow(behaviour, hangs)) as url:
        return run_few(url, folder, MANY, first_byte_timeout=LATE, **options)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch, bare: Path) -> None:
    """Wait for what was not answered no longer than it takes."""
    del bare
    monkeypatch.setattr(connect, "PATIENCE", 0.05)
    monkeypatch.setattr(connect, "LEAST_PATIENCE", 0.5)


@pytest.mark.parametrize("behaviour", ["perfect", "1.7.0"])
@pytest.mark.parametrize("in_flight", [1, 32, "auto"])
def test_a_narrow_server_is_accepted(behaviour: str, in_flight: int | str, tmp_path: Path) -> None:
    """However many ask at once; and the summary says that there were too many."""
    ended = narrow(tmp_path, behaviour, in_flight=in_flight)
    assert ended.exit == 0, ended.said
    assert ("slowed down from 32" in ended.said) == (in_flight == 32)


class Limited:
    """A stand-in before which a limit stands: so many requests in any second, and no word of how long to wait."""

    def __init__(self, each_second: int) -> None:
        self._app: ASGIApp = create_app()
        self._each_second, self._passed = each_second, list[float]()
        self.refused = self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        now = time.monotonic()
        self._passed = [at for at in self._passed if at > now - 1]
        self.asked += 1
        if len(self._passed) >= self._each_second and not scope["path"].startswith("/_standin"):
            self.refused += 1
            await PlainTextResponse("slow down", 429)(scope, receive, send)
            return
        self._passed.append(now)
        await self._app(scope, receive, send)


def test_a_limit_is_kept_once_it_is_known(tmp_path: Path) -> None:
    """Where ten requests a second are let through, no case is disturbed, and few requests are refused."""
    limit = Limited(10)
    with serve_in_thread(limit) as url:
        ended = run_few(url, tmp_path, MANY)
    assert {case["result"] for case in ended.verdict["cases"]} == {"held"}
    assert limit.refused < limit.asked / 5


@pytest.mark.parametrize("in_flight", [1, 32])
def test_what_hangs_is_a_breach(in_flight: int, tmp_path: Path) -> None:
    """A call that is never answered is not answered alone either."""
    ended = narrow(tmp_path, "perfect", hangs="/restart", in_flight=in_flight)
    broken = {case["case"] for case in ended.verdict["cases"] if case["result"] == "breach"}
    assert ended.exit == 1
    assert broken
    assert {case.partition("/")[0] for case in broken} == {"restart-task"}


@pytest.mark.parametrize(
    ("in_flight", "workers", "parts"),
    [
        pytest.param(8, 2, [(4, None), (4, None)], id="even"),
        pytest.param(8, 3, [(3, None), (3, None), (2, None)], id="uneven"),
        pytest.param(1, 3, [(1, 0), (1, 0), (1, 0)], id="one-for-all"),
        pytest.param(2, 4, [(1, 0), (1, 1), (1, 0), (1, 1)], id="two-for-four"),
    ],
)
def test_workers_share_one_number(in_flight: int, workers: int, parts: list[tuple[int, int | None]]) -> None:
    """All workers together have no more cases under way than are set for the run."""
    assert [part_of(in_flight, number, workers) for number in range(workers)] == parts


def test_one_that_slows_down_slows_all_down(tmp_path: Path) -> None:
    """What one process missed is for all of them: so many as are left share their places by turns."""
    one, other = (Among(tmp_path / "locks", worker, 4, first=8) for worker in range(2))
    paces = [(other.pace, other.most)]
    for _ in range(4):
        SharedLock(Pace(1, 1), one).slow_down()
        paces.append((SharedLock(Pace(1, 1), other).pace, other.most))
    assert paces == [(8, 2), (4, 1), (2, 1), (1, 1), (1, 1)]


def test_what_is_told_once_is_told_by_one_process(tmp_path: Path) -> None:
    """What one process told, no other tells again; where something new is among it, it is told."""
    one, other = (Told(Among(tmp_path / "locks", worker, 2, first=2)) for worker in range(2))
    assert [one.add(["a"]), other.add(["a"]), other.add(["a", "b"]), one.add(["a", "b"])] == [True, False, True, False]


def test_processes_let_one_be_alone(tmp_path: Path) -> None:
    """While one process has the target to itself, no other begins; places that are shared are taken in turn."""
    one, other = (SharedLock(Pace(1, 1), Among(tmp_path / "locks", worker, 2, first=1)) for worker in range(2))
    entered, events = threading.Event(), []

    def share() -> None:
        entered.set()
        with other.shared() as had_company:
            events.append("shares")
            assert had_company()

    thread = threading.Thread(target=share)
    with one.exclusive():
        thread.start()
        assert entered.wait(HANG)
        events.append("alone")
    thread.join(HANG)
    assert events == ["alone", "shares"]
