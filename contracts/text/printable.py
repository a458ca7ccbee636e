"""Texts of a server made fit to be looked at: cut, and every sign that does not show written as its code."""

from collections.abc import Callable

LIMIT = 400
"""Characters of a text that a report shows where nothing else is said."""


def printable(text: str, keep: str = "", code: Callable[[str], str] = ascii) -> str:
    """Return `text` so that it can steer no terminal: what does not show is its code, but for signs to `keep`.

    What steers or hides is control characters, marks of direction, lone halves of a pair and all other blanks.
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign in keep else code(sign)[1:-1] for sign in text)


def visible(text: str, limit: int = LIMIT) -> str:
    """Return `text` printable, with its line ends and tabs, at a length of about `limit`."""
    shown = printable(text[:limit], keep="\n\t")
    if len(text) <= limit and len(shown) <= limit:
        return shown
    return f"{shown[:limit]}… ({len(text):,} characters)"
