"""JSON samples as pages write them: strict JSON, and two habits that are tolerated and reported."""

import json
from collections.abc import Callable
from typing import Any, NoReturn

from contracts.derive.error import DeriveError

Note = Callable[[str, int, str], None]
"""Takes a finding: its rule, its line (1-based) and its text."""


def read_sample(text: str, page: str, line: int, note: Note) -> Any:
    """Return the JSON value of a fence whose first line of content stands at ``line`` of ``page``.

    A comment that starts with ``#`` or ``//`` and a comma before a closing bracket are left out, each with a finding.
    Raises DeriveError, which names page and line, for anything else that is not JSON.
    """
    cleaned, removed = _without_habits(text)
    try:
        value = json.loads(
            cleaned, object_pairs_hook=lambda pairs: _unique(pairs, page, line), parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        raise DeriveError(
            f"{page}:{line + error.lineno - 1}: the sample is not JSON ({error.msg}, column {error.colno}): "
            "correct the fence"
        ) from None
    except _NotJsonError as error:
        raise DeriveError(f"{page}:{line}: the sample is not JSON ({error}): correct the fence") from None
    for rule, offset, description in removed:
        note(rule, line + offset, description)
    return value


class _NotJsonError(ValueError):
    """A value that Python's reader accepts and JSON does not know."""


def _no_constant(word: str) -> NoReturn:
    raise _NotJsonError(f"it has no {word}")


def _unique(pairs: list[tuple[str, Any]], page: str, line: int) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise DeriveError(f"{page}:{line}: the sample has the key {twice!r} twice in one object: remove one of them")
    return result


def _without_habits(text: str) -> tuple[str, list[tuple[str, int, str]]]:
    """Blank out comments and trailing commas; positions stay what they were.

    Returns the text and, per removal, its rule, its line (0 is the first line of the text) and what to say about it.
    """
    out = list(text)
    removed: list[tuple[str, int, str]] = []
    comma: int | None = None
    at = 0
    while at < len(text):
        char = text[at]
        end = at + 1
        if char == '"':
            end = _end_of_string(text, at)
            comma = None
        elif char == "#" or text.startswith("//", at):
            end = text.find("\n", at) if "\n" in text[at:] else len(text)
            out[at:end] = " " * (end - at)
            removed.append(("json-comment", text.count("\n", 0, at), "The JSON sample has a comment; it is left out."))
        elif char == ",":
            comma = at
        elif char in "]}" and comma is not None:
            out[comma] = " "
            description = "The JSON sample has a comma before a closing bracket; it is left out."
            removed.append(("json-trailing-comma", text.count("\n", 0, comma), description))
            comma = None
        elif not char.isspace():
            comma = None
        at = end
    return "".join(out), removed


def _end_of_string(text: str, start: int) -> int:
    """Return the position after the string that opens at ``start``; a line break ends it, as JSON has none inside."""
    at = start + 1
    while at < len(text) and text[at] not in '"\n':
        at += 2 if text[at] == "\\" else 1
    return min(at + 1, len(text))
