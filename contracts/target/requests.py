"""Builds the request of each call, from the documented sample and path, for one subject and with what is overrides."""

import copy
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from contracts.catalog.cases import Overrides
from contracts.catalog.release import Operation
from contracts.http.client import Request
from contracts.target.target import Subject, Target, Workspace

NO_OVERRIDES = Overrides()


def operation_call(
    target: Target, operation: Operation, subject: Subject, overrides: Overrides = NO_OVERRIDES
) -> Request:
    """Return the request of an operation or support call on `subject`."""
    scope = target.workspace.other_project if overrides.scope == "other" else subject.project
    method = overrides.method or operation.method
    body = _body(target.workspace, operation, subject, overrides)
    return Request(
        method=method,
        path=_path((overrides.path or "{path}").replace("{path}", operation.path), subject, overrides),
        query={"projectName": scope or ""} if overrides.query else {},
        body=body,
        content_type=overrides.content_type if body is not None else None,
        credential=overrides.credential,
        call=operation.name,
    )


def support_call(target: Target, name: str, subject: Subject) -> Request:
    """Return the request of a support call on `subject`."""
    return operation_call(target, target.release.support[name], subject)


def sent_names(target: Target, subject: Subject, overrides: Overrides, request: Request) -> dict[str, str]:
    """Return the names that a request uses, for the texts of its answer."""
    return subject.sent(target.workspace) | {
        "project": _project(target.workspace, subject, overrides),
        "env": overrides.env or target.workspace.env_name,
        "method": request.method,
        "path": unquote(request.path),
    }


def sent_body(request: Request) -> dict[str, Any]:
    """Return the JSON object that a request carries, or an empty one."""
    try:
        value = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _project(workspace: Workspace, subject: Subject, overrides: Overrides) -> str:
    if overrides.project is None:
        return subject.project
    if overrides.project == "other":
        return workspace.other_project or ""
    return overrides.project.replace("{name}", subject.name)


def _path(template: str, subject: Subject, overrides: Overrides) -> str:
    name = quote(subject.name, safe="")
    values = {
        "id": overrides.id if overrides.id is not None else str(subject.task_id),
        "pipeline": name,
        "name": name,
        "max": "100",
        "start": "0",
    }
    return re.sub(r":(\w+)", lambda match: values[match[1]], template.replace("{name}", name))


def _body(workspace: Workspace, operation: Operation, subject: Subject, overrides: Overrides) -> bytes | None:
    if overrides.raw is not None:
        project = _project(workspace, subject, overrides)
        return overrides.raw.replace("{name}", subject.name).replace("{project}", project).encode()
    if operation.sample is None:
        return None
    body = _filled(operation.sample, _names(workspace, operation, subject, overrides))
    if overrides.body == "usual":
        body |= copy.deepcopy(dict(operation.undocumented))
    body |= overrides.set
    body |= dict.fromkeys(overrides.null)
    if overrides.pad:
        body["description"] = "x" * overrides.pad
    for key in overrides.drop:
        body.pop(key, None)
    if overrides.keep:
        body = {key: value for key, value in body.items() if key in overrides.keep}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _names(workspace: Workspace, operation: Operation, subject: Subject, overrides: Overrides) -> dict[str, str]:
    """Return what stands under which key of a documented body, in place of the sample's own names."""
    project, env = _project(workspace, subject, overrides), overrides.env or workspace.env_name
    names = {
        "product_tmpl_name": project,
        "product_name": project,
        "env_name": env,
        "namespace": env,
        "service_name": workspace.service,
        "service_module": workspace.service_module,
        "key": f"{workspace.service}/{workspace.service_module}",
        "repo_name": workspace.repo,
        "branch": overrides.branch or workspace.branch,
    }
    if operation.name == "start-task":
        return names | {"workflow_name": subject.name, "name": workspace.service_module}
    return names | {"name": subject.name}


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: names.get(key, _filled(inner, names)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, names) for inner in value]
    return value
