"""Markdown to sections: the parts of a documentation page, each with its lines.

All lines are 1-based and count from the top of the file, front matter included, as an editor shows them.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from contracts.derive.error import DeriveError
from contracts.derive.words import SECTIONS


@dataclass(frozen=True)
class Finding:
    """One irregularity that reading survived: a kebab-case rule, where, and one sentence of our own."""

    rule: str
    line: int
    text: str


@dataclass(frozen=True)
class Fence:
    """A code fence: its content, and its first and last line, the marker lines included."""

    text: str
    first: int
    last: int


@dataclass(frozen=True)
class Row:
    """One row of a table."""

    cells: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Table:
    """A table: its column headings and its rows; ``line`` is that of the column headings."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int


@dataclass(frozen=True)
class Section:
    """What stands under one heading; ``kind`` is a value of words.SECTIONS, or None for a heading not in that table."""

    kind: str | None
    title: str
    line: int
    fences: tuple[Fence, ...] = ()
    tables: tuple[Table, ...] = ()
    prose: str = ""


@dataclass(frozen=True)
class Part:
    """What stands under one heading of the second level: usually an operation. Its own text is the first section."""

    title: str
    line: int
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Page:
    """A page that was read; ``sha256`` is that of the UTF-8 bytes of its text."""

    name: str
    sha256: str
    lines: int
    front: Mapping[str, str]
    parts: tuple[Part, ...]
    findings: tuple[Finding, ...] = field(default=())


def read_page(text: str, name: str) -> Page:
    """Read the markdown ``text`` of the page called ``name`` (a file name, used in messages).

    Raises DeriveError for a fence that is never closed.
    """
    lines = text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
    front, start = _front_matter(lines)
    # Blank lines instead of the front matter keep the line numbers.
    body = [""] * start + lines[start:]
    tokens = MarkdownIt("commonmark").enable("table").parse("\n".join(body))
    return Page(
        name=name,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        lines=len(lines) - (lines[-1] == ""),
        front=front,
        parts=tuple(_parts(tokens, body, name)),
        findings=tuple(_layout(tokens, body)),
    )


def section_kind(title: str) -> str | None:
    """Return what a section of this heading holds, or None if words.SECTIONS does not know it."""
    return SECTIONS.get(re.sub(r"\s", "", title).strip("：:").casefold())


def _front_matter(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """Return the keys of the front matter and the number of lines it takes; it is closed by a second ``---``."""
    if lines[0].rstrip() != "---":
        return {}, 0
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        return {}, 0
    pairs = (line.partition(":") for line in lines[1:end])
    return {key.strip(): value.strip().strip("\"'") for key, colon, value in pairs if colon}, end + 1


def _span(token: Token) -> tuple[int, int]:
    """Return the lines of a block token: 0-based start and end, the end not included."""
    if token.map is None:
        raise DeriveError(f"a {token.type} of the page has no line: this version of markdown-it-py cannot be used")
    return token.map[0], token.map[1]


def _parts(tokens: Sequence[Token], lines: Sequence[str], name: str) -> Iterator[Part]:
    """Yield the part under each second-level heading; what stands above the first is a part without a title."""
    part = Part("", 1, ())
    section = Section(None, "", 1)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.type == "heading_open":
            title, line = tokens[at + 1].content, _span(token)[0] + 1
            part = replace(part, sections=(*part.sections, section))
            if token.tag in ("h1", "h2"):
                yield part
                part = Part(title if token.tag == "h2" else "", line, ())
                section = Section(None, "", line)
            else:
                section = Section(section_kind(title), title, line)
            at += 1  # past the heading's own text
        elif token.type == "fence":
            section = replace(section, fences=(*section.fences, _fence(token, lines, name)))
        elif token.type == "table_open":
            end = next(i for i in range(at, len(tokens)) if tokens[i].type == "table_close")
            section = replace(section, tables=(*section.tables, _table(tokens[at:end])))
            at = end
        elif token.type in ("inline", "code_block"):
            section = replace(section, prose=f"{section.prose}{token.content}\n")
        at += 1
    yield replace(part, sections=(*part.sections, section))


def _fence(token: Token, lines: Sequence[str], name: str) -> Fence:
    first, end = _span(token)
    last = lines[end - 1].strip(" \t>")
    if end - first < 2 or not last.startswith(token.markup) or last.strip(token.markup[0]):
        raise DeriveError(f"{name}:{first + 1}: this fence is never closed: add a line {token.markup} after it")
    return Fence(token.content, first + 1, end)


def _table(tokens: Sequence[Token]) -> Table:
    rows: list[Row] = []
    for at, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append(Row((), _span(token)[0] + 1))
        elif token.type in ("th_open", "td_open"):
            cell = tokens[at + 1].content.strip().strip("`").strip()
            rows[-1] = replace(rows[-1], cells=(*rows[-1].cells, cell))
    return Table(rows[0].cells, tuple(rows[1:]), rows[0].line)


def _layout(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[Finding]:
    """Yield a finding for each fence and heading that touches the line above it, and for each uneven table row."""
    width = 0
    for at, token in enumerate(tokens):
        if token.type not in ("fence", "heading_open", "tr_open", "code_block", "html_block"):
            continue
        first = _span(token)[0]
        touches = first > 0 and lines[first - 1].strip() != ""
        if token.type == "fence" and touches:
            yield Finding("fence-without-blank-line", first + 1, "No blank line stands before this fence.")
        elif token.type == "heading_open" and touches:
            yield Finding("heading-without-blank-line", first + 1, "No blank line stands before this heading.")
        elif token.type == "tr_open":
            cells = len(re.findall(r"(?<!\\)\|", lines[first].strip().removeprefix("|").removesuffix("|"))) + 1
            width = cells if tokens[at - 1].type == "thead_open" else width
            if cells != width:
                yield Finding(
                    "uneven-row", first + 1, f"The row has {cells} cells where the table has {width} columns."
                )
        elif token.type in ("code_block", "html_block"):
            yield Finding("block-not-read", first + 1, "An indented or HTML block stands here; it is not read.")
