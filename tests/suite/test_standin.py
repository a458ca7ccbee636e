"""The stand-in answers as the facts about a real Zadig say: every row of their tables, in both behaviours."""

import ast
import asyncio
import http.client
import itertools
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jwt
import pytest
import requests
from starlette.responses import Response

import contracts.standin
from contracts.standin.app import create_app
from contracts.standin.behaviour import BEHAVIOURS
from contracts.standin.clock import life_of, state_at
from contracts.standin.errors import ErrorAnswers, ZadigError, task_not_found
from contracts.standin.thread import serve_in_thread

NO_DOCUMENTS = "mongo: no documents in result"
BAD_REQUEST, CREATE, START, READ_TASK, CANCEL, RESTART, FIND, DELETE = 400, 6540, 6160, 6161, 6163, 6164, 6542, 6543
MESSAGES = {
    BAD_REQUEST: "Bad Request",
    CREATE: "新建或更新wokflow失败",
    START: "创建工作流任务失败",
    READ_TASK: "获取工作流任务失败",
    CANCEL: "取消工作流任务失败",
    RESTART: "重试工作流任务失败",
    FIND: "查询workflow失败",
    DELETE: "删除workflow失败",
}
NO_TASK = {"cancel": (CANCEL, NO_DOCUMENTS), "restart": (RESTART, "获取工作流任务失败")}
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
        return self.session.request(method, self.url + prefix + path, timeout=10, allow_redirects=False, **options)

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
    return f"/workflow/workflowtask/id/{quote(str(task_id), safe='')}/pipelines/{quote(name, safe='')}"


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


@pytest.fixture(scope="module")
def perfect() -> Iterator[Zadig]:
    with serve_in_thread(create_app("perfect")) as url:
        yield Zadig(url)


@pytest.fixture(scope="module")
def flawed() -> Iterator[Zadig]:
    with serve_in_thread(create_app("1.7.0")) as url:
        yield Zadig(url)


@pytest.fixture(params=["perfect", "1.7.0"])
def zadig(request: pytest.FixtureRequest) -> Zadig:
    """Each behaviour in turn."""
    return request.getfixturevalue({"perfect": "perfect", "1.7.0": "flawed"}[request.param])  # type: ignore[no-any-return]


# --- create ---


def test_a_created_workflow_is_found_with_more_keys_than_were_sent(zadig: Zadig) -> None:
    name = zadig.create(description="说明")
    answer = zadig.call("GET", f"/workflow/workflow/find/{name}")
    found = answer.json()
    assert (found["name"], found["product_tmpl_name"], found["env_name"]) == (name, "nginx", "qa")
    assert {"id", "update_by", "create_time", "hook_ctl"} <= found.keys()
    assert "weChat_webHook" not in found["notify_ctl"]
    assert "key" not in found["build_stage"]["modules"][0]["target"]
    assert "说明".encode() in answer.content


@pytest.mark.parametrize("hook", [{}, {"hook_ctl": None}], ids=["absent", "null"])
def test_a_body_without_hook_is_stored_by_the_perfect_server_only(perfect: Zadig, flawed: Zadig, hook: Any) -> None:
    body = documented_body(f"hookless-{next(_numbers)}") | hook
    assert_success(perfect.call("POST", "/workflow/workflow", json=body))
    assert_panic(flawed.call("POST", "/workflow/workflow", json=body))
    assert body["name"] in perfect.held()
    assert body["name"] not in flawed.held()


@pytest.mark.parametrize("path", ["/workflow/workflow", "/workflow/workflowtask"], ids=["create", "start"])
def test_a_null_body_crashes_the_real_server_only(perfect: Zadig, flawed: Zadig, path: str) -> None:
    assert_error(perfect.call("POST", path, data=b" null\n"), BAD_REQUEST, "EOF")
    assert_panic(flawed.call("POST", path, data=b" null\n"))


def test_a_name_is_taken_in_every_project(zadig: Zadig) -> None:
    name = zadig.create()
    body = documented_body(name) | {"product_tmpl_name": "other-project", "build_stage": None}
    answer = zadig.call("POST", "/workflow/workflow", json=body)
    assert_error(answer, CREATE, f"workflow [{name}] 在项目 [other-project] 中已经存在!")


