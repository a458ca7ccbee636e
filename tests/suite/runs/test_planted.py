"""Planted faults, of answers, states and flows: each found from the terminal's output alone, and seen again."""

import re
import shlex
from pathlib import Path

import pytest
import requests

from contracts.breakages.breakage import Breakage, Forward, Memory, Request, Response
from contracts.breakages.catalog import breakages
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.standin.app import create_app
from helpers import faults, processes
from helpers.processes import HANG
from helpers.whole_runs import run

TOLD = "response: "
FAULTS: dict[str, tuple[Breakage, str, list[str], str]] = {
    "a-wrong-code": (
        breakages()["envelope/cancel-task/no-such-task/code-changed"],
        "cancel-task/no-such-workflow",
        ["zadig-1.7.0-workflow-api.md:", "wrong-constant at $.code: expected 6163, got 6199"],
        '"code":6199',
    ),
    "a-lost-key": (
        breakages()["envelope/restart-task/no-such-task/extra-missing"],
        "restart-task/no-such-workflow",
        ["missing-key at $.extra: expected this key, got no such key"],
        '"code":6164',
    ),
    "a-crash": (
        faults.edited("start-task", "queued", faults.EMPTY | {"status": 500}),
        "start-task/first-task",
        [
            "status: expected HTTP 200, got HTTP 500",
            "empty-body at body (drift): expected a JSON body, got an empty body",
        ],
        "HTTP/1.1 500",
    ),
    "says-success-does-nothing": (
        faults.ignored("cancel-task"),
        "cancel-task/queued-task",
        ["state afterwards: expected task 1 is cancelled, got created"],
        '{"message":"success"}',
    ),
    "an-error-page": (
        faults.edited(
            "create-workflow",
            "already-exists",
            faults.EMPTY | {"status": 502, "body": "<html><title>Bad Gateway</title></html>"},
        ),
        "create-workflow/duplicate",
        ["status: expected HTTP 400, got HTTP 502", "not-json at body: expected a JSON body, got an HTML page"],
        "<title>Bad Gateway</title>",
    ),
}

SEEN_AGAIN: dict[str, tuple[str, str, str, str]] = {
    "a-wrong-code": (
        "openapi/envelope/cancel-task/no-such-task/code-changed",
        "cancel-task/no-such-workflow",
        "wrong-constant at $.code",
        '"code":6199',
    ),
    "no-body": (
        "openapi/body/create-workflow/success/empty",
        "create-workflow/usual-body",
        "empty-body at body (drift)",
        "Content-Length: 0",
    ),
    "a-restart-that-passes": (
        "openapi/state/restart-task/success/makes-it-passed",
        "restart-task/cancelled-task",
        "task 1 is waiting",
        '"status":"passed"',
    ),
    "a-create-that-stores-nothing": (
        "openapi/state/create-workflow/success/stores-nothing",
        "create-workflow/usual-body",
        "the workflow can be found",
        '"code":',
    ),
    "a-second-restart-that-does-nothing": (
        "openapi/neighbours/restart-task/success/second-does-nothing",
        "flows/again-and-again",
        "task 1 is waiting",
        '"status":"cancelled"',
    ),
    "product-a-create-that-stores-nothing": (
        "state/create-workflow/success/stores-nothing",
        "create-workflow/documented-body",
        "the workflow can be found",
        '"code":',
    ),
    "product-a-second-restart-that-does-nothing": (
        "later/restart-task/success/second-does-nothing",
        "flows/again-and-again",
        "task 1 is created",
        '"status":"cancelled"',
    ),
}
"""A breakage, the case that it breaks, what is said of it, and what a shell shows of it."""


