"""The calls on tasks: run, get, list, cancel, retry, remark."""

from collections.abc import Mapping
from typing import Any

from contracts.standin import errors
from contracts.standin.bodies import Shape, int64
from contracts.standin.custom import json_body, release, rights
from contracts.standin.custom.checks import check
from contracts.standin.custom.store import Workflow
from contracts.standin.custom.task_documents import listed, shown
from contracts.standin.custom.tasks import ENDED, RETRYABLE, Gate, Job, Stage, Task
from contracts.standin.custom.workflows import need_stored
from contracts.standin.custom.world import Call, World
from contracts.standin.defects import Defect
from contracts.standin.errors import (
    NO_DOCUMENTS,
    NOT_AN_ARGUMENT,
    WORKFLOW_NOT_FOUND,
    DeniedError,
    PanicError,
    Refusal,
    UncodedError,
    UnreadableError,
)
from contracts.standin.routes import SUCCESS

RUN: Mapping[str, Shape] = {
    "workflow_key": str,
    "project_key": str,
    "inputs": [{"job_name": str, "job_type": str, "parameters": object}],
    "parameters": [{"name": str, "type": str, "value": str, "repo": {"codehost_name": str}}],
}
CANCEL: Mapping[str, Shape] = {"task_id": int, "workflow_key": str}
REMARK: Mapping[str, Shape] = {"remark": str}

NO_STAGE = Refusal(6160, "no stage found in workflow task: {key},taskID: {task_id}")
DISABLED = Refusal(6160, "workflow is disabled")
WANTS_TICKET = Refusal(6160, "workflow need approval ticket to run, which is not supported by openAPI right now.")
TASK_NOT_FOUND = Refusal(6161, NO_DOCUMENTS)
NOT_RETRYABLE = "工作流任务状态无法重试"
NOT_AN_ID = "taksID is invalid"
PAGE_SIZE, SHORT_PAGE_SIZE = "50", "10"


def run(world: World, call: Call) -> object:
    """Start a task of a workflow."""
    shape = {key: inner for key, inner in RUN.items() if key != "parameters" or world.has(release.PARAMETERS)}
    body = {"parameters": []} | _json(call, shape, "OpenAPICreateCustomWorkflowTaskArgs")
    call.user.need(rights.EXECUTE, body["project_key"])
    workflow = world.store.find(body["workflow_key"])
    if workflow is None:
        raise WORKFLOW_NOT_FOUND()
    need_stored(world, call, rights.EXECUTE, workflow)
    given = [each for each in body["parameters"] if each]
    inputs = [each for each in body["inputs"] if each]
    _check_run(world, workflow, given, inputs)
    task_id = world.store.use_id(workflow.key)
    stages = _stages(world, workflow, {each["job_name"] for each in inputs})
    if not stages:
        raise NO_STAGE(key=workflow.key, task_id=task_id)
    task = Task(
        task_id=task_id,
        key=workflow.key,
        project=workflow.project,
        display_name=workflow.body["display_name"],
        params=_with_values(workflow.body["params"], {each["name"]: each["value"] for each in given}),
        stages=stages,
        creator=call.user.name,
        revoker=call.user.name,
        born=world.store.now(workflow.key),
        since=world.store.now(workflow.key),
        approvals_are_jobs=world.has(release.APPROVAL_JOBS),
    )
    world.store.add(task)
    return {"project_name": workflow.project, "workflow_name": workflow.key, "task_id": task_id}


def get_task(world: World, call: Call) -> object:
    """Return one task."""
    task_id = call.bound_int("taskId")
    task = world.store.task(call.query.get("workflowKey", ""), task_id)
    if task is None:
        raise UncodedError(NO_DOCUMENTS)
    return shown(world, task)


def list_tasks(world: World, call: Call) -> object:
    """Return one page of a workflow's tasks, newest first."""
    size = SHORT_PAGE_SIZE if Defect.SHORT_PAGES in world.defects else PAGE_SIZE
    page_size, page = call.bound_int("pageSize", size), call.bound_int("pageNum", "1")
    project = call.query.get("projectKey", "")
    found = [task for task in world.store.tasks_of(call.key) if not task.deleted and task.project == project]
    found.sort(key=lambda task: (task.created_at, task.task_id), reverse=True)
    first = (max(page, 1) - 1) * max(page_size, 0)
    return {
        "total": len(found),
        "workflow_tasks": [listed(task) for task in (found[first : first + page_size] if page_size > 0 else found)],
    }


def cancel(world: World, call: Call) -> object:
    """Cancel a task in any state but passed."""
    key, task_id = _addressed_by_cancel(world, call)
    task = world.store.task(key, task_id)
    if task is None:
        raise errors.CANCEL_WITHOUT_TASK()
    if task.status == "passed":
        raise errors.CANCEL_OF_PASSED(name=key, task_id=task_id)
    if task.status not in ENDED:
        world.store.free(key)
    task.finish("cancelled", world.store.now(key), call.user.name)
    return SUCCESS


def retry(world: World, call: Call) -> object:
    """Queue a task again that has ended without passing."""
    task_id = path_id(call)
    task = world.store.task(call.key, task_id)
    if task is None:
        raise TASK_NOT_FOUND()
    if task.status not in RETRYABLE:
        raise UncodedError(NOT_RETRYABLE)
    task.retry(world.store.now(call.key))
    return SUCCESS


