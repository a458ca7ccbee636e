"""Sees at once that a value holds a derived schema, as nearly all do; in doubt `contracts.check.schema` is asked."""

from collections.abc import Callable, Mapping
from typing import Any

Schema = Mapping[str, Any]
_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
"""Types by their name; true is no integer, and neither is 1.0, as it is for `contracts.check.schema`."""


def holds(value: object, schema: Schema) -> bool:
    """Whether a value surely holds a schema. False says nothing: there may be a keyword that is not known here."""
    return isinstance(schema, Mapping) and all(
        _KEYWORDS[keyword](value, rule) if keyword in _KEYWORDS else _says_nothing(keyword)
        for keyword, rule in schema.items()
    )


def _says_nothing(keyword: str) -> bool:
    return keyword in ("$id", "$schema", "title", "description") or keyword.startswith("x-")


def _type(value: object, name: Any) -> bool:
    return isinstance(name, str) and type(value) is _TYPES.get(name)


def same(value: object, promised: object) -> bool:
    """Whether a value is the promised one: JSON Schema takes 6163.0 for 6163, and this language true for 1."""
    return type(value) is type(promised) and value == promised


def _required(value: object, keys: Any) -> bool:
    return isinstance(value, dict) and value.keys() >= set(keys)


def _properties(value: object, schemas: Any) -> bool:
    return isinstance(value, dict) and all(holds(value[key], schemas[key]) for key in schemas if key in value)


def _items(value: object, schema: Any) -> bool:
    return isinstance(value, list) and all(holds(each, schema) for each in value)


def _minimum(value: object, least: Any) -> bool:
    return type(value) is int and value >= least


_KEYWORDS: Mapping[str, Callable[[object, Any], bool]] = {
    "type": _type,
    "const": same,
    "required": _required,
    "properties": _properties,
    "items": _items,
    "minimum": _minimum,
}
