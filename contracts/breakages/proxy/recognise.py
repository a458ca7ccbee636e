"""Recognises the call that a request is, whatever the prefix in front of it, and makes requests for other calls.

The calls are the stand-in's, not the contract's that the suite checks with: a mistake in that one is not repeated here.
A mistake in the stand-in's shows: a breakage that recognises nothing does nothing, which fails the campaign.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from contracts.breakages.breakage import Headers, Request
from contracts.standin.routes import ROUTES

OPERATIONS = ("create-workflow", "start-task", "cancel-task", "restart-task")
_CALLS = {route.act.__name__.replace("_", "-"): route for route in ROUTES}
_PLACEHOLDER = re.compile(r"\{(\w+)(?::segment)?\}")
_PATTERNS = {
    call: re.compile("(?P<prefix>.*?)" + _PLACEHOLDER.sub(r"(?P<\1>[^/]*)", route.path))
    for call, route in _CALLS.items()
}


def recognise(method: str, path: str, query: str = "", headers: Headers = (), body: bytes = b"") -> Request:
    """Return a request with the name of its call.

    A wrong method on an operation's path, a slash too many and a path that does not exist count as the operation that
    was meant, so far as method and body tell it.
    """
    return Request(method, path, query, headers, body, _operation(method, path, body))


def _operation(method: str, path: str, body: bytes) -> str:
    shorter = path.removesuffix("/") if not path.endswith("/pipelines/") else path
    matching = [call for call, pattern in _PATTERNS.items() if pattern.fullmatch(shorter)]
    if matching:
        exact = next((call for call in matching if _CALLS[call].method == method), "")
        return exact or next((call for call in OPERATIONS if call in matching), "")
    return _meant(method, body) if "/workflow/" in path else ""


def _meant(method: str, body: bytes) -> str:
    """Return the operation that a request to a path that does not exist looks like."""
    if method == "POST":
        return "start-task" if b'"workflow_name"' in body else "create-workflow" if body else "restart-task"
    return "cancel-task" if method == "DELETE" else ""


@dataclass(frozen=True)
class About:
    """What a request is about; each is empty where the request names none.

    prefix: what stands before the call's own path. workflow: its name, decoded. task: the id as it stands in the path.
    project: its name.
    """

    prefix: str
    workflow: str
    task: str
    project: str


def about(request: Request) -> About:
    """Return what a request is about."""
    pattern = _PATTERNS.get(request.operation)
    match = pattern.match(request.path) if pattern else None
    groups = match.groupdict() if match else {}
    sent = json_object(request.body) or {}
    in_body = str(sent.get("workflow_name") or sent.get("name") or "")
    project = parse_qs(request.query).get("projectName", [str(sent.get("product_tmpl_name") or "")])[0]
    return About(groups.get("prefix", ""), unquote(groups.get("name", "")) or in_body, groups.get("id", ""), project)


def line_of(call: str, **values: object) -> tuple[str, str]:
    """Return the method of a call, and its path below the prefix; `name` is encoded, other values stand as they are."""
    name = quote(str(values.get("name", "")), safe="")
    filled = {"max": 100, "start": 0, **values, "name": name}
    route = _CALLS[call]
    return route.method, _PLACEHOLDER.sub(lambda found: str(filled[found[1]]), route.path)


def to(request: Request, call: str, body: object = None, **values: object) -> Request:
    """Return a request of the same user for another call, about the same workflow and task where `values` name none."""
    subject = about(request)
    method, path = line_of(call, **{"name": subject.workflow, "id": subject.task} | values)
    sent = b"" if body is None else compact(body)
    return recognise(method, subject.prefix + path, request.query, request.headers, sent)


def with_json(request: Request, **values: object) -> Request:
    """Return a request with other values in its JSON object; one without such a body as it is."""
    sent = json_object(request.body)
    return request if sent is None else replace(request, body=compact(sent | values))


def value(body: bytes) -> Any:
    """Return the JSON value of a body, None where it has none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def json_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object of a body, None where it has none."""
    actual = value(body)
    return actual if isinstance(actual, dict) else None


def compact(whatever: object) -> bytes:
    """Return a value as Zadig writes JSON."""
    return json.dumps(whatever, ensure_ascii=False, separators=(",", ":")).encode()


def header(headers: Headers, name: str) -> str | None:
    """Return the value of the first header of this name, in any case."""
    return next((text for key, text in headers if key.lower() == name.lower()), None)


def without_headers(headers: Headers, *names: str) -> Headers:
    """Return headers without those of these names, which are in lower case."""
    return tuple(pair for pair in headers if pair[0].lower() not in names)


def with_header(headers: Headers, name: str, text: str) -> Headers:
    """Return headers with this one set, at their end."""
    return (*without_headers(headers, name.lower()), (name, text))
