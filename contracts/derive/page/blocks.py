"""Blocks of a page, and what one line alone says: a heading, the row of a table, the mark of a fence."""

import re
from dataclasses import dataclass
from typing import Final

from contracts.derive.page.vocabulary import SECTIONS, plain

BOLD: Final = 7
"""The level of a paragraph in bold that may be a heading: below all real headings."""

FENCE: Final = re.compile(r"[\s>]*(?:[-*+]\s+)?(`{3,}|~{3,})([^`]*)$")
"""A line that opens or closes a fence: its mark, and the language."""

_ATX: Final = re.compile(r"[ >]{0,3}(#{1,6})(\s+|$|(?=[^\s#!\d]))")
_HTML_HEADING: Final = re.compile(r"\s*<h([1-6])([^<>]*)>([^<>]*)</h\1>\s*$", re.IGNORECASE)
_ANCHOR: Final = re.compile(r"""id\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class Heading:
    """A heading; ``level`` is 1 to 6, or BOLD. ``anchor`` is what a link to it names, if the page says so itself."""

    title: str
    level: int
    line: int
    anchor: str | None = None

    @property
    def kind(self) -> str | None:
        """What a section of this heading holds, or None if words.SECTIONS does not know it."""
        return SECTIONS.get(plain(self.title))


@dataclass(frozen=True)
class Fence:
    """A code fence: its content, which starts at line ``content``, and its first and last line, markers included."""

    text: str
    first: int
    last: int
    content: int


@dataclass(frozen=True)
class Row:
    """One row of a table."""

    cells: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Table:
    """A table: its column headings, none if it has none, and its rows; ``line`` is that of its first line."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int


@dataclass(frozen=True)
class Prose:
    """One line of text."""

    text: str
    line: int


Block = Heading | Fence | Table | Prose


def heading_of(line: str, number: int) -> Heading | None:
    """Return the heading that a line is: with ``#``, as HTML, or a whole line in bold."""
    if (match := _ATX.match(line)) is not None:
        if not match[2] and match.end() < len(line) and len(match[1]) == 1:
            return None
        title = line[match.end() :].strip().rstrip("#").strip()
        title, _, given = title.partition("{#")
        return Heading(title.strip(), len(match[1]), number, given.rstrip("} ") or None)
    if (match := _HTML_HEADING.match(line)) is not None:
        anchor = _ANCHOR.search(match[2])
        return Heading(match[3].strip(), int(match[1]), number, anchor[1] if anchor else None)
    text = line.strip(" \t>").rstrip("：:")
    for mark in ("**", "__"):
        title = text[len(mark) : -len(mark)]
        if text.startswith(mark) and text.endswith(mark) and title.strip() and mark not in title:
            return Heading(title.strip(), BOLD, number)
    return None


def is_row(line: str) -> bool:
    """Return whether a line is meant as the row of a table."""
    return line.lstrip(" \t>").startswith("|")


def is_delimiter(line: str) -> bool:
    """Return whether a line is the one of dashes below the column headings."""
    text = line.strip(" \t>")
    return "-" in text and "|" in text and not text.strip("|:- \t")


def cells_of(line: str) -> tuple[str, ...]:
    """Return the cells of a row; a bar after a backslash belongs to its cell."""
    text = line.strip(" \t>").removeprefix("|")
    if text.endswith("|") and not text.endswith("\\|"):
        text = text[:-1]
    return tuple(cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", text))
