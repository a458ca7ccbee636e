"""The calls on custom workflows: which paths they have, in which releases, and what each does."""

from contracts.standin.custom import approvals, release, runs, workflows
from contracts.standin.custom.world import Route, World

_CUSTOM = "/openapi/workflows/custom"
_TASK = f"{_CUSTOM}/task"
_OWN_TASK = f"{_CUSTOM}/{{key}}/task/{{id}}"
_V4 = "/workflow/v4"
ROUTES: tuple[Route, ...] = (
    Route("POST", _CUSTOM, workflows.create, release.OPENAPI_CREATES),
    Route("DELETE", _CUSTOM, workflows.delete),
    Route("POST", _TASK, runs.run),
    Route("GET", _TASK, runs.get_task),
    Route("DELETE", _TASK, runs.cancel),
    Route("POST", f"{_TASK}/approve", approvals.approve),
    Route("PUT", f"{_CUSTOM}/{{key}}", workflows.update, release.OPENAPI_CREATES),
    Route("GET", f"{_CUSTOM}/{{key}}/tasks", runs.list_tasks),
    Route("GET", f"{_CUSTOM}/{{key}}/detail", workflows.detail),
    Route("POST", _OWN_TASK, runs.retry),
    Route("PUT", _OWN_TASK, runs.remark, release.REMARKS),
    Route("GET", f"{_OWN_TASK}/manual-exec", approvals.manual_step, release.MANUAL_STEPS),
    Route("POST", f"{_OWN_TASK}/manual-exec", approvals.execute, release.MANUAL_STEPS),
    Route("GET", "/openapi/workflows", workflows.list_workflows),
    Route("GET", "/api/v1/policy/permission/project/{project}", workflows.own_rights, release.USER_SERVICE),
    Route("POST", _V4, workflows.create, below_prefix=True),
    Route("PUT", f"{_V4}/{{key}}", workflows.update, below_prefix=True),
    Route("GET", f"{_V4}/name/{{key}}", workflows.definition, below_prefix=True),
)
"""Every call on custom workflows. No parameter of a path is empty or holds a slash."""


def routes_of(world: World) -> list[Route]:
    """Return the calls that a release has."""
    return [route for route in ROUTES if world.has(route.first)]
