"""What each call does: one function of its name per call, and the table that gives them their paths and rights.

A function takes the world and one authorized call, and returns the value to answer with, or raises ZadigError,
PanicError or DeniedError. It never waits, so that requests under way at the same time cannot come between its steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from contracts.standin import auth, errors
from contracts.standin.bodies import START, WORKFLOW, Shape, as_stored, branches, decode, int64
from contracts.standin.clock import end_of
from contracts.standin.defects import Defect
from contracts.standin.store import Store, Task, Workflow
from contracts.text.frozen import dataclass

SUCCESS = {"message": "success"}


@dataclass(frozen=True)
class World:
    """What all calls share: what is held, which defects are on, and whether tasks are started as from 1.8.0 on."""

    store: Store
    defects: frozenset[Defect]
    since_1_8: bool = False
    texts: errors.Texts = field(default_factory=errors.Texts)


@dataclass(frozen=True)
class Call:
    """One request past authorization. `need` raises DeniedError unless the user has the call's right on a project."""

    params: Mapping[str, str]
    query_project: str
    body: bytes
    user: str
    need: Callable[[str], None]
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The workflow's name in the path."""
        return self.params["name"]


@dataclass(frozen=True)
class Route:
    """A method and a path below the prefix, the right that the gateway asks for (None: no token), and what to do."""

    method: str
    path: str
    right: str | None
    act: Callable[[World, Call], object]


def health(_world: World, _call: Call) -> object:
    """Answer that the server is there."""
    return SUCCESS


def create_workflow(world: World, call: Call) -> object:
    """Create a workflow."""
    body = _body(world, call, WORKFLOW)
    if body["product_tmpl_name"]:
        call.need(body["product_tmpl_name"])
    world.store.refuse_if_not_creatable(body, world.texts.taken)
    if Defect.DOCUMENTED_BODY_CRASHES in world.defects and body["hook_ctl"] is None:
        raise errors.PanicError
    world.store.add(as_stored(body), call.user)
    return SUCCESS


def find_workflow(world: World, call: Call) -> object:
    """Return a workflow by name."""
    return _existing(world, call, call.name, world.texts.not_found).document


def list_workflows(world: World, call: Call) -> object:
    """Return the workflows of the query's project, or all of them without one."""
    project = call.query_project
    return [workflow.document for workflow in world.store if not project or workflow.project == project]


def delete_workflow(world: World, call: Call) -> object:
    """Delete a workflow and its tasks."""
    _addressed(world, call, call.name)
    world.store.delete(call.name)
    return SUCCESS


def start_task(world: World, call: Call) -> object:
    """Start a task of a workflow."""
    body = _start(world, call)
    workflow = _existing(world, call, body["workflow_name"], errors.WORKFLOW_NOT_FOUND)
    project, environment = body["product_tmpl_name"], body["namespace"]
    if world.since_1_8:
        project = project or workflow.project
    elif project not in world.store.environments:
        raise errors.WORKFLOW_NOT_FOUND()
    if not environment and Defect.NO_NAMESPACE_CRASHES in world.defects:
        raise errors.PanicError
    if environment and environment not in world.store.environments.get(project, ()):
        raise errors.ENVIRONMENT_NOT_FOUND(project=project, environment=environment)
    task_id = workflow.use_id()
    if not body["targets"]:
        raise errors.NO_TARGETS()
    workflow.start(task_id, end_of(branches(body["targets"])), call.user)
    extra = {"project_name": workflow.project} if world.since_1_8 else {}
    return {"pipeline_name": workflow.name, **extra, "task_id": task_id}


def get_task(world: World, call: Call) -> object:
    """Return one task."""
    return _task_document(*_task(world, call, errors.TASK_NOT_FOUND))


def list_tasks(world: World, call: Call) -> object:
    """Return at most `max` tasks of a workflow, newest first, after leaving out `start` of them."""
    most, first = (_integer(call.params[key], f"invalid {key} args") for key in ("max", "start"))
    workflow = _addressed(world, call, call.name)
    tasks = [] if workflow is None else [_task_document(workflow, task) for task in workflow.tasks.values()]
    first = max(first, 0)
    return {"data": tasks[::-1][first : first + max(most, 0)], "total": len(tasks)}


