"""The calls on workflows themselves: create, update, delete, detail, list."""

import time
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from contracts.standin.bodies import Shape
from contracts.standin.custom import release, rights, yaml_body
from contracts.standin.custom.checks import check
from contracts.standin.custom.store import Workflow
from contracts.standin.custom.world import Call, World
from contracts.standin.defects import Defect
from contracts.standin.errors import (
    DELETE_FAILED,
    NO_DOCUMENTS,
    NOT_AN_ARGUMENT,
    WORKFLOW_NOT_FOUND,
    PanicError,
    Refusal,
    UncodedError,
    UnreadableError,
)
from contracts.standin.routes import SUCCESS

_USER = {"type": str, "user_id": str, "user_name": str, "group_id": str, "group_name": str}
NATIVE_APPROVAL: Mapping[str, Shape] = {"approve_users": [_USER], "timeout": int, "needed_approvers": int}
WORKFLOW: Mapping[str, Shape] = {
    "name": str,
    "display_name": str,
    "project": str,
    "description": str,
    "disabled": bool,
    "enable_approval_ticket": bool,
    "concurrency_limit": int,
    "params": [
        {
            "name": str,
            "description": str,
            "type": str,
            "value": str,
            "repo": object,
            "choice_option": [str],
            "default": str,
            "is_credential": bool,
        }
    ],
    "stages": [
        {
            "name": str,
            "parallel": bool,
            "approval": {"enabled": bool, "type": str, "description": str, "native_approval": NATIVE_APPROVAL},
            "manual_exec": {"enabled": bool, "manual_exec_users": [_USER]},
            "jobs": [{"name": str, "type": str, "skipped": bool, "run_policy": str, "spec": object}],
        }
    ],
    "notify_ctls": [object],
    "share_storages": [object],
    "created_by": str,
    "create_time": int,
}
"""What is read of a definition."""

KEY_TAKEN = Refusal(6540, "与项目 [{project}] 中的工作流 [{display}] 标识相同")
"""Project and display name are those of the workflow that has the key."""
NAME_TAKEN = Refusal(6540, "workflow v4 [{display}] 展示名称在当前项目下重复!")
DUPLICATE = Refusal(6540, "E11000 duplicate key error collection: zadig.workflow_v4 index: project_1_name_1")
"""What the database says, of a key and project that another workflow has."""


def create(world: World, call: Call) -> object:
    """Create a workflow."""
    body = _definition(call)
    call.user.need(rights.CREATE, body["project"])
    taken = world.store.find(body["name"])
    if taken is not None:
        raise KEY_TAKEN(project=taken.project, display=taken.body["display_name"])
    check(world, body, body["name"])
    _take_people(body)
    world.store.workflows.append(Workflow(body, call.user.name, call.user.name))
    return SUCCESS


def update(world: World, call: Call) -> object:
    """Store a workflow anew, under the name and in the project that the body has."""
    body = _definition(call)
    call.user.need(rights.EDIT, body["project"])
    workflow = world.store.find(call.key)
    if workflow is None:
        raise WORKFLOW_NOT_FOUND()
    need_stored(world, call, rights.EDIT, workflow)
    display = body["display_name"]
    others = [other for other in world.store.workflows if other is not workflow and other.project == body["project"]]
    taken = {other.body["display_name"] for other in others} | {""}  # an empty name is always taken
    if display != workflow.body["display_name"] and display in taken:
        raise NAME_TAKEN(display=display)
    check(world, body, call.key)
    if Defect.UPDATE_RENAMES not in world.defects:
        body |= {"name": workflow.key, "project": workflow.project}
    if any(other.key == body["name"] for other in others):
        raise DUPLICATE()
    people = _take_people(body)
    if not world.has(release.KEEPS_CREATOR):
        workflow.created_by, workflow.create_time = people
    workflow.body, workflow.updated_by, workflow.update_time = body, call.user.name, int(time.time())
    return SUCCESS


