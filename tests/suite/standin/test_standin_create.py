"""The stand-in stores, refuses, finds and deletes workflows as the facts about a real Zadig say, in both behaviours."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest

from contracts.standin.app import create_app
from contracts.standin.defects import PRODUCT_BEHAVIOURS
from contracts.standin.serve import serve_in_thread
from helpers.zadig_client import (
    BAD_REQUEST,
    CREATE,
    DELETE,
    FIND,
    NO_DOCUMENTS,
    Zadig,
    _numbers,
    assert_error,
    assert_panic,
    assert_success,
    documented_body,
    workflow_body,
)


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
@pytest.mark.parametrize("behaviour", PRODUCT_BEHAVIOURS)
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
