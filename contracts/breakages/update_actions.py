"""Acts on what only custom workflows have: updates, deletes that leave tasks behind, approvals and manual steps."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from contracts.breakages.breakage import Act, Forward, Memory, Request, Response, by_name
from contracts.breakages.known_answers import name_of
from contracts.breakages.proxy.recognise import about, api_of, compact, json_object, to, usual, with_json
from contracts.breakages.state_actions import CANCEL, CREATE, keep_back, missing

UPDATE, DELETE = "update-workflow", "delete-workflow"


# ---------------------------------------------------------------- updating


async def _updated(request: Request, forward: Forward, memory: Memory) -> tuple[Response, Mapping[str, Any] | None]:
    """Return the response to a request, and where that was an update that succeeded, what was stored before."""
    response = await forward(request)
    name, sent = about(request).workflow, json_object(request.body)
    before = None
    if request.operation in (CREATE, UPDATE) and name_of(request, response) == "success":
        before = memory.notes.get(("definition", name)) if request.operation == UPDATE else None
        memory.notes["definition", name] = sent
    return response, before


async def updates_nothing(request: Request, forward: Forward, memory: Memory) -> Response:
    """Say success to an update, and keep what was there."""
    response, before = await _updated(request, forward, memory)
    if before is not None:
        await forward(replace(request, body=compact(before)))
    return response


def updates_with(_operation: str, _answer: str, **values: Any) -> Act:
    """Store these values instead of what an update sends under their keys."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        sent = json_object(request.body) if request.operation == UPDATE else None
        changes = {key: text for key, text in values.items() if sent and sent.get(key)}
        return await forward(with_json(request, **changes) if changes else request)

    return act


async def moves_away(request: Request, forward: Forward, _: Memory) -> Response:
    """Store an updated workflow under another name, where the old one is no longer found."""
    response = await forward(request)
    if request.operation == UPDATE and name_of(request, response) == "success":
        subject = about(request)
        body = usual(api_of(request), CREATE, f"{subject.workflow}-new", subject.project)
        await forward(to(request, DELETE))
        await forward(to(request, CREATE, body))
    return response


async def forgets_who_created(request: Request, forward: Forward, memory: Memory) -> Response:
    """Show nobody as the creator of a workflow that was updated."""
    response = await forward(request)
    name = about(request).workflow
    if request.operation == UPDATE and name_of(request, response) == "success":
        memory.notes["updated", name] = True
    body = json_object(response.body)
    if request.operation != api_of(request).find or body is None or not memory.notes.get(("updated", name)):
        return response
    return replace(response, body=compact(body | {"created_by": "", "create_time": 0}))


# ---------------------------------------------------------------- deleting


async def deletes_nothing(request: Request, forward: Forward, memory: Memory) -> Response:
    """Say success to a delete, and let the workflow come back."""
    response = await forward(request)
    name = about(request).workflow
    if request.operation == CREATE and name_of(request, response) == "success":
        memory.notes["created", name] = request
    made: Request | None = memory.notes.get(("created", name))
    if made is not None and request.operation == DELETE and name_of(request, response) == "success":
        await forward(made)
    return response


def after_delete(operation: str, _answer: str, *, lost: bool = True) -> Act:
    """Deny the tasks of a deleted workflow to an operation; where not `lost`, list them as if it were there."""

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        name, gone = about(request).workflow, memory.notes.setdefault("gone", {})
        if request.operation == DELETE:
            listed = await forward(to(request, "list-tasks"))
            response = await forward(request)
            if name_of(request, response) == "success":
                gone[name] = listed
            return response
        if request.operation != operation or name not in gone:
            return await forward(request)
        return await missing(request, forward) if lost else gone[name]

    return act


async def cancels_the_old_one(request: Request, forward: Forward, memory: Memory) -> Response:
    """Cancel a task of the workflow that had the same key before, and say success."""
    response_to_delete = request.operation == DELETE
    name = about(request).workflow
    if request.operation == CANCEL and memory.counts["deleted", name]:
        return await keep_back(CANCEL, "success")(request, forward, memory)
    response = await forward(request)
    memory.counts["deleted", name] += response_to_delete and response.status == 200
    return response


# ---------------------------------------------------------------- approving and executing


async def turns_the_decision(request: Request, forward: Forward, _: Memory) -> Response:
    """Reject what is to be approved, and approve what is to be rejected."""
    sent = json_object(request.body) if request.operation == "approve-task" else None
    decided = sent.get("approve") if sent else None
    return await forward(with_json(request, approve=not decided) if isinstance(decided, bool) else request)


async def executes_nothing(request: Request, forward: Forward, _: Memory) -> Response:
    """Say success to a manual step that may be executed, and execute nothing."""
    if request.operation == "manual-exec" and request.method == "POST":
        step = json_object((await forward(to(request, "manual-step"))).body) or {}
        if step.get("can_execute") and json_object(request.body):
            return await forward(to(request, "health"))
    return await forward(request)


ACTS = by_name(
    *(updates_nothing, moves_away, forgets_who_created, deletes_nothing, cancels_the_old_one),
    *(turns_the_decision, executes_nothing),
)
MAKERS = by_name(updates_with, after_delete)
