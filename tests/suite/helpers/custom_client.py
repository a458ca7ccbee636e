"""Speaks to a stand-in with custom workflows inside this process: no sockets, so thousands of requests take seconds."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from starlette.applications import Starlette

from contracts.standin.app import create_app

KEY, PROJECT = "wf", "nginx"
CUSTOM = "/openapi/workflows/custom"
V4 = "/workflow/v4"
CONTROL: Mapping[str, tuple[str, str, Callable[[str], object]]] = {
    "advance": (f"clock/{KEY}", "seconds", float),
    "licence": ("licence", "licence", str),
    "state": (f"task/{KEY}/1", "status", str),
}
"""Verb to the path below /_standin, the key of its body, and the type of the one word after it."""


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers in lower case, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def version_of(behaviour: str) -> tuple[int, ...]:
    return tuple(int(part) for part in behaviour.removeprefix("perfect-").split("."))


@dataclass
class CustomZadig:
    """A stand-in of one behaviour; verbs send what its release takes."""

    behaviour: str
    licence: str = "basic"
    own_port: bool = False
    app: Starlette = field(init=False)
    tokens: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.app = create_app(self.behaviour, licence=self.licence, own_port=self.own_port)
        self.tokens = self.send("GET", "/_standin", user=None).json["tokens"]

    def send(
        self,
        method: str,
        target: str,
        body: object = b"",
        user: str | None = "admin",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request; a body that is no text is sent as JSON, a text as it is."""
        return asyncio.run(self.exchange(method, target, body, user, headers))

    async def exchange(
        self,
        method: str,
        target: str,
        body: object = b"",
        user: str | None = "admin",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request among others."""
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        sent = text.encode() if isinstance(text, str) else text
        path, _, query = target.partition("?")
        given = dict(headers or {}) | ({"authorization": f"Bearer {self.tokens[user]}"} if user else {})
        scope = {
            "type": "http",
            "method": method,
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": quote(query, safe="=&%+").encode(),
            "headers": [(key.lower().encode(), value.encode()) for key, value in given.items()],
        }
        return await _exchange(self.app, scope, sent)

    def verb(self, line: str, body: object = None, user: str | None = "admin") -> Answer:
        """Do what a line such as `cancel wf 1` says; what it leaves out is about the workflow wf and its task 1."""
        return self.send(*self.request(line, body), user)

    def at_once(self, *lines: tuple[str, object]) -> list[dict[str, Any]]:
        """Send the requests of lines and bodies at the same time, and return what came as JSON with its status."""

        async def all_of_them() -> list[Answer]:
            return await asyncio.gather(*(self.exchange(*self.request(line, body)) for line, body in lines))

        return [answer.json | {"status": answer.status} for answer in asyncio.run(all_of_them())]

    def request(self, line: str, body: object = None) -> tuple[str, str, object]:
        """Return method, target and body of what a line says."""
        verb, *words = line.split()
        if verb.isupper():
            return verb, words[0], b"" if body is None else body
        if verb in CONTROL:
            path, name, kind = CONTROL[verb]
            return "POST", f"/_standin/{path}", {name: kind(words[0])}
        key, task, *rest = [*words, *(KEY, "1")[len(words) :]]
        return self._of_verb(verb, key, task, rest[0] if rest else PROJECT, body)

    def _of_verb(self, verb: str, key: str, task: str, project: str, body: object) -> tuple[str, str, object]:
        below = version_of(self.behaviour) >= (5, 0)
        own_task = f"{CUSTOM}/{key}/task/{task}?projectKey={project}"
        base = CUSTOM if below else f"{'/api' if self.own_port else '/api/aslan'}{V4}"
        lines: dict[str, tuple[str, str, object]] = {
            "create": ("POST", base, script_workflow(self.behaviour, key) if body is None else body),
            "update": ("PUT", f"{base}/{key}", script_workflow(self.behaviour, key) if body is None else body),
            "delete": ("DELETE", f"{CUSTOM}?workflowKey={key}&projectKey={project}", b""),
            "run": ("POST", f"{CUSTOM}/task", run_body(key) if body is None else body),
            "get": ("GET", f"{CUSTOM}/task?taskId={task}&workflowKey={key}", b""),
            "tasks": ("GET", f"{CUSTOM}/{key}/tasks?projectKey={project}", b""),
            "retry": ("POST", own_task, b""),
            "remark": ("PUT", own_task, {"remark": "why"} if body is None else body),
            "detail": ("GET", f"{CUSTOM}/{key}/detail?projectKey={project}", b""),
            "list": ("GET", f"/openapi/workflows?projectKey={project}", b""),
            "approve": ("POST", f"{CUSTOM}/task/approve", body if body is not None else {}),
            "step": ("GET", own_task.replace("?", "/manual-exec?"), b""),
            "execute": ("POST", own_task.replace("?", "/manual-exec?"), body if body is not None else {}),
        }
        if verb == "cancel":
            lines["cancel"] = self._cancel(key, task)
        return lines[verb]

    def _cancel(self, key: str, task: str) -> tuple[str, str, object]:
        if version_of(self.behaviour) >= (3, 4):
            return "DELETE", f"{CUSTOM}/task?taskId={task}&workflowKey={key}", b""
        number: object = int(task) if re.fullmatch("-?[0-9]+", task) else task
        return "DELETE", f"{CUSTOM}/task", {"task_id": number, "workflow_key": key}

    def status(self, key: str = KEY, task: int = 1) -> str:
        """Return the state of a task."""
        return str(self.verb(f"get {key} {task}").json["status"])


async def _exchange(app: Starlette, scope: Mapping[str, Any], body: bytes) -> Answer:
    sent: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    await app(dict(scope), receive, send)  # type: ignore[arg-type]
    headers = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


def script_job(behaviour: str, name: str = "job", script: str = "echo hello") -> dict[str, Any]:
    """Return a script job in the shape that the release takes."""
    resources = {"res_req": "low", "res_req_spec": {"cpu_limit": 1000, "memory_limit": 512}}
    limits = {"timeout": 60, "cluster_id": "", **resources}
    image = {"build_os": "focal", "image_from": "koderover", "image_id": ""}
    if version_of(behaviour) >= (3, 4):
        runtime = {"infrastructure": "kubernetes", **image, "installs": []}
        lists: dict[str, Any] = {"repos": [], "envs": []}
        spec = {"script": script, "script_type": "shell", **lists, "runtime": runtime}
        spec |= {"advanced_setting": limits | {"outputs": []}}
    else:
        spec = {
            "properties": limits | image | {"envs": []},
            "steps": [{"name": "shell", "type": "shell", "spec": {"script": script}}],
        }
    return {"name": name, "type": "freestyle", "run_policy": "", "spec": spec}


def script_workflow(behaviour: str, key: str = KEY, script: str = "echo hello", **changes: Any) -> dict[str, Any]:
    """Return a workflow with one stage of one script job, which any licence takes."""
    stage = {"name": "stage", "parallel": True, "jobs": [script_job(behaviour, script=script)]}
    if version_of(behaviour) < (3, 1):
        stage["approval"] = {"enabled": False, "type": "native", "native_approval": {"approve_users": []}}
    workflow = {"name": key, "display_name": f"the {key}", "project": PROJECT, "concurrency_limit": 1}
    return workflow | {"stages": [stage]} | changes


def run_body(key: str = KEY, **changes: Any) -> dict[str, Any]:
    """Return the body of a run that asks for the script job."""
    inputs = [{"job_name": "job", "job_type": "freestyle", "parameters": {"kv": []}}]
    return {"workflow_key": key, "project_key": PROJECT, "inputs": inputs} | changes
