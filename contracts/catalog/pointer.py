"""JSON pointers with `*` for every item of a list: where something stands in a body."""

from collections.abc import Iterable, Iterator
from typing import Any


def pointed(value: Any, pointer: str) -> list[Any]:
    """Return what stands at a pointer; of a list's items, where it has a `*`, each."""
    found = [value]
    for part in parts(pointer):
        found = [inner for each in found for inner in _below(each, part)]
    return found


def first(value: Any, pointers: Iterable[str], default: Any = None) -> Any:
    """Return what stands at the first of several pointers that is there."""
    return next((found for pointer in pointers for found in pointed(value, pointer)), default)


def parts(pointer: str) -> list[str]:
    """Return the keys that a pointer goes through."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _below(value: Any, part: str) -> Iterator[Any]:
    if isinstance(value, dict) and part in value:
        yield value[part]
    elif isinstance(value, list) and part == "*":
        yield from value
    elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
        yield value[int(part)]