@pytest.mark.parametrize("name", SEEN_AGAIN)
def test_again_tells_broken_from_fixed(name: str, tmp_path: Path) -> None:
    """`again` says still broken where the fault is, and fixed where it is not; the lines of --script show it in a
    plain shell, the state that was left too, and not on a server without it. Nothing is left behind."""
    breakage, case, said, seen = SEEN_AGAIN[name]
    custom = breakage.startswith("openapi/")
    behaviour, release = ("perfect-5.0", "5.0.0") if custom else ("perfect", "1.7.0")
    with (
        fault_proxy(breakages()[breakage], create_app(behaviour)) as broken,
        fault_proxy(None, create_app(behaviour)) as sound,
    ):
        ran = run(tmp_path, "--base-url", broken.base_url, "--release", release, "-k", case)
        still = processes.contracts("again", ran.folder, case, "--base-url", broken.base_url)
        fixed = processes.contracts("again", ran.folder, case, "--base-url", sound.base_url)
        script = processes.contracts("again", ran.folder, case, "--script").output
        pasted, well = (
            processes.run(["/bin/sh", "-c", script.replace(broken.base_url, url)]).output
            for url in (broken.base_url, sound.base_url)
        )
        left = [requests.get(f"{each.base_url}/_standin/state", timeout=HANG).json() for each in (broken, sound)]
    assert (ran.code, still.code, fixed.code) == (1, 1, 0), still.output + fixed.output
    assert still.output.splitlines()[0] == f"still broken: {case}"
    assert said in still.output
    assert fixed.output == f"fixed: {case} holds\n"
    assert (seen in pasted, seen in well) == (True, False), pasted + well
    assert [state["workflows"] for state in left] == [[], []]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_understood_and_seen_again(name: str, tmp_path: Path) -> None:
    """The summary names the operation, the promise and what came; its line shows that again, and so do those of
    --script in a shell; on a server without the fault it says that all is well."""
    fault, case, said, seen = FAULTS[name]
    with fault_proxy(fault, create_app()) as served:
        ran = run(tmp_path, "--base-url", served.base_url, "-k", case.partition("/")[0])
        block = next(part for part in ran.output.split("\n\n") if case in part and TOLD in part)
        line = next(line.strip() for line in block.splitlines() if line.strip().startswith("again: "))
        words = shlex.split(line.removeprefix("again: "))
        assert words[:4] == ["python", "-m", "contracts", "again"]
        again = processes.contracts(*words[3:], "--base-url", served.base_url)
        script = processes.contracts(*words[3:], "--script").output
        pasted = processes.run(["/bin/sh", "-c", script])
        with fault_proxy(None, create_app()) as sound:
            fixed = processes.contracts(*words[3:], "--base-url", sound.base_url)
    assert (ran.code, again.code, fixed.code) == (1, 1, 0), again.output + fixed.output
    assert again.output.splitlines()[0] == f"still broken: {words[-1]}"
    assert said[-1] in again.output
    assert fixed.output.splitlines() == [f"fixed: {words[-1]} holds"]
    assert block.strip().startswith(f"BREACH  {case.partition('/')[0]}/")
    for text in said:
        assert text in block
    assert seen in pasted.output
    assert len(re.findall("^VERDICT", ran.output, re.MULTILINE)) == 1


class Repairable:
    """A server that cuts all requests of one call off unanswered, and does not carry them out, until it is repaired."""

    def __init__(self, call: str) -> None:
        self._broken = faults.unanswered(call, "reset").act
        self.repaired = False

    async def act(self, request: Request, forward: Forward, memory: Memory) -> Response:
        """Answer one request."""
        return await (forward(request) if self.repaired else self._broken(request, forward, memory))


@pytest.mark.parametrize("call", ["create-workflow", "start-task", "restart-task"])
def test_the_line_leaves_nothing_behind(tmp_path: Path, call: str) -> None:
    """Each failed case's line removes what it makes: on the server of the run, and on one that has been repaired."""
    server = Repairable(call)
    with fault_proxy(faults.fault(server.act), create_app()) as served:
        ran = run(tmp_path, "--base-url", served.base_url)
        failed = [case for case in ran.verdict["cases"] if case["again"] and case["result"] == "breach"]
        several = [case for case in failed if case["operation"] in ("flows", "concurrency")]
        lines = {case["case"]: case["again"] for case in [*failed[::6], *several]}
        assert len(lines) > 3
        script = "".join(
            f"({line}) > /dev/null 2>&1; curl -sS {served.base_url}/_standin/state | grep -q '\"workflows\":\\[\\]'"
            f" || echo left by {case}\n"
            for case, line in lines.items()
        )
        for server.repaired in (False, True):
            pasted = processes.run(["/bin/bash", "-c", script])
            assert (pasted.code, pasted.output) == (0, "")
