"""The bodies of run, approve, manual step and cancel: strict JSON, read as Go's encoding/json reads it into structs."""

import json
from collections.abc import Mapping
from typing import Any

from contracts.standin.bodies import INT64, Shape
from contracts.standin.custom.yaml_body import zero
from contracts.standin.errors import UnreadableError
from contracts.text.strict_json import NotStrictError, no_constant

TYPES = {bool: "bool", int: "number", float: "number", str: "string", list: "array", dict: "object"}
"""Type of Python to what Go's decoder calls it."""


def value_of(body: bytes) -> Any:
    """Return the one JSON value of a body; UnreadableError with what Go's decoder says where it has none."""
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        rest = text[error.pos :].strip(" \t\r\n")
        if not rest or error.msg.startswith("Unterminated"):
            raise UnreadableError("unexpected end of JSON input") from None
        where = "after top-level value" if error.msg == "Extra data" else "looking for beginning of value"
        raise UnreadableError(f"invalid character {rest[0]!r} {where}") from None
    except NotStrictError:
        raise UnreadableError("invalid character 'N' looking for beginning of value") from None
    except (ValueError, RecursionError):
        raise UnreadableError("exceeded max depth") from None


def read(body: bytes, shape: Mapping[str, Shape], kind: str) -> dict[str, Any] | None:
    """Decode a body into every key of `shape`; None for null. `kind` is what Go's texts call the struct.

    Raises UnreadableError.
    """
    value = value_of(body)
    if value is None:
        return None
    if not isinstance(value, dict):
        said = f"json: cannot unmarshal {TYPES[type(value)]} into Go value of type workflow.{kind}"
        raise UnreadableError(said)
    return _fields(value, shape, kind, "")


def empty(shape: Mapping[str, Shape]) -> dict[str, Any]:
    """Return what an object without keys decodes to."""
    return _fields({}, shape, "", "")


def _fields(value: dict[str, Any], shape: Mapping[str, Shape], kind: str, path: str) -> dict[str, Any]:
    return {key: _typed(value.get(key), inner, kind, f"{path}.{key}") for key, inner in shape.items()}


def _typed(value: Any, shape: Shape, kind: str, path: str) -> Any:
    if value is None:
        return zero(shape)
    if shape is object:
        return value
    if isinstance(shape, list) and isinstance(value, list):
        return [_typed(item, shape[0], kind, path) for item in value]
    if isinstance(shape, Mapping) and isinstance(value, dict):
        return _fields(value, shape, kind, path)
    if type(value) is shape and (shape is not int or value in INT64):
        return value
    wanted = {str: "string", int: "int64", bool: "bool"}.get(shape, "[]struct") if isinstance(shape, type) else "struct"
    said = f"json: cannot unmarshal {TYPES[type(value)]} into Go struct field {kind}{path} of type {wanted}"
    raise UnreadableError(said)
