"""The OpenAPI description is one that other people's tools take: a validator, and a generator of requests."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from openapi_spec_validator.readers import read_from_filename
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from contracts.catalog import release as catalog
from contracts.derive.contract.contract import combine
from contracts.derive.contract.openapi import openapi
from contracts.derive.contract.schemas import own_schemas
from contracts.derive.observed import Observed, load
from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread

RELEASES = catalog.releases()
OPERATIONS = ("create-workflow", "start-task", "cancel-task", "restart-task")
BEHAVIOURS = {"1.7.0": "perfect", "1.7.1": "perfect", "1.8.0": "perfect-1.8.0", "1.9.0": "perfect-1.9.0"}
REQUESTS = 6
"""How many valid requests each operation gets."""

each_release = pytest.mark.parametrize("release", RELEASES)


def file(release: str) -> Path:
    return catalog.SCHEMAS / "aslan" / release / "openapi.json"


def content(release: str) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(file(release).read_text(encoding="utf-8"))
    return whole


def operations(whole: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["operationId"]: entry for path in whole["paths"].values() for entry in path.values()}


def responses(whole: dict[str, Any], operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the responses of an operation by status, those that all share put in."""
    shared = whole["components"]["responses"]
    found = operation["responses"].items()
    return {status: shared[row["$ref"].rpartition("/")[2]] if "$ref" in row else row for status, row in found}


def resolved(release: str, reference: str) -> tuple[Any, Path]:
    """Return what a reference from the description leads to, and the file that it is in."""
    path, _, pointer = reference.partition("#")
    target = (file(release).parent / path).resolve()
    value = json.loads(target.read_text(encoding="utf-8"))
    for key in filter(None, pointer.split("/")):
        value = value[key]
    return value, target


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from [inner] if key == "$ref" else references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


@each_release
def test_description_is_valid(release: str) -> None:
    """It holds against OpenAPI 3.1, with every file that it refers to."""
    whole, base = read_from_filename(str(file(release)))
    assert whole["openapi"].startswith("3.1.")
    validate(whole, base_uri=base)


@each_release
def test_it_has_the_operations_and_answers_of_the_catalog(release: str) -> None:
    """Nothing that the catalog knows is missing, and nothing is there that it does not know."""
    whole, known = content(release), catalog.load(release)
    found = operations(whole)
    assert {name: (len(path), method) for name, path, method in _addresses(whole)} == {
        name: (len(item.path), item.method.lower()) for name, item in known.operations.items()
    }
    for name, item in known.operations.items():
        rows = responses(whole, found[name])
        answers = {answer: status for status, row in rows.items() for answer in row["x-answers"]}
        assert answers == {answer.name: str(answer.status) for answer in item.answers.values()}
    count = sum(len(row["x-answers"]) for item in found.values() for row in responses(whole, item).values())
    assert count == len(known.answers)


