"""The calls that let a waiting stage go on: approve, and a manual step."""

from collections.abc import Mapping
from typing import Any

from contracts.standin.bodies import Shape
from contracts.standin.custom import json_body, release, rights
from contracts.standin.custom.runs import TASK_NOT_FOUND, path_id
from contracts.standin.custom.tasks import Gate, Task
from contracts.standin.custom.workflows import project_of
from contracts.standin.custom.world import Call, World
from contracts.standin.defects import Defect
from contracts.standin.errors import (
    NOT_AN_ARGUMENT,
    PanicError,
    Refusal,
    UncodedError,
    UnreadableError,
)
from contracts.standin.routes import SUCCESS

APPROVE: Mapping[str, Shape] = {
    "task_id": int,
    "workflow_key": str,
    "stage_name": str,
    "approve": bool,
    "comment": str,
}
EXECUTE: Mapping[str, Shape] = {"stage_name": str}

NOTHING_NAMED = Refusal(6169, "can not find approved workflow: {key}, taskID: {task_id},{what}: {name}")
NOT_FOUND = Refusal(6169, "not found approval")
NOT_NEEDED = Refusal(6169, "workflow {key} ID {task_id} stage {name} do not need approve")
NO_AUTHORITY = Refusal(6169, "user {user} has no authority to Approve")
APPROVED_ALREADY = Refusal(6169, "{user} have approve already")
NOT_EXECUTABLE = "工作流任务状态无法手动执行"


def approve(world: World, call: Call) -> object:
    """Approve what a task waits for, or reject it."""
    try:
        body = json_body.read(call.body, APPROVE, "OpenAPIApproveRequest")
    except UnreadableError as error:
        raise UncodedError(f"failed to unmarshal request data, error: {error}") from None
    if body is None and Defect.NULL_APPROVAL_CRASHES in world.defects:
        raise PanicError
    body = body or json_body.empty(APPROVE)
    key, task_id, name = body["workflow_key"], body["task_id"], body["stage_name"]
    if not (key and task_id and name):
        what = "jobName" if world.has(release.APPROVAL_JOBS) else "stage"
        raise NOTHING_NAMED(key=key, task_id=task_id, what=what, name=name)
    task = world.store.task(key, task_id)
    gate = _approval(world, task, name) if task else None
    if task is None or gate is None:
        missing = NOT_FOUND if Defect.NO_SUCH_APPROVAL in world.defects else NOT_NEEDED
        raise missing(key=key, task_id=task_id, name=name)
    user = call.user.name
    if user not in {each.get("user_id") for each in gate.users}:
        raise NO_AUTHORITY(user=user)
    if user in gate.approved:
        raise APPROVED_ALREADY(user=user)
    now = world.store.now(key)
    if not body["approve"]:
        task.finish("reject", now)
        world.store.free(key)
    else:
        gate.approved.append(user)
        gate.open = len(gate.approved) >= gate.needed
        if gate.open:
            task.go_on("running", now)
    return SUCCESS


def _approval(world: World, task: Task, name: str) -> Gate | None:
    """Return the approval of this name that a task waits for, or None."""
    gate = task.gate
    names = {gate.name} if gate else set()
    if Defect.APPROVES_BY_JOB not in world.defects:
        names.add(task.stage.name)
    return gate if gate and not gate.manual and name in names else None


def manual_step(world: World, call: Call) -> object:
    """Return the manual step that a task waits for."""
    project = project_of(call)
    task = _task(world, call, project)
    gate = _step(task)
    return {
        "project_key": task.project,
        "workflow_key": task.key,
        "task_id": task.task_id,
        "status": task.status,
        "stage_name": task.stage.name,
        "can_execute": _may_execute(world, call, task, gate),
        "executors": [{key: value for key, value in user.items() if value} for user in gate.users],
    }


def execute(world: World, call: Call) -> object:
    """Let a task go on that waits to be executed by hand."""
    project = project_of(call)
    try:
        body = json_body.read(call.body, EXECUTE, "OpenAPIManualExecRequest") or json_body.empty(EXECUTE)
    except UnreadableError as error:
        raise NOT_AN_ARGUMENT(complaint=error) from None
    name = body["stage_name"]
    if not name:
        raise NOT_AN_ARGUMENT(complaint="stage_name is required")
    task = _task(world, call, project)
    if name not in {stage.name for stage in task.stages}:
        raise UncodedError(f"stage {name} not found in workflow {task.key}")
    gate = _step(task)
    if not _may_execute(world, call, task, gate):
        raise UncodedError(f"user {call.user.name} is not allowed to manually execute stage {name}")
    gate.open = True
    task.go_on("waiting", world.store.now(task.key))
    return SUCCESS


def _task(world: World, call: Call, project: str) -> Task:
    task_id = path_id(call)
    call.user.need(rights.EXECUTE, project)
    task = world.store.task(call.key, task_id)
    if task is None:
        raise TASK_NOT_FOUND()
    if task.project != project:
        raise UncodedError(f"workflow task project {task.project} does not match projectKey {project}")
    return task


def _step(task: Task) -> Gate:
    gate = task.gate
    if gate is None or not gate.manual:
        raise UncodedError(NOT_EXECUTABLE)
    return gate


def _may_execute(world: World, call: Call, task: Task, gate: Gate) -> bool:
    if call.user.admin and Defect.ADMINS_EXECUTE in world.defects:
        return True
    return any(_is(call.user.name, user, task) for user in gate.users)


def _is(name: str, executor: Mapping[str, Any], task: Task) -> bool:
    if executor["type"] == "task_creator":
        return name == task.creator
    return name in (executor["user_id"], executor["user_name"])
