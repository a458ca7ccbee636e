"""Holds a JSON value against a derived schema, as strictly as a typed client would: no number passes for another."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend


def _const(_: object, expected: object, value: object, __: object) -> Iterator[ValidationError]:
    if type(value) is not type(expected) or value != expected:  # JSON Schema takes 6163.0 for 6163, Python true for 1
        yield ValidationError(f"{expected!r} was expected")


_Strict = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {"const": _const},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer",  # JSON Schema lets 6163.0 pass; a typed client fails
        lambda _, value: isinstance(value, int) and not isinstance(value, bool),
    ),
)
_validators: dict[int, Any] = {}
"""One for each schema, by its id(): a validator keeps its schema, so no other one gets that id."""


def errors(value: object, schema: Mapping[str, Any]) -> list[ValidationError]:
    """Return everything in which a value departs from a schema, in the order of the JSON paths."""
    validator = _validators.get(id(schema)) or _validators.setdefault(id(schema), _Strict(schema))
    return sorted(validator.iter_errors(value), key=lambda error: error.json_path)
