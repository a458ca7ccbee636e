"""Strict JSON: UTF-8, one value, no duplicate keys, no NaN, no half characters, a bounded depth."""

import json
import math
import re
from collections import Counter
from typing import Any, NoReturn

from contracts.text.errors import InputError, of_system

MAX_DEPTH = 64
"""Deepest nesting that is read. Zadig's own answers are less than ten deep."""
KEY_SHOWN = 60
"""Characters of a key or a number that a message shows."""

JSON_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
"""Type of Python to that of JSON Schema."""

_STRUCTURE = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)


class NotStrictError(InputError):
    """The bytes are not one strict JSON value; the text says why."""


def parse(data: bytes, max_depth: int = MAX_DEPTH) -> Any:
    """Read one JSON value from `data`.

    Raises NotStrictError with one line that says what is wrong and where.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotStrictError("not UTF-8 at byte {place}", error.start) from None
    if text.startswith("\ufeff"):
        raise NotStrictError("starts with a byte order mark")
    if _deeper(text, max_depth):
        raise NotStrictError("nested deeper than {n} levels", max_depth)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        what = of_system(error.msg)
        raise NotStrictError("{what} at line {line} column {column}", what, error.lineno, error.colno) from None
    except NotStrictError:
        raise
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, for one
        raise NotStrictError(str(error).partition(";")[0]) from None
    if "\\ud" in text.lower() and _has_half(value):
        raise NotStrictError("a text in it has half of a surrogate pair")
    return value


def json_type(value: Any) -> str | None:
    """Return the JSON Schema type of a value; None for null, which says nothing about the type."""
    return JSON_TYPES.get(type(value))


def _deeper(text: str, most: int) -> bool:
    """Whether brackets outside strings are nested deeper than `most`, found without recursion."""
    if text.count("[") + text.count("{") <= most:
        return False
    depth = 0
    for match in _STRUCTURE.finditer(text):
        if match[0] in "[{":
            depth += 1
            if depth > most:
                return True
        elif match[0] in "]}":
            depth -= 1
    return False


def _has_half(value: Any) -> bool:
    """Whether a text in `value` has half a surrogate pair: no file and no terminal could be given it."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of these keys and values; NotStrictError where a key stands twice. For `object_pairs_hook`."""
    result = dict(pairs)
    if len(result) < len(pairs):
        (twice, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise NotStrictError("key {key} occurs twice in one object", repr(twice[:KEY_SHOWN]))
    return result


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise NotStrictError("number {number} is beyond 64 bits", digits[:KEY_SHOWN])
    return number


def no_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python reads and JSON has not; for `parse_constant` of json.loads."""
    raise NotStrictError("{name} is not JSON", name)


_DECODER = json.JSONDecoder(object_pairs_hook=unique, parse_constant=no_constant, parse_float=_finite)


def value_of(body: bytes) -> Any:
    """Return the JSON value of a body, None where it has none."""
    try:
        return parse(body)
    except NotStrictError:
        return None


def is_page(data: bytes) -> bool:
    """Whether `data` is an HTML page: what answers is not Zadig's API, or something stands in front of it."""
    start = data[:2000].lower()
    return b"<html" in start or b"<!doctype" in start
