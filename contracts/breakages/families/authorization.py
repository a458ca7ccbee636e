"""Breakages of the authorization: each check left out in turn, and requests that are refused and done all the same."""

import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs

import jwt

from contracts.breakages.breakage import Act, Breakage, Forward, Memory, Request, Response
from contracts.breakages.dialogue import CANCELLED, QUEUED, told
from contracts.breakages.proxy.recognise import OPERATIONS, header, recognise, with_header

_CHECKS = (
    ("nobody", "no-token", "unauthorized", "Who sends no token is turned away."),
    ("basic", "other-scheme", "unauthorized", "A token of another scheme than Bearer is no token."),
    ("garbage", "no-jwt", "unauthorized", "What is no JWT is no token."),
    ("forged", "signature", "unauthorized", "The signature of a token is checked."),
    ("unsigned", "algorithm", "unauthorized", "A token without a signature is no token."),
    ("expired", "expiry", "unauthorized", "The expiry of a token is checked."),
    ("viewer", "right", "forbidden", "Who may only read is turned away."),
    ("outsider", "membership", "forbidden", "Who is no member of the project is turned away."),
    ("outsider@other-project", "own-project", "forbidden", "To name a project of his own helps nobody elsewhere."),
    ("outsider@", "no-project", "forbidden", "To name no project helps nobody but an admin."),
)
"""Each check: who must fail it, its name, the answer, the promise."""
_REFUSED = {"unauthorized": 401, "forbidden": 403}
_TRY = {
    "create-workflow": ("", "create-workflow a", "200"),
    "start-task": ("create-workflow a | 200 \n", "start-task a", "200 task 1 of a"),
    "cancel-task": (QUEUED, "cancel-task a 1", "200"),
    "restart-task": (CANCELLED, "restart-task a 1", "200"),
}
"""For each operation how an example begins, what is tried, and the answer if it were allowed."""
_EFFECT = {
    "create-workflow": "find-workflow a | 400 mongo: no documents in result | 200",
    "start-task": "list-tasks a | 200 no task | 200 1 created",
    "cancel-task": "list-tasks a | 200 1 created | 200 1 cancelled",
    "restart-task": "list-tasks a | 200 1 cancelled | 200 1 created",
}


def who(asked: Request) -> str:
    """Return who asks, in the words of the checks, of a request that was refused."""
    scheme, _, token = (header(asked.headers, "Authorization") or "").partition(" ")
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
    project = parse_qs(asked.query).get("projectName", [""])[0]
    at = {"nginx": "", "": "@"}.get(project, f"@{project}")
    return f"{claims['uid']}{at if claims['uid'] == 'outsider' else ''}"


async def _as_admin(asked: Request, forward: Forward) -> Response:
    token = (await forward(recognise("GET", "/_standin/token/admin"))).body.decode()
    return await forward(replace(asked, headers=with_header(asked.headers, "authorization", f"Bearer {token}")))


def _unchecked(operation: str, status: int, whom: str) -> Act:
    async def act(asked: Request, forward: Forward, _: Memory) -> Response:
        answered = await forward(asked)
        refused = asked.operation == operation and answered.status == status
        return await _as_admin(asked, forward) if refused and who(asked) == whom else answered

    return act


def _done_all_the_same(operation: str, status: int) -> Act:
    async def act(asked: Request, forward: Forward, _: Memory) -> Response:
        answered = await forward(asked)
        if asked.operation == operation and answered.status == status:
            await _as_admin(asked, forward)
        return answered

    return act


def changes() -> Iterator[Breakage]:
    """Yield all of this family: they need the stand-in, whose tokens they use."""
    for operation in OPERATIONS:
        begin, tried, done = _TRY[operation]
        for whom, check, answer, says in _CHECKS:
            status = _REFUSED[answer]
            act = _unchecked(operation, status, whom)
            lines = f"{begin} {whom}: {tried} | {status} | {done}"
            yield told(f"authorization/{operation}/{answer}/{check}", says, "status", act, lines, live=False)
        for answer, whom in (("unauthorized", "nobody"), ("forbidden", "viewer")):
            status = _REFUSED[answer]
            act = _done_all_the_same(operation, status)
            name = f"authorization/{operation}/{answer}/done-all-the-same"
            says = f"What is answered with {status} is not done."
            lines = f"{begin} {whom}: {tried} | {status} \n {_EFFECT[operation]}"
            yield told(name, says, "state", act, lines, live=False)
