"""Faults that the catalogue does not have, made of its parts: some tests need just them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from contracts.breakages.answer_edits import edits, on
from contracts.breakages.breakage import Act, Breakage, Forward, Memory, Request, Response
from contracts.breakages.proxy.recognise import OPERATIONS, to, with_json
from contracts.breakages.request_actions import as_admin

PAGE = "<!doctype html><html><head><title>Zadig</title></head></html>"
EMPTY = {"body": "", "drop-headers": ["content-type"]}


def fault(act: Act) -> Breakage:
    """Return a breakage that nobody named."""
    return Breakage("test/any/any/fault", "test", "*", "*", "It is for a test.", frozenset(), act, (), ())


def edited(operation: str, answer: str, spec: Mapping[str, Any]) -> Breakage:
    """Edit one answer of a call, or any: `*`."""
    return fault(on(operation, answer, edits(spec)))


def sending(calls: Iterable[str], other: Callable[[Request], Request], spec: Mapping[str, Any]) -> Breakage:
    """Take another request for one of these calls, and edit what comes back."""
    edit = edits(spec)

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        return edit(await forward(other(request))) if request.operation in calls else await forward(request)

    return fault(act)


def _health(request: Request) -> Request:
    return to(request, "health")


def ignored(call: str) -> Breakage:
    """Say success to a call, as the health call does, and do nothing."""
    return sending([call], _health, {})


def unanswered(operation: str, wire: str) -> Breakage:
    """Do nothing for an operation, and end its connection without an answer or keep it waiting."""
    return sending([operation], _health, {"wire": wire})


def turned_away(status: int) -> Breakage:
    """Turn away everybody who would change something."""
    return sending((*OPERATIONS, "delete-workflow"), _health, EMPTY | {"status": status})


def sent_with(operation: str, **values: object) -> Breakage:
    """Take a request of an operation for one with other values in its body."""
    return sending([operation], lambda request: with_json(request, **values), {})


async def _as_admin(request: Request, forward: Forward, _: Memory) -> Response:
    return await as_admin(request, forward)


EVERYBODY_MAY = fault(_as_admin)


def every_second(operation: str, status: int, spec: Mapping[str, Any]) -> Breakage:
    """Edit the first of an operation's answers of this status, the third, and so on."""
    edit = edits(spec)

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        response = await forward(request)
        meant = (request.operation, response.status) == (operation, status)
        memory.counts[operation] += meant
        return edit(response) if meant and memory.counts[operation] % 2 else response

    return fault(act)


def together(*breakages: Breakage) -> Breakage:
    """Do all of these to each request, the first one nearest to the server."""

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        for one in breakages:
            forward = _before(one.act, forward, memory)
        return await forward(request)

    return fault(act)


def _before(act: Act, forward: Forward, memory: Memory) -> Forward:
    return lambda request: act(request, forward, memory)
