"""Tables: rows of Markdown, and columns in a terminal that line up with Chinese text in them."""

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width


def row(*cells: str) -> str:
    """Return a row of a Markdown table; its cells are Markdown already."""
    return f"| {' | '.join(cells)} |"


def table(heads: str, *rows: str) -> list[str]:
    """Return a Markdown table whose `heads` are names with `|` between; those that begin with `#` are numbers."""
    names = heads.split("|")
    marks = ["---:" if name.startswith("#") else "---" for name in names]
    return [row(*(name.removeprefix("#") for name in names)), row(*marks), *rows]


def aligned(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a Markdown table whose columns stand below each other, so that it reads as text too.

    Heads that begin with `#` are of numbers; all cells are Markdown already.
    """
    names = [name.removeprefix("#") for name in heads]
    widths = [max(3, *map(_places, column)) for column in zip(names, *rows, strict=True)]
    numbers = [name.startswith("#") for name in heads]
    marks = [f"{'-' * (width - is_number)}{':' * is_number}" for width, is_number in zip(widths, numbers, strict=True)]

    def padded(cells: Sequence[str]) -> str:
        rooms = [" " * (width - _places(cell)) for width, cell in zip(widths, cells, strict=True)]
        return row(
            *(room + cell if right else cell + room for room, cell, right in zip(rooms, cells, numbers, strict=True))
        )

    return [padded(names), row(*marks), *map(padded, rows)]


def columns(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a table: heads, a rule, and the rows. The first column is a name, the others are numbers."""
    cells = [list(heads), *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(_places, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    for name, *numbers in cells:
        first = name + " " * (widths[0] - _places(name))
        others = (" " * (width - _places(cell)) + cell for cell, width in zip(numbers, widths[1:], strict=True))
        yield "  ".join((first, *others)).rstrip()


def fitted(text: str, places: int) -> str:
    """Return as much of a text as so many columns of a terminal hold, and blanks in the rest."""
    while _places(text) > places:
        text = text[:-1]
    return text + " " * (places - _places(text))


def _places(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
