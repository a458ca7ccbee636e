"""What changes of state are made of: to follow a request with another, to keep it back, to show another state."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from contracts.breakages.breakage import Act, Forward, Memory, Request, Response
from contracts.breakages.known_answers import SUCCESS, name_of
from contracts.breakages.proxy.recognise import about, at, compact, task_path, value

Do = Callable[[Request, Forward, Memory], Awaitable[object]]
"""Does something behind the back of the caller."""
Pick = Callable[[Request], Request | None]
"""Makes another request of one; None for none."""

_CANCELLABLE = frozenset({"created", "running", "failed", "timeout", "cancelled"})
_RESTARTABLE = frozenset({"failed", "timeout", "cancelled"})
_NO_TASK = {"code": 6161, "description": "", "extra": {}, "message": "获取工作流任务失败", "type": "error"}
GONE = ""
"""Stands for the state of a task that is not there."""


def follow(operation: str, answer: str, do: Do) -> Act:
    """Do something after one answer of an operation, which goes out unchanged."""

    async def act(asked: Request, forward: Forward, memory: Memory) -> Response:
        answered = await forward(asked)
        if asked.operation == operation and name_of(asked, answered) == answer:
            await do(asked, forward, memory)
        return answered

    return act


def ask(pick: Pick) -> Do:
    """Ask the server behind for something else."""

    async def do(asked: Request, forward: Forward, _: Memory) -> None:
        if (other := pick(asked)) is not None:
            await forward(other)

    return do


def rather(operation: str, pick: Pick) -> Act:
    """Take another request for one of an operation."""

    async def act(asked: Request, forward: Forward, _: Memory) -> Response:
        other = pick(asked) if asked.operation == operation else None
        return await forward(other or asked)

    return act


def keep_back(operation: str, do: Do | None = None) -> Act:
    """Say success to a cancel or a restart that would succeed, and do nothing or something else instead."""

    async def act(asked: Request, forward: Forward, memory: Memory) -> Response:
        if asked.operation == operation and (refused := await _would_succeed(asked, forward)):
            if do is not None:
                await do(asked, forward, memory)
            return replace(refused, status=200, body=compact({"message": "success"}))
        return await forward(asked)

    return act


async def _would_succeed(asked: Request, forward: Forward) -> Response | None:
    """Return a refusal, to make a success of, where the caller may do this to the task in its state; else None."""
    fit = _CANCELLABLE if asked.operation == "cancel-task" else _RESTARTABLE
    if await task_state(asked, forward) not in fit:
        return None
    end = "/restart" if asked.operation == "restart-task" else ""
    refused = await forward(at(asked, asked.method, task_path(about(asked).workflow, "x") + end))
    return refused if refused.status == 400 else None


async def task_state(asked: Request, forward: Forward) -> str:
    """Return the state of the task that a request is about, GONE where the caller can see none."""
    found = await forward(at(asked, "GET", task_path(about(asked).workflow, about(asked).task)))
    came = value(found.body)
    return str(came.get("status", GONE)) if found.status == 200 and isinstance(came, dict) else GONE


async def task_ids(asked: Request, forward: Forward) -> list[int]:
    """Return the ids of the tasks of the workflow that a request is about, as far as the caller can see."""
    path = task_path(about(asked).workflow, 1).replace("/id/1/", "/max/100/start/0/")
    came = value((await forward(at(asked, "GET", path))).body)
    tasks = came.get("data") if isinstance(came, dict) else None
    return [int(task["task_id"]) for task in tasks or []]


def at_task(method: str, task: int, end: str = "") -> Callable[[Request], Request]:
    """Make a request about a task of the same workflow."""
    return lambda asked: at(asked, method, task_path(about(asked).workflow, task) + end)


def delete_workflow(asked: Request) -> Request:
    """Make a request that deletes the workflow which a request is about."""
    return at(asked, "DELETE", f"/workflow/workflow/{quote(about(asked).workflow, safe='')}")


def shows(operation: str, answer: str, state: Callable[[str], str], reads: float = float("inf")) -> Act:
    """Show the task that got this answer in another state, made of the one before, for some reads from then on."""

    async def act(asked: Request, forward: Forward, memory: Memory) -> Response:
        if asked.operation not in SUCCESS:
            return shown(asked, await forward(asked), memory)
        starts = asked.operation == "start-task"
        before = GONE if starts or asked.operation != operation else await task_state(asked, forward)
        answered = await forward(asked)
        got = name_of(asked, answered)
        task = str(value(answered.body)["task_id"]) if starts and got == "queued" else about(asked).task
        of_workflow = memory.notes.setdefault(about(asked).workflow, {})
        if got == SUCCESS[asked.operation]:
            of_workflow.pop(task, None)
        if (asked.operation, got) == (operation, answer) and (starts or before):
            of_workflow[task] = (state(before), reads)
        return answered

    return act


def shown(asked: Request, answered: Response, memory: Memory) -> Response:
    """Return the answer to a read as it is shown, and count the read.

    `memory` has for each workflow the tasks that are shown in another state, and for how many reads.
    """
    workflow = about(asked).workflow
    if asked.operation == "delete-workflow":
        memory.notes.pop(workflow, None)
    tasks: dict[str, tuple[str, float]] = memory.notes.get(workflow, {})
    came = value(answered.body)
    if answered.status != 200 or not isinstance(came, dict) or not tasks:
        return answered
    if asked.operation == "list-tasks":
        rows = [row for task in came["data"] if (row := _in_state(task, tasks)) is not None]
        came = came | {"data": rows, "total": len(rows)}
    elif asked.operation == "get-task":
        row = _in_state(came, tasks)
        answered, came = (replace(answered, status=400), _NO_TASK) if row is None else (answered, row)
    else:
        return answered
    memory.notes[workflow] = {task: (state, left - 1) for task, (state, left) in tasks.items() if left > 1}
    return replace(answered, body=compact(came))


def _in_state(task: dict[str, Any], shown: dict[str, tuple[str, float]]) -> dict[str, Any] | None:
    state, _ = shown.get(str(task.get("task_id")), (task.get("status"), 0))
    return task | {"status": state} if state else None


def remembering(act: Act) -> Act:
    """Note each workflow that is created and the last start of each, for `act` to make use of."""

    async def noting(asked: Request, forward: Forward, memory: Memory) -> Response:
        answered = await act(asked, forward, memory)
        names: list[str] = memory.notes.setdefault("names", [])
        name = about(asked).workflow
        if asked.operation == "create-workflow" and answered.status == 200 and name:
            names.append(name)
        if asked.operation == "start-task" and answered.status == 200:
            memory.notes["start", name] = asked
        if asked.operation == "delete-workflow" and name in names:
            names.remove(name)
        return answered

    return noting


def last_start(asked: Request, memory: Memory) -> Request | None:
    """Return the last request that started a task of the same workflow."""
    start: Request | None = memory.notes.get(("start", about(asked).workflow))
    return start


def another(memory: Memory, name: str) -> str | None:
    """Return the name of another workflow that was created last, None where there is none."""
    return next((other for other in reversed(memory.notes.get("names", [])) if other != name), None)
