"""The OpenAPI description is complete in itself, and says where all of it comes from and how operations follow."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from openapi_spec_validator.readers import read_from_filename

from contracts.catalog import release as catalog
from contracts.derive.command import render
from contracts.derive.contract.components import complete
from contracts.derive.contract.contract import combine
from contracts.derive.contract.openapi import openapi
from contracts.derive.observed import Observed, load
from contracts.derive.releases import api_binding, contract_of, release_facts
from helpers.descriptions import (
    OF_PRODUCTS,
    addresses,
    content,
    file,
    made_up,
    operations,
    references,
    resolved,
    responses,
)

RELEASES = catalog.releases()
OF_FILES = {"$schema", "$id", "title"}

each_release = pytest.mark.parametrize("release", RELEASES)
each_of_products = pytest.mark.parametrize("release", OF_PRODUCTS)


@each_release
def test_description_is_valid(release: str) -> None:
    """It holds against OpenAPI 3.1, and refers to nothing outside itself."""
    whole, base = read_from_filename(str(file(release)))
    assert whole["openapi"].startswith("3.1.")
    validate(whole, base_uri=base)
    assert {reference[:13] for reference in references(whole)} == {"#/components/"}


@each_of_products
def test_it_has_the_operations_and_answers_of_the_catalog(release: str) -> None:
    """Nothing that the catalog knows is missing, and nothing is there that it does not know."""
    whole, known = content(release), catalog.load(release)
    found = operations(whole)
    assert {
        entry["operationId"]: (path.replace("{", ":").replace("}", ""), method)
        for path, method, entry in addresses(whole)
    } == {name: (item.path, item.method.lower()) for name, item in known.operations.items()}
    for name, item in known.operations.items():
        rows = responses(whole, found[name])
        answers = {answer: status for status, row in rows.items() for answer in row["x-answers"]}
        assert answers == {answer.name: str(answer.status) for answer in item.answers.values()}
    count = sum(len(row["x-answers"]) for item in found.values() for row in responses(whole, item).values())
    assert count == len(known.answers)


def split(release: str) -> dict[str, Any]:
    """Return the description that refers to the schema files."""
    facts = release_facts(catalog.ROOT, release)
    described = openapi(
        contract_of(catalog.ROOT, release, False), facts, api_binding(catalog.ROOT, facts.lineage), split=True
    )
    written: dict[str, Any] = json.loads(render(described))
    return written


def from_file(release: str, reference: str) -> tuple[Any, Path]:
    """Return what a reference of such a description leads to, and the file that it is in."""
    path, _, pointer = reference.partition("#")
    target = (file(release).parent / path).resolve()
    value = json.loads(target.read_text(encoding="utf-8"))
    for key in filter(None, pointer.split("/")):
        value = value[key]
    return value, target


def schemas(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schemas of an operation's own parameters, body and answers, one by one."""
    places = [*item["parameters"], *item.get("requestBody", {}).get("content", {}).values()]
    places += [row["content"]["application/json"] for row in item["responses"].values() if "$ref" not in row]
    for place in places:
        yield from place["schema"].get("anyOf", [place["schema"]])


@each_of_products
def test_both_forms_have_the_same_schemas(release: str) -> None:
    """What stands in the description is what the schema files say, which --split refers to."""
    whole, files = content(release), operations(split(release))
    folder = catalog.SCHEMAS.resolve()
    for name, item in operations(whole).items():
        for one, other in zip(schemas(item), schemas(files[name]), strict=True):
            inside = resolved(whole, one["$ref"]) if "$ref" in one else one
            outside, path = from_file(release, other["$ref"])
            assert path.is_relative_to(folder)
            assert path.parent.name == name
            Draft202012Validator.check_schema(outside)
            kept = {key: value for key, value in outside.items() if key not in OF_FILES}
            assert complete(kept) == {key: inside[key] for key in inside if key in complete(kept)}
            assert inside.keys() - outside.keys() <= {
                "description",
                "x-basis",
                "x-page",
                "x-lines",
                "x-source",
                "items",
            }
        kept_too = ("summary", "tags", "description")
        assert [item[key] for key in kept_too] == [files[name][key] for key in kept_too]
        assert {status: row.get("links") for status, row in item["responses"].items()} == {
            status: row.get("links") for status, row in files[name]["responses"].items()
        }


@each_release
def test_it_says_what_a_reader_needs(release: str) -> None:
    """Each operation has a summary and a tag that is explained, each parameter a text and an example that fits."""
    whole = content(release)
    info = whole["info"]
    assert info["license"]["identifier"] == "Apache-2.0"
    assert info["contact"]["name"]
    tags = {tag["name"]: tag["description"] for tag in whole["tags"]}
    seen = set()
    for item in operations(whole).values():
        assert item["summary"]
        assert item["tags"]
        seen |= {*item["tags"]}
        for row in item["parameters"]:
            assert len(row["description"]) > len(row["name"])
            assert Draft202012Validator(row["schema"]).is_valid(row["example"])
    assert seen == tags.keys()
    assert all(tags.values())


def test_examples_of_parameters_come_from_the_samples() -> None:
    """Whoever tries an operation out sends the workflow and the task that the samples speak of."""
    rows = operations(content("1.8.0"))["cancel-task"]["parameters"]
    assert {row["name"]: row["example"] for row in rows} == {
        "id": 16,
        "pipeline": "zadig-test-workflow-qa",
        "projectName": "nginx",
    }


@each_of_products
def test_every_operation_says_how_a_server_fails(release: str) -> None:
    """A client can tell a failure from an answer; no case expects one."""
    whole = content(release)
    for item in operations(whole).values():
        failure = responses(whole, item)["500"]
        assert failure["x-answers"] == {}
        (media,) = failure["content"].values()
        (example,) = media["examples"].values()
        assert Draft202012Validator(resolved(whole, media["schema"]["$ref"])).is_valid(example["value"])


