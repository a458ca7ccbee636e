"""Acts on some requests only: of who may not send them, that are odd, or every seventh."""

import re
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from contracts.breakages.answer_edits import edits, everywhere
from contracts.breakages.breakage import Act, Forward, Memory, Request, Response, by_name
from contracts.breakages.known_answers import KNOWN, name_of
from contracts.breakages.proxy.recognise import (
    about,
    compact,
    header,
    json_object,
    recognise,
    to,
    value,
    with_header,
    without_headers,
)
from contracts.breakages.state_actions import keep_back

SIGNATURE = 43
"""Characters of the signature of a token of a stand-in."""
EVERY = 7
"""Which request is answered wrongly by a server that does so at times."""


# ---------------------------------------------------------------- authorization


def _user(request: Request) -> str:
    """Return who sends a request that was refused, in the words of the rows."""
    import jwt  # late: it takes a third of the time in which all breakages are read

    scheme, _, token = (header(request.headers, "Authorization") or "").partition(" ")
    odd = _odd_token(request, scheme.lower(), token.strip())
    if odd:
        return odd
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
    in_query = parse_qs(request.query).get("projectName", [""])[0]
    project = in_query if request.api == "aslan" else about(request).project
    at = {"nginx": "", "": "@"}.get(project, f"@{project}")
    return f"{claims['uid']}{at if claims['uid'] == 'outsider' else ''}"


def _odd_token(request: Request, scheme: str, token: str) -> str:
    """Return who sends a request without a whole token where one is looked for."""
    if "token=" in request.query:
        return "in-query"
    if scheme != "bearer" or not token:
        return {"": "nobody", "bearer": "empty"}.get(scheme, "basic")
    return "prefix" if 0 < len(token.rpartition(".")[2]) < SIGNATURE and token.count(".") == 2 else ""


async def as_admin(request: Request, forward: Forward) -> Response:
    """Send a request with the admin's token, which a stand-in gives away."""
    token = (await forward(recognise("GET", "/_standin/token/admin"))).body.decode()
    return await forward(replace(request, headers=with_header(request.headers, "authorization", f"Bearer {token}")))


def turns_away(operation: str, _answer: str, *, user: str) -> Act:
    """Refuse with 403 what this user may do as anybody who is known."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        if request.operation != operation or _user(request).partition("@")[0] != user:
            return await forward(request)
        health = await forward(to(request, "health"))
        return replace(health, status=403, headers=without_headers(health.headers, "content-type"), body=b"")

    return act


def lets_through(operation: str, answer: str, *, user: str = "", openly: bool = True) -> Act:
    """Do what this user, or any, asks for who is refused by rights; where not `openly`, refuse it all the same."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        response = await forward(request)
        refused = request.operation == operation and response.status == KNOWN[request.api][operation, answer].status
        if not refused or user not in ("", _user(request)):
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
    "id-signed": lambda request: unquote(about(request).task).startswith("+"),
    "yaml": lambda request: value(request.body) is None and b":" in request.body and not _has(b"{", request),
    "yaml-flow": lambda request: request.body.startswith(b"{name:"),
    "yaml-anchor": lambda request: _has(b"&n ", request),
    "yaml-tag": lambda request: _has(b"!!", request),
    "yaml-merge": lambda request: _has(b"<<:", request),
    "yaml-comment": lambda request: request.body.startswith(b"#"),
    "yaml-block-text": lambda request: _has(b": |\n", request) or _has(b": >\n", request),
    "yaml-two-documents": lambda request: _has(b"\n---\n", request),
    "text-after": lambda request: re.fullmatch(rb"\{.*\} ?x", request.body, re.DOTALL) is not None,
    "form": lambda request: "form" in (header(request.headers, "content-type") or ""),
    "no-content-type": lambda request: header(request.headers, "content-type") is None,
    "number-for-a-text": lambda request: isinstance(_sent(request).get("description"), int),
    "no-display-name": lambda request: "project" in _sent(request) and not _sent(request).get("display_name"),
    "no-stages": lambda request: "project" in _sent(request) and not _sent(request).get("stages"),
    "no-input-type": lambda request: any("job_type" not in each for each in _sent(request).get("inputs") or []),
    "name-with-capitals": lambda request: about(request).workflow.endswith("-ABC"),
    "body": lambda request: bool(request.body),
    "no-body": lambda request: not request.body,
    "limit-of-five": lambda request: _sent(request).get("concurrency_limit") == 5,
    "limit-minus-one": lambda request: _sent(request).get("concurrency_limit") == -1,
    "stage-twice": lambda request: [each.get("name") for each in _sent(request).get("stages") or []] == ["twice"] * 2,
    "project-unknown": lambda request: about(request).project.startswith("zct-no"),
    "no-project": lambda request: not about(request).project,
}


def _has(part: bytes, request: Request) -> bool:
    return part in request.body


def fails_on(operation: str, _answer: str, *, odd: str, status: int) -> Act:
    """Answer this status and do nothing where a request of an operation is odd."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        if request.operation != operation or not _ODD[odd](request):
            return await forward(request)
        health = await forward(to(request, "health"))
        return replace(health, status=status, headers=without_headers(health.headers, "content-type"), body=b"")

    return act


def answers_first(operation: str, answer: str, *, odd: str, other: str) -> Act:
    """Answer as another check would, where a request is odd in its way too."""
    edit = edits({"answer": other})

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        response = await forward(request)
        meant = request.operation == operation and _ODD[odd](request) and name_of(request, response) == answer
        return edit(response) if meant else response

    return act


# ---------------------------------------------------------------- what is read of a request


def asks_with(
    operation: str,
    _answer: str,
    *,
    query: Mapping[str, str] = MappingProxyType({}),
    default: Mapping[str, str] = MappingProxyType({}),
    drop: Sequence[str] = (),
) -> Act:
    """Take a request of an operation for one with other values in its query, or without those of these keys.

    default: what is asked for where the query has nothing under a key.
    """

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        if request.operation != operation:
            return await forward(request)
        kept = {key: values[0] for key, values in parse_qs(request.query, keep_blank_values=True).items()}
        missing = {key: text for key, text in default.items() if not kept.get(key)}
        changed = {key: text for key, text in kept.items() if key not in drop} | dict(query) | missing
        return await forward(request if changed == kept else replace(request, query=urlencode(changed)))

    return act


def reads_from(operation: str, _answer: str, *, body: bool = False, keys: Mapping[str, str] | None = None) -> Act:
    """Read from the body, or under other keys of the query, what the query says of a workflow and its task."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        if request.operation != operation:
            return await forward(request)
        kept = {key: values[0] for key, values in parse_qs(request.query).items()}
        sent = json_object(request.body) if body else kept
        found = {key: str(sent[other]) for key, other in (keys or {}).items() if sent and other in sent}
        return await forward(replace(request, query=urlencode(kept | found)) if found else request)

    return act


async def one_key_of_two(request: Request, forward: Forward, _: Memory) -> Response:
    """Take the last of two values that a JSON body has under one key, where the server would refuse it."""
    sent = json_object(request.body)
    twice = sent is not None and request.body.count(b'"name"') > 1 and "name" in sent
    return await forward(replace(request, body=compact(sent)) if twice else request)


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


ACTS = by_name(one_key_of_two)
MAKERS = by_name(
    *(lets_through, turns_away, gives_back, fails_on, answers_first, asks_with, reads_from),
    *(edits_everything, moves, edits_at_times, does_nothing_at_times),
)
