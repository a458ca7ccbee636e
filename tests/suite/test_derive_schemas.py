"""The derived schemas accept what Zadig answers and reject what it must not answer."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from openapi_spec_validator.readers import read_from_filename

from contracts.derive.contract import combine
from contracts.derive.observed import load
from contracts.derive.schemas import derive, shape

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas/1.7.0"
DOCUMENTED: dict[str, Any] = json.loads((ROOT / "contracts/releases/1.7.0/documented.json").read_text(encoding="utf-8"))
OBSERVED = load(ROOT / "contracts/releases/1.7.0/observed.toml")
DERIVED = derive(DOCUMENTED, OBSERVED)

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
    assert content["$id"] == f"https://zadig-contract-tests.example/schemas/1.7.0/{path}"
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
    ("value", "expected"),
    [
        pytest.param(None, {}, id="null-says-nothing"),
        pytest.param(True, {"type": "boolean"}, id="truth-is-no-integer"),
        pytest.param(1, {"type": "integer"}, id="integer"),
        pytest.param(1.5, {"type": "number"}, id="number"),
        pytest.param([], {"type": "array"}, id="empty-array-takes-any-item"),
        pytest.param([1, 2], {"type": "array", "items": {"type": "integer"}}, id="array-of-one-type"),
        pytest.param(
            [1, "a"], {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}}, id="mixed-array"
        ),
        pytest.param({}, {"type": "object"}, id="empty-object"),
        pytest.param(
            {"b": {"a": 1}},
            {
                "type": "object",
                "properties": {
                    "b": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
                },
                "required": ["b"],
            },
            id="nested-object",
        ),
    ],
)
def test_sample_value_becomes_a_schema(value: Any, expected: dict[str, Any]):
    """Types come from the sample, at every depth."""
    assert shape(value, required=True) == expected


def test_openapi_is_valid_and_its_references_lead_to_the_schemas():
    """The description holds against OpenAPI 3.1, with every referred file."""
    content, base = read_from_filename(str(SCHEMAS / "openapi.json"))
    validate(content, base_uri=base)
    operations = {entry["operationId"]: entry for path in content["paths"].values() for entry in path.values()}
    assert set(operations) == {"create-workflow", "start-task", "cancel-task", "restart-task"}
    assert set(operations["cancel-task"]["responses"]) == {"200", "400", "401", "403"}
    references = json.dumps(content).split('"$ref": "')[1:]
    assert {reference.split('"')[0].split("#")[0] for reference in references} == {
        path for path in DERIVED if path not in ("cancel-task/request.json", "restart-task/request.json")
    }