@pytest.mark.parametrize(
    "body",
    [{}, {"name": "x"}, workflow_body("x", build_stage={"enabled": False}), workflow_body("x", build_stage=None)],
    ids=["empty-object", "name-only", "stage-disabled", "stage-null"],
)
def test_a_workflow_needs_an_enabled_stage(zadig: Zadig, body: Any) -> None:
    assert_error(zadig.call("POST", "/workflow/workflow", json=body), CREATE, "workflow中没有子模块，请设置子模块")


@pytest.mark.parametrize("path", ["/workflow/workflow", "/workflow/workflowtask"], ids=["create", "start"])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="malformed"),
        pytest.param(b"{} x", id="text-after"),
        pytest.param(b"{}{}", id="two-values"),
        pytest.param(b"[]", id="array"),
        pytest.param(b'"x"', id="string"),
        pytest.param(b"1", id="number"),
        pytest.param(b'{"x": NaN}', id="not-a-number"),
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(zadig: Zadig, path: str, body: bytes) -> None:
    assert_error(zadig.call("POST", path, data=body), BAD_REQUEST, "EOF")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": 1},
        {"enabled": "true"},
        {"enabled": 1},
        {"product_tmpl_name": ["nginx"]},
        {"notify_ctl": []},
        {"notify_ctl": {"notify_type": [1]}},
        {"build_stage": "on"},
        {"build_stage": {"modules": {}}},
        {"artifact_stage": {"modules": [{"target": {"key": 1}}]}},
        {"hook_ctl": {"items": {}}},
    ],
    ids=[
        "name-number",
        "enabled-string",
        "enabled-number",
        "project-array",
        "notify-array",
        "notify-type-number",
        "stage-string",
        "modules-object",
        "key-number",
        "items-object",
    ],
)
def test_a_field_of_the_wrong_type_is_refused(zadig: Zadig, wrong: dict[str, Any]) -> None:
    answer = zadig.call("POST", "/workflow/workflow", json=workflow_body(f"typed-{next(_numbers)}") | wrong)
    assert_error(answer, BAD_REQUEST, "EOF")


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"description": "x" * 1_000_000}, id="megabyte"),
        pytest.param({"unknown": [1, {"a": None}]}, id="unknown-field"),
        pytest.param({"description": None, "notify_ctl": None, "enabled": None}, id="null-fields"),
        pytest.param({"description": "\ud800"}, id="lone-surrogate"),
        pytest.param({"hook_ctl": {}}, id="empty-hook"),
    ],
)
def test_unusual_bodies_are_stored(zadig: Zadig, options: dict[str, Any]) -> None:
    name = zadig.create(**options)
    assert zadig.call("GET", f"/workflow/workflow/find/{name}").json()["name"] == name


def test_the_content_type_of_a_request_does_not_matter(zadig: Zadig) -> None:
    body = json.dumps(workflow_body(f"plain-{next(_numbers)}")).encode()
    assert_success(zadig.call("POST", "/workflow/workflow", data=body, headers={"Content-Type": "text/plain"}))


@pytest.mark.parametrize(
    "name",
    ["工作流", "a b", "100%", "a+b", "a.b", "🚀", "a?b#c", "n" * 255, "流" * 5_000],
    ids=["chinese", "space", "percent", "plus", "dot", "emoji", "reserved", "255-characters", "5000-characters"],
)
def test_a_workflow_of_any_name_is_found_and_deleted_by_its_encoded_name(zadig: Zadig, name: str) -> None:
    zadig.create(name)
    encoded = quote(name, safe="")
    assert zadig.call("GET", f"/workflow/workflow/find/{encoded}").json()["name"] == name
    assert_success(zadig.call("DELETE", f"/workflow/workflow/{encoded}?projectName=nginx"))
    assert_error(zadig.call("GET", f"/workflow/workflow/find/{encoded}"), FIND, NO_DOCUMENTS)


@pytest.mark.parametrize("name", ["", "a/b"], ids=["empty-name", "slash-in-name"])
@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_some_names_are_accepted_and_lost_for_ever(behaviour: str, name: str) -> None:
    with serve_in_thread(create_app(behaviour)) as url:
        zadig, encoded = Zadig(url), quote(name, safe="")
        zadig.create(name)
        assert zadig.call("GET", f"/workflow/workflow/find/{encoded}").status_code == 404
        assert zadig.call("DELETE", f"/workflow/workflow/{encoded}").status_code == 404
        assert name in zadig.held()


