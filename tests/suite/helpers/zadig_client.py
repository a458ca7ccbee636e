"""What the tests of the stand-in send to it, and how they hold its answers; its states, codes and messages.

The paths are the stand-in's own, which routes them. What it says is not taken from it but from the release's data.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
import requests

from contracts.breakages.proxy.recognise import line_of
from contracts.catalog.release import load
from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread
from helpers.processes import HANG

BAD_REQUEST, CREATE, START, READ_TASK, CANCEL, RESTART, FIND, DELETE = 400, 6540, 6160, 6161, 6163, 6164, 6542, 6543
_ANSWERS = {(op.name, name): answer for op in load("1.7.0").operations.values() for name, answer in op.answers.items()}
MESSAGES = {answer.code: answer.sample["message"] for answer in _ANSWERS.values() if answer.code is not None}
MESSAGES |= {READ_TASK: "获取工作流任务失败", DELETE: "删除workflow失败"}  # of calls that no page has
NO_TASK = {
    call: (code, _ANSWERS[f"{call}-task", "no-such-task"].description)
    for call, code in (("cancel", CANCEL), ("restart", RESTART))
}
NO_DOCUMENTS = NO_TASK["cancel"][1]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Zadig:
    """A stand-in under test, spoken to on aslan's own port unless a token is given."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def call(self, method: str, path: str, prefix: str = "/api", **options: Any) -> requests.Response:
        """Send one request below a prefix."""
        return self.session.request(method, self.url + prefix + path, timeout=HANG, allow_redirects=False, **options)

    def create(self, name: str | None = None, **changes: Any) -> str:
        """Create a workflow that any behaviour accepts, and return its name."""
        name = f"workflow-{next(_numbers)}" if name is None else name
        assert_success(self.call("POST", "/workflow/workflow", json=workflow_body(name, **changes)))
        return name

    def start(self, name: str, branch: str = "main") -> int:
        """Start a task that builds this branch, and return its id."""
        answer = self.call("POST", "/workflow/workflowtask", json=start_body(name, branch))
        return int(answer.json()["task_id"])

    def advance(self, name: str, seconds: float) -> None:
        """Move a workflow's clock on."""
        path = f"/_standin/clock/{quote(name, safe='')}"
        assert self.call("POST", path, prefix="", json={"seconds": seconds}).ok

    def status(self, name: str, task_id: int) -> str:
        """Return the state of a task."""
        return str(self.call("GET", task_path(name, task_id)).json()["status"])

    def act(self, operation: str, name: str, task_id: object, **options: Any) -> requests.Response:
        """Cancel or restart a task."""
        method, end = {"cancel": ("DELETE", ""), "restart": ("POST", "/restart")}[operation]
        return self.call(method, task_path(name, task_id) + end, **options)

    def task_in(self, state: str) -> tuple[str, int]:
        """Make a workflow with one task in this state, and return its name and the id."""
        branch, seconds = STATES[state]
        name = self.create()
        task_id = self.start(name, branch)
        self.advance(name, seconds)
        if state == "cancelled":
            assert_success(self.act("cancel", name, task_id))
        assert self.status(name, task_id) == state
        return name, task_id

    def held(self) -> dict[str, dict[str, Any]]:
        """Return all that the stand-in holds, by name."""
        workflows = self.call("GET", "/_standin/state", prefix="").json()["workflows"]
        return {workflow["name"]: workflow for workflow in workflows}

    def tokens(self) -> dict[str, str]:
        """Return the token of each user."""
        return dict(self.call("GET", "/_standin", prefix="").json()["tokens"])


STATES = {
    "created": ("main", 0),
    "running": ("main", 3),
    "passed": ("main", 13),
    "failed": ("fails", 13),
    "timeout": ("hangs", 13),
    "cancelled": ("main", 0),
}


def workflow_body(name: str, **changes: Any) -> dict[str, Any]:
    """A body like the page's sample, with the `hook_ctl` that the page leaves out."""
    target = {
        "product_name": "nginx",
        "service_name": "nginx",
        "service_module": "nginx-test",
        "key": "nginx/nginx-test",
    }
    return {
        "name": name,
        "enabled": True,
        "product_tmpl_name": "nginx",
        "notify_ctl": {"enabled": False, "weChat_webHook": "", "notify_type": []},
        "build_stage": {"enabled": True, "modules": [{"target": target}]},
        "artifact_stage": {"enabled": False, "modules": [{"target": target}]},
        "env_name": "qa",
        "hook_ctl": {"enabled": False, "items": []},
    } | changes


def documented_body(name: str) -> dict[str, Any]:
    return {key: value for key, value in workflow_body(name).items() if key != "hook_ctl"}


def start_body(name: str, branch: str = "main", **changes: Any) -> dict[str, Any]:
    repos = [{"repo_name": "nginx", "branch": branch, "pr": 0}]
    targets = [{"name": "nginx-test", "service_name": "nginx", "product_name": "nginx", "build": {"repos": repos}}]
    body = {"workflow_name": name, "product_tmpl_name": "nginx", "namespace": "qa", "targets": targets}
    return body | changes


def task_path(name: str, task_id: object) -> str:
    return line_of("get-task", name=name, id=quote(str(task_id), safe=""))[1]


def assert_success(answer: requests.Response) -> None:
    assert (answer.status_code, answer.content) == (200, b'{"message":"success"}')
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def assert_error(answer: requests.Response, code: int, description: str) -> None:
    envelope = {"code": code, "description": description, "extra": {}, "message": MESSAGES[code], "type": "error"}
    assert (answer.status_code, answer.json()) == (400, envelope)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def assert_panic(answer: requests.Response) -> None:
    assert (answer.status_code, answer.content) == (500, b"")
    assert "content-type" not in answer.headers


@pytest.fixture(name="perfect", scope="module")
def perfect_fixture() -> Iterator[Zadig]:
    with serve_in_thread(create_app("perfect")) as url:
        yield Zadig(url)


@pytest.fixture(name="flawed", scope="module")
def flawed_fixture() -> Iterator[Zadig]:
    with serve_in_thread(create_app("1.7.0")) as url:
        yield Zadig(url)


@pytest.fixture(name="zadig", params=["perfect", "1.7.0"])
def zadig_fixture(request: pytest.FixtureRequest) -> Zadig:
    """Each behaviour in turn."""
    return request.getfixturevalue({"perfect": "perfect", "1.7.0": "flawed"}[request.param])  # type: ignore[no-any-return]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
