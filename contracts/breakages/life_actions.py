"""Acts that show in a certain life only: once some operations succeeded on a task or workflow, the next goes wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from contracts.breakages import later_actions, state_actions, update_actions
from contracts.breakages.answer_edits import edits
from contracts.breakages.breakage import Act, Forward, Memory, Request, Response, by_name
from contracts.breakages.known_answers import name_of
from contracts.breakages.proxy.recognise import about, api_of, compact, json_object, to, value
from contracts.breakages.state_actions import START

DELETE = "delete-workflow"
_KNOWN = {**state_actions.MAKERS, **later_actions.MAKERS, **update_actions.MAKERS}


def in_a_life(operation: str, answer: str, *, after: Sequence[str], of: str = "task", wrong: Any) -> Act:
    """Act as another act once these operations succeeded, in this order, on one task, workflow or name.

    of: what must have lived so; a `workflow` ends with its deletion, a `name` does not.
    wrong: the act, a name or a maker with its arguments; or `edit`, edits of the answer.
    """
    acts = _act(operation, answer, wrong)

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        subject = about(request)
        name, inner = subject.workflow, memory.notes.setdefault("inner", Memory())
        lives: dict[str, list[str]] = memory.notes.setdefault(("lives", name), {})
        key = subject.task if of == "task" else name
        due = request.operation == operation and _lived(after, lives.get(key, ()))
        if due or (request.operation != operation and name in memory.notes):
            memory.notes[name] = True  # from here on it may show to whoever reads
            response = await acts(request, forward, inner)
        else:
            response = await forward(request)
        if response.status == 200 and name and request.operation not in (*_READS, api_of(request).find):
            lives.setdefault(key if request.operation != START or of != "task" else "", []).append(request.operation)
        if request.operation == DELETE and response.status == 200 and of != "name":
            memory.notes.pop(("lives", name))
            memory.notes.pop(name, None)
        return response

    return act


_READS = ("list-tasks", "get-task", "list-workflows", "health")


def _lived(after: Sequence[str], life: Sequence[str]) -> bool:
    """Whether all of it happened, in this order, with whatever between."""
    left = iter(life)
    return all(each in left for each in after)


def _act(operation: str, answer: str, wrong: Any) -> Act:
    if isinstance(wrong, str):
        return ACTS.get(wrong) or {**state_actions.ACTS, **later_actions.ACTS, **update_actions.ACTS}[wrong]
    ((name, arguments),) = wrong.items()
    if name != "edit":
        return _KNOWN[name](operation, answer, **arguments)
    made = edits(arguments)

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        response = await forward(request)
        wrong = request.operation == operation and name_of(request, response) == answer
        return made(response) if wrong else response

    return act


async def says_the_id_before(request: Request, forward: Forward, _: Memory) -> Response:
    """Start a task, and say the id of the one before it."""
    response = await forward(request)
    body = json_object(response.body)
    if request.operation != START or response.status != 200 or not body:
        return response
    return replace(response, body=compact(body | {"task_id": body["task_id"] - 1}))


def lost_to_the_next(operation: str, answer: str, *, reads: int = 1) -> Act:
    """Show what an operation stored to so many readers, and to those after them what was there before."""

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        name, find = about(request).workflow, api_of(request).find
        if request.operation == operation:
            before = await forward(to(request, find))
            response = await forward(request)
            if name_of(request, response) == answer and before.status == 200:
                memory.notes[name], memory.counts[name] = value(before.body), 0
            return response
        response = await forward(request)
        if request.operation in (DELETE, "create-workflow"):
            memory.notes.pop(name, None)
        if request.operation != find or response.status != 200 or name not in memory.notes:
            return response
        memory.counts[name] += 1
        return response if memory.counts[name] <= reads else replace(response, body=compact(memory.notes[name]))

    return act


ACTS: Mapping[str, Act] = by_name(says_the_id_before)
MAKERS = by_name(in_a_life, lost_to_the_next)