def test_a_workflow_in_a_project_that_does_not_exist_cannot_be_deleted(zadig: Zadig) -> None:
    name = zadig.create(product_tmpl_name="no-such-project")
    assert_error(zadig.call("DELETE", f"/workflow/workflow/{name}"), DELETE, NO_DOCUMENTS)
    assert name in zadig.held()


def test_one_of_several_simultaneous_creations_of_a_name_succeeds(zadig: Zadig) -> None:
    body = workflow_body(f"wanted-{next(_numbers)}")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: Zadig(zadig.url).call("POST", "/workflow/workflow", json=body), range(8)))
    refused = [answer for answer in answers if not answer.ok]
    assert len(refused) == 7
    for answer in refused:
        assert_error(answer, CREATE, f"workflow [{body['name']}] 在项目 [nginx] 中已经存在!")


# --- start, and the support calls ---


def test_task_ids_count_from_one_in_each_workflow(zadig: Zadig) -> None:
    name, other = zadig.create(), zadig.create()
    assert [zadig.start(name), zadig.start(name), zadig.start(other)] == [1, 2, 1]


def test_start_answers_the_workflow_and_the_id(zadig: Zadig) -> None:
    name = zadig.create()
    answer = zadig.call("POST", "/workflow/workflowtask", json=start_body(name))
    assert (answer.status_code, answer.json()) == (200, {"pipeline_name": name, "task_id": 1})


@pytest.mark.parametrize(
    ("changes", "code", "description"),
    [
        pytest.param({"workflow_name": "none", "namespace": "none"}, FIND, NO_DOCUMENTS, id="no-workflow"),
        pytest.param({"product_tmpl_name": "none", "namespace": "none"}, FIND, NO_DOCUMENTS, id="no-project"),
        pytest.param({"namespace": "none", "targets": []}, START, "找不到 nginx 的 none 环境 ", id="no-environment"),
        pytest.param({"targets": []}, START, "未配置工作流子任务", id="no-targets"),
        pytest.param({"targets": [{"build": {"repos": [{"pr": 1.5}]}}]}, BAD_REQUEST, "EOF", id="fractional-pr"),
    ],
)
def test_a_start_that_cannot_be_is_refused(zadig: Zadig, changes: Any, code: int, description: str) -> None:
    answer = zadig.call("POST", "/workflow/workflowtask", json=start_body(zadig.create()) | changes)
    assert_error(answer, code, description)


def test_a_start_without_targets_uses_an_id_up(zadig: Zadig) -> None:
    name = zadig.create()
    zadig.call("POST", "/workflow/workflowtask", json=start_body(name, targets=[]))
    assert zadig.start(name) == 2
    assert_error(zadig.call("GET", task_path(name, 1)), READ_TASK, "")


def test_ids_start_at_one_again_after_delete_and_create(zadig: Zadig) -> None:
    name, task_id = zadig.task_in("running")
    assert_success(zadig.call("DELETE", f"/workflow/workflow/{name}"))
    assert_error(zadig.act("cancel", name, task_id), *NO_TASK["cancel"])
    assert_error(zadig.act("restart", name, task_id), *NO_TASK["restart"])
    zadig.create(name)
    assert zadig.start(name) == 1


def test_a_missing_workflow_is_not_deleted(zadig: Zadig) -> None:
    assert_error(zadig.call("DELETE", "/workflow/workflow/none"), DELETE, NO_DOCUMENTS)


def test_a_task_says_who_started_and_who_cancelled_it(zadig: Zadig) -> None:
    tokens, name = zadig.tokens(), zadig.create()
    as_member = {"prefix": "/api/aslan", "params": {"projectName": "nginx"}, "headers": bearer(tokens["member"])}
    zadig.call("POST", "/workflow/workflowtask", json=start_body(name), **as_member)
    zadig.act("cancel", name, 1, **as_member)
    task = zadig.call("GET", task_path(name, 1)).json()
    assert (
        task.items()
        >= {
            "task_id": 1,
            "pipeline_name": name,
            "status": "cancelled",
            "task_creator": "member",
            "task_revoker": "member",
        }.items()
    )


