"""Recognises the call that a request is, whatever the prefix in front of it, and what it is about."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from contracts.breakages.breakage import Headers, Request

_TASK = r"/workflow/workflowtask/id/(?P<id>[^/]*)/pipelines/(?P<name>[^/]*)"
_CALLS = (
    ("create-workflow", "POST", "/workflow/workflow"),
    ("start-task", "POST", "/workflow/workflowtask"),
    ("cancel-task", "DELETE", _TASK),
    ("restart-task", "POST", f"{_TASK}/restart"),
    ("find-workflow", "GET", "/workflow/workflow/find/(?P<name>[^/]+)"),
    ("delete-workflow", "DELETE", "/workflow/workflow/(?P<name>[^/]+)"),
    ("get-task", "GET", _TASK),
    ("list-tasks", "GET", "/workflow/workflowtask/max/[^/]*/start/[^/]*/pipelines/(?P<name>[^/]+)"),
    ("list-workflows", "GET", "/workflow/workflow"),
    ("health", "GET", "/health"),
)
_PATTERNS = tuple((call, method, re.compile(f"(?P<prefix>.*?){path}")) for call, method, path in _CALLS)
OPERATIONS = ("create-workflow", "start-task", "cancel-task", "restart-task")


def recognise(method: str, path: str, query: str = "", headers: Headers = (), body: bytes = b"") -> Request:
    """Return a request with the name of its call.

    A wrong method on an operation's path, a slash too many and a path that does not exist count as the operation that
    was meant, so far as method and body tell it.
    """
    return Request(method, path, query, headers, body, _operation(method, path, body))


def _operation(method: str, path: str, body: bytes) -> str:
    shorter = path.removesuffix("/") if not path.endswith("/pipelines/") else path
    matching = [(call, of) for call, of, pattern in _PATTERNS if pattern.fullmatch(shorter)]
    for call, of in matching:
        if of == method:
            return call
    if matching:
        return next((call for call, _ in matching if call in OPERATIONS), "")
    return _meant(method, body) if "/workflow/" in path else ""


def _meant(method: str, body: bytes) -> str:
    """Return the operation that a request to a path that does not exist looks like."""
    if method == "POST":
        return "start-task" if b'"workflow_name"' in body else "create-workflow" if body else "restart-task"
    return "cancel-task" if method == "DELETE" else ""


@dataclass(frozen=True)
class About:
    """What a request is about: the prefix of its path, its workflow, task id and project; empty where it names none."""

    prefix: str
    workflow: str
    task: str
    project: str


def about(asked: Request) -> About:
    """Return what a request is about."""
    match = next((m for call, _, p in _PATTERNS if call == asked.operation and (m := p.match(asked.path))), None)
    groups = match.groupdict() if match else {}
    sent = value(asked.body)
    sent = sent if isinstance(sent, dict) else {}
    in_body = str(sent.get("workflow_name") or sent.get("name") or "")
    project = parse_qs(asked.query).get("projectName", [str(sent.get("product_tmpl_name") or "")])[0]
    return About(groups.get("prefix", ""), unquote(groups.get("name", "")) or in_body, groups.get("id", ""), project)


def value(body: bytes) -> Any:
    """Return the JSON value of a body, None where it has none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def compact(whatever: Any) -> bytes:
    """Return a value as Zadig writes JSON."""
    return json.dumps(whatever, ensure_ascii=False, separators=(",", ":")).encode()


def header(headers: Headers, name: str) -> str | None:
    """Return the value of the first header of this name, in any case."""
    return next((text for key, text in headers if key.lower() == name.lower()), None)


def with_header(headers: Headers, name: str, text: str | None) -> Headers:
    """Return headers with this one set, or without it where `text` is None."""
    kept = tuple(pair for pair in headers if pair[0].lower() != name.lower())
    return kept if text is None else (*kept, (name, text))


def at(asked: Request, method: str, path: str, body: Any = None) -> Request:
    """Return a request of the same user to a path below the same prefix."""
    return recognise(
        method, about(asked).prefix + path, asked.query, asked.headers, b"" if body is None else compact(body)
    )


def task_path(workflow: str, task: int | str) -> str:
    """Return the path of a task of a workflow, for `at`."""
    return f"/workflow/workflowtask/id/{task}/pipelines/{quote(workflow, safe='')}"


def with_json(asked: Request, **values: Any) -> Request:
    """Return a request with other values in its JSON object; one without such a body as it is."""
    sent = value(asked.body)
    return replace(asked, body=compact(sent | values)) if isinstance(sent, dict) else asked
