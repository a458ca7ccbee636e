"""Texts within plain data, however deep."""

from collections.abc import Callable, Mapping
from typing import Any


def each_text(value: Any, change: Callable[[str], Any]) -> Any:
    """Return plain data with `change` made to every text in it, keys included."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {change(key): each_text(inner, change) for key, inner in value.items()}
    return [each_text(inner, change) for inner in value] if isinstance(value, list | tuple) else value
