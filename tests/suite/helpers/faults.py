"""Faults that the catalogue does not have, made of its parts: some tests need just them."""

from collections.abc import Mapping
from typing import Any

from contracts.breakages.answer_edits import edits, on
from contracts.breakages.breakage import Act, Breakage, Forward, Memory, Request, Response
from contracts.breakages.proxy.recognise import OPERATIONS, to, with_json
from contracts.breakages.request_actions import as_admin

PAGE = "<!doctype html><html><head><title>Zadig</title></head></html>"


def fault(act: Act) -> Breakage:
    """Return a breakage that nobody named."""
    return Breakage("test/any/any/fault", "test", "*", "*", "It is for a test.", frozenset(), act, (), ())


def edited(operation: str, answer: str, spec: Mapping[str, Any]) -> Breakage:
    """Edit one answer of a call, or any: `*`."""
    return fault(on(operation, answer, edits(spec)))


def empty(operation: str, answer: str, status: int) -> Breakage:
    """Answer a status alone."""
    return edited(operation, answer, {"status": status, "body": "", "drop-headers": ["content-type"]})


def unanswered(operation: str, wire: str) -> Breakage:
    """Do nothing for an operation, and end its connection without an answer or keep it waiting."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        return Response(0, wire=wire) if request.operation == operation else await forward(request)

    return fault(act)


def ignored(call: str) -> Breakage:
    """Say success to a call, as the health call does, and do nothing."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        return await forward(to(request, "health") if request.operation == call else request)

    return fault(act)


def turned_away(status: int) -> Breakage:
    """Turn away everybody who would change something."""
    refuse = edits({"status": status, "body": "", "drop-headers": ["content-type"]})

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        changes = request.operation in (*OPERATIONS, "delete-workflow")
        return refuse(await forward(to(request, "health"))) if changes else await forward(request)

    return fault(act)


async def _as_admin(request: Request, forward: Forward, _: Memory) -> Response:
    return await as_admin(request, forward)


EVERYBODY_MAY = fault(_as_admin)


def every_second(operation: str, status: int, spec: Mapping[str, Any]) -> Breakage:
    """Edit the first of an operation's answers of this status, the third, and so on."""
    edit = edits(spec)

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        response = await forward(request)
        if request.operation != operation or response.status != status:
            return response
        memory.counts[operation] += 1
        return edit(response) if memory.counts[operation] % 2 else response

    return fault(act)


def sent_with(operation: str, **values: object) -> Breakage:
    """Take a request of an operation for one with other values in its body."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        return await forward(with_json(request, **values) if request.operation == operation else request)

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