def test_documented_failure_stands_beside_the_failures_of_all(tmp_path: Path) -> None:
    """An operation that documents a failure can still fail in the way of all others."""
    observed = facts(tmp_path, "status = 500", "sample = { message = 'no such boat' }")
    whole = openapi(combine(None, observed), observed, {})
    validate(whole)
    media = operations(whole)["look"]["responses"]["500"]["content"]["application/json"]
    assert [*references(media)] == ["#/components/schemas/LookGoneResponse", "#/components/schemas/InternalError"]


def test_arrays_say_what_their_items_are() -> None:
    """Tools that know older OpenAPI refuse an array that leaves it open."""
    schema = {"type": "object", "properties": {"a": {"type": ["array", "null"]}, "b": {"type": "array", "items": {}}}}
    nested = {"type": "array", "items": {"type": "array"}}
    assert complete(schema)["properties"] == {
        "a": {"type": ["array", "null"], "items": {}},
        "b": {"type": "array", "items": {}},
    }
    assert complete(nested) == {"type": "array", "items": {"type": "array", "items": {}}}
    assert complete({"type": "string"}) == {"type": "string"}


@each_of_products
def test_examples_fit_their_own_schemas(release: str) -> None:
    """What a reader copies from the description is right: each answer has an example, and each body."""
    whole = content(release)
    for name, item in operations(whole).items():
        media = [*item.get("requestBody", {}).get("content", {}).values()]
        media += [row["content"]["application/json"] for row in item["responses"].values() if "content" in row]
        for row in media:
            found = [resolved(whole, reference) for reference in references(row["schema"])]
            assert row["examples"], name
            for example in row["examples"].values():
                assert any(Draft202012Validator(schema).is_valid(example["value"]) for schema in found)
        for row in item["responses"].values():
            if "content" in row:
                assert set(row["content"]["application/json"]["examples"]) == set(row["x-answers"])


def of_page(name: str) -> dict[str, Any]:
    """Return the description of a page alone."""
    contract = contract_of(catalog.ROOT, str(Path(__file__).parent / "pages/forms" / f"{name}.md"), True)
    whole = openapi(contract, Observed(contract.release, (contract.release,)), {})
    validate(whole)
    return whole


def test_sample_that_its_own_table_refuses_is_no_example() -> None:
    """It is kept apart: a reader sees it, and no tool takes it for a body that holds its schema."""
    (item,) = operations(of_page("required-body-key-missing-in-sample")).values()
    (media,) = item["requestBody"]["content"].values()
    assert "examples" not in media
    assert set(media["x-contradicting"]) == {"documented"}


def test_answer_that_is_a_text_is_no_json() -> None:
    """It has the content type of a text and what the page shows of it, and no schema that asks for JSON."""
    (item,) = operations(of_page("text-answer")).values()
    (media,) = [(kind, media) for row in item["responses"].values() for kind, media in row.get("content", {}).items()]
    assert media[0].startswith("text/")
    assert media[1]["schema"] == {"type": "string"}
    assert "first line" in media[1]["example"]


@each_of_products
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


def test_answer_that_nobody_observed_is_a_default_response() -> None:
    """A page alone gives a valid description: no status is made up."""
    documented = json.loads((catalog.data_of("1.7.0") / "documented.json").read_text(encoding="utf-8"))
    nothing = Observed("1.7.0", ("1.7.0",), {}, {}, {}, None)
    whole = openapi(combine(documented, nothing), nothing, {})
    validate(whole)
    item = operations(whole)["cancel-task"]
    assert list(item["responses"]) == ["500", "default"]
    assert set(item["responses"]["default"]["x-answers"]) == {"success", "error"}


def test_operation_whose_page_shows_no_answer_has_a_default_response() -> None:
    """Where nothing is promised the description says so, and is still valid."""
    whole = made_up(("look", "GET /look", ()))
    validate(whole)
    assert operations(whole)["look"]["responses"]["default"]["description"] == "The page shows no answer."


def facts(tmp_path: Path, status: str, sample: str) -> Observed:
    """Return a release with one operation that has one answer, and an answer of all operations with a status of 404."""
    row = "source = 'a server'\nmeans = 'Gone.'\n"
    (tmp_path / "9.9.0").mkdir()
    path = tmp_path / "9.9.0/observed.toml"
    path.write_text(
        'release = "9.9.0"\n'
        f"[answers.unknown-path]\nstatus = 404\n{row}text = 'Invalid path'\ncontent_type = 'text/plain'\n"
        "[operations.look]\nmethod = 'GET'\npath = '/look/:id/:id2'\nsource = 'a server'\n"
        "parameters = [{ name = 'id', in = 'path', type = 'integer', required = true },"
        "{ name = 'id2', in = 'path', type = 'integer', required = true }]\n"
        f"[operations.look.answers.gone]\n{status}\n{row}{sample}\n",
        encoding="utf-8",
    )
    return load(path)


def test_own_and_shared_answers_of_one_status_stand_in_one_response(tmp_path: Path) -> None:
    """An operation with a 404 of its own still has the one of all operations."""
    observed = facts(tmp_path, "status = 404", "sample = { message = 'gone' }")
    whole = openapi(combine(None, observed), observed, {})
    assert list(whole["paths"]) == ["/look/{id}/{id2}"]
    response = operations(whole)["look"]["responses"]["404"]
    assert set(response["content"]) == {"application/json", "text/plain"}
    assert set(response["x-answers"]) == {"gone", "unknown-path"}
