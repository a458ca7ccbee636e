"""Builds the request of each call, from the documented sample and path, for one subject and with what is special."""

import copy
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from contracts.catalog.cases import Special
from contracts.catalog.release import Operation
from contracts.http.client import Request
from contracts.target.target import Place, Subject, Target

ORDINARY = Special()


def operation_call(target: Target, operation: Operation, subject: Subject, special: Special = ORDINARY) -> Request:
    """Return the request of an operation or support call on `subject`."""
    scope = target.place.other_project if special.scope == "other" else subject.project
    method = special.method or operation.method
    body = _body(target.place, operation, subject, special)
    return Request(
        method=method,
        path=_path((special.path or "{path}").replace("{path}", operation.path), subject, special),
        query={"projectName": scope or ""} if special.query else {},
        body=body,
        content_type=special.content_type if body is not None else None,
        credential=special.credential,
        call=operation.name,
    )


def support_call(target: Target, name: str, subject: Subject) -> Request:
    """Return the request of a support call on `subject`."""
    return operation_call(target, target.release.support[name], subject)


def sent_names(target: Target, subject: Subject, special: Special, request: Request) -> dict[str, str]:
    """Return the names that a request uses, for the texts of its answer."""
    return subject.sent(target.place) | {
        "project": _project(target.place, subject, special),
        "env": special.env or target.place.env_name,
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


def _project(place: Place, subject: Subject, special: Special) -> str:
    if special.project is None:
        return subject.project
    if special.project == "other":
        return place.other_project or ""
    return special.project.replace("{name}", subject.name)


def _path(template: str, subject: Subject, special: Special) -> str:
    name = quote(subject.name, safe="")
    values = {
        "id": special.id if special.id is not None else str(subject.task_id),
        "pipeline": name,
        "name": name,
        "max": "100",
        "start": "0",
    }
    return re.sub(r":(\w+)", lambda match: values[match[1]], template.replace("{name}", name))


def _body(place: Place, operation: Operation, subject: Subject, special: Special) -> bytes | None:
    if special.raw is not None:
        project = _project(place, subject, special)
        return special.raw.replace("{name}", subject.name).replace("{project}", project).encode()
    if operation.sample is None:
        return None
    body = _filled(operation.sample, _names(place, operation, subject, special))
    if special.body == "usual":
        body |= copy.deepcopy(dict(operation.undocumented))
    body |= special.set
    body |= dict.fromkeys(special.null)
    if special.pad:
        body["description"] = "x" * special.pad
    for key in special.drop:
        body.pop(key, None)
    if special.keep:
        body = {key: value for key, value in body.items() if key in special.keep}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _names(place: Place, operation: Operation, subject: Subject, special: Special) -> dict[str, str]:
    """Return what stands under which key of a documented body, in place of the sample's own names."""
    project, env = _project(place, subject, special), special.env or place.env_name
    names = {
        "product_tmpl_name": project,
        "product_name": project,
        "env_name": env,
        "namespace": env,
        "service_name": place.service,
        "service_module": place.service_module,
        "key": f"{place.service}/{place.service_module}",
        "repo_name": place.repo,
        "branch": special.branch or place.branch,
    }
    if operation.name == "start-task":
        return names | {"workflow_name": subject.name, "name": place.service_module}
    return names | {"name": subject.name}


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: names.get(key, _filled(inner, names)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, names) for inner in value]
    return value
