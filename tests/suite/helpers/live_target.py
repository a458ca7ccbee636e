"""A stand-in that does not say so, and is taken for somebody's Zadig; its answers can be replaced."""

import asyncio
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.settings.settings import Settings, load
from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread
from helpers.processes import HANG

PROJECTS = "/project/projects"
ENVIRONMENTS = "/environment/environments"
PRESET = "/workflow/workflow/preset/nginx"
BUILDS = "/build/build"
BUILD = "/build/build/nginx-test-build"
SERVICES = "/service/services"
REGISTRY = "/system/registry"
WORKFLOWS = "/workflow/workflow"
HEALTH = "/health"
ALL_SET = {"project": "nginx", "env_name": "qa", "service": "nginx", "service_module": "nginx-test", "repo": "nginx"}
"""Settings with which nothing has to be found."""

PAGE = HTMLResponse("<!DOCTYPE html><html><title>Zadig</title></html>")
ONE_PROJECT = {PROJECTS: [{"name": "nginx", "onboard": False}]}


class Unstamped:
    """The stand-in without its stamp, unless `stamped`. `answers` replace those to a path below the prefix, for GET."""

    stamped = False

    def __init__(
        self,
        answers: Mapping[str, Any],
        prefixes: tuple[str, ...],
        behaviour: str = "perfect",
        app: ASGIApp | None = None,
    ) -> None:
        self.answers = dict(answers)
        self.seen: list[tuple[str, str, dict[str, list[str]]]] = []
        self._app: ASGIApp = app or create_app(behaviour)
        self._prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        self.seen.append((scope["method"], path, parse_qs(scope["query_string"].decode())))
        below = path.removeprefix("/api/aslan") if path.startswith("/api/aslan") else path.removeprefix("/api")
        known = path.startswith(("/_standin", *self._prefixes[2:])) or path.removesuffix(below) in self._prefixes
        if not known:
            await PAGE(scope, receive, send)
        elif scope["method"] == "GET" and below in self.answers:
            await _response(self.answers[below])(scope, receive, send)
        else:
            await self._app(scope, receive, send if self.stamped else _without_stamp(send))

    def changes(self) -> list[str]:
        """Return the requests that may have changed something."""
        return [f"{method} {path}" for method, path, _ in self.seen if method != "GET"]

    def asked(self, path: str) -> bool:
        """Whether anybody asked for this path."""
        return any(seen.endswith(path) for _, seen, _ in self.seen)


def _without_stamp(send: Send) -> Send:
    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [pair for pair in message["headers"] if pair[0] != b"x-zadig-stand-in"]
        await send(message)

    return send_on


def _response(answer: Any) -> Response:
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, int):
        return Response(status_code=answer)
    return Response(json.dumps(answer, ensure_ascii=False), media_type="application/json; charset=utf-8")


class Slow:
    """A stand-in that takes its time for each answer."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await asyncio.sleep(self._seconds)
        await self._app(scope, receive, send)


@dataclass(frozen=True)
class Live:
    """A Zadig under test: its address, its app, and the tokens of its users."""

    url: str
    app: Unstamped
    tokens: Mapping[str, str]
    session: requests.Session = field(default_factory=requests.Session)

    def settings(self, **more: Any) -> Settings:
        """Return settings for it, with the token of a member."""
        return load({"base_url": self.url, "token": self.tokens["member"], **more})

    def create(self, name: str, project: str = "nginx") -> None:
        """Make a workflow that a run could have left, or anybody else have made."""
        body = {"name": name, "product_tmpl_name": project, "build_stage": {"enabled": True}, "hook_ctl": {}}
        self._post("/workflow/workflow", body)

    def start(self, name: str) -> None:
        """Start a task of a workflow."""
        body = {"workflow_name": name, "product_tmpl_name": "nginx", "namespace": "qa"}
        self._post("/workflow/workflowtask", body | {"targets": [{"name": "nginx-test", "service_name": "nginx"}]})

    def names(self) -> set[str]:
        """Return the names of all workflows that it holds."""
        answer = self.session.get(f"{self.url}/_standin/state", timeout=HANG)
        return {workflow["name"] for workflow in answer.json()["workflows"]}

    def _post(self, path: str, body: object) -> None:
        headers = {"Authorization": f"Bearer {self.tokens['admin']}"}
        answer = self.session.post(f"{self.url}/api/aslan{path}", json=body, headers=headers, timeout=HANG)
        assert answer.ok, answer.text
        self.app.seen.clear()


BOTH = ("/api/aslan", "/api")
TODAY = (*BOTH, "/openapi", "/api/v1")
"""What a gateway of today lets through."""


@contextmanager
def live(
    answers: Mapping[str, Any] | None = None,
    prefixes: tuple[str, ...] = BOTH,
    behaviour: str = "perfect",
    inner: ASGIApp | None = None,
) -> Iterator[Live]:
    """Serve one for as long as the block lasts; it answers with a web page outside of `prefixes`.

    inner: the stand-in that it is; where it is left out, a usual one of a behaviour.
    """
    app = Unstamped(ONE_PROJECT if answers is None else answers, prefixes, behaviour, inner)
    with serve_in_thread(app) as url, requests.Session() as session:
        session.trust_env = False
        tokens = session.get(f"{url}/_standin", timeout=HANG).json()["tokens"]
        yield Live(url, app, tokens, session)


@pytest.fixture(scope="module")
def served() -> Iterator[Live]:
    """One for all tests of a module; each says what it answers."""
    with live() as zadig:
        yield zadig


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    """A working folder of its own, and nothing set in the environment."""
    for name in [name for name in os.environ if name.upper().startswith("ZADIG_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path
