"""Acts that show later, elsewhere or to some: what is told of tasks, neighbours, the n-th time, who asks how."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from contracts.breakages.answer_edits import edits
from contracts.breakages.breakage import Act, Forward, Memory, Request, Response, by_name
from contracts.breakages.known_answers import name_of
from contracts.breakages.proxy.recognise import about, api_of, compact, header, json_object, to, value
from contracts.breakages.state_actions import CANCEL, CREATE, RESTART, START, follow, keep_back, shown, task_ids

LIST, GET, DELETE = "list-tasks", "get-task", "delete-workflow"
Task = dict[str, Any]


# ---------------------------------------------------------------- what is told of tasks


def _tasks(response: Response, request: Request, change: Callable[[Task], Task]) -> Response:
    """Return the response to a read of tasks with each of them changed."""
    body, listed = json_object(response.body), api_of(request).tasks
    if response.status != 200 or body is None or request.operation not in (LIST, GET):
        return response
    if request.operation == GET:
        return replace(response, body=compact(change(body)))
    return replace(response, body=compact(body | {listed: [change(task) for task in body[listed]]}))


def tells(
    operation: str, answer: str, *, values: Mapping[str, Any], of: str = "own", by: Sequence[str] = (LIST, GET)
) -> Act:
    """Tell other values of the task that got this answer, or of the `others` of its workflow, from then on.

    of: `later` is the task itself, unless it is the first. A value None stands for a key that is left out.
    """

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        response = await forward(request)
        subject = about(request)
        if request.operation == DELETE:
            memory.notes.pop(subject.workflow, None)
        if request.operation == operation and name_of(request, response) == answer:
            task = str(value(response.body)["task_id"]) if answer == "queued" else subject.task
            own = memory.notes.setdefault(subject.workflow, set())
            others = {str(each) for each in await task_ids(request, forward)} - {task}
            own |= {"own": {task}, "later": {task} if others else set(), "others": others}[of]
        meant: Iterable[str] = memory.notes.get(subject.workflow, ()) if request.operation in by else ()

        def told(task: Task) -> Task:
            changed = {**task, **values} if str(task.get("task_id")) in meant else task
            return {key: inner for key, inner in changed.items() if inner is not None}

        return _tasks(response, request, told) if meant else response

    return act


def tells_of_all(_operation: str, _answer: str, *, values: Mapping[str, Any], by: Sequence[str] = (LIST, GET)) -> Act:
    """Tell these values of every task; a value None stands for a key that is left out."""

    def told(task: Task) -> Task:
        return {key: inner for key, inner in {**task, **values}.items() if inner is not None}

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        response = await forward(request)
        return _tasks(response, request, told) if request.operation in by else response

    return act


def takes_over(operation: str, answer: str) -> Act:
    """Show a workflow, from an answer on, as the request that got it would have it."""

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        response = await forward(request)
        name, body = about(request).workflow, json_object(response.body)
        if request.operation == DELETE:
            memory.notes.pop(name, None)
        if request.operation == operation and name_of(request, response) == answer:
            memory.notes[name] = json_object(request.body) or {}
        if request.operation != api_of(request).find or response.status != 200 or body is None:
            return response
        kept = {key: sent for key, sent in memory.notes.get(name, {}).items() if key in body and key != "name"}
        return replace(response, body=compact(body | kept))

    return act


# ---------------------------------------------------------------- neighbours


async def _remove_the_oldest(request: Request, forward: Forward, memory: Memory) -> None:
    other = next((name for name in memory.notes.get("names", ()) if name != about(request).workflow), None)
    if other is not None:
        memory.notes["names"].remove(other)
        await forward(to(request, DELETE, name=other))


async def _cancel_elsewhere(request: Request, forward: Forward, memory: Memory) -> None:
    """Cancel the tasks of all other workflows."""
    for other in memory.notes.get("names", ()):
        if other != about(request).workflow:
            await _to_each(to(request, LIST, name=other), forward, CANCEL)


async def _cancel_all(request: Request, forward: Forward, _: Memory) -> None:
    await _to_each(request, forward, CANCEL)


async def _restart_all(request: Request, forward: Forward, _: Memory) -> None:
    await _to_each(request, forward, RESTART)


async def _to_each(request: Request, forward: Forward, call: str) -> None:
    for task in await task_ids(request, forward):
        await forward(to(request, call, id=task))


_BESIDES = by_name(_remove_the_oldest, _cancel_elsewhere, _cancel_all, _restart_all)


def besides(operation: str, answer: str, *, do: str) -> Act:
    """Do something to others after an answer, which goes out unchanged."""
    return follow(operation, answer, do=_BESIDES[do])


def lists(_operation: str, _answer: str, *, newest: bool) -> Act:
    """List, once workflows were created, those since the last list alone, or all but them."""

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        response = await forward(request)
        if request.operation == CREATE and name_of(request, response) == "success":
            memory.notes.setdefault("newest", set()).add(about(request).workflow)
        listed = value(response.body)
        if request.operation != "list-workflows" or response.status != 200 or not memory.notes.get("newest"):
            return response
        rows = listed if isinstance(listed, list) else listed["workflows"]
        names = memory.notes.pop("newest")
        shown = [row for row in rows if ((row.get("name") or row.get("workflow_key")) in names) == newest]
        return replace(response, body=compact(shown if isinstance(listed, list) else {**listed, "workflows": shown}))

    return act


async def lists_what_is_gone(request: Request, forward: Forward, memory: Memory) -> Response:
    """Go on listing workflows that were deleted."""
    listing = "list-workflows"
    before = json_object((await forward(to(request, listing))).body) if request.operation == DELETE else None
    response = await forward(request)
    if before is not None and name_of(request, response) == "success":
        gone = [row for row in before["workflows"] if row["workflow_key"] == about(request).workflow]
        memory.notes.setdefault("gone", []).extend(gone)
    body = json_object(response.body)
    if request.operation != listing or response.status != 200 or body is None:
        return response
    return replace(response, body=compact({**body, "workflows": [*body["workflows"], *memory.notes.get("gone", ())]}))


# ---------------------------------------------------------------- the n-th time


def _from(operation: str, answers: Sequence[str], n: int, wrong: Act) -> Act:
    """Act on the n-th request of an operation about one workflow that gets such an answer, and on those after it."""

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        name = about(request).workflow
        if request.operation == DELETE:
            memory.counts.pop(name, None)
        if request.operation == operation and memory.counts[name] >= n - 1:
            return await wrong(request, forward, memory)
        response = await forward(request)
        memory.counts[name] += request.operation == operation and name_of(request, response) in answers
        return response

    return act


def edits_from(operation: str, answer: str, *, n: int, edit: Mapping[str, Any]) -> Act:
    """Edit an answer from the n-th time on that requests about one workflow get it."""
    made = edits(edit)

    async def wrong(request: Request, forward: Forward, _: Memory) -> Response:
        response = await forward(request)
        return made(response) if name_of(request, response) == answer else response

    return _from(operation, (answer,), n, wrong)


def does_nothing_from(operation: str, answer: str, *, n: int) -> Act:
    """Only say success from the n-th time on that it is done to a task of one workflow."""
    return _from(operation, (answer,), n, keep_back(operation, answer))


async def tells_the_old_id(request: Request, forward: Forward, memory: Memory) -> Response:
    """Say, once a task of a workflow was cancelled, that a new one has the id of that."""
    response = await forward(request)
    name, task = about(request).workflow, about(request).task
    if request.operation == DELETE:
        memory.notes.pop(name, None)
    if request.operation == CANCEL and task.isdecimal() and name_of(request, response) == "success":
        memory.notes[name] = int(task)
    body = json_object(response.body)
    if request.operation == START and response.status == 200 and body and name in memory.notes:
        return replace(response, body=compact(body | {"task_id": memory.notes[name]}))
    return response


def ids_as_text(_operation: str, _answer: str, *, at: str, least: int) -> Act:
    """Write ids as text from this one on, where a call answers with them."""

    def text(task: Task) -> Task:
        task_id = task.get("task_id")
        return task | {"task_id": str(task_id)} if isinstance(task_id, int) and task_id >= least else task

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        response = await forward(request)
        body = json_object(response.body)
        if request.operation != at or response.status != 200 or body is None:
            return response
        return replace(response, body=compact(text(body))) if at == START else _tasks(response, request, text)

    return act


def counts_from(_operation: str, _answer: str, *, base: int) -> Act:
    """Count the ids of each workflow from another number than 1."""

    def more(task: Task) -> Task:
        return task | {"task_id": task["task_id"] + base - 1}

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        task = about(request).task
        if re.fullmatch(r"[0-9]{1,18}|(%3[0-9]){1,6}", task) and request.operation in (GET, CANCEL, RESTART):
            number = max(int(re.sub("%3([0-9])", r"\1", task)) - base + 1, 0)
            path = request.path.replace(f"/id/{task}/", f"/id/{number}/")
            response = await forward(replace(request, path=path))
            said = response.body.decode().replace(f":{number} is", f":{number + base - 1} is")
            response = replace(response, body=said.replace(f"/id/{number}/", f"/id/{task}/").encode())
        else:
            response = await forward(request)
        body = json_object(response.body)
        if request.operation == START and response.status == 200 and body:
            return replace(response, body=compact(more(body)))
        return _tasks(response, request, more)

    return act


# ---------------------------------------------------------------- who asks, and how


def edits_for_others(operation: str, _answer: str, *, agent: str, edit: Mapping[str, Any]) -> Act:
    """Edit the answers to whoever does not call himself so."""
    made = edits(edit)

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        response = await forward(request)
        other = agent not in (header(request.headers, "user-agent") or agent)
        return made(response) if other and request.operation == operation else response

    return act


def edits_when_used(operation: str, answer: str, *, edit: Mapping[str, Any]) -> Act:
    """Edit an answer that goes out on a connection that had another one before."""
    made = edits(edit)

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        response = await forward(request)
        meant = request.earlier and request.operation == operation and name_of(request, response) == answer
        return made(response) if meant else response

    return act


def shows_the_others(operation: str, answer: str, *, state: str) -> Act:
    """Show the workflow's other tasks in the queue in another state from this answer on."""

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        if request.operation != operation:
            return await shown(request, forward, memory)
        response = await forward(request)
        if name_of(request, response) == answer:
            own = value(response.body).get("task_id") if operation == START else about(request).task
            listed = json_object((await forward(to(request, "list-tasks"))).body) or {}
            tasks = listed.get(api_of(request).tasks) or []
            queued = {str(task["task_id"]) for task in tasks if task["status"] in ("created", "waiting")}
            memory.notes.setdefault(about(request).workflow, {}).update(
                {task: (state, float("inf"), 0) for task in queued - {str(own)}}
            )
        return response

    return act


ACTS = by_name(lists_what_is_gone, tells_the_old_id)
MAKERS = by_name(
    *(
        tells,
        tells_of_all,
        takes_over,
        besides,
        lists,
        edits_from,
        does_nothing_from,
        ids_as_text,
        counts_from,
        edits_for_others,
        edits_when_used,
        shows_the_others,
    )
)