@pytest.mark.parametrize(
    ("most", "first", "ids"),
    [(10, 0, [3, 2, 1]), (2, 0, [3, 2]), (2, 2, [1]), (0, 0, []), (5, 9, [])],
    ids=["all", "first-page", "last-page", "none", "past-the-end"],
)
def test_tasks_are_listed_newest_first_in_pages(zadig: Zadig, most: int, first: int, ids: list[int]) -> None:
    name = zadig.create()
    for _ in range(3):
        zadig.start(name)
    page = zadig.call("GET", f"/workflow/workflowtask/max/{most}/start/{first}/pipelines/{name}").json()
    assert (page["total"], [task["task_id"] for task in page["data"]]) == (3, ids)


def test_workflows_are_listed_by_project(zadig: Zadig) -> None:
    ours, theirs = zadig.create(), zadig.create(product_tmpl_name="other-project")
    listed = zadig.call("GET", "/workflow/workflow?projectName=nginx").json()
    names = {workflow["name"] for workflow in listed}
    assert ours in names
    assert theirs not in names


@pytest.mark.parametrize("prefix", ["/api", "/api/aslan"], ids=["aslan", "gateway"])
def test_health_needs_no_token(zadig: Zadig, prefix: str) -> None:
    assert_success(zadig.call("GET", "/health", prefix=prefix))


# --- cancel and restart ---

ACTIONS = [
    ("cancel", "created", None, "cancelled"),
    ("cancel", "running", None, "cancelled"),
    ("cancel", "passed", (CANCEL, "task: {name}:{id} is passed, cannot cancel"), "passed"),
    ("cancel", "failed", None, "cancelled"),
    ("cancel", "timeout", None, "cancelled"),
    ("cancel", "cancelled", None, "cancelled"),
    ("restart", "created", (RESTART, "更新工作流任务失败"), "created"),
    ("restart", "running", (RESTART, "不能重试已经通过任务"), "running"),
    ("restart", "passed", (RESTART, "不能重试已经通过任务"), "passed"),
    ("restart", "failed", None, "created"),
    ("restart", "timeout", None, "created"),
    ("restart", "cancelled", None, "created"),
]


@pytest.mark.parametrize(
    ("operation", "state", "error", "after"), ACTIONS, ids=[f"{operation}-{state}" for operation, state, *_ in ACTIONS]
)
def test_a_task_changes_as_its_state_allows(
    zadig: Zadig, operation: str, state: str, error: tuple[int, str] | None, after: str
) -> None:
    name, task_id = zadig.task_in(state)
    answer = zadig.act(operation, name, task_id)
    if error is None:
        assert_success(answer)
    else:
        assert_error(answer, error[0], error[1].format(name=name, id=task_id))
    assert zadig.status(name, task_id) == after


@pytest.mark.parametrize("operation", ["cancel", "restart"])
@pytest.mark.parametrize(
    "task_id",
    ["-1", "0", str(2**63 - 1), str(-(2**63)), "+7", "007"],
    ids=["negative", "zero", "greatest", "least", "plus-sign", "leading-zeros"],
)
def test_an_integer_that_is_no_task(zadig: Zadig, operation: str, task_id: str) -> None:
    assert_error(zadig.act(operation, zadig.create(), task_id), *NO_TASK[operation])


@pytest.mark.parametrize("operation", ["cancel", "restart"])
def test_a_task_of_a_missing_workflow(zadig: Zadig, operation: str) -> None:
    assert_error(zadig.act(operation, "none", 1), *NO_TASK[operation])


@pytest.mark.parametrize("operation", ["cancel", "restart"])
@pytest.mark.parametrize(
    "task_id",
    ["", "x", "1.5", "1e3", "１", "٣", str(2**63), str(-(2**63) - 1), "9" * 5_000, "1_0", " 1", "+"],
    ids=[
        "empty",
        "letter",
        "fraction",
        "exponent",
        "fullwidth-digit",
        "arabic-digit",
        "too-great",
        "too-little",
        "endless",
        "underscore",
        "space",
        "sign-only",
    ],
)
def test_an_id_that_is_no_integer_is_refused_first(zadig: Zadig, operation: str, task_id: str) -> None:
    assert_error(zadig.act(operation, "none", task_id), BAD_REQUEST, "invalid task id")


def test_a_restarted_task_lives_again(zadig: Zadig) -> None:
    name, task_id = zadig.task_in("failed")
    zadig.act("restart", name, task_id)
    states = [zadig.status(name, task_id)]
    for seconds in (3, 10):
        zadig.advance(name, seconds)
        states.append(zadig.status(name, task_id))
    assert states == ["created", "running", "failed"]


# --- the clock ---


