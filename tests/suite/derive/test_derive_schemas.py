"""The derived schemas accept what Zadig answers and reject what it must not answer."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts.derive.contract.contract import combine
from contracts.derive.contract.schemas import constants, own_schemas
from contracts.derive.observed import Observed, ObservedAnswer, ObservedOperation, load

ROOT = Path(__file__).parents[3]
SCHEMAS = ROOT / "schemas/aslan/1.7.0"
DATA = ROOT / "contracts/apis/aslan/1.7.0"
DOCUMENTED: dict[str, Any] = json.loads((DATA / "documented.json").read_text(encoding="utf-8"))
FACTS = DATA / "observed.toml"
OBSERVED = load(FACTS)
DERIVED = own_schemas(combine(DOCUMENTED, OBSERVED))

MISSING = {
    "code": 6163,
    "description": "mongo: no documents in result",
    "extra": {},
    "message": "取消工作流任务失败",
    "type": "error",
}
QUEUED = {"pipeline_name": "one", "task_id": 1}
CREATE = DOCUMENTED["operations"]["create-workflow"]["body"]["sample"]
CANCEL = {"path": {"id": 1, "pipeline": "one"}, "query": {"projectName": "nginx"}}


def without(instance: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in instance.items() if name != key}


GOOD = {
    "success": ("cancel-task/success", {"message": "success"}),
    "success-with-a-further-key": ("cancel-task/success", {"message": "success", "id": 1}),
    "error-as-documented": ("cancel-task/no-such-task", MISSING),
    "error-with-another-description": ("cancel-task/no-such-task", {**MISSING, "description": "something else"}),
    "error-with-a-further-key": ("cancel-task/no-such-task", {**MISSING, "trace": "x"}),
    "error-with-something-extra": ("cancel-task/no-such-task", {**MISSING, "extra": {"a": 1}}),
    "queued-task": ("start-task/queued", QUEUED),
    "queued-task-of-a-later-release": ("start-task/queued", {**QUEUED, "project_name": "nginx"}),
    "documented-create-body": ("create-workflow/request", {"body": CREATE}),
    "create-body-that-servers-need": ("create-workflow/request", {"body": {**CREATE, "hook_ctl": {}}}),
    "create-body-of-required-keys-only": ("create-workflow/request", {"body": {"name": "one", "env_name": "qa"}}),
    "cancel-request": ("cancel-task/request", CANCEL),
    "cancel-request-without-project": ("cancel-task/request", {"path": CANCEL["path"]}),
}
BAD = {
    "success-with-another-message": ("cancel-task/success", {"message": "ok"}),
    "success-without-message": ("cancel-task/success", {}),
    "success-as-a-list": ("cancel-task/success", [{"message": "success"}]),
    "error-in-place-of-success": ("cancel-task/success", MISSING),
    "success-in-place-of-error": ("cancel-task/no-such-task", {"message": "success"}),
    **{f"error-without-{key}": ("cancel-task/no-such-task", without(MISSING, key)) for key in MISSING},
    "error-with-another-code": ("cancel-task/no-such-task", {**MISSING, "code": 6164}),
    "error-with-a-code-as-text": ("cancel-task/no-such-task", {**MISSING, "code": "6163"}),
    "error-with-another-message": ("cancel-task/no-such-task", {**MISSING, "message": "failed"}),
    "error-of-another-type": ("cancel-task/no-such-task", {**MISSING, "type": "warning"}),
    "error-without-any-description": ("cancel-task/no-such-task", {**MISSING, "description": None}),
    "error-with-extra-as-null": ("cancel-task/no-such-task", {**MISSING, "extra": None}),
    "error-with-extra-as-a-list": ("cancel-task/no-such-task", {**MISSING, "extra": []}),
    "queued-task-without-id": ("start-task/queued", without(QUEUED, "task_id")),
    "queued-task-with-id-as-text": ("start-task/queued", {**QUEUED, "task_id": "1"}),
    "queued-task-zero": ("start-task/queued", {**QUEUED, "task_id": 0}),
    "queued-task-with-a-fraction": ("start-task/queued", {**QUEUED, "task_id": 1.5}),
    "queued-task-without-a-name": ("start-task/queued", {**QUEUED, "pipeline_name": None}),
    "create-body-without-name": ("create-workflow/request", {"body": without(CREATE, "name")}),
    "create-body-with-enabled-as-text": ("create-workflow/request", {"body": {**CREATE, "enabled": "true"}}),
    "create-body-with-stage-as-a-list": ("create-workflow/request", {"body": {**CREATE, "build_stage": []}}),
    "create-request-without-body": ("create-workflow/request", {}),
    "cancel-request-without-id": ("cancel-task/request", {"path": {"pipeline": "one"}}),
    "cancel-request-with-id-as-text": ("cancel-task/request", {"path": {"id": "one", "pipeline": "one"}}),
}


def schema(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize(("name", "instance"), GOOD.values(), ids=GOOD)
def test_good_instance_is_accepted(name: str, instance: Any):
    """What the page promises fits, and further keys do not matter."""
    assert [error.message for error in Draft202012Validator(schema(name)).iter_errors(instance)] == []


@pytest.mark.parametrize(("name", "instance"), BAD.values(), ids=BAD)
def test_bad_instance_is_rejected(name: str, instance: Any):
    """A missing key, another type or another constant does not fit."""
    assert not Draft202012Validator(schema(name)).is_valid(instance)


@pytest.mark.parametrize("path", sorted(DERIVED))
def test_schema_is_valid_and_says_where_it_comes_from(path: str):
    """Each schema has a stable identifier and the page lines or the source of its fact."""
    content = DERIVED[path]
    Draft202012Validator.check_schema(content)
    assert content["$id"] == f"https://zadig-contract-tests.example/schemas/aslan/1.7.0/{path}"
    assert content["title"] == path.removesuffix(".json").replace("/", ": ")
    assert content["description"]
    if content["x-basis"] == "documented":
        assert content["x-page"] == DOCUMENTED["page"]["file"]
        first, last = content["x-lines"]
        assert 1 <= first <= last <= DOCUMENTED["page"]["lines"]
    else:
        assert content["x-source"]


def test_every_answer_has_a_schema_that_accepts_its_own_sample():
    """One file per operation and answer, and one per request."""
    expected = set()
    for operation in combine(DOCUMENTED, OBSERVED).operations:
        expected.add(f"{operation.name}/request.json")
        for answer in operation.answers:
            expected.add(f"{operation.name}/{answer.name}.json")
            Draft202012Validator(DERIVED[f"{operation.name}/{answer.name}.json"]).validate(answer.sample)
        if operation.body is not None:
            body = DERIVED[f"{operation.name}/request.json"]["properties"]["body"]
            Draft202012Validator(body).validate(operation.body)
    assert set(DERIVED) == expected


@pytest.mark.parametrize(
    ("sample", "keys"),
    [
        pytest.param(MISSING, ("code", "message", "type"), id="error"),
        pytest.param({"type": "error", "code": 1}, ("code", "type"), id="error-without-message"),
        pytest.param({"message": "success"}, ("message",), id="success"),
        pytest.param({"message": "success", "id": 1}, (), id="success-with-more"),
        pytest.param({"resultCode": 0, "errorMsg": "success"}, ("resultCode", "errorMsg"), id="result-code"),
        pytest.param({"resultCode": 1, "errorMsg": "no workflow one"}, ("resultCode",), id="result-code-of-an-error"),
        pytest.param(QUEUED, (), id="no-envelope"),
        pytest.param(["error"], (), id="no-object"),
    ],
)
def test_constants_are_those_of_the_envelope(sample: Any, keys: tuple[str, ...]):
    """What is the same in every answer of a kind is held to the letter, whichever envelope the page has."""
    assert constants(sample) == keys


def test_default_of_a_parameter_stands_in_its_schema():
    """What the page's table gives as default is not lost."""
    row = {"name": "retry", "in": "query", "type": "integer", "required": False, "default": 3, "line": 1}
    entry = {**DOCUMENTED["operations"]["cancel-task"], "parameters": [row]}
    documented = {**DOCUMENTED, "operations": {**DOCUMENTED["operations"], "cancel-task": entry}}
    query = own_schemas(combine(documented, OBSERVED))["cancel-task/request.json"]["properties"]["query"]
    assert query["properties"] == {"retry": {"type": "integer", "default": 3}}


