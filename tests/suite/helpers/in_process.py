"""A stand-in that is asked without any connection, so that thousands of requests take seconds."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from requests.structures import CaseInsensitiveDict

from contracts.breakages.breakage import Act, Forward, Memory, Response
from contracts.breakages.proxy.recognise import recognise
from contracts.breakages.proxy.upstream import to_app
from contracts.catalog.release import load as release_of
from contracts.http.client import Client
from contracts.http.exchange import Exchange, Failure, Request
from contracts.http.transport import Attempt
from contracts.safety.guard import Guard
from contracts.safety.journal import Journal
from contracts.settings.settings import load
from contracts.standin.app import create_app
from contracts.standin.defects import RELEASE_OF
from contracts.target.connect import Probe, find_workspace, open_target
from contracts.target.credentials import headers
from contracts.target.target import Target

NOWHERE = "http://127.0.0.1:9"
RUN = "20260101t000000-aaaa"


class Direct(Client):
    """A client whose requests go straight to an app, with a change before it."""

    server: "Server"

    def _exchange(self, request: Request, attempt: Attempt, *_: object) -> Exchange:
        line = attempt.authorization
        head = [("authorization", bytes(line).decode().partition(" ")[2])] if line else []
        head += [("content-type", request.content_type)] if request.content_type else []
        path, _, query = attempt.url.removeprefix(self.root).partition("?")
        sent = recognise(request.method, path, query, tuple(head), request.body or b"")
        response = self.server.answer(sent, changed=not path.startswith("/_standin"))
        if response.wire != "plain":
            kind = "deadline" if response.wire == "silent" else "no-answer"
            return Exchange(request, attempt.url, failure=Failure(kind, response.wire))
        return Exchange(request, attempt.url, response.status, CaseInsensitiveDict(response.headers), response.body)


class Server:
    """A stand-in of some behaviour, with what a change does before it."""

    def __init__(self, behaviour: str, act: Act | None, **more: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._forward: Forward = to_app(create_app(behaviour, **more))
        self._act, self._memory = act, Memory()
        self._in_turn = threading.Lock()
        self.requests = 0

    def answer(self, sent: Any, *, changed: bool) -> Response:
        """Return what comes back to a request, one at a time whoever asks."""
        with self._in_turn:
            act, self.requests = (self._act if changed else None), self.requests + changed
            asked = act(sent, self._forward, self._memory) if act else self._forward(sent)
            return self._loop.run_until_complete(asked)

    def close(self) -> None:
        """End it."""
        self._loop.close()


@contextmanager
def in_process(behaviour: str, folder: Path, act: Act | None = None, **more: Any) -> Iterator[Target]:
    """Yield a stand-in of some behaviour as a target, with what a change does before it."""
    server, release = Server(behaviour, act, **more), RELEASE_OF[behaviour]
    settings = load({"base_url": NOWHERE, "release": release})
    facts = json.loads(server.answer(recognise("GET", "/_standin"), changed=False).body)
    look = Probe(NOWHERE, stand_in=facts)
    place = find_workspace(settings, look)
    target = open_target(settings, look, place, release=release, run_id=RUN, worker="main", run_dir=folder)
    assert target.control is not None
    guard = Guard(target.journal, (place.project,), release_of(release), stand_in=True)
    client = Direct(NOWHERE, headers(settings, facts["tokens"]), guard=guard, prefix=settings.api_prefix)
    control = Direct(NOWHERE, {}, guard=lambda _: None)
    client.server = control.server = server
    target.control._client = control
    try:
        yield replace(target, client=client)
    finally:
        target.client.close()
        server.close()


def held(target: Target) -> list[str]:
    """Return the names of all workflows that a stand-in holds."""
    assert isinstance(target.client, Direct)
    answered = target.client.server.answer(recognise("GET", "/_standin/state"), changed=False)
    return [each["name"] for each in json.loads(answered.body)["workflows"]]


def left_in(journal: Journal) -> dict[str, str]:
    """Return the names that a journal still has open."""
    return dict(journal._open)