@pytest.mark.parametrize(
    ("branch", "end"), [("main", "passed"), ("fails", "failed"), ("hangs", "timeout")], ids=["main", "fails", "hangs"]
)
def test_the_branch_decides_how_a_task_ends(branch: str, end: str) -> None:
    ages = (0, 2.9, 3, 12.9, 13, 1e9)
    states = [state_at(life_of(["other", branch]), age) for age in ages]
    assert states == ["created", "created", "running", "running", end, end]


def test_a_clock_moves_only_the_tasks_of_its_workflow(zadig: Zadig) -> None:
    moved, still = zadig.create(), zadig.create()
    zadig.start(moved), zadig.start(still)
    zadig.advance(moved, 3.5)
    assert (zadig.status(moved, 1), zadig.status(still, 1)) == ("running", "created")


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"seconds": -1}', '{"seconds": true}', '{"seconds": NaN}'],
    ids=["empty", "array", "no-seconds", "back", "boolean", "not-a-number"],
)
def test_a_clock_refuses_to_go_anywhere_but_on(perfect: Zadig, body: str) -> None:
    path = f"/_standin/clock/{perfect.create()}"
    assert perfect.call("POST", path, prefix="", data=body).status_code == 400


def test_a_real_clock_goes_by_itself() -> None:
    with serve_in_thread(create_app(clock="real")) as url:
        zadig = Zadig(url)
        name = zadig.create()
        first, second = (
            zadig.call("POST", f"/_standin/clock/{name}", prefix="", json={"seconds": 0}).json()["now"] for _ in "12"
        )
        assert second > first


# --- the protocol ---


@pytest.mark.parametrize("prefix", ["/api", "/api/aslan"], ids=["aslan", "gateway"])
@pytest.mark.parametrize(
    "path", ["/nope", "/workflow/workflow/find/a%2Fb", "/nope/", "/health/x"], ids=["unknown", "slash", "tail", "below"]
)
def test_an_unknown_path_is_404(zadig: Zadig, prefix: str, path: str) -> None:
    answer = zadig.call("GET", path, prefix=prefix)
    assert (answer.status_code, answer.text) == (404, f"Invalid path: {prefix}{path.replace('%2F', '/')}")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("prefix", ["/api", "/api/aslan"], ids=["aslan", "gateway"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD", "OPTIONS", "DELETE"])
def test_a_wrong_method_is_405(zadig: Zadig, prefix: str, method: str) -> None:
    answer = zadig.call(method, "/workflow/workflow", prefix=prefix)
    text = "" if method == "HEAD" else f"Method not allowed: {method} {prefix}/workflow/workflow"
    assert (answer.status_code, answer.text) == (405, text)
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/workflow/workflow"), ("POST", "/workflow/workflowtask/id/1/pipelines/a%20b/restart")],
    ids=["create", "restart"],
)
def test_a_trailing_slash_is_redirected(zadig: Zadig, method: str, path: str) -> None:
    answer = zadig.call(method, f"{path}/?projectName=nginx")
    assert (answer.status_code, answer.headers["location"]) == (307, f"/api{path}?projectName=nginx")


def test_a_percent_encoded_digit_is_the_digit(zadig: Zadig) -> None:
    name, _ = zadig.task_in("created")
    connection = http.client.HTTPConnection(urlsplit(zadig.url).netloc, timeout=10)
    connection.request("DELETE", f"/api/workflow/workflowtask/id/%31/pipelines/{name}")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize(
    "path",
    ["/api/health", "/api/nope", "/api/aslan/workflow/workflow", "/_standin", "/", "/api/workflow/workflow/"],
    ids=["success", "unknown", "denied", "control", "root", "redirect"],
)
def test_every_answer_says_that_it_is_the_stand_in(perfect: Zadig, flawed: Zadig, path: str) -> None:
    stamps = [zadig.call("GET", path, prefix="").headers["X-Zadig-Stand-In"] for zadig in (perfect, flawed)]
    assert stamps == ["perfect", "1.7.0"]


def test_the_control_routes_describe_the_stand_in(flawed: Zadig) -> None:
    facts = flawed.call("GET", "/_standin", prefix="").json()
    assert facts["defects"] == ["cross-talk", "documented-body-crashes", "null-body-crashes", "project-scope"]
    assert (facts["behaviour"], facts["clock"]) == ("1.7.0", "manual")
    assert (facts["project"], facts["env_name"], facts["other_project"]) == ("nginx", "qa", "other-project")
    assert (facts["failing_branch"], facts["hanging_branch"]) == ("fails", "hangs")
    assert facts["tokens"].keys() == {"admin", "member", "viewer", "outsider", "expired"}


def test_the_control_routes_count_api_requests(perfect: Zadig) -> None:
    def count() -> int:
        return int(perfect.call("GET", "/_standin/state", prefix="").json()["requests"])

    before = count()
    perfect.call("GET", "/health")
    perfect.call("GET", "/nope")
    assert count() == before + 2


@pytest.mark.parametrize("arguments", [{"behaviour": "9.9"}, {"clock": "sundial"}], ids=["behaviour", "clock"])
def test_an_unknown_choice_is_refused_by_name(arguments: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"unknown (behaviour '9.9'|clock 'sundial'): choose one of"):
        create_app(**arguments)


# --- authorization ---


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def unsigned(token: str) -> str:
    return jwt.encode(jwt.decode(token, options={"verify_signature": False}), None, "none")


def forged(token: str) -> str:
    return jwt.encode(jwt.decode(token, options={"verify_signature": False}), "k" * 32, "HS256")


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(lambda _: None, id="missing"),
        pytest.param(lambda token: token["member"], id="no-scheme"),
        pytest.param(lambda token: f"Basic {token['member']}", id="basic"),
        pytest.param(lambda _: "Bearer", id="scheme-only"),
        pytest.param(lambda _: "Bearer garbage", id="garbage"),
        pytest.param(lambda _: "Bearer a.b.\xe9".encode("latin-1"), id="not-ascii"),
        pytest.param(lambda token: f"Bearer {token['expired']}", id="expired"),
        pytest.param(lambda token: f"Bearer {unsigned(token['admin'])}", id="unsigned"),
        pytest.param(lambda token: f"Bearer {forged(token['admin'])}", id="forged"),
    ],
)
def test_a_token_that_proves_nobody_is_401(
    zadig: Zadig, header: Callable[[dict[str, str]], str | bytes | None]
) -> None:
    headers = {"Authorization": header(zadig.tokens())}
    body = workflow_body("x", description="x" * 1_000_000)
    answer = zadig.call("POST", "/workflow/workflow?projectName=nginx", "/api/aslan", headers=headers, json=body)
    assert (answer.status_code, answer.content) == (401, b"")
    assert "content-type" not in answer.headers


