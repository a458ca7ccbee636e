"""What tables of a page list becomes schema at any depth, held against the samples of the page."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts.derive.contract.contract import combine
from contracts.derive.contract.schemas import own_schemas
from contracts.derive.observed import Observed
from contracts.derive.page.documented import document
from contracts.derive.page.sections import read_page

FORMS = Path(__file__).parent / "pages/forms"


def schemas(name: str) -> dict[str, Any]:
    """Return the schemas of a page, by operation and answer."""
    documented = document(read_page((FORMS / f"{name}.md").read_bytes().decode(), f"{name}.md"), {})
    release = documented["release"] or "9.9.9"
    return own_schemas(combine({**documented, "release": release}, Observed(release, (release,))))


def body(name: str, operation: str) -> dict[str, Any]:
    content: dict[str, Any] = schemas(name)[f"{operation}/request.json"]["properties"]["body"]
    return content


@pytest.mark.parametrize("page", ["nested-required", "nested-required-sample"])
def test_keys_of_a_sub_model_are_required_as_its_table_says(page: str) -> None:
    """With and without a sample, an item must have what its table requires, and nothing else."""
    known = Draft202012Validator(body(page, "post-boats"))
    assert known.is_valid({"name": "a", "sails": [{"area": 1}]})
    assert not known.is_valid({"name": "a", "sails": [{"colour": "red"}]})
    assert not known.is_valid({"name": "a", "sails": [{"area": "large"}]})
    assert not known.is_valid({"name": "a", "sails": {"area": 1}})
    assert not known.is_valid({"name": "a"})


def test_answer_with_a_table_alone_has_the_keys_of_it() -> None:
    """What the table lists must be there, of its type; its description is the schema's."""
    schema = schemas("answer-table-only")["get-boats-id/success.json"]
    known = Draft202012Validator(schema)
    assert known.is_valid({"id": 1, "name": "a", "more": True})
    assert not known.is_valid({"id": 1})
    assert not known.is_valid({"id": "1", "name": "a"})
    assert schema["properties"]["name"] == {"type": "string", "description": "its name"}


def test_type_of_a_sample_is_the_right_one() -> None:
    """Where table and sample differ, the sample of the page holds its own schema, at any depth."""
    known = Draft202012Validator(schemas("answer-table-other-type")["get-boats-id/success.json"])
    assert known.is_valid({"id": "seven", "owner": "me"})
    assert Draft202012Validator(body("body-table-other-type", "post-boats")).is_valid(
        {"name": 5, "tools": [{"id": 1}], "hull": {"area": "x"}}
    )


def test_swapped_columns_give_types_and_descriptions() -> None:
    """Columns under the headings of each other are read as what they hold."""
    schema = schemas("swapped-columns")["get-boats-id/success.json"]["properties"]
    assert schema["id"] == {"type": "integer", "description": "the number"}
    assert schema["crew"]["items"]["properties"]["age"] == {"type": "integer", "description": "years"}


def test_sub_model_without_a_table_is_what_its_samples_are() -> None:
    """An anchor names it, whatever its name is elsewhere; of several samples each is one."""
    assert body("anchor-to-model-without-table", "post-boats")["properties"]["inputs"]["items"] == {
        "type": "object",
        "properties": {"hull": {"type": "integer"}},
    }
    log = body("listed-values", "post-openapi-fleets")["properties"]["log"]
    assert log["properties"] == {"pages": {"type": "integer"}, "bytes": {"type": "integer"}}
    assert "required" not in log


def test_values_that_a_description_lists_are_the_only_ones() -> None:
    """A list in code, after a word for it or line by line is one; what a sample contradicts is none."""
    query = schemas("listed-values")["get-openapi-fleets-fleet/request.json"]["properties"]["query"]["properties"]
    assert query["state"]["enum"] == ["moored", "sailing", "lost"]
    assert query["page"]["enum"] == [0, 1]
    item = schemas("listed-values")["get-openapi-fleets-fleet/success.json"]["items"]["properties"]
    assert item["kind"]["enum"] == ["boat"]
    assert item["tags"]["items"]["enum"] == ["red", "green"]
    assert "enum" not in item["state"]


def test_keys_below_a_dot_are_nested() -> None:
    """A row such as ``list[].key`` says what the items of the list are; null in a sample may be there."""
    known = Draft202012Validator(schemas("listed-values")["get-openapi-fleets-fleet/success.json"])
    boat: dict[str, Any] = {"kind": "boat", "state": "x", "tags": [], "crew": [], "owner": None}
    assert known.is_valid([boat])
    assert known.is_valid([{**boat, "crew": [{"age": 1, "home": None}, {"age": 1, "home": {"port": "a"}}]}])
    assert not known.is_valid([{**boat, "crew": [{"age": "1", "home": None}]}])
    assert not known.is_valid([{**boat, "crew": [{"age": 1, "home": {"port": 1}}]}])
    assert not known.is_valid([{**boat, "kind": "ship"}])


def test_body_of_another_operation_is_taken_over() -> None:
    """A text that refers to it stands for its table and its sample."""
    assert body("listed-values", "put-openapi-fleets-fleet") == body("listed-values", "post-openapi-fleets")


def test_translated_message_is_no_constant() -> None:
    """The code of a known error is held to; its message in another language than that of servers is not."""
    name = "delete-workflow-workflowtask-id-id-pipelines-pipeline"
    known = schemas("translated-message")[f"{name}/error.json"]["properties"]
    assert known["code"] == {"const": 6163}
    assert known["message"] == {"type": "string"}


def test_error_without_a_type_is_held_to_its_code_and_message() -> None:
    """An envelope with the code of an HTTP error is one, though it has no type."""
    known = schemas("error-code-500")["delete-boats-id/error.json"]["properties"]
    assert known["code"] == {"const": 500}
    assert known["message"] == {"const": "Internal Error: "}


def test_text_answer_has_no_schema() -> None:
    """Lines of text and streams are no JSON."""
    assert set(schemas("text-answer")) == {"get-boats-id-log/request.json"}
    assert "get-openapi-fleets-fleet-news/success.json" not in schemas("listed-values")


def test_header_is_part_of_the_request() -> None:
    """A table of headers lists what is sent in them."""
    headers = schemas("header-table")["get-boats/request.json"]["properties"]["header"]
    assert headers["required"] == ["X-Port"]
