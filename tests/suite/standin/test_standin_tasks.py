"""The stand-in starts, cancels and restarts tasks as the facts about a real Zadig say, and a clock ends them."""

from typing import Any

import pytest

from contracts.standin.app import create_app
from contracts.standin.clock import end_of, state_at
from contracts.standin.serve import serve_in_thread
from helpers.zadig_client import (
    BAD_REQUEST,
    CANCEL,
    DELETE,
    FIND,
    NO_DOCUMENTS,
    NO_TASK,
    READ_TASK,
    RESTART,
    START,
    Zadig,
    assert_error,
    assert_success,
    bearer,
    start_body,
    task_path,
)


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


NO_PROJECT, NO_NAMESPACE, NULL_TARGET = {"product_tmpl_name": ""}, {"namespace": ""}, {"targets": [None]}
ELSEWHERE = {"product_tmpl_name": "none"}


@pytest.mark.parametrize(
    ("behaviour", "changes", "status", "said"),
    [
        pytest.param("1.7.0", NO_PROJECT, 400, NO_DOCUMENTS, id="1.7.0-no-project"),
        pytest.param("1.8.0", NO_PROJECT, 200, "", id="1.8.0-no-project"),
        pytest.param("1.8.0", ELSEWHERE, 400, "找不到 none 的 qa 环境 ", id="1.8.0-missing-project"),
        pytest.param("1.7.0", NO_NAMESPACE, 200, "", id="1.7.0-no-environment"),
        pytest.param("perfect-1.8.0", NO_NAMESPACE, 200, "", id="perfect-1.8.0-no-environment"),
        pytest.param("1.8.0", NO_NAMESPACE, 500, "", id="1.8.0-no-environment"),
        pytest.param("1.7.0", NULL_TARGET, 500, "", id="1.7.0-null-target"),
        pytest.param("perfect", NULL_TARGET, 400, "EOF", id="perfect-null-target"),
        pytest.param("1.7.0", {"namespace": {}}, 400, "EOF", id="1.7.0-wrong-type"),
        pytest.param("1.8.0", {"namespace": {}}, 400, "unexpected EOF", id="1.8.0-wrong-type"),
        pytest.param("1.8.0", {"targets": [{"service_name": "none"}]}, 200, "", id="1.8.0-no-such-service"),
    ],
)
def test_a_start_by_release(behaviour: str, changes: Any, status: int, said: str) -> None:
    """What a start takes, and what crashes it, is not the same in all releases."""
    with serve_in_thread(create_app(behaviour)) as url:
        zadig = Zadig(url)
        answer = zadig.call("POST", "/workflow/workflowtask", json=start_body(zadig.create()) | changes)
    assert answer.status_code == status
    assert (answer.json().get("description", "") if answer.content else "") == said


@pytest.mark.parametrize(("behaviour", "counts"), [("perfect", False), ("1.7.0", True)])
def test_a_refused_restart_of_a_queued_task(behaviour: str, counts: bool) -> None:
    """Real servers count it all the same."""
    with serve_in_thread(create_app(behaviour)) as url:
        zadig = Zadig(url)
        name, task = zadig.task_in("created")
        assert zadig.act("restart", name, task).status_code == 400
        assert zadig.call("GET", task_path(name, task)).json()["is_restart"] is counts


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
    states = [state_at(end_of(["other", branch]), age) for age in ages]
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