CALLS = {
    "create": ("POST", "/workflow/workflow"),
    "start": ("POST", "/workflow/workflowtask"),
    "cancel": ("DELETE", "/workflow/workflowtask/id/9/pipelines/{name}"),
    "restart": ("POST", "/workflow/workflowtask/id/9/pipelines/{name}/restart"),
    "find": ("GET", "/workflow/workflow/find/{name}"),
    "delete": ("DELETE", "/workflow/workflow/{name}"),
    "get-task": ("GET", "/workflow/workflowtask/id/9/pipelines/{name}"),
    "list-tasks": ("GET", "/workflow/workflowtask/max/1/start/0/pipelines/{name}"),
    "list-workflows": ("GET", "/workflow/workflow"),
}
READS = {"find", "get-task", "list-tasks", "list-workflows"}


def gateway(zadig: Zadig, user: str, call: str, project: str | None, name: str) -> requests.Response:
    """Make a call through the gateway; bodies are about the workflow `name` in project nginx."""
    method, path = CALLS[call]
    body = {"create": workflow_body(name), "start": start_body(name)}.get(call)
    options = {"params": {"projectName": project}, "headers": bearer(zadig.tokens()[user]), "json": body}
    return zadig.call(method, path.format(name=name), "/api/aslan", **options)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("user", "project", "granted"),
    [
        ("admin", "nginx", set(CALLS)),
        ("admin", None, set(CALLS)),
        ("member", "nginx", set(CALLS)),
        ("member", None, set()),
        ("member", "other-project", set()),
        ("viewer", "nginx", READS),
        ("viewer", None, set()),
        ("outsider", "nginx", set()),
    ],
    ids=[
        "admin-nginx",
        "admin-unnamed",
        "member-nginx",
        "member-unnamed",
        "member-foreign",
        "viewer-nginx",
        "viewer-unnamed",
        "outsider-nginx",
    ],
)
def test_rights_are_held_in_the_project_of_the_query(
    zadig: Zadig, call: str, user: str, project: str | None, granted: set[str]
) -> None:
    answer = gateway(zadig, user, call, project, zadig.create())
    assert (answer.status_code != 403) == (call in granted)
    assert answer.content or call not in granted