def _addresses(whole: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for path, methods in whole["paths"].items():
        for method, entry in methods.items():
            yield entry["operationId"], path.replace("{", ":").replace("}", ""), method


@each_release
def test_everything_with_a_schema_refers_to_a_schema_file(release: str) -> None:
    """Parameters, bodies and answers of JSON keep no schema of their own: there is one place for each."""
    schemas = catalog.SCHEMAS.resolve()
    for name, item in operations(content(release)).items():
        places = [row["schema"] for row in item["parameters"]]
        places += [row["schema"] for row in item.get("requestBody", {}).get("content", {}).values()]
        places += [
            row["content"]["application/json"]["schema"] for row in item["responses"].values() if "$ref" not in row
        ]
        for place in places:
            found = list(references(place))
            assert found, f"{name}: {place}"
            for reference in found:
                value, target = resolved(release, reference)
                Draft202012Validator.check_schema(value)
                assert target.is_relative_to(schemas)
                assert target.parent.name == name


@each_release
def test_examples_fit_their_own_schemas(release: str) -> None:
    """What a reader copies from the description is right: each answer has an example, and each body."""
    for name, item in operations(content(release)).items():
        media = [*item.get("requestBody", {}).get("content", {}).values()]
        media += [row["content"]["application/json"] for row in item["responses"].values() if "content" in row]
        for row in media:
            schemas = [resolved(release, reference)[0] for reference in references(row["schema"])]
            assert row["examples"], name
            for example in row["examples"].values():
                assert any(Draft202012Validator(schema).is_valid(example["value"]) for schema in schemas)
        for row in item["responses"].values():
            if "content" in row:
                assert set(row["content"]["application/json"]["examples"]) == set(row["x-answers"])


@each_release
def test_every_promise_says_where_it_comes_from(release: str) -> None:
    """Documented things name lines of the page, observed ones their source."""
    whole = content(release)
    page = json.loads((catalog.data_of("1.7.0") / "documented.json").read_text(encoding="utf-8"))["page"]
    rows = [row for item in operations(whole).values() for row in (item, *item["parameters"])]
    for item in operations(whole).values():
        rows += [row for response in responses(whole, item).values() for row in response["x-answers"].values()]
    bases = [row["x-basis"] for row in rows]
    assert {"documented", "observed"} == set(bases)
    for row in rows:
        if row["x-basis"] == "documented":
            first, last = row["x-lines"]
            assert row["x-page"] == page["file"]
            assert 1 <= first <= last <= page["lines"]
        else:
            assert row["x-source"]
    assert all(row["x-observed"]["source"] for row in rows if "x-observed" in row)


def test_observed_facts_stand_beside_what_is_documented() -> None:
    """Status, text and source that only servers showed are there, apart from the page's lines."""
    item = operations(content("1.7.0"))["cancel-task"]
    answer = item["responses"]["400"]["x-answers"]["already-passed"]
    assert answer["x-observed"]["status"] == 400
    assert answer["x-observed"]["description"] == "task: {name}:{id} is passed, cannot cancel"
    body = operations(content("1.7.0"))["create-workflow"]["requestBody"]
    assert "hook_ctl" in body["content"]["application/json"]["examples"]["usual"]["value"]
    assert "$.notify_ctl.weChat_webHook" in body["x-not-kept"]
    assert "cancelled" in content("1.7.0")["x-task-states"]["final"]


def test_host_and_prefix_are_variables_of_the_server() -> None:
    """The same description serves the gateway and the service's own port, with a token of a Zadig user."""
    whole = content("1.7.0")
    server = whole["servers"][0]
    assert server["variables"].keys() >= {"host", "prefix"}
    assert all(f"{{{name}}}" in server["url"] for name in server["variables"])
    assert server["variables"]["prefix"]["default"] == "/api/aslan"
    scheme = next(iter(whole["security"][0]))
    token = whole["components"]["securitySchemes"][scheme]
    assert (token["type"], token["scheme"]) == ("http", "bearer")


def test_answer_that_nobody_observed_is_a_default_response(tmp_path: Path) -> None:
    """A page alone gives a valid description: no status is made up."""
    documented = json.loads((catalog.data_of("1.7.0") / "documented.json").read_text(encoding="utf-8"))
    nothing = Observed("1.7.0", ("1.7.0",), {}, {}, {}, None)
    contract = combine(documented, nothing)
    whole = openapi(contract, nothing)
    for path, schema in own_schemas(contract).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(json.dumps(schema), encoding="utf-8")
    validate(whole, base_uri=(tmp_path / "openapi.json").as_uri())
    item = operations(whole)["cancel-task"]
    assert list(item["responses"]) == ["default"]
    assert set(item["responses"]["default"]["x-answers"]) == {"success", "error"}


def test_own_and_shared_answers_of_one_status_stand_in_one_response(tmp_path: Path) -> None:
    """An operation with a 404 of its own still has the one of all operations."""
    row = "status = 404\nsource = 'a server'\nmeans = 'Gone.'\n"
    (tmp_path / "9.9.0").mkdir()
    path = tmp_path / "9.9.0/observed.toml"
    path.write_text(
        'release = "9.9.0"\n'
        f"[answers.unknown-path]\n{row}text = 'Invalid path'\ncontent_type = 'text/plain'\n"
        "[operations.look]\nmethod = 'GET'\npath = '/look/:id/:id2'\nsource = 'a server'\n"
        "parameters = [{ name = 'id', in = 'path', type = 'integer', required = true },"
        "{ name = 'id2', in = 'path', type = 'integer', required = true }]\n"
        f"[operations.look.answers.gone]\n{row}sample = {{ message = 'gone' }}\n",
        encoding="utf-8",
    )
    observed = load(path)
    whole = openapi(combine(None, observed), observed)
    assert list(whole["paths"]) == ["/look/{id}/{id2}"]
    response = operations(whole)["look"]["responses"]["404"]
    assert set(response["content"]) == {"application/json", "text/plain"}
    assert set(response["x-answers"]) == {"gone", "unknown-path"}


@pytest.fixture(scope="module", params=RELEASES)
def described(request: pytest.FixtureRequest) -> Iterator[tuple[Any, str, dict[str, str]]]:
    """Yield the description as schemathesis loads it, the address of a stand-in, and the header that opens it."""
    whole = schemathesis.openapi.from_path(file(request.param))
    with serve_in_thread(create_app(BEHAVIOURS.get(request.param, "perfect-1.9.0"))) as url:
        token = requests.get(f"{url}/_standin", timeout=10).json()["tokens"]["admin"]
        yield whole, f"{url}/api/aslan", {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_valid_requests_get_documented_answers(described: tuple[Any, str, dict[str, str]], name: str) -> None:
    """A generator of requests that knows only the description is never surprised by a good server."""
    whole, base_url, headers = described
    statuses = set()
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]

    @seed(170)
    @settings(max_examples=REQUESTS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=whole.find_operation_by_id(name).as_strategy())
    def send(case: Any) -> None:
        response = case.call(base_url=base_url, headers=headers)
        case.validate_response(response, checks=checks)
        statuses.add(response.status_code)

    send()
    assert statuses - {307, 404, 405}, f"no request reached {name}: {statuses}"