def remark(world: World, call: Call) -> object:
    """Give a task a remark."""
    body, task_id = _json(call, REMARK, "UpdateWorkflowTaskRemarkRequest"), path_id(call)
    if world.store.find(call.key) is None:
        raise NOT_AN_ARGUMENT(complaint=f"查询workflow失败: {NO_DOCUMENTS}")
    task = world.store.task(call.key, task_id)
    if task is None:
        raise UncodedError(f"cannot find workflow task, workflow name: {call.key}, task id: {task_id}")
    task.remark = body["remark"]
    return SUCCESS


def path_id(call: Call) -> int:
    """Return the task id in the path; ZadigError where it is no integer."""
    task_id = int64(call.params["id"])
    if task_id is None:
        raise NOT_AN_ARGUMENT(complaint=NOT_AN_ID)
    return task_id


def _addressed_by_cancel(world: World, call: Call) -> tuple[str, int]:
    if world.has(release.CANCEL_BY_QUERY):
        return call.query.get("workflowKey", ""), call.bound_int("taskId")
    if not call.body and Defect.CANCEL_WANTS_A_BODY not in world.defects:
        return call.query.get("workflowKey", ""), call.bound_int("task_id")
    try:
        sent = json_body.read(call.body, CANCEL, "OpenAPICancelTask") or {"task_id": 0, "workflow_key": ""}
    except UnreadableError:
        raise DeniedError(400) from None
    return sent["workflow_key"], sent["task_id"]


def _json(call: Call, shape: Mapping[str, Shape], kind: str) -> dict[str, Any]:
    """Return a body, null as an empty object; ZadigError (400) with the decoder's text."""
    try:
        return json_body.read(call.body, shape, kind) or json_body.empty(shape)
    except UnreadableError as error:
        raise NOT_AN_ARGUMENT(complaint=error) from None


def _check_run(world: World, workflow: Workflow, given: list[dict[str, Any]], inputs: list[dict[str, Any]]) -> None:
    """Raise what the server answers to a run that its workflow, parameters or inputs forbid."""
    checks_again = world.has(release.CHECKED_AT_RUN)
    if checks_again and workflow.body["disabled"]:
        raise DISABLED()
    if checks_again and workflow.body["enable_approval_ticket"]:
        raise WANTS_TICKET()
    for parameter in given:
        _check_parameter(world, workflow, parameter)
    for parameters in [each["parameters"] for each in inputs]:
        if parameters is not None and not isinstance(parameters, dict):
            kind = json_body.TYPES[type(parameters)]
            said = f"json: cannot unmarshal {kind} into Go value of type workflow.FreestyleJobInput"
            raise UncodedError(f"unmarshal task error: {said}")
    if checks_again:
        check(world, workflow.body, workflow.key)


def _with_values(params: list[Any], values: Mapping[str, str]) -> list[Any]:
    """Return parameters of a workflow with the values that a run gives them."""
    return [each and each | {"value": values.get(each["name"], each["value"])} for each in params]


def _check_parameter(world: World, workflow: Workflow, parameter: Mapping[str, Any]) -> None:
    name = parameter["name"]
    own = next((each for each in workflow.body["params"] if each and each["name"] == name), None)
    if own is None:
        where = "" if world.has(release.SHORT_PARAMETER_TEXT) else f" {workflow.key}"
        raise UncodedError(f"param {name} not found in workflow{where}")
    if own["type"] == "choice" and parameter["value"] not in own["choice_option"]:
        raise UncodedError(f"invalid choice value {parameter['value']} for param {name}")
    if own["type"] == "repo":
        repo = parameter["repo"]
        if repo is None and Defect.BARE_REPO_CRASHES in world.defects:
            raise PanicError
        raise UncodedError(f"failed to find code host with name:{repo['codehost_name'] if repo else ''}")


def _stages(world: World, workflow: Workflow, asked: set[str]) -> list[Stage]:
    """Return the stages of a new task: those with a job that its run asks for."""
    stages = []
    for number, stage in enumerate(filter(None, workflow.body["stages"])):
        configured = [job for job in stage["jobs"] if job]
        jobs = [
            Job(
                name=f"job-{number}-{place}-0-{job['name']}" if world.has(release.APPROVAL_JOBS) else job["name"],
                origin=job["name"],
                kind=job["type"],
                spec=job["spec"] if isinstance(job["spec"], dict) else {},
                skipped=job["name"] not in asked,
            )
            for place, job in enumerate(configured)
            if job["name"] in asked or world.has(release.SKIPPED_JOBS)
        ]
        if any(not job.skipped for job in jobs):
            stages.append(Stage(stage["name"], stage["parallel"], jobs, _gate(world, stage, jobs)))
    return stages


def _gate(world: World, stage: Mapping[str, Any], jobs: list[Job]) -> Gate | None:
    """Return what a stage waits for: a manual step, a job of approval, or to 3.0 the approval of the stage."""
    manual = stage["manual_exec"]
    if manual and manual["enabled"] and world.has(release.MANUAL_STEPS):
        return Gate(True, stage["name"], [user for user in manual["manual_exec_users"] if user])
    if world.has(release.APPROVAL_JOBS):
        waiting = next((job for job in jobs if job.kind == "approval" and not job.skipped), None)
        native = waiting.spec.get("native_approval") if waiting else None
        name = waiting.name if waiting else ""
    else:
        approval = stage["approval"]
        native, name = (approval["native_approval"] if approval and approval["enabled"] else None), stage["name"]
    if not isinstance(native, dict):
        return None
    users, needed = native.get("approve_users"), native.get("needed_approvers")
    known = [user for user in users if isinstance(user, dict)] if isinstance(users, list) else []
    return Gate(False, name, known, needed if isinstance(needed, int) else 1)