@pytest.mark.parametrize("call", sorted(CALLS.keys() - {"list-workflows"}))
def test_naming_an_own_project_opens_others_on_the_real_server_only(perfect: Zadig, flawed: Zadig, call: str) -> None:
    answers = [
        gateway(zadig, "outsider", call, "other-project", "own-scope" if call == "create" else zadig.create())
        for zadig in (perfect, flawed)
    ]
    assert (answers[0].status_code, answers[0].content) == (403, b"")
    assert answers[1].status_code in {200, 400}


def test_the_first_project_of_a_query_counts(zadig: Zadig) -> None:
    headers = bearer(zadig.tokens()["member"])
    path = "/workflow/workflow?projectName={}&projectName={}"
    statuses = [
        zadig.call("GET", path.format(*pair), "/api/aslan", headers=headers).status_code
        for pair in (("nginx", "other-project"), ("other-project", "nginx"))
    ]
    assert statuses == [200, 403]


def test_a_user_without_rights_learns_of_missing_workflows_in_the_own_project_only(perfect: Zadig) -> None:
    answer = gateway(perfect, "outsider", "cancel", "other-project", "none")
    assert_error(answer, *NO_TASK["cancel"])


def test_the_port_of_aslan_asks_for_no_token(zadig: Zadig) -> None:
    name, task_id = zadig.task_in("running")
    assert_success(zadig.act("cancel", name, task_id, params={"projectName": "other-project"}))


def test_unknown_paths_are_told_before_authorization(zadig: Zadig) -> None:
    statuses = [zadig.call("PUT", path, "/api/aslan").status_code for path in ("/nope", "/workflow/workflow")]
    assert statuses == [404, 405]


# --- cross-talk ---


def foreign_descriptions(zadig: Zadig, clients: int, requests_each: int) -> int:
    """Let half of the clients cancel a missing task and half a passed one, and count the answers mixed up."""
    name, task_id = zadig.task_in("passed")
    own = [(99, NO_DOCUMENTS), (task_id, f"task: {name}:{task_id} is passed, cannot cancel")]

    def client(number: int) -> int:
        wanted_id, description = own[number % 2]
        single = Zadig(zadig.url)
        answers = [single.act("cancel", name, wanted_id).json() for _ in range(requests_each)]
        assert {(answer["code"], answer["message"]) for answer in answers} == {(CANCEL, MESSAGES[CANCEL])}
        return sum(answer["description"] != description for answer in answers)

    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(client, range(clients)))


def test_descriptions_are_mixed_up_between_requests_of_the_real_server(flawed: Zadig) -> None:
    assert foreign_descriptions(flawed, clients=8, requests_each=40) >= 0.05 * 8 * 40


def test_descriptions_are_never_mixed_up_by_the_perfect_server(perfect: Zadig) -> None:
    assert foreign_descriptions(perfect, clients=8, requests_each=40) == 0


def test_descriptions_are_never_mixed_up_when_requests_come_one_at_a_time(flawed: Zadig) -> None:
    name, task_id = flawed.task_in("passed")
    for _ in range(20):
        assert_error(flawed.act("cancel", name, 99), CANCEL, NO_DOCUMENTS)
        assert_error(flawed.act("cancel", name, task_id), CANCEL, f"task: {name}:{task_id} is passed, cannot cancel")


@pytest.mark.parametrize(("shared", "description"), [(True, "left over"), (False, "")], ids=["shared", "own"])
def test_an_error_without_description_shows_what_is_left_over(shared: bool, description: str) -> None:
    async def answer_twice() -> Response:
        answers = ErrorAnswers(shared)
        await answers.answer(ZadigError(READ_TASK, MESSAGES[READ_TASK], "left over"))
        return await answers.answer(task_not_found())

    assert json.loads(bytes(asyncio.run(answer_twice()).body))["description"] == description


# --- the package ---


def test_the_stand_in_imports_nothing_of_the_checking_side() -> None:
    for source in Path(contracts.standin.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            foreign = [
                name for name in modules if name.startswith("contracts") and "standin" not in name.split(".")[1:2]
            ]
            assert not foreign, f"{source.name} imports {foreign}: the stand-in must stand alone"
