"""Lines to blocks: headings, fences, tables and prose of a page, each with its lines.

This is not a reader of Markdown as such, on purpose. By the rules of Markdown a fence without an end takes the rest of
the page, a table whose second line is uneven is none, and an HTML heading takes the table under it. Pages have all of
that, so what is meant is read here and each doubt is a finding. All lines are 1-based, as an editor shows them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from contracts.derive.page.findings import Note
from contracts.derive.page.request import is_request
from contracts.derive.page.vocabulary import section_kind

BOLD: Final = 7
"""The level of a paragraph in bold that may be a heading: below all real headings."""

FENCE: Final = re.compile(r"[\s>]*(?:[-*+]\s+)?(`{3,}|~{3,})([^`]*)$")
"""A line that opens or closes a fence: its mark, and the language."""

_ATX: Final = re.compile(r"[ >]{0,3}(#{1,6})(\s+|$|(?=[^\s#!\d]))")
_HTML_HEADING: Final = re.compile(r"\s*<h([1-6])([^<>]*)>([^<>]*)</h\1>\s*$", re.IGNORECASE)
_ANCHOR: Final = re.compile(r"""id\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_HTML_BLOCK: Final = re.compile(r"\s*<(?:table|thead|tbody|tr|td|th|pre|iframe)\b", re.IGNORECASE)
_COMMENT: Final = re.compile(r"<!--.*?(-->|$)", re.DOTALL)
_ITEM: Final = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")


@dataclass(frozen=True)
class Heading:
    """A heading; ``level`` is 1 to 6, or BOLD. ``anchor`` is what a link to it names, if the page says so itself."""

    title: str
    level: int
    line: int
    anchor: str | None = None

    @property
    def kind(self) -> str | None:
        """What a section of this heading holds, or None if vocabulary.SECTIONS does not know it."""
        return section_kind(self.title)


@dataclass(frozen=True)
class Fence:
    """A code fence: its content, which starts at line ``content``, and its first and last line, markers included."""

    text: str
    first: int
    last: int
    content: int


