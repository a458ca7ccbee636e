"""Texts of a server made fit to be looked at: cut, and every sign that steers or does not show written as its code."""

import json
import re
from collections.abc import Callable

LIMIT = 400
"""Characters of a text that a report shows where nothing else is said."""
_COMMAND = re.compile(r"((?:\A|[\r\n])[^\S\r\n]*):(?=:[A-Za-z][^\r\n]*::)|#(?=#\w*\[)")
"""What a CI takes for a command in a log: `::name …::` beginning a line, or `##[`, `##vso[` and the like anywhere."""


def in_text(sign: str) -> str:
    """Return the code of a sign as Python writes it."""
    code = ascii(sign)[1:-1]
    return code if code != sign else f"\\x{ord(sign):02x}"


def in_json(sign: str) -> str:
    """Return the code of a sign as JSON reads it back."""
    code = json.dumps(sign)[1:-1]
    return code if code != sign else f"\\u{ord(sign):04x}"


def printable(text: str, keep: str = "", code: Callable[[str], str] = in_text) -> str:
    """Return `text` so that it can steer no terminal and no CI: what does is its code, but for signs to `keep`.

    What steers or hides is control characters, marks of direction, lone halves of a pair, all other blanks, and what
    begins a command of a CI.
    """
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() or sign in keep else code(sign) for sign in text)
    return without_commands(text, code)


def without_commands(text: str, code: Callable[[str], str] = in_text) -> str:
    """Return `text` with nothing in it that a CI takes for a command; all else stays as it is."""
    if "::" not in text and "##" not in text:
        return text
    return _COMMAND.sub(lambda match: code("#") if match[1] is None else match[1] + code(":"), text)


def visible(text: str, limit: int = LIMIT) -> str:
    """Return `text` printable, with its line ends and tabs, at a length of about `limit`."""
    shown = printable(text[:limit], keep="\n\t")
    if len(text) <= limit and len(shown) <= limit:
        return shown
    return f"{shown[:limit]}… ({len(text):,} characters)"
