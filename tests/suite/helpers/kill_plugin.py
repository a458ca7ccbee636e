"""A pytest plugin that ends a run at one point: `-p tests.suite.helpers.kill_plugin`, with KILL_AT in the environment.

KILL_AT is `who:signal:when:what`: who is main (a run of one process), worker (the one that comes there first), every
(each of the first two workers, once) or parent (of that worker: the controller); when is before or after the first
request of the kind `what`. KILL_MARK is a path for files that say that somebody was there.
"""

import os
import signal
from pathlib import Path
from typing import Any

from contracts.breakages.proxy.recognise import recognise
from contracts.http.client import Client, Exchange, Request
from contracts.target import connect

KINDS = ("create", "start", "cancel", "restart", "delete", "find", "list-tasks")


def kind_of(request: Request) -> str:
    """Return the kind of a request, one of KINDS, or another text."""
    call = recognise(request.method, request.path).operation
    return call.removesuffix("-workflow").removesuffix("-task")


def pytest_configure(config: Any) -> None:
    """Put the point in front of the client of each process that is meant; the one that reaches it first is hit."""
    who, number, when, what = os.environ["KILL_AT"].split(":")
    if who in ("worker", "every"):  # the rest of the run waits for what they may have under way
        connect.PATIENCE, connect.LEAST_PATIENCE = 0, 2.0
    worker = getattr(config, "workerinput", {}).get("workerid", "main")
    if (worker == "main") != (who == "main") or (who == "every" and worker not in ("gw0", "gw1")):
        return
    mark = Path(os.environ["KILL_MARK"] + (worker if who == "every" else ""))
    victim = os.getppid() if who == "parent" else os.getpid()
    plain = Client.send

    def send(client: Client, request: Request) -> Exchange:
        hit = kind_of(request) == what and _first(mark)
        if hit and when == "before":
            os.kill(victim, signal.Signals[number])
        exchange = plain(client, request)
        if hit and when == "after":
            os.kill(victim, signal.Signals[number])
        return exchange

    Client.send = send  # type: ignore[method-assign]


def _first(mark: Path) -> bool:
    """Whether nobody was here before."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