@dataclass(frozen=True)
class TableRow:
    """One row of a table."""

    cells: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Table:
    """A table: its column headings, none if it has none, and its rows; ``line`` is that of its first line."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
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


def without_comments(lines: Sequence[str], note: Note) -> list[str]:
    """Return as many lines without their comments; those of fences stay. A comment over several lines is a finding."""
    out: list[str] = []
    fence, hidden = "", False
    last = max((at for at, line in enumerate(lines) if "-->" in line), default=-1)
    for at, line in enumerate(lines):
        marker = None if hidden else FENCE.match(line)
        if marker and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else marker[1]
        shown = line
        if hidden:
            if is_request(line):
                note("request-in-comment", at + 1)
            _, end, shown = line.partition("-->")
            hidden = not end
        if not fence and "<!--" in shown:
            if not all(comment[1] for comment in _COMMENT.finditer(shown)):
                hidden = at < last
                note("comment-not-read" if hidden else "comment-not-closed", at + 1)
            shown = _COMMENT.sub("", shown)
        out.append(shown)
    return out


@dataclass
class _Scan:
    """The lines of a page and how far they are read."""

    lines: Sequence[str]
    note: Note
    at: int = 0
    blocks: list[Block] = field(default_factory=list)

    @property
    def before(self) -> Block | None:
        """The block that was read last."""
        return self.blocks[-1] if self.blocks else None


def scan(lines: Sequence[str], note: Note) -> list[Block]:
    """Return the blocks of a page; blank lines, containers and comments give none."""
    state = _Scan(without_comments(lines, note), note)
    while state.at < len(state.lines):
        line = state.lines[state.at]
        if not line.strip() or line.lstrip().startswith(":::"):
            state.at += 1
        elif (opening := FENCE.match(line)) is not None:
            _fence(state, opening)
        elif (heading := heading_of(line, state.at + 1)) is not None:
            if heading.level != BOLD and _touches(state):
                note("heading-without-blank-line", heading.line)
            if not heading.title:
                note("heading-without-text", heading.line)
            state.blocks.append(heading)
            state.at += 1
        elif is_row(line) or ("|" in line and is_delimiter(_line(state, state.at + 1))):
            _table(state)
        else:
            _prose(state, line)
    return state.blocks


def _line(state: _Scan, at: int) -> str:
    return state.lines[at] if at < len(state.lines) else ""


def _touches(state: _Scan) -> bool:
    """Return whether the line above has text of its own."""
    above = state.lines[state.at - 1].strip() if state.at else ""
    return above != "" and not above.startswith(":::")


def _fence(state: _Scan, opening: re.Match[str]) -> None:
    """Read a fence; it ends at its closing marker, or before a line that shows that this was forgotten."""
    first = state.at
    if _touches(state):
        state.note("fence-without-blank-line", first + 1)
    closing = re.compile(rf"[ \t>]*{opening[1]}{opening[1][0]}*[ \t>]*")
    end = first + 1
    while end < len(state.lines) and not closing.fullmatch(state.lines[end]):
        if _shows_an_open_fence(state.lines, end):
            break
        end += 1
    closed = end < len(state.lines) and closing.fullmatch(state.lines[end]) is not None
    if not closed:
        while end > first + 1 and not state.lines[end - 1].strip():
            end -= 1
        state.note("fence-not-closed", first + 1, end=end)
    lines = state.lines[first + 1 : end]
    if state.lines[first].lstrip().startswith(">"):
        lines = [line.lstrip().removeprefix(">").removeprefix(" ") for line in lines]
    text = "\n".join(lines)
    if not is_request(text):
        for number, line in enumerate(lines, first + 2):
            if is_request(line):
                state.note("request-in-fence", number)
    state.blocks.append(Fence(text, first + 1, end + closed, first + 2))
    state.at = end + closed


def _shows_an_open_fence(lines: Sequence[str], at: int) -> bool:
    """Return whether a line can hardly stand inside of a fence: a section heading, or a fence that opens."""
    opening = FENCE.match(lines[at])
    if opening is not None:
        return bool(opening[2].strip())
    heading = heading_of(lines[at], at + 1)
    if heading is None or heading.level == 1:
        return False
    if heading.kind is not None:
        return True
    # An operation: its heading is followed by one of a section, or by its request.
    below = next((line for line in lines[at + 1 : at + 4] if line.strip()), "")
    following = heading_of(below, at + 2)
    return heading.level != BOLD and (FENCE.match(below) is not None or bool(following and following.kind))


def _table(state: _Scan) -> None:
    """Read a table as far as its lines have bars; its second line need not be even, nor its column headings there."""
    first = state.at
    while state.at < len(state.lines) and "|" in state.lines[state.at] and not FENCE.match(state.lines[state.at]):
        if state.at > first and heading_of(state.lines[state.at], 0) is not None:
            break
        state.at += 1
    lines = list(enumerate(state.lines[first : state.at], first + 1))
    for number, line in lines:
        if is_row(line) and not line.rstrip(" \t>").endswith("|"):
            state.note("row-not-closed", number)
    headed = len(lines) > 1 and is_delimiter(lines[1][1]) and not is_delimiter(lines[0][1])
    body = [TableRow(cells_of(line), number) for number, line in lines if not is_delimiter(line)]
    columns = body.pop(0).cells if headed else ()
    before = state.before
    if is_delimiter(lines[0][1]) and isinstance(before, Table) and not before.columns and len(before.rows) == 1:
        state.note("table-broken/headings", first + 1)
        first, columns = before.line - 1, before.rows[0].cells
        state.blocks.pop()
    width = len(columns) or max((len(row.cells) for row in body), default=0)
    for number, line in lines:
        count = len(cells_of(line))
        if count != width:
            state.note("uneven-row", number, count=count, width=width)
    state.blocks.append(Table(columns, tuple(body), first + 1))


def _prose(state: _Scan, line: str) -> None:
    """Read a line of text; one that is a request or the heading of a section all the same is read as such."""
    number, text = state.at + 1, line.strip()
    before = state.before
    above = before if isinstance(before, Prose) and before.line == number - 1 else None
    state.at += 1
    if above and len(text) > 2 and set(text) in ({"="}, {"-"}):
        state.blocks[-1] = Heading(above.text.strip(), 1 if "=" in text else 2, above.line)
    elif is_request(text.strip("`")) and not text.strip("`").strip().count("`"):
        state.note("request-outside-fence", number)
        state.blocks.append(Fence(text.strip("`"), number, number, number))
    elif section_kind(text) and above is None and not _line(state, state.at).strip():
        state.note("heading-not-marked", number)
        state.blocks.append(Heading(text, BOLD, number))
    else:
        in_list = isinstance(before, Prose) and (_ITEM.match(before.text) or before.text.startswith("  "))
        if _HTML_BLOCK.match(line) or (line.startswith(("\t", "    ")) and above is None and not in_list):
            state.note("block-not-read", number)
        state.blocks.append(Prose(line, number))
