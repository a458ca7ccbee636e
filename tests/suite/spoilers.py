"""Servers that break their contract in one small way each: a stand-in whose answers are spoiled on their way out."""

import asyncio
import gzip
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


def answers(name: str, status: int | None, change: Change) -> Spoil:
    """Spoil the answers of one call, or only those with one status."""

    async def spoil(call: Call, ask: Ask) -> Answer:
        answer = await ask(call)
        return change(answer) if call.name == name and status in (None, answer.status) else answer

    return spoil


def every_json(change: Change) -> Spoil:
    """Change every answer below the prefix that has a body of JSON."""

    async def spoil(call: Call, ask: Ask) -> Answer:
        answer = await ask(call)
        json_here = call.path.startswith(PREFIX) and "json" in answer.headers.get("content-type", "")
        return change(answer) if json_here else answer

    return spoil


def value(change: Callable[[Any], Any]) -> Change:
    """Change the JSON value of an answer."""
    return lambda answer: replace(answer, body=json.dumps(change(answer.value), ensure_ascii=False).encode())


def without(key: str) -> Change:
    """Leave a key out."""
    return value(lambda old: {name: inner for name, inner in old.items() if name != key})


def holding(**changes: Any) -> Change:
    """Put other values under keys."""
    return value(lambda old: old | changes)


def body(change: Callable[[bytes], bytes]) -> Change:
    """Change the bytes of an answer."""
    return lambda answer: replace(answer, body=change(answer.body))


def header(name: str, text: str | None) -> Change:
    """Set a header, or leave it out."""

    def change(answer: Answer) -> Answer:
        kept = {key: old for key, old in answer.headers.items() if key != name}
        return replace(answer, headers=kept if text is None else kept | {name: text})

    return change


def instead(status: int, text: str = "", **headers: str) -> Change:
    """Answer something else altogether, the stamp of the stand-in apart."""
    stamp = "x-zadig-stand-in"

    def change(answer: Answer) -> Answer:
        named = {name.replace("_", "-"): given for name, given in headers.items()}
        return Answer(status, {stamp: answer.headers[stamp], **named}, text.encode())

    return change


def then(name: str, status: int, follow: Callable[[Call], Call]) -> Spoil:
    """Do something further behind the back of a caller whose call got `status`."""

    async def spoil(call: Call, ask: Ask) -> Answer:
        answer = await ask(call)
        if call.name == name and answer.status == status:
            await ask(follow(call))
        return answer

    return spoil


def first(name: str, alter: Callable[[Call], Call]) -> Spoil:
    """Take another call for the one that was sent."""

    async def spoil(call: Call, ask: Ask) -> Answer:
        return await ask(alter(call) if call.name == name else call)

    return spoil


def in_turn(name: str, status: int, *changes: Change) -> Spoil:
    """Change the answers of one call that have one status in turn: the first, the second, and from the start again."""
    seen = 0

    async def spoil(call: Call, ask: Ask) -> Answer:
        nonlocal seen
        answer = await ask(call)
        if call.name != name or answer.status != status:
            return answer
        seen += 1
        return changes[(seen - 1) % len(changes)](answer)

    return spoil


def fails_and_does(name: str, alter: Callable[[Call], Call]) -> Spoil:
    """Answer an error as usual, and do all the same what was asked for, as `alter` makes it possible."""
    return then(name, 400, alter)


def ignored(name: str) -> Spoil:
    """Say success to one call, and do nothing."""

    async def spoil(call: Call, ask: Ask) -> Answer | None:
        if call.name != name:
            return await ask(call)
        return holding_success(await ask(replace(call, method="GET", path=f"{PREFIX}/health")))

    return spoil


def holding_success(answer: Answer) -> Answer:
    """Return the answer that says success."""
    return replace(answer, body=b'{"message":"success"}')


def closed(name: str) -> Spoil:
    """Close the connection on one call without an answer."""

    async def spoil(call: Call, ask: Ask) -> Answer | None:
        return None if call.name == name else await ask(call)

    return spoil


def hanging(name: str, seconds: float) -> Spoil:
    """Keep the caller of one call waiting."""

    async def spoil(call: Call, ask: Ask) -> Answer | None:
        if call.name == name:
            await asyncio.sleep(seconds)
        return await ask(call)

    return spoil


def for_everybody(status: int) -> Spoil:
    """Turn every caller of an operation away."""

    async def spoil(call: Call, ask: Ask) -> Answer:
        answer = await ask(replace(call, method="GET", path=f"{PREFIX}/health"))
        return instead(status)(answer) if call.name and call.name != "list-tasks" else await ask(call)

    return spoil


def unauthorized(admin: str) -> Spoil:
    """Let everybody do everything, by the admin's token."""

    async def spoil(call: Call, ask: Ask) -> Answer:
        if not call.path.startswith(PREFIX):
            return await ask(call)
        kept = tuple(pair for pair in call.headers if pair[0] != b"authorization")
        return await ask(replace(call, headers=(*kept, (b"authorization", f"Bearer {admin}".encode()))))

    return spoil


def gzipped(answer: Answer) -> Answer:
    """Compress an answer, asked or not."""
    return replace(answer, headers={**answer.headers, "content-encoding": "gzip"}, body=gzip.compress(answer.body))


def reordered(old: Any) -> Any:
    """Return a JSON value with the keys of all objects the other way round."""
    if isinstance(old, dict):
        return {key: reordered(inner) for key, inner in reversed(old.items())}
    return [reordered(inner) for inner in old] if isinstance(old, list) else old
