"""Breakages that show where several requests are under way at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from contracts.breakages.breakage import Act, Breakage, Forward, Memory, Request, Response
from contracts.breakages.dialogue import LIST, PASSED, QUEUED, told
from contracts.breakages.known_answers import name_of
from contracts.breakages.proxy.recognise import about, at, compact, value, with_json
from contracts.breakages.state_actions import GONE, delete_workflow, shown

HOLD = 0.05
"""Seconds that a request is held to see whether another one comes: long for a crowd, short for a case of one."""

Late = Callable[[Request, Forward, Memory, int], Awaitable[Response]]
"""Answers the request of this number among those that came at once; the first has 0."""


def _at_once(operation: str, late: Late, beside: tuple[str, ...] = ()) -> Act:
    """Let `late` answer all but the first of the requests of an operation that came at once for one workflow.

    A request that names none, such as one whose body cannot be read, is at once with no other.
    """

    async def act(asked: Request, forward: Forward, memory: Memory) -> Response:
        if asked.operation not in (operation, *beside):
            return shown(asked, await forward(asked), memory)
        workflow = about(asked).workflow
        number = await _number(memory, workflow) if workflow else 0
        if number and asked.operation == operation:
            return await late(asked, forward, memory, number)
        return await forward(asked)

    return act


async def _number(memory: Memory, workflow: str) -> int:
    together: list[None] = memory.notes.setdefault(("at once", workflow), [])
    together.append(None)
    number = len(together) - 1
    await asyncio.sleep(HOLD)
    if memory.notes.get(("at once", workflow)) is together:
        del memory.notes["at once", workflow]
    return number


async def _crash(asked: Request, forward: Forward, _: Memory, __: int) -> Response:
    health = await forward(at(asked, "GET", "/health"))
    return replace(health, status=500, body=b"")


async def _accept(asked: Request, forward: Forward, _: Memory, __: int) -> Response:
    answered = await forward(asked)
    accepted = replace(answered, status=200, body=compact({"message": "success"}))
    return accepted if name_of(asked, answered) == "already-exists" else answered


async def _lose_both(asked: Request, forward: Forward, _: Memory, __: int) -> Response:
    """Refuse a create, and remove the workflow that the first one made."""
    answered = await forward(asked)
    if name_of(asked, answered) in ("already-exists", "success"):
        await forward(delete_workflow(asked))
    return answered


async def _share_the_id(asked: Request, forward: Forward, _: Memory, number: int) -> Response:
    answered = await forward(asked)
    if name_of(asked, answered) != "queued":
        return answered
    queued = value(answered.body)
    return replace(answered, body=compact(queued | {"task_id": max(1, queued["task_id"] - number)}))


async def _lose_the_task(asked: Request, forward: Forward, memory: Memory, _: int) -> Response:
    answered = await forward(asked)
    if name_of(asked, answered) == "queued":
        lost = memory.notes.setdefault(about(asked).workflow, {})
        lost[str(value(answered.body)["task_id"])] = (GONE, float("inf"))
    return answered


async def _skip_an_id(asked: Request, forward: Forward, _: Memory, number: int) -> Response:
    if number == 1:
        await forward(with_json(asked, targets=[]))
    return await forward(asked)


async def _get_stuck(asked: Request, forward: Forward, memory: Memory, _: int) -> Response:
    answered = await forward(asked)
    memory.notes.setdefault(about(asked).workflow, {})[about(asked).task] = ("restarting", float("inf"))
    return answered


def _left_over(operation: str, code: int) -> Act:
    """Answer an error with the description of the error of the same code before it."""

    async def act(asked: Request, forward: Forward, memory: Memory) -> Response:
        answered = await forward(asked)
        came = value(answered.body)
        if asked.operation != operation or not isinstance(came, dict) or came.get("code") != code:
            return answered
        before = memory.notes.get(code, came["description"])
        memory.notes[code] = came["description"]
        return replace(answered, body=compact(came | {"description": before}))

    return act


_EXISTS = "workflow [a] 在项目 [nginx] 中已经存在!"
_WAITS = "更新工作流任务失败"
_TWO = f"create-workflow a & create-workflow a | 200 & 400 {_EXISTS}"
_STARTS = "create-workflow a | 200 \n start-task a & start-task a | 200 task 1 of a & 200 task 2 of a"
_AT_ONCE = "Of creates of one name at once, one succeeds"
_OWN = "An error tells of its own request"


def changes() -> Iterator[Breakage]:
    """Yield all of this family."""
    for name, says, kinds, act, lines in (
        (
            "create-workflow/success/duplicate-accepted",
            f"{_AT_ONCE}, and the others hear that it exists.",
            "concurrency",
            _at_once("create-workflow", _accept),
            f"{_TWO} | 200 & 200",
        ),
        (
            "create-workflow/success/all-are-lost",
            f"{_AT_ONCE}, and the workflow is there.",
            "state",
            _at_once("create-workflow", _lose_both),
            f"{_TWO} \n find-workflow a | 200 | 400 mongo: no documents in result",
        ),
        (
            "create-workflow/already-exists/crash",
            "Creates of one name at once do not crash the server.",
            "status",
            _at_once("create-workflow", _crash),
            f"{_TWO} | 200 & 500 \n create-workflow a + x & create-workflow b + x | 400 EOF & 400 EOF",
        ),
        (
            "start-task/queued/shared-id",
            "Starts at once get an id each.",
            "concurrency",
            _at_once("start-task", _share_the_id),
            f"{_STARTS} | 200 task 1 of a & 200 task 1 of a",
        ),
        (
            "start-task/queued/lost-task",
            "Starts at once make a task each.",
            "state",
            _at_once("start-task", _lose_the_task),
            f"{_STARTS} \n list-tasks a | 200 2 created, 1 created | 200 1 created",
        ),
        (
            "start-task/queued/skipped-id",
            "Starts at once get the next ids.",
            "concurrency",
            _at_once("start-task", _skip_an_id),
            f"{_STARTS} | 200 task 1 of a & 200 task 3 of a",
        ),
        (
            "start-task/queued/crash",
            "Starts at once do not crash the server.",
            "status",
            _at_once("start-task", _crash),
            f"{_STARTS} | 200 task 1 of a & 500 \n start-task a + x & start-task b + x | 400 EOF & 400 EOF",
        ),
        (
            "cancel-task/success/crash-beside-a-restart",
            "A cancel and a restart at once do not crash the server.",
            "status",
            _at_once("cancel-task", _crash, ("restart-task",)),
            f"{QUEUED} restart-task a 1 & cancel-task a 1 | 400 {_WAITS} & 200 | 400 {_WAITS} & 500",
        ),
        (
            "restart-task/success/stuck-beside-a-cancel",
            "After a cancel and a restart at once the task is in a state that tasks have.",
            "state",
            _at_once("restart-task", _get_stuck, ("cancel-task",)),
            f"{QUEUED} cancel-task a 1 & restart-task a 1 | 200 & 200 {LIST} created | 200 1 restarting",
        ),
        (
            "create-workflow/any/cross-talk",
            f"{_OWN}, not of the one before.",
            "cross-talk",
            _left_over("create-workflow", 6540),
            f"""
            create-workflow a                      | 200
            create-workflow a                      | 400 {_EXISTS}
            create-workflow b {{"build_stage":null}} | 400 workflow中没有子模块，请设置子模块 | 400 {_EXISTS}
            """,
        ),
        (
            "start-task/any/cross-talk",
            f"{_OWN}, not of the one before.",
            "cross-talk",
            _left_over("start-task", 6160),
            """
            create-workflow a                 | 200
            start-task a {"targets":[]}       | 400 未配置工作流子任务
            start-task a {"namespace":"none"} | 400 找不到 nginx 的 none 环境 | 400 未配置工作流子任务
            """,
        ),
        (
            "cancel-task/any/cross-talk",
            f"{_OWN}, not of the one before.",
            "cross-talk",
            _left_over("cancel-task", 6163),
            f"""
            {PASSED}
            cancel-task b 1 | 400 mongo: no documents in result
            cancel-task a 1 | 400 task: a:1 is passed, cannot cancel | 400 mongo: no documents in result
            """,
        ),
        (
            "restart-task/any/cross-talk",
            f"{_OWN}, not of the one before.",
            "cross-talk",
            _left_over("restart-task", 6164),
            f"""
            {QUEUED}
            restart-task b 1 | 400 获取工作流任务失败
            restart-task a 1 | 400 更新工作流任务失败 | 400 获取工作流任务失败
            """,
        ),
    ):
        yield told(f"concurrency/{name}", says, kinds, act, lines)