def test_body_with_a_table_and_no_sample_has_a_schema():
    """A page that lists the keys of a body and shows none promises a body all the same."""
    documented = {**DOCUMENTED, "operations": dict(DOCUMENTED["operations"])}
    documented["operations"]["create-workflow"] = {**DOCUMENTED["operations"]["create-workflow"], "body": None}
    body = own_schemas(combine(documented, OBSERVED))["create-workflow/request.json"]["properties"]["body"]
    assert body["required"] == ["env_name", "name"]
    assert body["properties"].keys() == {"env_name", "name", "hook_ctl"}


def test_newer_page_counts_more_than_an_older_fact():
    """What a later page documents of a request replaces what an earlier release's facts said of it."""
    later = replace(OBSERVED, release="1.8.9", lineage=("1.8.9", "1.7.0"))
    entry = {"method": "POST", "path": "/workflow/workflowtask/:name", "line": 3, "parameters": [], "body": None}
    for release, path in (("1.8.9", entry["path"]), ("1.7.0", "/workflow/workflowtask")):
        page = {**DOCUMENTED, "release": release, "operations": {"start-task": {**entry, "answers": {}}}}
        facts = replace(later, operations={"start-task": OBSERVED.operations["start-task"]})
        (operation,) = combine(page, facts).operations
        assert operation.path == path


