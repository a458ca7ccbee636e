"""Acts on the state of a server: what is said is not done, another thing is done, or another state is shown."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

from contracts.breakages.breakage import Act, Forward, Memory, Request, Response, by_name
from contracts.breakages.known_answers import KNOWN, NAME, PROJECT, SUCCESS, TASK, name_of
from contracts.breakages.proxy.recognise import (
    OPERATIONS,
    about,
    api_of,
    compact,
    json_object,
    to,
    usual_of,
    value,
    with_json,
)

Do = Callable[[Request, Forward, Memory], Awaitable[object]]
"""Does something behind the back of the caller."""

CREATE, START, CANCEL, RESTART = OPERATIONS
GONE = ""
"""Stands for the state of a task that is not there."""
_NONE = "zct-there-is-none"
"""A name that nothing has."""


# ---------------------------------------------------------------- what can be seen


async def _state_of_task(request: Request, forward: Forward) -> str:
    """Return the state of the task that a request is about, GONE where the caller can see none."""
    response = await forward(to(request, "get-task"))
    task = json_object(response.body)
    return str(task.get("status", GONE)) if response.status == 200 and task is not None else GONE


async def task_ids(request: Request, forward: Forward) -> list[int]:
    """Return the ids of the tasks of the workflow that a request is about, as far as the caller can see."""
    listed = json_object((await forward(to(request, "list-tasks"))).body) or {}
    return [int(task["task_id"]) for task in listed.get(api_of(request).tasks) or []]


async def missing(request: Request, forward: Forward) -> Response:
    """Return the answer to a read of what is not there."""
    return await forward(to(request, request.operation, name=_NONE))


# ---------------------------------------------------------------- to do more, or not to do it


def follow(operation: str, answer: str, *, do: Any, after: Sequence[str] = ()) -> Act:
    """Do something after one answer of an operation, or after several, which goes out unchanged."""
    done, answers = _doing(do), after or (answer,)

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        response = await forward(request)
        if request.operation == operation and name_of(request, response) in answers:
            await done(request, forward, memory)
        return response

    return remembering(act)


def keep_back(operation: str, _answer: str, *, do: Any = None, of: Sequence[str] = ()) -> Act:
    """Say success to a cancel or a restart that would succeed, and do nothing or something else instead.

    of: the states of the task in which it is kept back; empty: all.
    """
    instead = None if do is None else _doing(do)

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        if request.operation == operation and (refused := await _would_succeed(request, forward, of)):
            if instead is not None:
                await instead(request, forward, memory)
            return replace(refused, status=200, body=compact({"message": "success"}))
        return await forward(request)

    return remembering(act)


async def _would_succeed(request: Request, forward: Forward, of: Sequence[str]) -> Response | None:
    """Return a refusal, to make a success of, where the caller may do this to the task in its state; else None."""
    api = api_of(request)
    fit = api.cancellable if request.operation == CANCEL else api.restartable
    if await _state_of_task(request, forward) not in (of or fit):
        return None
    refused = await forward(to(request, request.operation, id=0))
    return refused if refused.status == 400 else None


def _doing(spec: Any) -> Do:
    """Return what a row says is done: a name of DOS, or `call` or `resend` with its values."""
    if not isinstance(spec, Mapping):
        return spec if callable(spec) else DOS[spec]
    ((name, values),) = spec.items()
    return {"call": _call, "resend": _resend}[name](values)


def _call(values: Mapping[str, Any]) -> Do:
    """Send another call, about the same workflow and task unless the row names others."""
    call, others = values["to"], {key: text for key, text in values.items() if key != "to"}

    async def do(request: Request, forward: Forward, _: Memory) -> None:
        await forward(to(request, call, **others))

    return do


def _resend(values: Mapping[str, Any]) -> Do:
    """Send the request once more, with other values in its body."""

    async def do(request: Request, forward: Forward, _: Memory) -> None:
        await forward(with_json(request, **values))

    return do


# ---------------------------------------------------------------- to show another state


def shows(operation: str, answer: str, *, state: str | None = None, reads: float = float("inf"), after: int = 0) -> Act:
    """Show the task that got this answer in another state, or in the one before, for some reads from then on.

    after: reads that show it as it is, before.
    """

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        if request.operation not in SUCCESS:
            return await shown(request, forward, memory)
        starts = request.operation == START
        before = GONE if starts or request.operation != operation else await _state_of_task(request, forward)
        response = await forward(request)
        actual = name_of(request, response)
        task = str(value(response.body)["task_id"]) if starts and actual == "queued" else about(request).task
        of_workflow = memory.notes.setdefault(about(request).workflow, {})
        if actual == SUCCESS[request.operation]:
            of_workflow.pop(task, None)
        if (request.operation, actual) == (operation, answer) and (starts or before):
            of_workflow[task] = (before if state is None else state, reads, after)
        return response

    return act


async def shown(request: Request, forward: Forward, memory: Memory) -> Response:
    """Return the response to a request; to a read as it is shown, and count the read.

    `memory` has for each workflow the tasks that are shown in another state, for how many reads, and after how many.
    """
    response = await forward(request)
    workflow, listed = about(request).workflow, api_of(request).tasks
    if request.operation == "delete-workflow":
        memory.notes.pop(workflow, None)
    tasks: dict[str, tuple[str, float, int]] = memory.notes.get(workflow, {})
    body = json_object(response.body)
    if response.status != 200 or body is None or not tasks or request.operation not in ("list-tasks", "get-task"):
        return response
    memory.notes[workflow] = {
        task: (state, left, after - 1) if after else (state, left - 1, 0)
        for task, (state, left, after) in tasks.items()
        if left > 1 or after
    }
    if request.operation == "list-tasks":
        rows = [row for task in body[listed] if (row := _in_state(task, tasks)) is not None]
        return replace(response, body=compact(body | {listed: rows, "total": len(rows)}))
    row = _in_state(body, tasks)
    return await missing(request, forward) if row is None else replace(response, body=compact(row))


def _in_state(task: dict[str, Any], shown: Mapping[str, tuple[str, float, int]]) -> dict[str, Any] | None:
    state, _, after = shown.get(str(task.get("task_id")), (GONE, 0, 1))
    if after:
        return task
    return task | {"status": state} if state else None


# ---------------------------------------------------------------- what was before


def remembering(act: Act) -> Act:
    """Note each workflow that is created and the last start of each, for `act` to make use of."""

    @wraps(act)
    async def noting(request: Request, forward: Forward, memory: Memory) -> Response:
        response = await act(request, forward, memory)
        names: list[str] = memory.notes.setdefault("names", [])
        name = about(request).workflow
        if request.operation == CREATE and response.status == 200 and name:
            names.append(name)
        if request.operation == START and response.status == 200:
            memory.notes["start", name] = request
        if request.operation == "delete-workflow" and name in names:
            names.remove(name)
        return response

    return noting


def _another(request: Request, memory: Memory) -> str | None:
    """Return the name of another workflow that was created last, None where there is none."""
    name = about(request).workflow
    return next((other for other in reversed(memory.notes.get("names", [])) if other != name), None)


# ---------------------------------------------------------------- creating


def stored_with(_operation: str, _answer: str, *, key: str, value: Any) -> Act:
    """Store another value under a key that came with one."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        sent = (json_object(request.body) or {}).get(key) if request.operation == CREATE else None
        filled = type(sent) is type(value) and sent
        return await forward(with_json(request, **{key: value}) if filled else request)

    return act


