"""Blocks to sections: the parts of a documentation page, each with its lines."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from contracts.derive.page.blocks import BOLD, Block, Fence, Heading, Prose, Table
from contracts.derive.page.findings import Finding, Note, noter
from contracts.derive.page.request import is_request
from contracts.derive.page.scan import scan

_FRONT: Final = re.compile(r"\s*([\w.-]+\s*:(\s|$)|-\s|#|$)")
LOWEST: Final = 3
"""The lowest level of a heading that may be that of an operation without a request below it."""


@dataclass(frozen=True)
class Section:
    """What stands under one heading; ``kind`` is a value of words.SECTIONS, or None for a heading not in that table.

    The text under the heading of a part itself is a section without a title. ``anchor``: see blocks.Heading.
    """

    kind: str | None
    title: str
    line: int
    anchor: str | None = None
    level: int = BOLD
    blocks: tuple[Fence | Table | Prose, ...] = ()

    @property
    def fences(self) -> tuple[Fence, ...]:
        """The fences, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Fence))

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Table))

    @property
    def prose(self) -> str:
        """The text, line by line."""
        return "".join(f"{block.text}\n" for block in self.blocks if isinstance(block, Prose))


@dataclass(frozen=True)
class Part:
    """What stands under one heading that is none of a section: usually an operation, or a group of them."""

    title: str
    line: int
    level: int
    sections: tuple[Section, ...]
    anchor: str | None = None

    @property
    def has_request(self) -> bool:
        """Whether a request stands under this heading."""
        return any(is_request(fence.text) for section in self.sections for fence in section.fences)

    @property
    def kinds(self) -> set[str]:
        """The kinds of its sections, as far as they are known."""
        return {section.kind for section in self.sections if section.kind is not None}


@dataclass(frozen=True)
class Page:
    """A page that was read; ``sha256`` is that of the UTF-8 bytes of its text."""

    name: str
    sha256: str
    lines: int
    front: Mapping[str, str]
    parts: tuple[Part, ...]
    findings: tuple[Finding, ...] = ()


def read_page(text: str, name: str) -> Page:
    """Read the ``text`` of the page called ``name`` (a file name, used in findings). No text is refused."""
    findings: list[Finding] = []
    note = noter(name, findings)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    front, start = _front_matter(lines, note)
    # Blank lines instead of the front matter keep the line numbers.
    blocks = scan([""] * start + lines[start:], note)
    return Page(
        name=name,
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        lines=len(lines) - (lines[-1] == ""),
        front=front,
        parts=tuple(_folded(list(_parts(blocks)))),
        findings=tuple(findings),
    )


def _front_matter(lines: Sequence[str], note: Note) -> tuple[dict[str, str], int]:
    """Return the keys of the front matter and the number of lines it takes; it is closed by a second ``---``."""
    if lines[0].rstrip() != "---":
        return {}, 0
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        note("front-matter-not-closed", 1)
        return {}, 0
    for number, line in enumerate(lines[1:end], 2):
        if not _FRONT.match(line):
            note("odd-front-matter", number)
    pairs = (line.partition(":") for line in lines[1:end])
    return {key.strip(): value.strip().strip("\"'") for key, colon, value in pairs if colon}, end + 1


def _parts(blocks: Sequence[Block]) -> Iterator[Part]:
    """Yield the part under each heading that is none of a section; what stands above the first has no title."""
    part = Part("", 1, 1, ())
    sections: list[Section] = []
    section, held = Section(None, "", 1), list[Fence | Table | Prose]()
    for block in blocks:
        if not isinstance(block, Heading):
            held.append(block)
            continue
        sections.append(replace(section, blocks=tuple(held)))
        held = []
        if block.kind is None and block.level <= LOWEST:
            yield replace(part, sections=tuple(sections))
            part, sections = Part(block.title, block.line, block.level, (), block.anchor), []
            section = Section(None, "", block.line)
        else:
            section = Section(block.kind, block.title, block.line, block.anchor, block.level)
    yield replace(part, sections=(*sections, replace(section, blocks=tuple(held))))


def _folded(parts: Sequence[Part]) -> Iterator[Part]:
    """Put parts that cannot be operations below the operation before them, if their headings are deeper than its own.

    Such are sub-models and notes. A part that repeats a section of the operation may be one that lost its request.
    """
    operation: Part | None = None
    added: list[Section] = []
    kinds: set[str] = set()
    for part in parts:
        if operation and part.level > operation.level and not part.has_request and not part.kinds & kinds:
            own, *others = part.sections
            added += [replace(own, title=part.title, level=part.level, anchor=part.anchor), *others]
            kinds |= part.kinds
            continue
        if operation:
            yield replace(operation, sections=(*operation.sections, *added))
        operation, added, kinds = (part, [], part.kinds | {"request"}) if part.has_request else (None, [], set())
        if operation is None:
            yield part
    if operation:
        yield replace(operation, sections=(*operation.sections, *added))
