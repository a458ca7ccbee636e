"""What an OpenAPI description that is complete in itself has under ``components``, and what each part is called."""

import re
from collections.abc import Mapping
from typing import Any, Final

from contracts.derive.contract.contract import Contract, Operation
from contracts.derive.contract.schemas import Schema, answer_schema, has_body, request_schema

BODY: Final = None
"""Stands for the body of an operation where the name of one of its answers could."""
Names = Mapping[tuple[str, str | None], str]
"""Operation and answer, or BODY, to the name of its schema."""
_OF_FILES: Final = frozenset({"$schema", "$id", "title"})
"""Keys of a schema file that a schema inside the description does not have."""


def schema_names(contract: Contract) -> Names:
    """Return what each schema is called, such as CancelTaskSuccessResponse; an answer that is a text has none.

    A name comes from operation and answer alone, so a further answer changes no other name, and it ends with a word:
    tools number names of their own accord, and a number of ours would look like theirs.
    """
    names: dict[tuple[str, str | None], str] = {}
    for operation in contract.operations:
        answers = [answer.name for answer in operation.answers if answer.text is None]
        ends: list[tuple[str | None, str]] = [(answer, f"{answer}-response") for answer in answers]
        for answer, end in [*([(BODY, "request")] if has_body(operation) else []), *ends]:
            name = _pascal(f"{operation.name}-{end}")
            while name in names.values():
                name += "_"
            names[operation.name, answer] = name
    return names


def _pascal(words: str) -> str:
    """Return words as one name: ``cancel-task`` is CancelTask."""
    return "".join(word[0].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", words))


def schemas(contract: Contract, names: Names) -> dict[str, Schema]:
    """Return the schemas of all bodies and answers by name."""
    found: dict[str, Schema] = {}
    for operation in contract.operations:
        if name := names.get((operation.name, BODY)):
            found[name] = _body(contract.about(operation), operation)
        for answer in operation.answers:
            if name := names.get((operation.name, answer.name)):
                found[name] = _without(answer_schema(contract.about(operation), operation, answer), _OF_FILES)
    return {name: complete(schema) for name, schema in found.items()}


def complete(schema: Schema) -> Schema:
    """Return a schema in which each array says what its items are, if only that they may be anything.

    JSON Schema needs no such word; tools that know older OpenAPI do.
    """
    whole = {**schema, "items": complete(schema["items"])} if "items" in schema else dict(schema)
    if "properties" in schema:
        whole["properties"] = {key: complete(inner) for key, inner in schema["properties"].items()}
    if schema.get("type") == "array" or "array" in schema.get("type", ()):
        whole.setdefault("items", {})
    return whole


def _body(contract: Contract, operation: Operation) -> Schema:
    whole = request_schema(contract, operation)
    head = _without(whole, {*_OF_FILES, "type", "properties", "required"})
    return {**head, **whole["properties"]["body"]}


def _without(schema: Mapping[str, Any], keys: frozenset[str] | set[str]) -> Schema:
    return {key: value for key, value in schema.items() if key not in keys}