async def found_late(request: Request, forward: Forward, memory: Memory) -> Response:
    """Say that a new workflow is not there when it is looked for first."""
    response = await forward(request)
    name = about(request).workflow
    if request.operation == CREATE and name_of(request, response) == "success":
        memory.notes[name] = True
    found = request.operation == api_of(request).find and response.status == 200
    return await missing(request, forward) if found and memory.notes.pop(name, False) else response


async def _start_a_task(request: Request, forward: Forward, _: Memory) -> None:
    await forward(to(request, START, usual_of(request, START)))


async def _overwrite(request: Request, forward: Forward, _: Memory) -> None:
    await forward(to(request, "delete-workflow"))
    await forward(with_json(request, description="overwritten"))


async def _rename(request: Request, forward: Forward, _: Memory) -> None:
    await forward(to(request, "delete-workflow"))
    await forward(with_json(request, name=f"{about(request).workflow}-copy"))


async def _lose_every_second(request: Request, forward: Forward, memory: Memory) -> None:
    memory.counts["created"] += 1
    if memory.counts["created"] % 2 == 0:
        await forward(to(request, "delete-workflow"))


async def _create_what_can_be_read(request: Request, forward: Forward, _: Memory) -> None:
    """Create with the first JSON value of a body, whatever stands after it."""
    try:
        sent, _end = json.JSONDecoder().raw_decode(request.body.decode())
    except ValueError:
        return
    if isinstance(sent, dict):
        await forward(replace(request, body=compact(sent)))


# ---------------------------------------------------------------- starting


async def _use_an_id(request: Request, forward: Forward) -> Response | None:
    """Let a start fail that would succeed, which uses an id up; None where it would not succeed."""
    api, sent = api_of(request), json_object(request.body) if request.operation == START else None
    if sent is None or not all(sent.get(key) for key in api.nothing):
        return None
    failed = await forward(with_json(request, **api.nothing))
    return failed if name_of(request, failed) == api.refused else None


