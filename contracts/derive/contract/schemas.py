"""JSON Schemas (2020-12) of every request and every JSON answer of a release; several samples unite into one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.derive.contract.contract import Answer, Contract, Lines, Operation
from contracts.derive.page.samples import values_by_key
from contracts.text.strict_json import json_type

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ID: Final = "https://zadig-contract-tests.example/schemas/aslan"
URL_PLACES: Final = ("path", "query")
"""Where a parameter stands that is no key of the body."""

Schema = dict[str, Any]


def united(samples: Sequence[Any], required: bool) -> Schema:
    """Return a JSON Schema for values like these; ``required``: whether a key that all of them have must be there.

    Null and the items of an empty array say nothing about a type. The items of all arrays in one place are samples of
    one thing too.
    """
    kinds = sorted({kind for sample in samples if (kind := json_type(sample)) is not None})
    if not kinds:
        return {}
    if "number" in kinds and "integer" in kinds:
        kinds.remove("integer")
    if any(sample is None for sample in samples):
        # A value that is null in one sample may be null, whatever it is in the others.
        kinds.append("null")
    schema: Schema = {"type": kinds[0] if len(kinds) == 1 else kinds}
    objects = [sample for sample in samples if isinstance(sample, dict)]
    if by_key := values_by_key(objects):
        schema["properties"] = {key: united(values, required) for key, values in sorted(by_key.items())}
        always = sorted(key for key, values in by_key.items() if len(values) == len(objects))
        if required and always:
            schema["required"] = always
    items = [item for sample in samples if isinstance(sample, list) for item in sample]
    if items:
        schema["items"] = united(items, required)
    return schema


def own_schemas(contract: Contract) -> dict[str, Schema]:
    """Return relative path (``cancel-task/success.json``, ``cancel-task/request.json``) to schema.

    Only what this release says itself: what it takes over from its base stands in the base's folder.
    """
    schemas: dict[str, Schema] = {}
    for operation in contract.operations:
        if operation.release == contract.release:
            schemas[f"{operation.name}/request.json"] = request_schema(contract, operation)
        for answer in operation.answers:
            if answer.release == contract.release:
                schemas[f"{operation.name}/{answer.name}.json"] = answer_schema(contract, operation, answer)
    return schemas


def answer_schema(contract: Contract, operation: Operation, answer: Answer) -> Schema:
    """Return the schema of one answer: every key that all samples have is required, and further keys are allowed."""
    schema = united(answer.samples, required=True)
    for key in constants(*answer.samples):
        schema["properties"][key] = {"const": answer.sample[key]}
    for key, least in answer.minimum.items():
        schema["properties"][key]["minimum"] = least
    return _head(contract, operation, answer.name, answer.means, answer.lines, answer.source) | schema


def request_schema(contract: Contract, operation: Operation) -> Schema:
    """Return the schema of a request, as an object of its path and query parameters and its body, if it has one."""
    sections = {place: _parameters([row for row in operation.parameters if row["in"] == place]) for place in URL_PLACES}
    if has_body(operation):
        sections["body"] = body_schema(operation)
    means = f"What {operation.method} {operation.path} takes."
    return {
        **_head(contract, operation, "request", means, operation.body_lines or operation.line, operation.source),
        "type": "object",
        "properties": sections,
        "required": [place for place in sections if place == "body" or sections[place]["required"]],
    }


def _head(
    contract: Contract, operation: Operation, name: str, means: str, lines: Lines | int | None, source: str | None
) -> Schema:
    return {
        "$schema": DIALECT,
        "$id": f"{ID}/{contract.release}/{operation.name}/{name}.json",
        "title": f"{operation.name}: {name}",
        "description": f"{means} {origin(contract, lines, source)}",
        **basis(contract, lines, source),
    }


def constants(*samples: Any) -> tuple[str, ...]:
    """Return the keys whose values are the same in every answer of this kind: those of the known envelopes."""
    first = samples[0]
    if not all(isinstance(sample, dict) for sample in samples):
        return ()
    if first.get("type") == "error":
        keys: tuple[str, ...] = ("code", "message", "type")
    elif "resultCode" in first:
        # The text of an error may name what was sent; that of a success does not.
        keys = ("resultCode", *(["errorMsg"] if first.get("errorMsg") == "success" else []))
    else:
        keys = ("message",) if set(first) == {"message"} else ()
    return tuple(key for key in keys if key in first and all(_same(sample.get(key), first[key]) for sample in samples))


def _same(one: Any, other: Any) -> bool:
    # In Python 1, 1.0 and True are equal; in JSON True is not a number.
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def has_body(operation: Operation) -> bool:
    """Whether requests of an operation carry a body: its page has a sample or a table of one."""
    return operation.body is not None or any(row["in"] == "body" for row in operation.parameters)


def _parameters(rows: Sequence[Mapping[str, Any]]) -> Schema:
    properties: Schema = {}
    for row in rows:
        kind, given = row["type"], json_type(row["default"])
        properties[row["name"]] = {} if kind is None else {"type": kind}
        # A default of another type is none that could be sent.
        if given is not None and (kind in (None, given) or (kind, given) == ("number", "integer")):
            properties[row["name"]]["default"] = row["default"]
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(row["name"] for row in rows if row["required"]),
    }


def body_schema(operation: Operation) -> Schema:
    """Return the schema of the body: types by the sample, required keys and defaults by the parameter table."""
    table = _parameters([row for row in operation.parameters if row["in"] == "body"])
    sample = united(operation.bodies, required=False)
    if not isinstance(operation.body, dict | None):
        return sample
    properties: Schema = {}
    if facts := operation.body_facts:
        for key, value in facts.undocumented.items():
            properties[key] = {**united([value], required=False), "x-basis": "observed", "x-source": facts.source}
    for key, schema in (*table["properties"].items(), *sample.get("properties", {}).items()):
        properties[key] = {**properties.get(key, {}), **schema}
    return {"type": "object", "properties": properties, "required": table["required"]}


def basis(contract: Contract, lines: Lines | int | None, source: str | None) -> Schema:
    """Return where something is promised, as x- keys: lines of the page (one, or two) or the source of the fact."""
    if lines is None:
        return {"x-basis": "observed", "x-source": source}
    return {"x-basis": "documented", "x-page": contract.page, "x-lines": _both(lines)}


def origin(contract: Contract, lines: Lines | int | None, source: str | None) -> str:
    """Return where something is promised, as a sentence."""
    if lines is None:
        return f"Observed: {source}."
    first, last = _both(lines)
    return f"Documented: {contract.page}, " + (f"line {first}." if first == last else f"lines {first} to {last}.")


def _both(lines: Lines | int) -> list[int]:
    return [lines, lines] if isinstance(lines, int) else list(lines)
