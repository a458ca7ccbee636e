"""Checks a JSON value against a derived schema, as strictly as a typed client would: no number passes for another.

Nearly all values plainly hold their schema, which a look at the few keywords of derived schemas shows; the library says
what is wrong with the others, and is loaded for them alone.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import ValidationError

_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
"""Types by their name; true is no integer, and neither is 1.0, which JSON Schema takes for one."""
_validators: dict[int, Any] = {}
"""One for each schema, by its id(): a validator keeps its schema, so no other one gets that id."""


def errors(value: object, schema: Mapping[str, Any]) -> "list[ValidationError]":
    """Return everything in which a value departs from a schema, in the order of the JSON paths."""
    return [] if holds(value, schema) else departures(value, schema)


def departures(value: object, schema: Mapping[str, Any]) -> "list[ValidationError]":
    """Return what the library says of a value and a schema."""
    validator = _validators.get(id(schema)) or _validators.setdefault(id(schema), _strict()(schema))
    return sorted(validator.iter_errors(value), key=lambda error: str(error.json_path))


def holds(value: object, schema: Any) -> bool:
    """Whether a value plainly holds a schema; False says nothing: there may be a keyword that is not known here."""
    return isinstance(schema, Mapping) and all(
        _KEYWORDS[keyword](value, rule) if keyword in _KEYWORDS else keyword in _SILENT or keyword.startswith("x-")
        for keyword, rule in schema.items()
    )


def _same(value: object, expected: object) -> bool:
    return type(value) is type(expected) and value == expected  # JSON Schema takes 6163.0 for 6163, Python true for 1


_SILENT = frozenset({"$id", "$schema", "title", "description"})
_KEYWORDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "type": lambda value, name: isinstance(name, str) and type(value) is _TYPES.get(name),
    "const": _same,
    "required": lambda value, keys: isinstance(value, dict) and value.keys() >= set(keys),
    "properties": lambda value, rules: (
        isinstance(value, dict) and all(holds(value[key], rules[key]) for key in rules if key in value)
    ),
    "items": lambda value, rule: isinstance(value, list) and all(holds(each, rule) for each in value),
    "minimum": lambda value, least: type(value) is int and value >= least,
}


@cache
def _strict() -> Any:
    from jsonschema import Draft202012Validator, ValidationError
    from jsonschema.validators import extend

    def const(_: object, expected: object, value: object, __: object) -> Iterator[ValidationError]:
        if not _same(value, expected):
            yield ValidationError(f"{expected!r} was expected")

    def integer(_: object, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", integer)
    return extend(Draft202012Validator, {"const": const}, type_checker=types)  # type: ignore[no-untyped-call]