def _queued(request: Request, failed: Response, task: int) -> Response:
    """Return a failed start as one that queued a task."""
    subject = about(request)
    names = {NAME: subject.workflow, PROJECT: subject.project, TASK: task}
    example: Mapping[str, Any] = KNOWN[request.api][START, "queued"].data
    return replace(failed, status=200, body=compact({key: names[value] for key, value in example.items()}))


async def starts_nothing(request: Request, forward: Forward, _: Memory) -> Response:
    """Say that a task is queued, and start none."""
    failed = await _use_an_id(request, forward)
    return _queued(request, failed, 1) if failed else await forward(request)


async def loses_the_second(request: Request, forward: Forward, _: Memory) -> Response:
    """Say that a second task is queued, and start none."""
    known = await task_ids(request, forward) if request.operation == START else []
    failed = await _use_an_id(request, forward) if known else None
    return _queued(request, failed, max(known) + 1) if failed else await forward(request)


@remembering
async def starts_one_of_another(request: Request, forward: Forward, memory: Memory) -> Response:
    """Start a task of another workflow."""
    other = _another(request, memory)
    failed = await _use_an_id(request, forward) if other else None
    if failed is None:
        return await forward(request)
    await forward(with_json(request, **{api_of(request).names.body["name"][0]: other}))
    return _queued(request, failed, 1)


async def skips_an_id(request: Request, forward: Forward, _: Memory) -> Response:
    """Use an id up before every start."""
    await _use_an_id(request, forward)
    return await forward(request)


async def counts_on(request: Request, forward: Forward, memory: Memory) -> Response:
    """Count on where a workflow of this name that was deleted had come to."""
    name = about(request).workflow
    if request.operation == "delete-workflow":
        memory.counts["before", name] = memory.counts.pop(name, 0)
    for _ in range(memory.counts.pop(("before", name), 0) if request.operation == START else 0):
        await _use_an_id(request, forward)
    response = await forward(request)
    memory.counts[name] += request.operation == START and response.status == 200
    return response


async def keeps_the_id(request: Request, forward: Forward, _: Memory) -> Response:
    """Refuse a start that has nothing to start before an id is used up."""
    api, sent = api_of(request), json_object(request.body) if request.operation == START else None
    if sent is None or any(sent.get(key) != nothing for key, nothing in api.nothing.items()):
        return await forward(request)
    ids, failed = await task_ids(request, forward), await forward(with_json(request, **api.elsewhere_started))
    refused = KNOWN[api.name][START, api.refused]
    body = refused.example.body.replace(NAME.encode(), about(request).workflow.encode())
    body = body.replace(f"taskID: {TASK}".encode(), f"taskID: {max(ids, default=0) + 1}".encode())
    return replace(failed, status=refused.status, body=body) if failed.status == refused.status else failed


async def _cancel_it(request: Request, forward: Forward, _: Memory) -> None:
    for task in sorted(await task_ids(request, forward))[-1:]:
        await forward(to(request, CANCEL, id=task))


async def _cancel_the_others(request: Request, forward: Forward, _: Memory) -> None:
    for task in sorted(await task_ids(request, forward))[:-1]:
        await forward(to(request, CANCEL, id=task))


async def _create_it(request: Request, forward: Forward, _: Memory) -> None:
    await forward(to(request, CREATE, usual_of(request, CREATE)))


# ---------------------------------------------------------------- cancelling and restarting


async def _do_it_to_another(request: Request, forward: Forward, memory: Memory) -> None:
    if (other := _another(request, memory)) is not None:
        await forward(to(request, request.operation, name=other))


async def _do_it_to_all(request: Request, forward: Forward, _: Memory) -> None:
    for task in await task_ids(request, forward):
        await forward(to(request, request.operation, id=task))


async def _start_once_more(request: Request, forward: Forward, memory: Memory) -> None:
    """Send the last request that started a task of the same workflow."""
    if (start := memory.notes.get(("start", about(request).workflow))) is not None:
        await forward(start)


@remembering
async def cancels_what_begins_so(request: Request, forward: Forward, memory: Memory) -> Response:
    """Cancel a task of an older workflow where that one's name only begins as the one that is named."""
    name = about(request).workflow
    begins = (other for other in memory.notes.get("names", ()) if other != name and other.startswith(name))
    older = next(begins, None) if request.operation == CANCEL else None
    return await forward(request if older is None else to(request, CANCEL, name=older))


DOS = by_name(
    *(_start_a_task, _overwrite, _rename, _lose_every_second, _create_what_can_be_read),
    *(_cancel_it, _cancel_the_others, _create_it, _do_it_to_another, _do_it_to_all, _start_once_more),
)
"""What can be done behind the back of a caller."""
ACTS = by_name(
    *(found_late, starts_nothing, loses_the_second, starts_one_of_another, skips_an_id, counts_on, keeps_the_id),
    *(cancels_what_begins_so,),
)
MAKERS = by_name(follow, keep_back, shows, stored_with)
