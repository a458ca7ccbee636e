"""Texts of a server made fit to be looked at: cut, and every sign that does not show written as its code."""

LIMIT = 400
"""Characters of a text that a report shows where nothing else is said."""


def visible(text: str, limit: int = LIMIT) -> str:
    """Return `text` at a length of about `limit`; what steers or hides (control, bidi, lone halves) is its code.

    Line ends and tabs stay.
    """
    head = text[:limit]
    shown = head if head.isprintable() else "".join(map(_sign, head))
    if len(text) <= limit and len(shown) <= limit:
        return shown
    return f"{shown[:limit]}… ({len(text):,} characters)"


def _sign(char: str) -> str:
    return char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1]
