"""A pytest plugin that ends a run at one point: `-p tests.suite.killer`, with KILL_AT in the environment.

KILL_AT is `who:signal:when:what`: who is main, a worker such as gw0, or parent (of gw0); when is before or after the
first request of the kind `what`, which is METHOD and the last word of its path without names.
"""

import os
import re
import signal
from typing import Any

from contracts.client import Client, Exchange, Request

KINDS = ("create", "start", "cancel", "restart", "delete", "find", "list-tasks", "get-task")
_PATHS = {
    ("POST", r"/workflow/workflow"): "create",
    ("POST", r"/workflow/workflowtask"): "start",
    ("DELETE", r"/workflow/workflowtask/id/.*"): "cancel",
    ("POST", r"/workflow/workflowtask/id/.*/restart"): "restart",
    ("DELETE", r"/workflow/workflow/[^/]+"): "delete",
    ("GET", r"/workflow/workflow/find/.*"): "find",
    ("GET", r"/workflow/workflowtask/max/.*"): "list-tasks",
    ("GET", r"/workflow/workflowtask/id/.*"): "get-task",
}


def kind_of(request: Request) -> str:
    """Return the kind of a request, one of KINDS, or an empty text."""
    for (method, path), kind in _PATHS.items():
        if method == request.method and re.fullmatch(path, request.path):
            return kind
    return ""


def pytest_configure(config: Any) -> None:
    """Put the point in front of the client of the process that is meant."""
    who, number, when, what = os.environ["KILL_AT"].split(":")
    worker = getattr(config, "workerinput", {}).get("workerid", "main")
    if worker != {"parent": "gw0"}.get(who, who):
        return
    victim = os.getppid() if who == "parent" else os.getpid()
    plain = Client.send
    points = [what]

    def send(client: Client, request: Request) -> Exchange:
        hit = kind_of(request) in points
        if hit:
            points.clear()
        if hit and when == "before":
            os.kill(victim, signal.Signals[number])
        exchange = plain(client, request)
        if hit and when == "after":
            os.kill(victim, signal.Signals[number])
        return exchange

    Client.send = send  # type: ignore[method-assign]
