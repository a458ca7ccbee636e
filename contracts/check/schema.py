"""Holds a JSON value against a derived schema, as strictly as a typed client would: no number passes for another."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, TypeChecker, ValidationError
from jsonschema.validators import extend

from contracts.check.holds import same


def _is_integer(_: TypeChecker, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)  # JSON Schema lets 6163.0 pass; a typed client fails


_TYPES = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)


def _const(_: object, promised: object, value: object, __: object) -> Iterator[ValidationError]:
    if not same(value, promised):
        yield ValidationError(f"{promised!r} was expected")


_Validator = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"const": _const}, type_checker=_TYPES
)


def errors(value: object, schema: Mapping[str, Any]) -> list[ValidationError]:
    """Return everything in which a value departs from a schema, in the order of the JSON paths."""
    return sorted(_Validator(schema).iter_errors(value), key=lambda error: error.json_path)
