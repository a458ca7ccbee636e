"""Reads a request body as Go reads JSON into typed structs: unknown keys are ignored, absent ones become zero."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from contracts.standin.errors import unreadable_body

Shape = Any
"""`str`, `bool`, `int`; `object` for any value; `[shape]` for an array of it; `{key: shape}` for an object."""

INT64 = range(-(2**63), 2**63)


def decode(body: bytes, shape: Mapping[str, Shape]) -> dict[str, Any]:
    """Decode a body into every key of `shape`; absent or null objects become None, and other values their zero.

    Raises ZadigError (`EOF`) for anything but one JSON object whose known keys have the right types.
    """
    try:
        value = json.loads(body.decode("utf-8", "replace"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise unreadable_body() from None
    if not isinstance(value, dict):
        raise unreadable_body()
    return _fields(value, shape)


def is_null(body: bytes) -> bool:
    """Tell whether the body is the JSON value null."""
    return body.strip(b" \t\r\n") == b"null"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _fields(value: dict[str, Any], shape: Mapping[str, Shape]) -> dict[str, Any]:
    return {key: _typed(value.get(key), inner) for key, inner in shape.items()}


def _typed(value: Any, shape: Shape) -> Any:
    """Return the value if it has the shape, the shape's zero for None; ZadigError otherwise."""
    if shape is object:
        return value
    if isinstance(shape, list):
        return [_typed(item, shape[0]) for item in _of_type(value, list)]
    if isinstance(shape, Mapping):
        return None if value is None else _fields(_of_type(value, dict), shape)
    value = _of_type(value, shape)
    if shape is str:
        return _without_lone_surrogates(value)
    if shape is int and value not in INT64:
        raise unreadable_body()
    return value


def _of_type(value: Any, kind: type) -> Any:
    if value is None:
        return kind()
    if type(value) is not kind:
        raise unreadable_body()
    return value


def _without_lone_surrogates(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
