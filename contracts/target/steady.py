"""Whether a target answers properly: looks, by a call that reads from its database and takes the token."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

from contracts.catalog.release import Release
from contracts.http.disturbance import Doubt, sign_of
from contracts.http.exchange import Exchange, Request
from contracts.target.requests import knocking
from contracts.target.target import PROVEN, Target
from contracts.text.message import Message, msg

PATIENCE, LOCAL = 30.0, 2.0
"""Seconds in which what disturbs a run may pass; before a stand-in of this machine stands hardly anything."""
SHORTEST, LONGEST = 0.2, 2.0
"""Seconds between two looks."""


def look_request(release: Release, project: str | None, credential: str = "main") -> Request:
    """Return the request of the look: the workflows of a project or, where none is named, the projects.

    Without a project only a system admin may list workflows; anybody who is known may list the projects.
    """
    request = knocking(release, project or "", "list" if project else "projects")
    scope: Mapping[str, str] = {key: value for key, value in request.query.items() if value == project}
    return replace(request, query=scope, credential=credential)


def looks(seconds: float) -> Iterator[None]:
    """Yield when it is time for another look, until so many seconds are over: quickly at first, slower later."""
    ends, pause = time.monotonic() + seconds, SHORTEST
    yield
    while (left := ends - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST)
        yield


def disturbance(target: Target, doubt: Doubt) -> Message | str | None:
    """Wait until a target answers properly after a doubt; return why it does not, None where nobody answers at all.

    What does not pass by itself ends the run where two looks show it. A target that breaks HTTP or crashes at the look,
    too, is there: whether that is its own way to answer is told by what comes when the case is done again.
    """
    asked_by = doubt.exchange.request.credential
    proven = asked_by if asked_by in PROVEN else "main"  # that others are refused says nothing
    request = look_request(target.release, target.workspace.project, proven)
    patience = PATIENCE if target.control is None else min(PATIENCE, LOCAL)
    shown = 0
    for _ in looks(patience):
        exchange = target.ask(request)
        target.breaker.record(exchange.status is not None)
        if target.breaker.stopped or target.breaker.halted or _refused(exchange):
            return None
        sign = sign_of(exchange, target.own)
        if sign is None or _garbles(exchange) or sign.name == "empty-500":
            return ""
        shown += sign.stays
        why = sign.sentence(exchange)
        if shown > 1:
            break
    else:
        why = msg("{why}, and still after {seconds} s", why, f"{patience:g}")
    target.weather.ended = why
    return why


def _refused(exchange: Exchange) -> bool:
    return exchange.failure is not None and exchange.failure.kind == "refused"


def _garbles(exchange: Exchange) -> bool:
    return exchange.failure is not None and exchange.status is not None