def cancel_task(world: World, call: Call) -> object:
    """Cancel a task."""
    workflow, task = _task(world, call, errors.CANCEL_WITHOUT_TASK)
    workflow.cancel(task, call.user)
    return SUCCESS


def restart_task(world: World, call: Call) -> object:
    """Start a task that did not pass once more, under the same id."""
    workflow, task = _task(world, call, errors.RESTART_WITHOUT_TASK)
    try:
        workflow.restart(task)
    except errors.ZadigError:
        task.restarted |= workflow.status(task) == "created" and Defect.REFUSED_RESTART_MARKS in world.defects
        raise
    return SUCCESS


_TASKS = "/workflow/workflowtask"
_TASK = f"{_TASKS}/id/{{id:segment}}/pipelines"
ROUTES: tuple[Route, ...] = (
    Route("GET", f"{_TASK}/{{name}}", auth.GET, get_task),
    Route("DELETE", f"{_TASK}/{{name}}", auth.RUN, cancel_task),
    Route("POST", f"{_TASK}/{{name:segment}}/restart", auth.RUN, restart_task),
    Route("POST", _TASKS, auth.RUN, start_task),
    Route("POST", "/workflow/workflow", auth.CREATE, create_workflow),
    Route("GET", "/workflow/workflow/find/{name}", auth.GET, find_workflow),
    Route("DELETE", "/workflow/workflow/{name}", auth.DELETE, delete_workflow),
    Route("GET", "/workflow/workflow", auth.GET, list_workflows),
    Route("GET", f"{_TASKS}/max/{{max:segment}}/start/{{start:segment}}/pipelines/{{name}}", auth.GET, list_tasks),
    Route("GET", "/health", None, health),
)
"""Everything served below a prefix. `{x:segment}` may be empty, `{x}` may not, and neither holds a slash."""


def _body(world: World, call: Call, shape: Mapping[str, Shape]) -> dict[str, Any]:
    if call.body.strip(b" \t\r\n") == b"null" and Defect.NULL_BODY_CRASHES in world.defects:
        raise errors.PanicError
    return decode(call.body, shape)


def _start(world: World, call: Call) -> dict[str, Any]:
    """Return the body of a start; unlike a create's, nobody has read it before, so the decoder's own text is said."""
    try:
        body = _body(world, call, START)
    except errors.ZadigError:
        raise (errors.CUT_BODY if world.since_1_8 and call.body else errors.UNREADABLE_BODY)() from None
    if None in body["targets"]:
        raise errors.PanicError if Defect.NULL_BODY_CRASHES in world.defects else errors.UNREADABLE_BODY()
    return body


def _addressed(world: World, call: Call, name: str) -> Workflow | None:
    """Return the workflow of this name, or None; DeniedError if the user has no right where it really belongs."""
    workflow = world.store.get(name)
    if workflow is not None:
        call.need(workflow.project)
    return workflow


def _existing(world: World, call: Call, name: str, missing: errors.Refusal) -> Workflow:
    workflow = _addressed(world, call, name)
    if workflow is None:
        raise missing()
    return workflow


def _task(world: World, call: Call, missing: errors.Refusal) -> tuple[Workflow, Task]:
    """Return the task that the path names, and its workflow."""
    task_id = _integer(call.params["id"], "invalid task id")
    workflow = _existing(world, call, call.name, missing)
    if task_id not in workflow.tasks:
        raise missing()
    return workflow, workflow.tasks[task_id]


def _integer(text: str, complaint: str) -> int:
    number = int64(text)
    if number is None:
        raise errors.NOT_AN_ARGUMENT(complaint=complaint)
    return number


def _task_document(workflow: Workflow, task: Task) -> dict[str, Any]:
    began, ended = workflow.times(task)
    return {
        "task_id": task.task_id,
        "pipeline_name": workflow.name,
        "product_name": workflow.project,
        "type": "workflow",
        "status": workflow.status(task),
        "task_creator": task.creator,
        "task_revoker": task.revoker,
        "create_time": task.created_at,
        "start_time": began,
        "end_time": ended,
        "is_restart": task.restarted,
    }
