"""The families of calls that breakages know: where each has its paths, names, tasks and states.

The calls are the stand-in's, not the contract's that the suite checks with: a mistake in that one is not repeated here.
A mistake in the stand-in's shows: a breakage that recognises nothing does nothing, which fails the campaign.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Protocol

from contracts.standin.custom import approvals, runs, workflows
from contracts.standin.custom import routes as custom
from contracts.standin.routes import ROUTES
from contracts.text.frozen import dataclass


class _Route(Protocol):
    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...


@dataclass(frozen=True)
class Call:
    """One call: its method, its path below the prefix, and its query, all with `{name}`, `{id}` and `{project}`.

    query: empty where that of the request at hand will do.
    """

    method: str
    path: str
    query: str = ""


@dataclass(frozen=True)
class Names:
    """Where a request says what it is about, beside its path: the keys of each, the first that is there.

    query, body: of `name`, `id` and `project`.
    """

    query: Mapping[str, str]
    body: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Api:
    """One family of calls through which a workflow lives.

    name: as the suite calls it. behaviour: of a stand-in that has it. prefix: what stands before its paths there.
    calls: by the names that breakages use. operations: those of them that the contract is about.
    names: where a request says what it is about. meant: for a request whose path does not exist, the operation that it
    looks like: method, text in its query or body, operation; `elsewhere` is what such a path has in it.
    find: the call that reads a workflow. tasks: the key of listed tasks.
    bodies: an ordinary body of the calls that have one.
    nothing, refused: what in the body of a start leaves it nothing to do, which uses up an id, and the answer to that.
    elsewhere_started: what in it fails before an id is used up. cancellable, restartable: states of a task.
    """

    name: str
    behaviour: str
    prefix: str
    calls: Mapping[str, Call]
    operations: tuple[str, ...]
    names: Names
    meant: tuple[tuple[str, bytes, str], ...]
    elsewhere: str
    find: str
    tasks: str
    bodies: Mapping[str, Mapping[str, Any]]
    nothing: Mapping[str, Any]
    refused: str
    elsewhere_started: Mapping[str, Any]
    cancellable: frozenset[str]
    restartable: frozenset[str]

    @cached_property
    def patterns(self) -> Mapping[str, re.Pattern[str]]:
        """What the path of each call looks like, with whatever stands before it."""
        return {
            name: re.compile("(?P<prefix>.*?)" + PLACEHOLDER.sub(r"(?P<\1>[^/]*)", call.path))
            for name, call in self.calls.items()
        }


PLACEHOLDER = re.compile(r"\{(\w+)\}")


def _calls(routes: Iterable[tuple[str, _Route]], queries: Mapping[str, str]) -> Mapping[str, Call]:
    """Return the first route of each name as a call, with the names of its parameters that all share."""
    calls: dict[str, Call] = {}
    for name, route in routes:
        path = route.path.replace(":segment", "").replace("{key}", "{name}")
        calls.setdefault(name, Call(route.method, path, queries.get(name, "")))
    return calls


ASLAN = Api(
    name="aslan",
    behaviour="perfect",
    prefix="/api/aslan",
    calls=_calls(((route.act.__name__.replace("_", "-"), route) for route in ROUTES), {}),
    operations=("create-workflow", "start-task", "cancel-task", "restart-task"),
    names=Names(
        query={"project": "projectName"},
        body={"name": ("workflow_name", "name"), "project": ("product_tmpl_name",)},
    ),
    meant=(
        ("POST", b'"workflow_name"', "start-task"),
        ("POST", b"{", "create-workflow"),
        ("POST", b"", "restart-task"),
        ("DELETE", b"", "cancel-task"),
    ),
    elsewhere="/workflow/",
    find="find-workflow",
    tasks="data",
    bodies={
        "create-workflow": {
            "name": "{name}",
            "product_tmpl_name": "{project}",
            "build_stage": {"enabled": True, "modules": []},
            "hook_ctl": {},
        },
        "start-task": {
            "workflow_name": "{name}",
            "product_tmpl_name": "{project}",
            "namespace": "qa",
            "targets": [{"name": "nginx-test", "service_name": "nginx", "product_name": "{project}"}],
        },
    },
    nothing={"targets": []},
    refused="no-targets",
    elsewhere_started={"namespace": "zct-no-such-env"},
    cancellable=frozenset({"created", "running", "failed", "timeout", "cancelled"}),
    restartable=frozenset({"failed", "timeout", "cancelled"}),
)

_ACTS = {
    workflows.create: "create-workflow",
    workflows.update: "update-workflow",
    runs.run: "start-task",
    runs.cancel: "cancel-task",
    runs.retry: "restart-task",
    workflows.delete: "delete-workflow",
    runs.get_task: "get-task",
    runs.list_tasks: "list-tasks",
    workflows.detail: "workflow-detail",
    workflows.list_workflows: "list-workflows",
    approvals.approve: "approve-task",
    approvals.manual_step: "manual-step",
    approvals.execute: "manual-exec",
    runs.remark: "set-remark",
}
_TASK = "taskId={id}&workflowKey={name}"
_PROJECT = "projectKey={project}"
_SCRIPT_JOB = {
    "name": "job",
    "type": "freestyle",
    "spec": {"script": "echo hello", "script_type": "shell", "advanced_setting": {"timeout": 1}},
}
_DEFINITION = {
    "name": "{name}",
    "display_name": "{name}",
    "project": "{project}",
    "concurrency_limit": 1,
    "stages": [{"name": "stage", "parallel": True, "jobs": [_SCRIPT_JOB]}],
}
OPENAPI = Api(
    name="openapi",
    behaviour="perfect-5.0",
    prefix="",
    calls={"health": Call("GET", "/api/health")}
    | dict(
        _calls(
            ((_ACTS[route.act], route) for route in custom.ROUTES if route.act in _ACTS),
            {
                "cancel-task": _TASK,
                "get-task": _TASK,
                "delete-workflow": f"workflowKey={{name}}&{_PROJECT}",
                "list-tasks": f"{_PROJECT}&pageSize=100",
                **dict.fromkeys(("restart-task", "workflow-detail", "manual-step", "manual-exec"), _PROJECT),
                "set-remark": _PROJECT,
                "list-workflows": _PROJECT,
            },
        )
    ),
    operations=tuple(_ACTS.values()),
    names=Names(
        query={"name": "workflowKey", "id": "taskId", "project": "projectKey"},
        body={"name": ("workflow_key", "name"), "id": ("task_id",), "project": ("project_key", "project")},
    ),
    meant=(
        ("PUT", b"", "update-workflow"),
        ("POST", b'"project_key"', "start-task"),
        ("POST", b'"comment"', "approve-task"),
        ("POST", b'"stages"', "create-workflow"),
        ("DELETE", b"taskId=", "cancel-task"),
        ("DELETE", b"", "delete-workflow"),
        ("GET", b"taskId=", "get-task"),
    ),
    elsewhere="/openapi/",
    find="workflow-detail",
    tasks="workflow_tasks",
    bodies={
        "create-workflow": _DEFINITION,
        "update-workflow": _DEFINITION,
        "start-task": {"workflow_key": "{name}", "project_key": "{project}", "inputs": [{"job_name": "job"}]},
        "set-remark": {"remark": "a remark"},
    },
    nothing={"inputs": []},
    refused="nothing-to-run",
    elsewhere_started={"workflow_key": "zct-there-is-none"},
    cancellable=frozenset(
        {"waiting", "created", "queued", "running", "prepare", "pause", "failed", "timeout", "reject", "cancelled"}
    ),
    restartable=frozenset({"failed", "timeout", "reject", "cancelled"}),
)
APIS: Mapping[str, Api] = {api.name: api for api in (ASLAN, OPENAPI)}
