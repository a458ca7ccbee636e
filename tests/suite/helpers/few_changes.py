"""A few changes, one for each result of a campaign: `python few_changes.py` is `python -m contracts` with them."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any
from unittest import mock

from contracts.__main__ import main
from contracts.breakages.answer_edits import edits, everywhere, on
from contracts.breakages.breakage import Act, Breakage, Forward, Memory, Request, Response

STATUS, CONSTANT, MISSING, STATE = "status", "wrong-constant", "missing-key", "state"
SAME = Response(200)
HANG = 3600
"""Seconds for which something hangs: longer than any test waits."""


async def dies(request: Request, forward: Forward, _: Memory) -> Response:
    """End the process that the run is in, in the middle of it."""
    if request.operation == "cancel-task":
        os._exit(9)
    return await forward(request)


async def fails(request: Request, forward: Forward, _: Memory) -> Response:
    """Go wrong itself, at a request that a life makes."""
    if request.operation == "cancel-task":
        raise KeyError("task_id")
    return await forward(request)


async def never_ends(request: Request, forward: Forward, _: Memory) -> Response:
    """Keep every create waiting for longer than any test."""
    if request.operation == "create-workflow":
        await asyncio.sleep(HANG)
    return await forward(request)


def change(name: str, act: Act | Mapping[str, Any], *kinds: str, live: bool = True, of: str = "") -> Breakage:
    """Return a change named family/operation/answer/what; where `act` is edits, of any answer of it or of `of`."""
    family, operation, answer, _ = name.split("/")
    made = act if callable(act) else on(of or operation, "*", edits(act))
    operation, answer = ("*" if part == "any" else part for part in (operation, answer))
    return Breakage(name, family, operation, answer, "It is for a test.", frozenset(kinds), made, SAME, SAME, live)


OTHER_CODE = {"replace": ["6163", "6164"]}
KILLED = change("few/cancel-task/no-such-task/code", OTHER_CODE, CONSTANT)
NOT_LIVE = change("few/restart-task/no-such-task/code", {"replace": ["6164", "6163"]}, CONSTANT, live=False)
NOT_ASKED = change("few/start-task/no-environment/code", {"replace": ["6160", "6161"]}, CONSTANT)
UNNOTICED = change("few/restart-task/success/added", {"replace": ['{"m', '{"added":1,"m']}, MISSING)
NO_OP = change("few/create-workflow/success/no-op", {}, STATUS)
MISREPORTED = change("few/start-task/queued/created", on("start-task", "queued", edits({"status": 201})), STATE)
ELSEWHERE = change("few/start-task/queued/elsewhere", OTHER_CODE, CONSTANT, of="cancel-task")
DYING = change("few/cancel-task/success/dies", dies, STATUS)
FAILING = change("few/cancel-task/success/fails", fails, STATUS)
SILENT = change("benign/any/any/header", everywhere(edits({"add-headers": [["X-Request-Id", "7"]]})))
FALSE_ALARM = change("benign/cancel-task/success/wording", {"replace": ["success", "done"]})
ENDLESS = change("benign/create-workflow/any/endless", never_ends)

CHANGES: Mapping[str, Breakage] = {
    each.name: each
    for each in (
        *(KILLED, NOT_LIVE, NOT_ASKED, UNNOTICED, NO_OP, MISREPORTED, ELSEWHERE, DYING, FAILING),
        *(SILENT, FALSE_ALARM, ENDLESS),
    )
}

if __name__ == "__main__":
    breakages = {name: each for name, each in CHANGES.items() if each.kinds}
    benign = {name: each for name, each in CHANGES.items() if not each.kinds}
    catalog = "contracts.breakages.catalog"
    with (
        mock.patch("contracts.campaign.pool.GRACE", 1.0),  # what has not ended then is ENDLESS
        mock.patch(f"{catalog}.breakages", return_value=breakages),
        mock.patch(f"{catalog}.benign", return_value=benign),
    ):
        main(prog_name="python -m contracts")
