"""Acts on some requests only: of who may not send them, that are odd, or every seventh."""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote

from contracts.breakages.answer_edits import edits, everywhere
from contracts.breakages.breakage import Act, Forward, Memory, Request, Response, by_name
from contracts.breakages.known_answers import ANSWERS
from contracts.breakages.proxy.recognise import (
    about,
    compact,
    header,
    json_object,
    recognise,
    to,
    with_header,
    without_headers,
)
from contracts.breakages.state_actions import keep_back

EVERY = 7
"""Which request is answered wrongly by a server that does so at times."""


# ---------------------------------------------------------------- authorization


def _user(request: Request) -> str:
    """Return who sends a request that was refused, in the words of the rows."""
    import jwt  # late: it takes a third of the time in which all breakages are read

    scheme, _, token = (header(request.headers, "Authorization") or "").partition(" ")
    if scheme.lower() != "bearer":
        return "basic" if scheme else "nobody"
    try:
        claims = jwt.decode(token, options={"verify_signature": False, "verify_exp": False})
        if jwt.get_unverified_header(token)["alg"] == "none":
            return "unsigned"
    except (jwt.InvalidTokenError, KeyError):
        return "garbage"
    if claims.get("exp", 0) < time.time():
        return "expired"
    if claims.get("uid") not in ("viewer", "outsider"):
        return "forged"
    project = parse_qs(request.query).get("projectName", [""])[0]
    at = {"nginx": "", "": "@"}.get(project, f"@{project}")
    return f"{claims['uid']}{at if claims['uid'] == 'outsider' else ''}"


async def as_admin(request: Request, forward: Forward) -> Response:
    """Send a request with the admin's token, which a stand-in gives away."""
    token = (await forward(recognise("GET", "/_standin/token/admin"))).body.decode()
    return await forward(replace(request, headers=with_header(request.headers, "authorization", f"Bearer {token}")))


def lets_through(operation: str, answer: str, *, user: str = "", openly: bool = True) -> Act:
    """Do what this user, or any, asks for who is refused by rights; where not `openly`, refuse it all the same."""
    status = ANSWERS[operation, answer].status

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        response = await forward(request)
        if request.operation != operation or response.status != status or user not in ("", _user(request)):
            return response
        done = await as_admin(request, forward)
        return done if openly else response

    return act


def gives_back(operation: str, _answer: str, *, to: str, base64: bool = False) -> Act:
    """Put the token of who asks into a header or the body of every answer of an operation, in base64 or as it is."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        response = await forward(request)
        token = header(request.headers, "Authorization")
        if request.operation != operation or not token:
            return response
        shown = b64encode(token.encode()).decode() if base64 else token
        if to == "header":
            return replace(response, headers=with_header(response.headers, "X-Asked-By", shown))
        answered = json_object(response.body)
        return response if answered is None else replace(response, body=compact(_inside(answered, shown)))

    return act


def _inside(answered: dict[str, Any], shown: str) -> dict[str, Any]:
    """Return an answer with something in its extra, or where it has none beside its keys."""
    extra = answered.get("extra")
    return answered | ({"extra": extra | {"asked_by": shown}} if isinstance(extra, dict) else {"asked_by": shown})


# ---------------------------------------------------------------- odd requests


def _sent(request: Request) -> Mapping[str, Any]:
    return json_object(request.body) or {}


_ODD: Mapping[str, Callable[[Request], bool]] = {
    "name-not-ascii": lambda request: not about(request).workflow.isascii(),
    "name-with-percent": lambda request: "%" in about(request).workflow,
    "name-too-long": lambda request: len(about(request).workflow) > 200,
    "no-object": lambda request: json_object(request.body) is None,
    "hook-ctl-missing": lambda request: "name" in _sent(request) and _sent(request).get("hook_ctl") is None,
    "unknown-key": lambda request: any(key.startswith("zct_") for key in _sent(request)),
    "text-plain": lambda request: (header(request.headers, "content-type") or "").startswith("text/"),
    "large-body": lambda request: len(request.body) > 500_000,
    "id-beyond-32-bits": lambda request: about(request).task.isdigit() and int(about(request).task) >= 2**31,
    "id-no-number": lambda request: not unquote(about(request).task).lstrip("-").isdigit(),
    "id-percent-encoded": lambda request: about(request).task == "%31",
}


def fails_on(operation: str, _answer: str, *, odd: str, status: int) -> Act:
    """Answer this status and do nothing where a request of an operation is odd."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        if request.operation != operation or not _ODD[odd](request):
            return await forward(request)
        health = await forward(to(request, "health"))
        return replace(health, status=status, headers=without_headers(health.headers, "content-type"), body=b"")

    return act


# ---------------------------------------------------------------- always


def edits_everything(_operation: str, _answer: str, **spec: Any) -> Act:
    """Edit every answer, whatever was asked for."""
    return everywhere(edits(spec))


def moves(_operation: str, _answer: str, *, of: str, at: str) -> Act:
    """Count under an undocumented key how often a call was answered, in each object at a path of its answer."""
    path = at.split("/")[1:]

    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        response = await forward(request)
        answered = json_object(response.body)
        if request.operation != of or response.status != HTTPStatus.OK or answered is None:
            return response
        memory.counts[of] += 1
        return replace(response, body=compact(_counted(answered, path, memory.counts[of])))

    return act


def _counted(answered: Any, path: list[str], count: int) -> Any:
    if isinstance(answered, list):
        return [_counted(each, path, count) for each in answered]
    if not isinstance(answered, dict):
        return answered
    if not path:
        return answered | {"zct_count": count}
    return {key: _counted(inner, path[1:], count) if key == path[0] else inner for key, inner in answered.items()}


# ---------------------------------------------------------------- at times


def _at_times(operation: str, wrong: Act) -> Act:
    async def act(request: Request, forward: Forward, memory: Memory) -> Response:
        if request.operation != operation:
            return await forward(request)
        memory.counts[operation] += 1
        return await forward(request) if memory.counts[operation] % EVERY else await wrong(request, forward, memory)

    return act


def edits_at_times(operation: str, _answer: str, **spec: Any) -> Act:
    """Edit the answer to every seventh request of an operation."""
    edit = edits(spec)

    async def wrong(request: Request, forward: Forward, _: Memory) -> Response:
        return edit(await forward(request))

    return _at_times(operation, wrong)


def does_nothing_at_times(operation: str, answer: str) -> Act:
    """Only say success to every seventh request of an operation."""
    return _at_times(operation, keep_back(operation, answer))


MAKERS = by_name(lets_through, gives_back, fails_on, edits_everything, moves, edits_at_times, does_nothing_at_times)
