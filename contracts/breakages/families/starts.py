"""What a server may do wrong when a task is started."""

from dataclasses import replace
from typing import Any

from contracts.breakages.breakage import Act, Forward, Memory, Request, Response
from contracts.breakages.known_answers import name_of
from contracts.breakages.proxy.recognise import about, at, compact, value, with_json
from contracts.breakages.state_actions import another, at_task, task_ids

START = "start-task"
NO_TARGETS = "未配置工作流子任务"
FAILED = {"code": 6160, "description": NO_TARGETS, "extra": {}, "message": "创建工作流任务失败", "type": "error"}


async def _uses_an_id(asked: Request, forward: Forward) -> Response | None:
    """Let a start fail that would succeed, which uses an id up; None where it would not succeed."""
    sent = value(asked.body) if asked.operation == START else None
    if not isinstance(sent, dict) or not sent.get("targets"):
        return None
    failed = await forward(with_json(asked, targets=[]))
    return failed if name_of(asked, failed) == "no-targets" else None


def _queued(asked: Request, failed: Response, task: int) -> Response:
    return replace(failed, status=200, body=compact({"pipeline_name": about(asked).workflow, "task_id": task}))


async def starts_nothing(asked: Request, forward: Forward, _: Memory) -> Response:
    """Say that a task is queued, and start none."""
    failed = await _uses_an_id(asked, forward)
    return _queued(asked, failed, 1) if failed else await forward(asked)


async def loses_the_second(asked: Request, forward: Forward, _: Memory) -> Response:
    """Say that a second task is queued, and start none."""
    held = await task_ids(asked, forward) if asked.operation == START else []
    failed = await _uses_an_id(asked, forward) if held else None
    return _queued(asked, failed, max(held) + 1) if failed else await forward(asked)


async def starts_one_of_another(asked: Request, forward: Forward, memory: Memory) -> Response:
    """Start a task of another workflow."""
    other = another(memory, about(asked).workflow)
    failed = await _uses_an_id(asked, forward) if other else None
    if failed is None:
        return await forward(asked)
    await forward(with_json(asked, workflow_name=other))
    return _queued(asked, failed, 1)


async def skips_an_id(asked: Request, forward: Forward, _: Memory) -> Response:
    """Use an id up before every start."""
    await _uses_an_id(asked, forward)
    return await forward(asked)


async def counts_on(asked: Request, forward: Forward, memory: Memory) -> Response:
    """Count on where a workflow of this name that was deleted had come to."""
    name = about(asked).workflow
    if asked.operation == "delete-workflow":
        memory.counts["before", name] = memory.counts.pop(name, 0)
    for _ in range(memory.counts.pop(("before", name), 0) if asked.operation == START else 0):
        await _uses_an_id(asked, forward)
    answered = await forward(asked)
    memory.counts[name] += asked.operation == START and answered.status == 200
    return answered


async def keeps_the_id(asked: Request, forward: Forward, _: Memory) -> Response:
    """Refuse a start without targets before an id is used up."""
    sent = value(asked.body) if asked.operation == START else None
    if not isinstance(sent, dict) or sent.get("targets") != []:
        return await forward(asked)
    failed = await forward(with_json(asked, namespace="zct-no-such-env"))
    return replace(failed, body=compact(FAILED)) if name_of(asked, failed) == "no-environment" else failed


async def cancels_the_others(asked: Request, forward: Forward, _: Memory) -> None:
    """Cancel all tasks but the new one."""
    for task in sorted(await task_ids(asked, forward))[:-1]:
        await forward(at_task("DELETE", task)(asked))


async def cancels_it(asked: Request, forward: Forward, _: Memory) -> None:
    """Cancel the new task."""
    await forward(at_task("DELETE", max(await task_ids(asked, forward)))(asked))


def all_the_same(**values: Any) -> Act:
    """Start a task after an error, with other values in its request."""

    async def act(asked: Request, forward: Forward, _: Memory) -> Response:
        answered = await forward(asked)
        if asked.operation == START and name_of(asked, answered) in ("no-targets", "no-environment"):
            await forward(with_json(asked, **values))
        return answered

    return act


async def creates_it(asked: Request, forward: Forward, _: Memory) -> None:
    """Create the workflow that is missing."""
    stage = {"enabled": True, "modules": []}
    body = {"name": about(asked).workflow, "product_tmpl_name": about(asked).project, "build_stage": stage}
    await forward(at(asked, "POST", "/workflow/workflow", body | {"hook_ctl": {}}))
