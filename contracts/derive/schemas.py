"""JSON Schemas (2020-12) of every request and every JSON answer of a release."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.derive.contract import Answer, Contract, Operation, combine
from contracts.derive.facts import Observed
from contracts.derive.parameters import json_type

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ID: Final = "https://zadig-contract-tests.example/schemas"

Schema = dict[str, Any]


def derive(documented: Mapping[str, Any] | None, observed: Observed) -> dict[str, Schema]:
    """Return relative path (``cancel-task/success.json``, ``cancel-task/request.json``) to schema.

    Only what this release says itself: what it takes over from its base stands in the base's folder.
    ``documented`` is the content of documented.json, of the release or of the base that has one.
    Raises DeriveError where page and observed facts contradict each other.
    """
    return own_schemas(combine(documented, observed))


def own_schemas(contract: Contract) -> dict[str, Schema]:
    """Return relative path to schema, without what the release takes over from its base."""
    schemas: dict[str, Schema] = {}
    for operation in contract.operations:
        if operation.release == contract.release:
            schemas[f"{operation.name}/request.json"] = request_schema(contract, operation)
        for answer in operation.answers:
            if answer.release == contract.release:
                schemas[f"{operation.name}/{answer.name}.json"] = answer_schema(contract, operation, answer)
    return schemas


def answer_schema(contract: Contract, operation: Operation, answer: Answer) -> Schema:
    """Return the schema of one answer: every key of the sample is required, and further keys are allowed."""
    schema = shape(answer.sample, required=True)
    for key in constants(answer.sample):
        schema["properties"][key] = {"const": answer.sample[key]}
    for key, least in answer.minimum.items():
        schema["properties"][key]["minimum"] = least
    return {
        "$schema": DIALECT,
        "$id": f"{ID}/{contract.release}/{operation.name}/{answer.name}.json",
        "title": f"{operation.name}: {answer.name}",
        "description": f"{answer.means} {_origin(contract, answer.lines, answer.source)}",
        **_basis(contract, answer.lines, answer.source),
        **schema,
    }


def request_schema(contract: Contract, operation: Operation) -> Schema:
    """Return the schema of a request, as an object of its path and query parameters and its body, if it has one."""
    sections = {
        place: _parameters([row for row in operation.parameters if row["in"] == place]) for place in ("path", "query")
    }
    if operation.body is not None:
        sections["body"] = _body(operation)
    lines = operation.body_lines or (None if operation.line is None else (operation.line, operation.line))
    return {
        "$schema": DIALECT,
        "$id": f"{ID}/{contract.release}/{operation.name}/request.json",
        "title": f"{operation.name}: request",
        "description": f"What {operation.method} {operation.path} takes. {_origin(contract, lines, operation.source)}",
        **_basis(contract, lines, operation.source),
        "type": "object",
        "properties": sections,
        "required": [place for place in sections if place == "body" or sections[place]["required"]],
    }


def constants(sample: Any) -> tuple[str, ...]:
    """Return the keys whose values are the same in every answer of this kind: those of the two envelopes."""
    if not isinstance(sample, dict):
        return ()
    if sample.get("type") == "error":
        return tuple(key for key in ("code", "message", "type") if key in sample)
    return ("message",) if set(sample) == {"message"} else ()


def shape(value: Any, required: bool) -> Schema:
    """Return a schema for values like this one; ``required``: whether the keys of its objects must all be there.

    Null and the items of an empty array say nothing about a type, so anything is accepted there.
    """
    kind = json_type(value)
    schema: Schema = {} if kind is None else {"type": kind}
    if isinstance(value, dict) and value:
        schema["properties"] = {key: shape(item, required) for key, item in value.items()}
        if required:
            schema["required"] = sorted(value)
    elif isinstance(value, list) and value:
        shapes: list[Schema] = []
        for item in value:
            if (each := shape(item, required)) not in shapes:
                shapes.append(each)
        schema["items"] = shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
    return schema


def _parameters(rows: Sequence[Mapping[str, Any]]) -> Schema:
    return {
        "type": "object",
        "properties": {row["name"]: {} if row["type"] is None else {"type": row["type"]} for row in rows},
        "required": sorted(row["name"] for row in rows if row["required"]),
    }


def _body(operation: Operation) -> Schema:
    """Return the schema of the body: types by the sample, required keys by the parameter table."""
    table = _parameters([row for row in operation.parameters if row["in"] == "body"])
    sample = shape(operation.body, required=False)
    if not isinstance(operation.body, dict):
        return sample
    undocumented: Schema = {}
    if facts := operation.body_facts:
        for key, value in facts.undocumented.items():
            undocumented[key] = {**shape(value, required=False), "x-basis": "observed", "x-source": facts.source}
    properties = {**undocumented, **table["properties"], **sample.get("properties", {})}
    return {"type": "object", "properties": properties, "required": table["required"]}


def _basis(contract: Contract, lines: tuple[int, int] | None, source: str | None) -> Schema:
    if lines is None:
        return {"x-basis": "observed", "x-source": source}
    return {"x-basis": "documented", "x-page": contract.page, "x-lines": list(lines)}


def _origin(contract: Contract, lines: tuple[int, int] | None, source: str | None) -> str:
    if lines is None:
        return f"Observed: {source}."
    first, last = lines
    return f"Documented: {contract.page}, " + (f"line {first}." if first == last else f"lines {first} to {last}.")
