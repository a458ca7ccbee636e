"""Tells what a caller of a server sees, line by line, in the words in which changes give their examples.

A line is `[USER[@PROJECT]:] CALL NAME [MORE] → ANSWER`, or several such requests sent at once, with ` & ` between them.
MORE is a task id, a key of the workflow or a pointer into it, an object of values for the body, `+ TEXT` to stand after
the body, `as text`, or `and much`. An answer that has the token of who asked ends in `+ token`, with where it stands.
"""

import asyncio
import base64
import json
from typing import Any
from urllib.parse import quote

from starlette.types import ASGIApp

from contracts.breakages.breakage import Breakage, Forward, Memory, Request, Response
from contracts.breakages.proxy.recognise import header, line_of, recognise, value
from contracts.breakages.proxy.upstream import to_app
from contracts.catalog.pointer import pointed

PREFIX = "/api/aslan"
TARGET = {"name": "nginx-test", "service_name": "nginx", "product_name": "nginx"}


def body_of(call: str, name: str, more: str) -> bytes:
    """Return the body of a request."""
    project = {"product_tmpl_name": "nginx"}
    stage = {"enabled": True, "modules": [{"target": {"service_name": "nginx"}}]}
    usual: dict[str, Any] = {
        "create-workflow": {"name": name, **project, "build_stage": stage, "hook_ctl": {}, "env_name": "qa"}
        | {"enabled": True, "description": "about it"},
        "start-task": {"workflow_name": name, **project, "namespace": "qa", "targets": [TARGET]},
        "clock": {"seconds": 20},
    }
    if call not in usual:
        return b""
    if more == "and much":
        more = json.dumps({"description": "x" * 600_000})
    body = json.dumps(usual[call] | (json.loads(more) if more.startswith("{") else {}), ensure_ascii=False)
    return (body + (more[1:] if more.startswith("+") else "")).encode()


def request(text: str, tokens: dict[str, str]) -> Request:
    """Return the request that a line tells of."""
    who, colon, rest = text.rpartition(": ")
    call, name, more = [*rest.split(maxsplit=2), "", ""][:3]
    user, at, project = (who if colon else "member").partition("@")
    method, path = line_of(call, name=name, id=more) if call != "clock" else ("POST", "")
    path = f"{PREFIX}{path}" if path else f"/_standin/clock/{quote(name, safe='')}"
    query = f"projectName={project if at else 'nginx'}" if project or not at else ""
    kind = "text/plain" if more == "as text" else "application/json"
    headers = (("content-type", kind), ("authorization", authorization(user, tokens)))
    return recognise(method, path, query, headers, body_of(call, name, more))


def authorization(user: str, tokens: dict[str, str]) -> str:
    """Return the header by which a user, or somebody who is none, asks."""
    head, claims, signature = tokens["member"].split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    forged = ("B" if signature.startswith("A") else "A") + signature[1:]
    odd = {
        "nobody": "",
        "basic": f"Basic {tokens['member']}",
        "garbage": "Bearer garbage",
        "forged": f"Bearer {head}.{claims}.{forged}",
        "unsigned": f"Bearer {unsigned}.{claims}.",
    }
    return odd[user] if user in odd else f"Bearer {tokens[user]}"


def answer(request: Request, response: Response, more: str) -> str:
    """Return an answer in words."""
    if response.wire != "plain":
        return response.wire
    body = value(response.body)
    words = ""
    if isinstance(body, list):
        words = ", ".join(str(item["name"]) for item in body)
    elif isinstance(body, dict):
        words = _object(request, body, more)
    return f"{response.status} {words}{_given_back(request, response)}".strip()


def _given_back(request: Request, response: Response) -> str:
    """Return where the token of a request stands in its answer, in words."""
    token = (header(request.headers, "authorization") or "none").encode()
    heads = b" ".join(text.encode() for _, text in response.headers)
    places = {" in a header": token in heads, "": token in response.body}
    found = places | {" in base64": base64.b64encode(token) in response.body}
    return next((f" + token{place}" for place, is_there in found.items() if is_there), "")


def _object(request: Request, body: dict[str, Any], more: str) -> str:
    if "description" in body and "code" in body:
        return str(body["description"]).strip()
    if request.operation == "start-task":
        return f"task {body['task_id']}" + (f" of {body['pipeline_name']}" if "pipeline_name" in body else "")
    if request.operation == "list-tasks":
        return ", ".join(f"{task['task_id']} {task['status']}" for task in body["data"]) or "no task"
    if request.operation == "get-task":
        return str(body["status"])
    if more.startswith("/"):
        return json.dumps(pointed(body, more)[0], ensure_ascii=False)
    if more == "build_stage":
        return "1 module" if body[more]["modules"] else "no module"
    return json.dumps(body.get(more), ensure_ascii=False) if request.operation == "find-workflow" and more else ""


def seen(breakage: Breakage | None, app: ASGIApp, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a caller of an app sees who sends all these lines one by one, with a breakage before it."""
    return asyncio.run(_seen(breakage, to_app(app), lines))


async def _seen(breakage: Breakage | None, forward: Forward, lines: tuple[str, ...]) -> tuple[str, ...]:
    memory = Memory()
    tokens = json.loads((await forward(recognise("GET", "/_standin"))).body)["tokens"]

    async def one(text: str) -> str:
        sent = request(text, tokens)
        passes = breakage is None or sent.path.startswith("/_standin")
        response = await forward(sent) if passes or breakage is None else await breakage.act(sent, forward, memory)
        return answer(sent, response, [*text.rsplit(": ", maxsplit=1)[-1].split(maxsplit=2), "", "", ""][2])

    answered = [await asyncio.gather(*map(one, line.split(" & "))) for line in lines]
    return tuple(f"{line} → {' & '.join(answers)}" for line, answers in zip(lines, answered, strict=True))
