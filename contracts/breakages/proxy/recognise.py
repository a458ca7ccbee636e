"""Recognises the call that a request is, whatever the prefix in front of it, and makes requests for other calls."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from contracts.breakages.apis import APIS, ASLAN, PLACEHOLDER, Api
from contracts.breakages.breakage import Headers, Request
from contracts.standin.seed import PROJECT
from contracts.text.frozen import dataclass

OPERATIONS = ASLAN.operations


def recognise(method: str, path: str, query: str = "", headers: Headers = (), body: bytes = b"") -> Request:
    """Return a request with the name of its call, and the API that the call is of.

    A wrong method on an operation's path, a slash too many and a path that does not exist count as the operation that
    was meant, so far as method, query and body tell it.
    """
    for api in APIS.values():
        if operation := _operation(api, method, path) or _meant(api, method, path, query, body):
            return Request(method, path, query, headers, body, operation, api.name)
    return Request(method, path, query, headers, body)


def _operation(api: Api, method: str, path: str) -> str:
    shorter = path.removesuffix("/") if not path.endswith("/pipelines/") else path
    matching = [call for call, pattern in api.patterns.items() if pattern.fullmatch(shorter)]
    matching.sort(key=lambda call: len(PLACEHOLDER.findall(api.calls[call].path)))  # the plainest path first
    exact = next((call for call in matching if api.calls[call].method == method), "")
    return exact or next((call for call in matching if call in api.operations), "")


def _meant(api: Api, method: str, path: str, query: str, body: bytes) -> str:
    """Return the operation that a request to a path that does not exist looks like."""
    if api.elsewhere not in path or any(pattern.fullmatch(path) for pattern in api.patterns.values()):
        return ""
    sent = query.encode() + body
    return next((call for wanted, part, call in api.meant if wanted == method and part in sent), "")


def api_of(request: Request) -> Api:
    """Return the API that a request is to."""
    return APIS[request.api]


@dataclass(frozen=True)
class About:
    """What a request is about; each is empty where the request names none.

    prefix: what stands before the call's own path. workflow: its name, decoded. task: the id as it stands in the path
    or query, encoded. project: its name.
    """

    prefix: str
    workflow: str
    task: str
    project: str


def about(request: Request) -> About:
    """Return what a request is about."""
    api = api_of(request)
    pattern = api.patterns.get(request.operation)
    match = pattern.match(request.path) if pattern else None
    groups = match.groupdict() if match else {}
    query, body = parse_qs(request.query), json_object(request.body) or {}

    def named(what: str) -> str:
        in_path = unquote(groups.get(what, "")) if what == "name" else groups.get(what, "")
        in_query = query.get(api.names.query.get(what, ""), [""])[0]
        in_query = quote(in_query, safe="") if what == "id" else in_query
        in_body = next((str(body[key]) for key in api.names.body.get(what, ()) if body.get(key)), "")
        return in_path or in_query or in_body

    return About(groups.get("prefix", ""), named("name"), named("id"), named("project"))


def line_of(call: str, api: Api = ASLAN, **values: object) -> tuple[str, str]:
    """Return the method of a call, and its path below the prefix with its query, if it has one of its own.

    `name` and `project` are encoded, other values stand as they are.
    """
    encoded = {key: quote(str(values.get(key, "")), safe="") for key in ("name", "project")}
    filled = {"max": 100, "start": 0, "id": "", **values, **encoded}
    known = api.calls[call]
    target = f"{known.path}?{known.query}" if known.query else known.path
    return known.method, PLACEHOLDER.sub(lambda found: str(filled[found[1]]), target)


def to(request: Request, call: str, body: object = None, **values: object) -> Request:
    """Return a request of the same user for another call, about the same workflow and task where `values` name none.

    Where the request names no project it is the one that a stand-in has.
    """
    subject = about(request)
    same = {"name": subject.workflow, "id": subject.task, "project": subject.project or PROJECT}
    method, target = line_of(call, api_of(request), **same | values)
    path, _, query = target.partition("?")
    sent = b"" if body is None else compact(body)
    return recognise(method, subject.prefix + path, query or request.query, request.headers, sent)


def usual(api: Api, call: str, name: str, project: str) -> dict[str, Any]:
    """Return an ordinary body of a call."""

    def filled(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("{name}", name).replace("{project}", project)
        if isinstance(value, dict):
            return {key: filled(inner) for key, inner in value.items()}
        return [filled(inner) for inner in value] if isinstance(value, list) else value

    body: dict[str, Any] = filled(dict(api.bodies[call]))
    return body


def usual_of(request: Request, call: str) -> dict[str, Any]:
    """Return an ordinary body of a call, about what a request is about."""
    subject = about(request)
    return usual(api_of(request), call, subject.workflow, subject.project)


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
