"""A server that names things to steer a terminal or a CI gets neither: whatever command prints them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from contracts.catalog.release import ROOT
from contracts.standin.serve import serve_in_thread
from contracts.text.nested import each_text
from helpers import processes
from helpers.live_target import ALL_SET, BOTH, ONE_PROJECT, Unstamped

STEERS = (
    "::error title=x::y\r\n::stop-commands::z\n ##vso[task.setvariable variable=x]y##[error]##teamcity[x]"
    "\x1b[2J\u202egnp"
)
HEADER = b"::error::x ##vso[task.setvariable variable=x]\x85\x9b2J"
WORDS = ("message", "description", "status", "type", "error", "extra")
COMMAND = re.compile(r"^\s*::[^:\s]+[^:]*::|##\w*\[")
TOKEN = {"ZADIG_TOKEN": "eyJhbGciOiJub25lIn0.eyJ1aWQiOiJ1IiwiZXhwIjo0MDAwMDAwMDAwfQ.signature-of-it"}
PLACE = {f"ZADIG_{name.upper()}": value for name, value in ALL_SET.items()}
LEFT = [{"name": name, "projectName": "nginx"} for name in ("zct-20260101t000000-abcd-main-1", "zct-odd")]
APART = "\u200b"
"""What the summary itself puts behind signs of which a page would make links."""

Change = Callable[[Any], Any]


def words_only(value: Any) -> Any:
    """Return an answer whose words steer, and whose names are as they were."""
    if isinstance(value, list):
        return [words_only(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: STEERS + str(inner) if key in WORDS else words_only(inner) for key, inner in value.items()}


def every_text(change: Callable[[str], str]) -> Change:
    """Return what changes all texts of an answer, and none of its keys."""

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: changed(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [changed(one) for one in value]
        return change(value) if isinstance(value, str) else value

    return changed


MODES: dict[str, tuple[Change, int | None, dict[str, str]]] = {
    "names-begin": (every_text(lambda text: STEERS + text), None, {}),
    "names-end": (every_text(lambda text: text + STEERS), None, {}),
    "names-end-in-a-known-place": (every_text(lambda text: text + STEERS), None, PLACE),
    "keys": (lambda value: each_text(value, lambda text: STEERS + text), None, PLACE),
    "words": (words_only, None, PLACE),
    "redirects": (words_only, 302, PLACE),
    "refuses": (words_only, 403, PLACE),
}
"""What is changed in each answer, the status where it is another one, and the settings of who meets it."""


class Hostile:
    """A Zadig whose answers steer."""

    def __init__(self, change: Change, status: int | None) -> None:
        self._app = Unstamped({**ONE_PROJECT, "/workflow/workflow": LEFT}, BOTH)
        self._change, self._status = change, status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        begun: list[Message] = []

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append(message)
                return
            body = message["body"]
            try:
                body = json.dumps(self._change(json.loads(body))).encode()
            except ValueError:
                body = STEERS.encode() + body
            kept = [pair for pair in begun[0]["headers"] if pair[0] == b"content-type"]
            headers = [*kept, *((name, HEADER) for name in (b"server", b"location", b"x-request-id"))]
            length = (b"content-length", str(len(body)).encode())
            await send({**begun[0], "status": self._status or begun[0]["status"], "headers": [*headers, length]})
            await send({**message, "body": body})

        await self._app({**scope, "path": scope["path"].replace("/api/aslan", "/api", 1)}, receive, send_on)


@pytest.mark.parametrize("mode", MODES)
def test_nothing_that_is_printed_steers(tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names, words, keys and headers of a server steer no terminal and are no command of a CI, whatever prints them."""
    change, status, place = MODES[mode]
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    monkeypatch.chdir(ROOT)
    with serve_in_thread(Hostile(change, status)) as url:
        where, env = ("--base-url", url), {**TOKEN, **place}
        words = ("tests/api", "--profile", "smoke", *where, "-rA", "--tb=long", "--run-dir")
        said = [processes.pytest(*words, folder, **env).output for folder in (one, two)]
        said.append(processes.contracts("doctor", *where, **env).output)
        for command in (["doctor"], ["doctor", "--json"], ["sweep", "--by-prefix", "--dry-run"]):
            said.append(processes.called(*command, *where, **env).output)
    if (tmp_path / "two/verdict.json").exists():
        for command in (
            ["compare", one, two],
            ["compare", "--format", "json", one, two],
            ["gate", one],
            ["report", two],
        ):
            said.append(processes.called(*command, **env).output)
        said.append((tmp_path / "two/summary.md").read_text(encoding="utf-8").replace(APART, ""))
    lines = "\n".join(said).split("\n")
    assert any("error title" in line or "error::x" in line for line in lines), said  # it was quoted
    assert [line for line in lines if COMMAND.search(line) or not line.isprintable()] == []
