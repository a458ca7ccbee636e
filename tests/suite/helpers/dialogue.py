"""Tells what a caller of a server sees, line by line, in the words in which changes give their examples.

A line is `[USER[@PROJECT]:] CALL NAME [MORE] → ANSWER`, or several such requests sent at once, with ` & ` between them.
USER is `curl` too: the member, by another client; and `used`: he, on a connection that was used before. MORE is a task
id and a key of the task, a key of the workflow, a pointer into it or a key of the tasks that are listed, an object of
values for the body, `+ TEXT` to stand after the body, `? QUERY` for another query, `= TEXT` for another body,
`as text`, or `and much`. `clock` and `licence` are calls of the stand-in.
An answer that has the token of who asked ends in `+ token`, with where it stands.
"""

import asyncio
import base64
import json
import time
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from starlette.types import ASGIApp

from contracts.breakages.apis import APIS, ASLAN, Api
from contracts.breakages.breakage import Breakage, Forward, Memory, Request, Response
from contracts.breakages.proxy.recognise import header, line_of, recognise, usual, value
from contracts.breakages.proxy.upstream import to_app
from contracts.catalog.pointer import pointed

TARGET = {"name": "nginx-test", "service_name": "nginx", "product_name": "nginx"}
OWN = {
    "aslan": {
        "create-workflow": {
            "build_stage": {"enabled": True, "modules": [{"target": {"service_name": "nginx"}}]},
            "env_name": "qa",
            "enabled": True,
            "description": "about it",
        },
        "start-task": {"targets": [TARGET]},
    },
    "openapi": {"create-workflow": {"description": "about it"}, "update-workflow": {"description": "about it"}},
}
"""What an ordinary body has here, besides what it always has."""


KINDS = {"as text": "text/plain", "as form": "application/x-www-form-urlencoded"}


def body_of(api: Api, call: str, name: str, more: str) -> bytes:
    """Return the body of a request."""
    if call in ("clock", "licence"):
        return json.dumps({"seconds": int(more or 20)} if call == "clock" else {"licence": more}).encode()
    if more.startswith("="):
        return more[1:].strip().replace("\\n", "\n").replace("NAME", name).encode()
    if call not in api.bodies:
        return b""
    if more == "and much":
        more = json.dumps({"description": "x" * 600_000})
    ordinary = usual(api, call, name, "nginx") | OWN[api.name].get(call, {})
    body = json.dumps(ordinary | (json.loads(more) if more.startswith("{") else {}), ensure_ascii=False)
    return (body + (more[1:] if more.startswith("+") else "")).encode()


def parts(text: str) -> tuple[str, str, str, str]:
    """Return user, call, name and more of a line."""
    who, colon, rest = text.partition(": ")
    if not colon or " " in who:
        who, rest = "member", text
    call, name, more = [*rest.split(maxsplit=2), "", ""][:3]
    return who, call, name, more


def request(text: str, tokens: dict[str, str], api: Api = ASLAN) -> Request:
    """Return the request that a line tells of."""
    who, call, name, more = parts(text)
    user, at, project = who.partition("@")
    kind = KINDS.get(more, "application/json")
    headers = (("content-type", kind), ("authorization", authorization(user, tokens)))
    headers += (("user-agent", "curl/8.5.0"),) if user == "curl" else ()
    body = body_of(api, call, name, more)
    if call in ("clock", "licence"):
        return recognise("POST", f"/_standin/{call}/{quote(name, safe='')}", "", headers, body)
    named = project if at else "nginx"
    task = more.split()[0] if more and more[0] not in "={+?" else "1"
    method, target = line_of(call, api, name=name, id=task, project=named)
    path, _, query = target.partition("?")
    if api is ASLAN:
        query = f"projectName={named}" if project or not at else ""
    query += "&token=garbage" if user == "in-query" else ""
    if more.startswith("?"):
        query = more[1:].strip().replace("NAME", name)
    asked = recognise(method, f"{api.prefix}{path}", query, headers, body)
    return replace(asked, earlier=int(user == "used"))


def authorization(user: str, tokens: dict[str, str]) -> str:
    """Return the header by which a user, or somebody who is none, asks."""
    head, claims, signature = tokens["member"].split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    forged = ("B" if signature.startswith("A") else "A") + signature[1:]
    odd = {
        **dict.fromkeys(("nobody", "in-query"), ""),
        **dict.fromkeys(("curl", "used"), f"Bearer {tokens['member']}"),
        "empty": "Bearer ",
        "prefix": f"Bearer {tokens['member'][:-8]}",
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
    api = APIS[request.api]
    if "description" in body and "code" in body:
        return " ".join(str(body["description"]).split())
    if request.operation == "start-task":
        named = [str(body[key]) for key in ("pipeline_name", "workflow_name") if key in body]
        return " of ".join([f"task {body['task_id']!r}", *named])
    if request.operation == "list-tasks":
        key = more if more.isidentifier() else "status"
        return ", ".join(f"{task['task_id']!r} {_told(task.get(key))}" for task in body[api.tasks]) or "no task"
    if request.operation == "get-task":
        task, _, key = more.partition(" ")
        return _told(body.get(key if task.isdigit() and key else "status"))
    if more.startswith("/"):
        return json.dumps(pointed(body, more)[0], ensure_ascii=False)
    if more == "build_stage":
        return "1 module" if body[more]["modules"] else "no module"
    if request.operation == "list-workflows":
        return ", ".join(row["workflow_key"] for row in body["workflows"]) or "no workflow"
    return (
        json.dumps(body.get(more), ensure_ascii=False) if request.operation == api.find and more.isidentifier() else ""
    )


def _told(value: object) -> str:
    """Return what a task has under a key, in words; a time of day that is now as such."""
    return "now" if isinstance(value, int) and abs(value - time.time()) < 60 else str(value or "none")


def seen(breakage: Breakage | None, app: ASGIApp, lines: tuple[str, ...], api: Api = ASLAN) -> tuple[str, ...]:
    """Return what a caller of an app sees who sends all these lines one by one, with a breakage before it."""
    return asyncio.run(_seen(breakage, to_app(app), lines, api))


async def _seen(breakage: Breakage | None, forward: Forward, lines: tuple[str, ...], api: Api) -> tuple[str, ...]:
    memory = Memory()
    tokens = json.loads((await forward(recognise("GET", "/_standin"))).body)["tokens"]

    async def one(text: str) -> str:
        sent = request(text, tokens, api)
        passes = breakage is None or sent.path.startswith("/_standin")
        response = await forward(sent) if passes or breakage is None else await breakage.act(sent, forward, memory)
        return answer(sent, response, parts(text)[-1])

    answered = [await asyncio.gather(*map(one, line.split(" & "))) for line in lines]
    return tuple(f"{line} → {' & '.join(answers)}" for line, answers in zip(lines, answered, strict=True))
