"""Tells what a caller of a server sees, line by line, in the words in which changes give their examples.

A line is `[USER[@PROJECT]:] CALL NAME [MORE] → ANSWER`, or several such requests sent at once, with ` & ` between them.
MORE is a task id, a key of the workflow, an object of values for the body, `+ TEXT` to stand after the body, `as text`,
or `and much`.
"""

import asyncio
import base64
import json
from typing import Any
from urllib.parse import quote

from starlette.types import ASGIApp

from contracts.breakages.breakage import Breakage, Forward, Memory, Request, Response
from contracts.breakages.proxy.recognise import recognise, value
from contracts.breakages.proxy.upstream import to_app

PREFIX = "/api/aslan"
CALLS = {
    "create-workflow": ("POST", "/workflow/workflow"),
    "start-task": ("POST", "/workflow/workflowtask"),
    "cancel-task": ("DELETE", "/workflow/workflowtask/id/{more}/pipelines/{name}"),
    "restart-task": ("POST", "/workflow/workflowtask/id/{more}/pipelines/{name}/restart"),
    "get-task": ("GET", "/workflow/workflowtask/id/{more}/pipelines/{name}"),
    "list-tasks": ("GET", "/workflow/workflowtask/max/100/start/0/pipelines/{name}"),
    "find-workflow": ("GET", "/workflow/workflow/find/{name}"),
    "delete-workflow": ("DELETE", "/workflow/workflow/{name}"),
    "list-workflows": ("GET", "/workflow/workflow"),
    "clock": ("POST", "/_standin/clock/{name}"),
}
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
    method, path = CALLS[call]
    path = path.format(name=quote(name, safe=""), more=more)
    kind = "text/plain" if more == "as text" else "application/json"
    headers = (("content-type", kind), ("authorization", authorization(user, tokens)))
    return recognise(
        method,
        path if call == "clock" else PREFIX + path,
        f"projectName={project if at else 'nginx'}" if project or not at else "",
        headers,
        body_of(call, name, more),
    )


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


def answer(asked: Request, answered: Response, more: str) -> str:
    """Return an answer in words."""
    if answered.wire != "plain":
        return answered.wire
    came = value(answered.body)
    told = ""
    if isinstance(came, list):
        told = ", ".join(str(item["name"]) for item in came)
    elif isinstance(came, dict):
        told = _object(asked, came, more)
    return f"{answered.status} {told}".strip()


def _object(asked: Request, came: dict[str, Any], more: str) -> str:
    if "description" in came and "code" in came:
        return str(came["description"]).strip()
    if asked.operation == "start-task":
        return f"task {came['task_id']}" + (f" of {came['pipeline_name']}" if "pipeline_name" in came else "")
    if asked.operation == "list-tasks":
        return ", ".join(f"{task['task_id']} {task['status']}" for task in came["data"]) or "no task"
    if asked.operation == "get-task":
        return str(came["status"])
    if more == "build_stage":
        return "1 module" if came[more]["modules"] else "no module"
    return json.dumps(came.get(more), ensure_ascii=False) if asked.operation == "find-workflow" and more else ""


def seen(change: Breakage | None, app: ASGIApp, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a caller sees who asks all this of an app, one line after the other, with a change before it."""
    return asyncio.run(_seen(change, to_app(app), asked))


async def _seen(change: Breakage | None, forward: Forward, asked: tuple[str, ...]) -> tuple[str, ...]:
    memory = Memory()
    tokens = json.loads((await forward(recognise("GET", "/_standin"))).body)["tokens"]

    async def one(text: str) -> str:
        sent = request(text, tokens)
        passes = change is None or sent.path.startswith("/_standin")
        answered = await forward(sent) if passes or change is None else await change.act(sent, forward, memory)
        return answer(sent, answered, [*text.rsplit(": ", maxsplit=1)[-1].split(maxsplit=2), "", "", ""][2])

    lines = []
    for text in asked:
        told = await asyncio.gather(*(one(part) for part in text.split(" & ")))
        lines.append(f"{text} → {' & '.join(told)}")
    return tuple(lines)