def test_several_samples_of_one_answer_and_further_errors_are_kept():
    """A key that one of several samples lacks is optional, and an error of another code is an answer of its own."""
    first, second = {**MISSING, "trace": "x"}, {**MISSING, "description": "gone"}
    other = {**MISSING, "code": 6164}
    answers = {
        **DOCUMENTED["operations"]["cancel-task"]["answers"],
        "error": {
            "sample": first | {"description": MISSING["description"]},
            "lines": [1, 2],
            "samples": [{"sample": first, "lines": [1, 2]}, {"sample": second, "lines": [3, 4]}],
        },
        "error-6164": {"sample": other, "lines": [5, 6]},
    }
    entry = {**DOCUMENTED["operations"]["cancel-task"], "answers": answers}
    derived = own_schemas(
        combine({**DOCUMENTED, "operations": {**DOCUMENTED["operations"], "cancel-task": entry}}, OBSERVED)
    )
    missing = Draft202012Validator(derived["cancel-task/no-such-task.json"])
    assert missing.is_valid(first)
    assert missing.is_valid(second)
    assert not missing.is_valid(without(second, "extra"))
    assert not missing.is_valid({**second, "code": 6164})
    assert Draft202012Validator(derived["cancel-task/error-6164.json"]).is_valid(other)


def test_what_is_optional_or_varies_is_not_held_to_the_sample():
    """A key may be lacking where its row says so; one that varies may be anything, what stands beside it not."""
    sample = {"end": 1, "parts": [{"kind": "a", "spec": {"deep": 1}}], "id": 1}
    row = ObservedAnswer("found", "1.7.0", 200, "a server", "Found.", "json", None, sample=sample)
    answer = replace(row, optional=("$.end",), varies=("$.parts[*].spec",))
    facts = ObservedOperation("look", "1.7.0", {"found": answer}, "a server", "GET", "/look", ())
    observed = Observed("1.7.0", ("1.7.0",), {"look": facts})
    schema = Draft202012Validator(own_schemas(combine(None, observed))["look/found.json"])
    assert schema.is_valid({"id": 2, "parts": [{"kind": "b", "spec": None}, {"kind": "c"}]})
    assert schema.is_valid(sample)
    assert not schema.is_valid({"id": 2, "end": "late", "parts": []})
    assert not schema.is_valid({"id": 2, "parts": [{"spec": {}}]})


def test_several_answers_that_a_page_shows_in_one_place_are_told_apart():
    """Rows that refer to one place of the page have those of its samples that say what they say."""
    first, second = {**MISSING, "description": "gone"}, {**MISSING, "description": "still there"}
    place = {"sample": first, "lines": [1, 2], "samples": [{"sample": first}, {"sample": second}]}
    entry = {**DOCUMENTED["operations"]["cancel-task"], "answers": {"error": place}}
    rows = {
        name: ObservedAnswer(name, "1.7.0", 400, "a server", name, "json", None, documented="error", description=text)
        for name, text in (("gone", "gone"), ("there", "still there"))
    }
    observed = Observed("1.7.0", ("1.7.0",), {"cancel-task": ObservedOperation("cancel-task", "1.7.0", rows)})
    page = {**DOCUMENTED, "operations": {"cancel-task": entry}}
    answers = combine(page, observed).operations[0].answers
    assert {answer.name: answer.samples for answer in answers} == {"gone": (first,), "there": (second,)}
