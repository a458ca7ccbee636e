"""A server that cuts some requests off unanswered, and carries them out only when it is told to."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from contracts.breakages.breakage import Breakage, Forward, Memory, Request, Response
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.breakages.proxy.upstream import NOTHING
from contracts.case import cleanup
from contracts.case.cleanup import CleanUp, remove_all
from contracts.settings.settings import load
from contracts.target.connect import find_workspace, open_target, probe
from contracts.target.target import Target
from helpers.faults import fault
from helpers.live_target import Live, live
from helpers.processes import HANG

RUN = "20250101t000000-abcd"


class Late:
    """Holds the first requests of one call back until `go`; `silent` ones keep the client waiting, others are cut.

    Each event is of all that it held back: `done` is set when the last of them is carried out.
    """

    def __init__(self, call: str, *, most: int = 1, wire: str = "reset") -> None:
        self.arrived, self.go, self.done = threading.Event(), threading.Event(), threading.Event()
        self._call, self._left, self._wire, self._waiting = call, most, wire, 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def breakage(self) -> Breakage:
        """What a fault proxy is to do."""
        return fault(self._act)

    async def _act(self, request: Request, forward: Forward, _: Memory) -> Response:
        looks = request.method == "GET" and self._call == "start-task"  # whether there is such a route
        if request.operation != self._call or looks or not self._left:
            return await forward(request)
        self._left -= 1
        self._waiting += 1
        self._tasks.add(asyncio.create_task(self._later(request, forward)))
        self.arrived.set()
        return Response(0, wire=self._wire) if self._wire != "reset" else NOTHING

    async def _later(self, request: Request, forward: Forward) -> None:
        await asyncio.to_thread(self.go.wait, HANG)
        await forward(request)
        self._waiting -= 1
        if not self._waiting:
            self.done.set()


@contextmanager
def behind(late: Late) -> Iterator[tuple[Live, str]]:
    """Serve somebody's Zadig, and `late` before it; yields both, the second by its address."""
    with live() as zadig, fault_proxy(late.breakage, zadig.url) as proxy:
        try:
            yield zadig, proxy.base_url
        finally:
            late.go.set()


@contextmanager
def late_target(late: Late, folder: Path) -> Iterator[tuple[Target, Live]]:
    """Serve a Zadig with `late` before it, and open it as a target."""
    with behind(late) as (zadig, url):
        settings = load({"base_url": url, "token": zadig.tokens["member"]})
        look = probe(settings, url)
        place = find_workspace(settings, look)
        yield open_target(settings, look, place, release="1.7.0", run_id=RUN, worker="main", run_dir=folder), zadig


def end_of_run(target: Target, monkeypatch: pytest.MonkeyPatch, late: Late | None = None) -> CleanUp:
    """Clean up as a run does at its end; what is held back comes while it waits, and then the time is over."""

    def wait(until: datetime) -> None:
        if late is not None:
            late.go.set()
            assert late.done.wait(HANG)
        monkeypatch.setattr(cleanup, "now", lambda: until)

    return remove_all(target, RUN, wait)


def held(zadig: Live) -> list[dict[str, Any]]:
    """Return the workflows that a Zadig holds."""
    workflows: list[dict[str, Any]] = requests.get(f"{zadig.url}/_standin/state", timeout=HANG).json()["workflows"]
    return workflows


def age(folder: Path) -> None:
    """Make all journals in a folder so old that no request in them can still be carried out."""
    for path in folder.glob("journal*.jsonl"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(map(_aged, lines)), encoding="utf-8")


def _aged(line: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    if "until" not in entry:
        return line
    past = datetime.now(UTC) - timedelta(hours=1)
    return json.dumps(entry | {"until": past.isoformat()}, ensure_ascii=False) + "\n"
