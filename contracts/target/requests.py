"""Builds the request of each call, from what is documented of it and what the binding sends, for one subject."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from contracts.catalog.binding import SCOPE, Places
from contracts.catalog.cases import NO_OVERRIDES, Overrides
from contracts.catalog.release import Operation, Release
from contracts.http.exchange import Request
from contracts.target.target import Subject, Target, Workspace
from contracts.text.nested import each_text

ROOT = "/"
JSON, YAML = "application/json", "application/yaml"


def operation_call(
    target: Target, operation: Operation, subject: Subject, overrides: Overrides = NO_OVERRIDES
) -> Request:
    """Return the request of an operation or support call on `subject`."""
    binding, values = target.release.binding, _values(target.workspace, subject, overrides)
    places = binding.places(operation.name)
    body = _body(target.release, operation, values, overrides)
    usual_type = YAML if places.yaml and overrides.content_type == JSON else overrides.content_type
    return Request(
        method=overrides.method or operation.method,
        path=_path((overrides.path or "{path}").replace("{path}", operation.path), places, values),
        query=_query(places, (*binding.always, *operation.named("query")), values, overrides),
        body=body,
        content_type=usual_type if body is not None else None,
        credential=overrides.credential,
        call=operation.name,
        prefixed=operation.prefixed,
        agent=overrides.agent,
        used=overrides.used,
    )


def role_call(target: Target, role: str, subject: Subject, overrides: Overrides = NO_OVERRIDES) -> Request:
    """Return the request of the call that plays a role, on `subject`."""
    return operation_call(target, target.release.call(role), subject, overrides)


def reading(release: Release, role: str, project: str = "", name: str = "") -> Request:
    """Return the request of a call that finds out what a target has: of a project, of what is called `name` there."""
    call = release.call(role)
    places = release.binding.places(call.name)
    values = defaultdict(str, project=project, scope=project, name=name)
    query = _query(places, call.named("query"), values)
    return Request(call.method, _path(call.path, places, values), query, prefixed=call.prefixed)


def knocking(release: Release, project: str = "", *wished: str) -> Request:
    """Return a request that shows whether anything answers: by the first of these roles that a call plays.

    Where a release has none of the calls that only look, it is for the root, of which any answer will do.
    """
    role = next((each for each in (*wished, "health", "list", "projects") if not release.lacks([each])), None)
    return Request("GET", ROOT, prefixed=False) if role is None else reading(release, role, project)


def sent_names(target: Target, subject: Subject, overrides: Overrides, request: Request) -> dict[str, str]:
    """Return the names that a request uses, for the texts of its answer."""
    path = unquote(request.path)
    return subject.sent(target.workspace) | {
        "project": _project(target.workspace, subject, overrides),
        "env": overrides.env or target.workspace.env_name,
        "method": request.method,
        "path": path,
        "shorter": path.removesuffix("/"),
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


def _values(workspace: Workspace, subject: Subject, overrides: Overrides) -> dict[str, str]:
    """Return what the templates of the binding stand for."""
    scope = workspace.other_project if overrides.scope == "other" else subject.project
    return {
        "name": subject.name,
        "id": str(subject.task_id) if overrides.id is None else _id(overrides.id, subject.task_id),
        "project": _project(workspace, subject, overrides),
        "scope": scope or "",
        "env": overrides.env or workspace.env_name,
        "service": workspace.service,
        "service_module": workspace.service_module,
        "repo": workspace.repo,
        "branch": overrides.branch or workspace.branch,
    }


def _id(template: str, task_id: int) -> str:
    """Return an id as a case writes it: `{encoded}` stands for the task's own, percent-encoded."""
    return template.replace("{encoded}", "".join(f"%{ord(digit):02X}" for digit in str(task_id)))


def _path(template: str, places: Places, values: Mapping[str, str]) -> str:
    """Return a path with its parameters put in; an id stands there as it is written, for it may be no id at all."""
    quoted = _Quoted(values)
    named = template.replace("{name}", quoted["name"])
    return re.sub(r":(\w+)", lambda match: places.path.get(match[1], match[0]).format_map(quoted), named)


@lru_cache(1024)
def _escaped(value: str) -> str:
    return quote(value, safe="", errors="backslashreplace")


class _Quoted(dict[str, str]):
    """Values as they stand in a path, each worked out where it is asked for."""

    def __getitem__(self, key: str) -> str:
        value = super().__getitem__(key)
        return value if key == "id" else _escaped(value)


def _query(
    places: Places, keys: tuple[str, ...], values: Mapping[str, str], overrides: Overrides = NO_OVERRIDES
) -> dict[str, str]:
    rows = {key: places.query[key] for key in keys if key in places.query and key not in overrides.query_drop}
    sent = {key: text.format_map(values) for key, text in rows.items() if overrides.query or SCOPE not in text}
    return sent | {key: text.replace("{name}", values["name"]) for key, text in overrides.query_set.items()}


def _body(release: Release, operation: Operation, values: Mapping[str, str], overrides: Overrides) -> bytes | None:
    if overrides.raw is not None:
        return re.sub(r"\{(name|project|env)\}", lambda match: values[match[1]], overrides.raw).encode()
    places, documented = release.binding.places(operation.name), operation.named("body")
    if operation.sample is None and not documented:
        return None
    blank = {item["name"]: 0 if item["type"] == "integer" else "" for item in operation.parameters}
    missing = {key: blank[key] for key in documented if key in places.body and key not in (operation.sample or {})}
    usual = operation.usual if overrides.body == "usual" else {}
    body: dict[str, Any] = _filled({**(operation.sample or {}), **missing, **usual}, places, values)
    body |= each_text(overrides.set, lambda text: text.replace("{name}", values["name"]))
    body |= dict.fromkeys(overrides.null)
    if overrides.pad:
        body[release.binding.padded] = "x" * overrides.pad
    for key in overrides.drop:
        body.pop(key, None)
    if overrides.keep:
        body = {key: value for key, value in body.items() if key in overrides.keep}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()  # as YAML, too, it is what it says


def _filled(value: Any, places: Places, values: Mapping[str, str], at: tuple[str, ...] = ()) -> Any:
    """Return a sample in which what the binding sends stands in place of the sample's own names; `at`: its place."""
    template = places.pointed.get(at) or places.body.get(at[-1]) if at else None
    if template is not None:
        return _like(value, template.format_map(values))
    if isinstance(value, Mapping):
        return {key: _filled(below, places, values, (*at, key)) for key, below in value.items()}
    return [_filled(below, places, values, (*at, "*")) for below in value] if isinstance(value, list) else value


def _like(sample: Any, text: str) -> Any:
    """Return what is sent as a number where the sample has one."""
    number = isinstance(sample, int) and not isinstance(sample, bool)
    return int(text) if number and re.fullmatch(r"-?\d+", text, re.ASCII) else text
