"""JSON Schemas (2020-12) of every request and every JSON answer of a release; several samples unite into one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.derive.contract.contract import Answer, Contract, Lines, Operation
from contracts.derive.page.samples import is_translated, values_by_key
from contracts.text.strict_json import json_type

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ID: Final = "https://zadig-contract-tests.example/schemas"
URL_PLACES: Final = ("path", "query", "header")
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
            schemas[f"{operation.name}/request.json"] = request_schema(contract.about(operation), operation)
        for answer in operation.answers:
            if answer.release == contract.release and answer.text is None:
                schemas[f"{operation.name}/{answer.name}.json"] = answer_schema(
                    contract.about(operation), operation, answer
                )
    return schemas


def answer_schema(contract: Contract, operation: Operation, answer: Answer) -> Schema:
    """Return the schema of one answer: every key that all samples have is required, and further keys are allowed.

    What its table says is added; where it has no sample, the keys of its table are required.
    """
    schema = answered(operation, answer)
    for key in constants(*answer.samples):
        schema["properties"][key] = {"const": answer.sample[key]}
    for key, least in answer.minimum.items():
        schema["properties"][key]["minimum"] = least
    return _head(contract, operation, answer.name, answer.means, answer.lines, answer.source) | schema


def answered(operation: Operation, answer: Answer) -> Schema:
    """Return what samples and table say of an answer, without what is the same each time."""
    schema = united(answer.samples, required=True)
    if answer.keys:
        add_rows(schema, answer.keys, answer.samples, operation, answered=True)
    if answer.keys and not answer.samples:
        said = sorted(row["name"] for row in answer.keys if row["required"])
        schema["required"] = said or sorted(row["name"] for row in answer.keys)
    if answer.fact is not None:
        for path in (*answer.fact.optional, *answer.fact.varies):
            _relax(schema, path, anything=path in answer.fact.varies)
    return schema


def _relax(schema: Schema, path: str, *, anything: bool) -> None:
    """Let an answer lack the key at a JSON path, such as ``$.a[*].b``; it may be anything too."""
    *above, last = path.removeprefix("$.").replace("[*]", ".[*]").split(".")
    for part in above:
        schema = schema["items"] if part == "[*]" else schema["properties"][part]
    schema["required"] = [key for key in schema.get("required", ()) if key != last]
    if anything:
        schema["properties"][last] = {}


def request_schema(contract: Contract, operation: Operation) -> Schema:
    """Return the schema of a request, as an object of its path and query parameters and its body, if it has one."""
    listed = {place: [row for row in operation.parameters if row["in"] == place] for place in URL_PLACES}
    sections = {place: _parameters(rows) for place, rows in listed.items() if rows or place != "header"}
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
        "$id": f"{ID}/{contract.api}/{contract.release}/{operation.name}/{name}.json",
        "title": f"{operation.name}: {name}",
        "description": f"{means} {origin(contract, lines, source)}",
        **basis(contract, lines, source),
    }


def constants(*samples: Any) -> tuple[str, ...]:
    """Return the keys whose values are the same in every answer of this kind: those of the known envelopes."""
    if not samples or not all(isinstance(sample, dict) for sample in samples):
        return ()
    first = samples[0]
    if first.get("type") == "error" or _is_error_code(first.get("code")):
        said = () if any(is_translated(sample) for sample in samples) else ("message",)
        keys: tuple[str, ...] = ("code", *said, "type")
    elif "resultCode" in first:
        # The text of an error may name what was sent; that of a success does not.
        keys = ("resultCode", *(["errorMsg"] if first.get("errorMsg") == "success" else []))
    else:
        keys = ("message",) if set(first) == {"message"} else ()
    return tuple(key for key in keys if key in first and all(_same(sample.get(key), first[key]) for sample in samples))


def _is_error_code(code: Any) -> bool:
    return isinstance(code, int) and not isinstance(code, bool) and code >= 400


def _same(one: Any, other: Any) -> bool:
    # In Python 1, 1.0 and True are equal; in JSON True is not a number.
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def has_body(operation: Operation) -> bool:
    """Whether requests of an operation carry a body: its page has a sample or a table of one."""
    return operation.body is not None or any(row["in"] == "body" for row in operation.parameters)


def _parameters(rows: Sequence[Mapping[str, Any]]) -> Schema:
    properties: Schema = {}
    for row in rows:
        properties[row["name"]] = _of_row(row)
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(row["name"] for row in rows if row["required"]),
    }


def _of_row(row: Mapping[str, Any]) -> Schema:
    """Return what the row of a table says of its value."""
    kind, given = row["type"], json_type(row["default"])
    schema: Schema = {} if kind is None else {"type": kind}
    if "items" in row:
        schema["items"] = {"type": row["items"]}
    # A default of another type is none that could be sent.
    if given is not None and (kind in (None, given) or (kind, given) == ("number", "integer")):
        schema["default"] = row["default"]
    if "description" in row:
        schema["description"] = row["description"]
    if "enum" in row:
        schema.update(
            {"items": {**schema.get("items", {}), "enum": row["enum"]}} if kind == "array" else {"enum": row["enum"]}
        )
    return schema


def add_rows(
    schema: Schema,
    rows: Sequence[Mapping[str, Any]],
    samples: Sequence[Any],
    operation: Operation,
    answered: bool,
    above: frozenset[str] = frozenset(),
) -> None:
    """Add what rows say, and those of their sub-models, to the schema of samples: of objects, or of arrays of such.

    A type that samples show is the right one. What a table says is required is so in what is sent; of what is
    ``answered``, samples say it. ``above`` are the sub-models that this one is part of: there it may be anything.
    """
    if samples and all(isinstance(sample, list) for sample in samples):
        items = [item for sample in samples for item in sample]
        add_rows(schema.setdefault("items", {}), rows, items, operation, answered, above)
        return
    schema.setdefault("type", "object")
    properties = schema.setdefault("properties", {})
    by_key = values_by_key(sample for sample in samples if isinstance(sample, dict))
    for row in rows:
        values = by_key.get(row["name"], [])
        said, shown = _of_row(row), properties.get(row["name"], {})
        properties[row["name"]] = merged = {**said, **shown}
        if said.get("type") == "number" and shown.get("type") == "integer":
            merged["type"] = "number"
        if "items" in said and "items" in shown:
            merged["items"] = {**said["items"], **shown["items"]}
        kinds = merged.get("type", "")
        if None in values and kinds:
            merged["type"] = kinds = list(dict.fromkeys([*([kinds] if isinstance(kinds, str) else kinds), "null"]))
            merged |= {"enum": [*merged["enum"], None]} if "enum" in merged else {}
        name = row.get("model")
        if name is None or name in above:
            continue
        inner = merged
        if "array" in kinds:
            inner = merged["items"] = dict(merged.get("items", {}))
            values = [item for value in values if isinstance(value, list) for item in value]
        samples_of = [*values, *operation.shown.get(name, ())]
        if operation.shown.get(name):
            inner.update(united(samples_of, answered))
        add_rows(inner, operation.models.get(name, ()), samples_of, operation, answered, above | {name})
    if not answered and (required := sorted(row["name"] for row in rows if row["required"])):
        schema["required"] = required


def body_schema(operation: Operation) -> Schema:
    """Return the schema of the body: types by the sample, required keys and defaults by the parameter table."""
    rows = [row for row in operation.parameters if row["in"] == "body"]
    schema = united(operation.bodies, required=False)
    if rows or isinstance(operation.body, dict | None):
        add_rows(schema, rows, operation.bodies, operation, answered=False)
    if not isinstance(operation.body, dict | None):
        return schema
    properties: Schema = {}
    if facts := operation.body_facts:
        for key, value in facts.undocumented.items():
            properties[key] = {**united([value], required=False), "x-basis": "observed", "x-source": facts.source}
    for key, value in schema["properties"].items():
        properties[key] = {**properties.get(key, {}), **value}
    return {"type": "object", "properties": properties, "required": schema.get("required", [])}


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
