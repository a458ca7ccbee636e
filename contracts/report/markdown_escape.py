"""Texts that come from a server, made harmless in Markdown: they show as they are, and do nothing."""

import re

from contracts.text.printable import visible

LIMIT = 300
"""Characters of a text that Markdown shows where nothing else is said."""
_ACTIVE = re.compile(r"[&<>`|*_~\[\]\\#@$]|:(?=//|[\w+-]+:)|(?<=www)\.", re.IGNORECASE)
_PLAIN = re.compile(r"(?! )[^\n`|\\<>&#@]+(?<! )")
"""What may stand between backticks: so a page shows it as code, and a terminal as it is."""
_REFERS = frozenset("@#")
"""Signs that a page of a forge makes links of, even where they are written as entities."""
_APART = "\u200b"
"""A sign without width, which takes their meaning away."""


def text(value: object, limit: int = LIMIT) -> str:
    """Return a text as Markdown that shows it in one line; every sign with a meaning there is an entity."""
    line = visible(" ".join(str(value).split()), limit)
    return _ACTIVE.sub(lambda sign: f"&#{ord(sign[0])};{_APART if sign[0] in _REFERS else ''}", line)


def code(value: object, limit: int = LIMIT) -> str:
    """Return a text as inline code; in it, no page makes links of names and numbers.

    It stands between backticks, as people write it, but for one with a sign that could end that or a cell of a table.
    """
    line = visible(" ".join(str(value).split()), limit)
    return f"`{line}`" if _PLAIN.fullmatch(line) else f"<code>{text(value, limit) or ' '}</code>"
