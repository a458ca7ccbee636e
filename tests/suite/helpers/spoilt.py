"""A stand-in whose answers are spoilt on their way out: calls as they come, answers as they go."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX = "/api/aslan"
_TASK = rf"{PREFIX}/workflow/workflowtask/id/(?P<id>[^/]*)/pipelines/(?P<name>[^/]*)"
_CALLS = {
    "create-workflow": ("POST", re.compile(rf"{PREFIX}/workflow/workflow")),
    "start-task": ("POST", re.compile(rf"{PREFIX}/workflow/workflowtask")),
    "cancel-task": ("DELETE", re.compile(_TASK)),
    "restart-task": ("POST", re.compile(rf"{_TASK}/restart")),
    "delete-workflow": ("DELETE", re.compile(rf"{PREFIX}/workflow/workflow/(?P<name>[^/]*)")),
    "list-tasks": ("GET", re.compile(rf"{PREFIX}/workflow/workflowtask/max/\d+/start/\d+/pipelines/(?P<name>[^/]*)")),
}


@dataclass(frozen=True)
class Call:
    """One request as a server sees it."""

    method: str
    path: str
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def name(self) -> str:
        """The call's name, empty for those that nobody spoils."""
        matches = (
            name for name, (method, path) in _CALLS.items() if method == self.method and path.fullmatch(self.path)
        )
        return next(matches, "")

    @property
    def workflow(self) -> str:
        """The workflow in the path."""
        match = _CALLS[self.name][1].fullmatch(self.path)
        return match.groupdict().get("name", "") if match else ""

    @property
    def project(self) -> str:
        """The project of the query."""
        return parse_qs(self.query.decode()).get("projectName", [""])[0]

    def with_json(self, **changes: Any) -> "Call":
        """Return the call with other values in its body."""
        return replace(self, body=json.dumps(json.loads(self.body) | changes).encode())

    def at_task(self, method: str, number: int, end: str = "") -> "Call":
        """Return a call of the same user on a task of the same workflow."""
        path = f"{PREFIX}/workflow/workflowtask/id/{number}/pipelines/{self.workflow}{end}"
        return replace(self, method=method, path=path, body=b"")


@dataclass(frozen=True)
class Answer:
    """One answer on its way out."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        """The JSON value."""
        return json.loads(self.body)


Ask = Callable[[Call], Awaitable[Answer]]
Spoil = Callable[[Call, Ask], Awaitable[Answer | None]]
"""Makes an answer to a call, by asking the stand-in or not; None closes the connection instead."""
Change = Callable[[Answer], Answer]


class Spoiled:
    """A stand-in in front of which everything passes through `spoil`."""

    def __init__(self, app: ASGIApp, spoil: Spoil) -> None:
        self._app, self._spoil = app, spoil

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        call = Call(scope["method"], scope["path"], scope["query_string"], tuple(scope["headers"]), body)

        async def ask(asked: Call) -> Answer:
            return await _answer(self._app, scope, asked)

        spoiling = asyncio.ensure_future(self._spoil(call, ask))
        gone = asyncio.ensure_future(_gone(receive))
        await asyncio.wait({spoiling, gone}, return_when=asyncio.FIRST_COMPLETED)
        answer = spoiling.result() if spoiling.done() else None
        spoiling.cancel()
        if answer is None and not gone.done():
            receive.__self__.transport.abort()  # type: ignore[attr-defined]  # ASGI has no word for it; this is uvicorn's
            await gone
        gone.cancel()
        if answer is not None:
            headers = {**answer.headers, "content-length": str(len(answer.body))}
            pairs = [(key.encode(), value.encode()) for key, value in headers.items()]
            await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
            await send({"type": "http.response.body", "body": answer.body})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(app: ASGIApp, scope: Scope, call: Call) -> Answer:
    """Return what the stand-in answers to a call."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": call.body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    asked = {"method": call.method, "path": call.path, "query_string": call.query, "headers": list(call.headers)}
    await app({**scope, **asked}, receive, send)
    headers = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))
