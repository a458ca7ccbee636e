"""Texts within data, however deep."""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from typing import Any


def each_text(value: Any, change: Callable[[str], Any]) -> Any:
    """Return plain data with `change` made to every text in it, keys included."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {change(key): each_text(inner, change) for key, inner in value.items()}
    return [each_text(inner, change) for inner in value] if isinstance(value, list | tuple) else value


def gather_texts(value: Any, found: list[str]) -> None:
    """Add every text in plain data to `found`, keys included."""
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, Mapping):
        found.extend(map(str, value))
        for inner in value.values():
            gather_texts(inner, found)
    elif isinstance(value, list | tuple):
        for inner in value:
            gather_texts(inner, found)


def rewrite(value: Any, change: Callable[[str], str]) -> Any:
    """Return data with `change` made to every text in it; records of libraries are changed in place.

    A record is an object of a dataclass, or of a class that attrs made.
    """
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {rewrite(key, change): rewrite(inner, change) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)([rewrite(inner, change) for inner in value])
    if is_dataclass(value) or hasattr(type(value), "__attrs_attrs__"):
        for name, inner in list(vars(value).items()):
            setattr(value, name, rewrite(inner, change))
    return value
