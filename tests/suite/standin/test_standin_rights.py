"""The stand-in knows tokens and holds rights as the gateway before a real Zadig does, in both behaviours."""

from collections.abc import Callable

import jwt
import pytest
import requests

from contracts.breakages.proxy.recognise import OPERATIONS, line_of
from helpers.zadig_client import (
    NO_TASK,
    Zadig,
    assert_error,
    assert_success,
    bearer,
    start_body,
    workflow_body,
)


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


READS = {"find-workflow", "get-task", "list-tasks", "list-workflows"}
CALLS = [*OPERATIONS, "delete-workflow", *sorted(READS)]


def gateway(zadig: Zadig, user: str, call: str, project: str | None, name: str) -> requests.Response:
    """Make a call through the gateway; bodies are about the workflow `name` in project nginx."""
    method, path = line_of(call, name=name, id=9)
    body = {"create-workflow": workflow_body(name), "start-task": start_body(name)}.get(call)
    options = {"params": {"projectName": project}, "headers": bearer(zadig.tokens()[user]), "json": body}
    return zadig.call(method, path, "/api/aslan", **options)


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


@pytest.mark.parametrize("call", [call for call in CALLS if call != "list-workflows"])
def test_naming_an_own_project_opens_others_on_the_real_server_only(perfect: Zadig, flawed: Zadig, call: str) -> None:
    answers = [
        gateway(zadig, "outsider", call, "other-project", "own-scope" if call == "create-workflow" else zadig.create())
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
    answer = gateway(perfect, "outsider", "cancel-task", "other-project", "none")
    assert_error(answer, *NO_TASK["cancel"])


def test_the_port_of_aslan_asks_for_no_token(zadig: Zadig) -> None:
    name, task_id = zadig.task_in("running")
    assert_success(zadig.act("cancel", name, task_id, params={"projectName": "other-project"}))


def test_unknown_paths_are_told_before_authorization(zadig: Zadig) -> None:
    statuses = [zadig.call("PUT", path, "/api/aslan").status_code for path in ("/nope", "/workflow/workflow")]
    assert statuses == [404, 405]
