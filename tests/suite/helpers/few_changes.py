"""A few changes, one for each result of a campaign: `python few_changes.py` is `python -m contracts` with them."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import replace
from unittest import mock

from contracts.__main__ import main
from contracts.breakages.breakage import Act, Breakage, Forward, Memory, Request, Response

STATUS, CONSTANT, MISSING, STATE = "status", "wrong-constant", "missing-key", "state"
SAME = Response(200)


def created(operation: str) -> Act:
    """Answer HTTP 201 where an operation answers 200."""

    async def act(asked: Request, forward: Forward, _memory: Memory) -> Response:
        answer = await forward(asked)
        return replace(answer, status=201) if asked.operation == operation and answer.status == 200 else answer

    return act


def in_body(operation: str, old: bytes, new: bytes) -> Act:
    """Replace a part of the body of what an operation answers."""

    async def act(asked: Request, forward: Forward, _memory: Memory) -> Response:
        answer = await forward(asked)
        return replace(answer, body=answer.body.replace(old, new)) if asked.operation == operation else answer

    return act


async def nothing(asked: Request, forward: Forward, _memory: Memory) -> Response:
    """Change nothing."""
    return await forward(asked)


async def one_more_header(asked: Request, forward: Forward, _memory: Memory) -> Response:
    """Add a header that nobody minds."""
    answer = await forward(asked)
    return replace(answer, headers=(*answer.headers, ("X-Request-Id", "7")))


async def dies(asked: Request, forward: Forward, _memory: Memory) -> Response:
    """End the process that the run is in, in the middle of it."""
    if asked.operation == "cancel-task":
        os._exit(9)
    return await forward(asked)


async def never_ends(asked: Request, forward: Forward, _memory: Memory) -> Response:
    """Keep every create waiting for longer than any test."""
    if asked.operation == "create-workflow":
        await asyncio.sleep(600)
    return await forward(asked)


def change(name: str, act: Act, *kinds: str, live: bool = True) -> Breakage:
    """Return a change named family/operation/answer/what."""
    family, operation, answer, _ = name.split("/")
    operation, answer = ("*" if part == "any" else part for part in (operation, answer))
    return Breakage(name, family, operation, answer, "It is for a test.", frozenset(kinds), act, SAME, SAME, live)


KILLED = change("few/cancel-task/no-such-task/code", in_body("cancel-task", b"6163", b"6164"), CONSTANT)
NOT_LIVE = change("few/restart-task/no-such-task/code", in_body("restart-task", b"6164", b"6163"), CONSTANT, live=False)
NOT_ASKED = change("few/start-task/no-environment/code", in_body("start-task", b"6160", b"6161"), CONSTANT)
UNNOTICED = change("few/restart-task/success/added", in_body("restart-task", b'{"m', b'{"added":1,"m'), MISSING)
NO_OP = change("few/create-workflow/success/no-op", nothing, STATUS)
MISREPORTED = change("few/start-task/queued/created", created("start-task"), STATE)
ELSEWHERE = change("few/start-task/queued/elsewhere", in_body("cancel-task", b"6163", b"6164"), CONSTANT)
DYING = change("few/cancel-task/success/dies", dies, STATUS)
SILENT = change("benign/any/any/header", one_more_header)
FALSE_ALARM = change("benign/cancel-task/success/wording", in_body("cancel-task", b"success", b"done"))
ENDLESS = change("benign/create-workflow/any/endless", never_ends)

CHANGES: Mapping[str, Breakage] = {
    each.name: each
    for each in (
        *(KILLED, NOT_LIVE, NOT_ASKED, UNNOTICED, NO_OP, MISREPORTED, ELSEWHERE, DYING),
        *(SILENT, FALSE_ALARM, ENDLESS),
    )
}

if __name__ == "__main__":
    breakages = {name: each for name, each in CHANGES.items() if each.kinds}
    benign = {name: each for name, each in CHANGES.items() if not each.kinds}
    catalog = "contracts.breakages.catalog"
    with (
        mock.patch(f"{catalog}.breakages", return_value=breakages),
        mock.patch(f"{catalog}.benign", return_value=benign),
    ):
        main(prog_name="python -m contracts")
