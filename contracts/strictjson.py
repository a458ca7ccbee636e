"""Strict JSON: UTF-8, one value, no duplicate keys, no NaN, a bounded depth."""

import json
import re
from typing import Any, NoReturn

MAX_DEPTH = 64
"""Deepest nesting that is read. Zadig's own answers are less than ten deep."""

_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


class NotStrictError(ValueError):
    """The bytes are not one strict JSON value; the text says why."""


def parse(data: bytes, max_depth: int = MAX_DEPTH) -> Any:
    """Read one JSON value from `data`.

    Raises NotStrictError with one line that says what is wrong and where.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotStrictError(f"not UTF-8 at byte {error.start}") from None
    if text.startswith("\ufeff"):
        raise NotStrictError("starts with a byte order mark")
    if _depth(text) > max_depth:
        raise NotStrictError(f"nested deeper than {max_depth} levels")
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise NotStrictError(f"{error.msg} at line {error.lineno} column {error.colno}") from None
    except NotStrictError:
        raise
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, for one
        raise NotStrictError(str(error).partition(";")[0]) from None


def _depth(text: str) -> int:
    """Return the deepest nesting of brackets outside strings, without recursion."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for match in _STRUCTURE.finditer(text):
        if match[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif match[0] in "]}":
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise NotStrictError(f"key {twice!r} stands twice in one object")
    return result


def _no_constant(name: str) -> NoReturn:
    raise NotStrictError(f"{name} is not JSON")