def delete(world: World, call: Call) -> object:
    """Delete a workflow; its tasks stay, out of sight of lists."""
    key = call.query.get("workflowKey", "")
    if not key:
        raise NOT_AN_ARGUMENT(complaint="workflowKey is required")
    call.user.need(rights.EDIT, call.query.get("projectKey", ""))
    workflow = world.store.find(key)
    if workflow is None:
        raise DELETE_FAILED()
    need_stored(world, call, rights.EDIT, workflow)
    world.store.delete(workflow, empty_queue=Defect.QUEUE_OUTLIVES not in world.defects)
    return SUCCESS


def detail(world: World, call: Call) -> object:
    """Return a workflow, with the project that the query names."""
    project = project_of(call)
    workflow = world.store.find(call.key)
    if workflow is None:
        raise UncodedError(NO_DOCUMENTS)
    body = workflow.body
    if Defect.STAGES_WANT_APPROVAL in world.defects and any(
        not (each or {}).get("approval") for each in body["stages"]
    ):
        raise PanicError
    return {
        "workflow_key": workflow.key,
        "workflow_name": body["display_name"],
        "project_key": project,
        "description": body["description"],
        "created_by": workflow.created_by,
        "create_time": workflow.create_time,
        "updated_by": "",
        "update_time": workflow.update_time,
        "params": body["params"],
        "stages": [_stage(stage) for stage in body["stages"] if stage],
        "notify_ctls": body["notify_ctls"],
        "share_storages": body["share_storages"],
        "concurrency_limit": body["concurrency_limit"],
    }


def list_workflows(world: World, call: Call) -> object:
    """Return the workflows of a project, whatever view is asked for, since there are none."""
    project = project_of(call)
    return {
        "workflows": [
            {
                "workflow_key": workflow.key,
                "workflow_name": workflow.body["display_name"],
                "update_by": workflow.updated_by,
                "update_time": workflow.update_time,
                "type": "custom",
            }
            for workflow in world.store.workflows
            if workflow.project == project
        ]
    }


def own_rights(_world: World, call: Call) -> object:
    """Return what the user may do in a project; an administrator's rights are not listed, of the system or of it."""
    user, project = call.user, call.params["project"]
    owns = not user.admin and user.name == rights.PROJECT_ADMIN and user.may(rights.EDIT, project)
    return {
        "is_system_admin": user.admin,
        "is_project_admin": owns,
        "project_verbs": None if user.admin or owns else user.verbs(project),
        "workflow_verbs_map": None,
        "environment_verbs_map": None,
    }


def definition(world: World, call: Call) -> object:
    """Return a workflow's definition as YAML."""
    import yaml

    workflow = world.store.find(call.key)
    if workflow is None:
        raise WORKFLOW_NOT_FOUND()
    added = {"created_by": workflow.created_by, "updated_by": workflow.updated_by}
    text = yaml.safe_dump(workflow.body | added, allow_unicode=True, sort_keys=False)
    return Response(text, media_type="application/x-yaml; charset=utf-8")


def project_of(call: Call) -> str:
    """Return the project that the query names; ZadigError where it names none."""
    project = call.query.get("projectKey", "")
    if not project:
        raise NOT_AN_ARGUMENT(complaint="projectKey is required")
    return project


def need_stored(world: World, call: Call, right: str, workflow: Workflow) -> None:
    """Hold the user to the project where the workflow really is, which no real server does."""
    if Defect.PROJECT_SCOPE not in world.defects:
        call.user.need(right, workflow.project)


def _definition(call: Call) -> dict[str, Any]:
    try:
        return yaml_body.read(call.body, WORKFLOW)
    except UnreadableError as error:
        raise NOT_AN_ARGUMENT(complaint=error) from None


def _take_people(body: dict[str, Any]) -> tuple[str, int]:
    """Take out of a definition who made it and when: that is no part of it."""
    return body.pop("created_by"), body.pop("create_time")


def _stage(stage: Mapping[str, Any]) -> dict[str, Any]:
    shown = {key: stage[key] for key in ("name", "parallel", "approval")}
    return shown | {"jobs": [job | {"service_modules": []} for job in stage["jobs"] if job]}
