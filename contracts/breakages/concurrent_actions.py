"""Acts that show where several requests are under way at once."""

import asyncio
from dataclasses import replace

from contracts.breakages.breakage import Act, Forward, Memory, Request, Response, by_name
from contracts.breakages.known_answers import KNOWN, name_of
from contracts.breakages.proxy.recognise import about, api_of, compact, json_object, to, value, with_json
from contracts.breakages.state_actions import GONE, shown
from contracts.standin.custom.workflows import DUPLICATE

HOLD = 0.05
"""Seconds that a request is held to see whether another one comes: long for those at once, short for a single one."""


def at_once(operation: str, _answer: str, *, late: str, beside: str = "") -> Act:
    """Let `late` answer all but the first of the requests of an operation that came at once for one workflow.

    It is told the number of the request among them; the first has 0. Those of the operation `beside` count too. A
    request that names no workflow, such as one whose body cannot be read, is at once with no other.
    """
    answer_late = _LATE[late]

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        if request.operation not in (operation, beside or operation):
            return await shown(request, forward, memory)
        workflow = about(request).workflow
        number = await _number(memory, workflow) if workflow else 0
        if number and request.operation == operation:
            return await answer_late(request, forward, memory, number)
        return await forward(request)

    return act


async def _number(memory: Memory, workflow: str) -> int:
    together: list[None] = memory.notes.setdefault(("at once", workflow), [])
    together.append(None)
    number = len(together) - 1
    await asyncio.sleep(HOLD)
    if memory.notes.get(("at once", workflow)) is together:
        del memory.notes["at once", workflow]
    return number


async def _crash(request: Request, forward: Forward, _: Memory, __: int) -> Response:
    return replace(await forward(to(request, "health")), status=500, body=b"")


async def _pretend(request: Request, forward: Forward, _: Memory, __: int) -> Response:
    """Say that it is done, and do nothing."""
    return replace(await forward(to(request, "health")), status=200, body=compact({"message": "success"}))


async def _accept(request: Request, forward: Forward, _: Memory, __: int) -> Response:
    response = await forward(request)
    accepted = replace(response, status=200, body=compact({"message": "success"}))
    return accepted if name_of(request, response) == "already-exists" else response


async def _lose_both(request: Request, forward: Forward, _: Memory, __: int) -> Response:
    """Refuse a create, and remove the workflow that the first one made."""
    response = await forward(request)
    if name_of(request, response) in ("already-exists", "success"):
        await forward(to(request, "delete-workflow"))
    return response


async def _share_the_id(request: Request, forward: Forward, _: Memory, number: int) -> Response:
    response = await forward(request)
    if name_of(request, response) != "queued":
        return response
    queued = value(response.body)
    return replace(response, body=compact(queued | {"task_id": max(1, queued["task_id"] - number)}))


async def _lose_the_task(request: Request, forward: Forward, memory: Memory, _: int) -> Response:
    response = await forward(request)
    if name_of(request, response) == "queued":
        lost = memory.notes.setdefault(about(request).workflow, {})
        lost[str(value(response.body)["task_id"])] = (GONE, float("inf"), 0)
    return response


async def _skip_an_id(request: Request, forward: Forward, _: Memory, number: int) -> Response:
    if number == 1:
        await forward(with_json(request, **api_of(request).nothing))
    return await forward(request)


async def _get_stuck(request: Request, forward: Forward, memory: Memory, _: int) -> Response:
    response = await forward(request)
    memory.notes.setdefault(about(request).workflow, {})[about(request).task] = ("restarting", float("inf"), 0)
    return response


_LATE = by_name(_crash, _pretend, _accept, _lose_both, _share_the_id, _lose_the_task, _skip_an_id, _get_stuck)


def mixes_up(operation: str, _answer: str, *, code_of: str) -> Act:
    """Answer an error with the description of the one before it that has the same code: that of this answer."""

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        response = await forward(request)
        error, code = (
            json_object(response.body),
            KNOWN[request.api][operation, code_of].code if request.operation == operation else None,
        )
        if error is None or code is None or error.get("code") != code:
            return response
        before = memory.notes.get("description", error["description"])
        memory.notes["description"] = error["description"]
        return replace(response, body=compact(error | {"description": before}))

    return act


_LOST_RACE = {"aslan": "mongo duplicate key error", "openapi": DUPLICATE.description}
"""What the database says of a race that is lost."""


async def lost_race(request: Request, forward: Forward, memory: Memory) -> Response:
    """Let a create that was under way when another one of its name succeeded hear of the database: that is benign."""
    if request.operation != "create-workflow":
        return await forward(request)
    under_way: dict[object, bool] = memory.notes.setdefault(about(request).workflow, {})
    this = object()
    under_way[this] = False
    await asyncio.sleep(HOLD)
    response = await forward(request)
    actual = name_of(request, response)
    if actual == "success":
        under_way.update(dict.fromkeys(under_way, True))
    if under_way.pop(this) and actual == "already-exists":
        error = value(response.body) | {"description": _LOST_RACE[request.api]}
        return replace(response, body=compact(error))
    return response


ACTS = by_name(lost_race)
MAKERS = by_name(at_once, mixes_up)
