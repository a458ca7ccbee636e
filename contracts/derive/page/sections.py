"""Blocks to the parts and sections of a page, and parts to segments: each with the requests of one operation."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Final

from contracts.derive.page.blocks import BOLD, Block, Fence, Heading, Prose, Table, scan
from contracts.derive.page.findings import Finding, Note, noter
from contracts.derive.page.request import Request, is_request, read_requests
from contracts.text.frozen import dataclass

_FRONT: Final = re.compile(r"\s*([\w.-]+\s*:(\s|$)|-\s|#|$)")
LOWEST: Final = 3
"""The lowest level of a heading that may be that of an operation without a request below it."""


@dataclass(frozen=True)
class Section:
    """What stands under one heading. The text under the heading of a part itself is a section without a title.

    kind: a value of vocabulary.SECTIONS, or None for a heading that is not in that table.
    title, line, anchor, level: those of the heading, as in blocks.Heading.
    blocks: what stands there, in order.
    """

    kind: str | None
    title: str
    line: int
    anchor: str | None = None
    level: int = BOLD
    blocks: list[Fence | Table | Prose] = field(default_factory=list)

    @property
    def fences(self) -> list[Fence]:
        """The fences, in order."""
        return [block for block in self.blocks if isinstance(block, Fence)]

    @property
    def tables(self) -> list[Table]:
        """The tables, in order."""
        return [block for block in self.blocks if isinstance(block, Table)]

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
    anchor: str | None = None
    sections: list[Section] = field(default_factory=list)

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
        parts=tuple(_folded(_parts(blocks))),
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
    section = Section(None, "", 1)
    part = Part("", 1, 1, sections=[section])
    for block in blocks:
        if not isinstance(block, Heading):
            section.blocks.append(block)
        elif block.kind is None and block.level <= LOWEST:
            yield part
            section = Section(None, "", block.line)
            part = Part(block.title, block.line, block.level, block.anchor, [section])
        else:
            section = Section(block.kind, block.title, block.line, block.anchor, block.level)
            part.sections.append(section)
    yield part


def _folded(parts: Iterable[Part]) -> list[Part]:
    """Put parts that cannot be operations below the operation before them, if their headings are deeper than its own.

    Such are sub-models and notes. A part that repeats a section of the operation may be one that lost its request.
    """
    kept: list[Part] = []
    operation: Part | None = None
    kinds: set[str] = set()
    for part in parts:
        if operation and part.level > operation.level and not part.has_request and not part.kinds & kinds:
            first, *others = part.sections
            operation.sections.extend([replace(first, title=part.title, level=part.level, anchor=part.anchor), *others])
        else:
            kept.append(part)
            operation, kinds = (part if part.has_request else None), {"request"}
        kinds |= part.kinds
    return kept


@dataclass(frozen=True)
class Segment:
    """The requests of one operation, all its sections but their fences, and the line at which it starts."""

    title: str
    line: int
    requests: list[Request] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def of(self, *kinds: str) -> list[Section]:
        """Return the sections of these kinds, in order."""
        return [section for section in self.sections if section.kind in kinds]


def segments(part: Part, note: Note) -> Iterator[Segment]:
    """Yield the segments of a part that has a request; usually there is one.

    Requests that follow each other are several of one operation. One that comes after anything else starts a segment
    of its own: a heading may be missing there.
    """
    current = Segment(part.title, part.line)
    later = False  # whether something that is neither a request nor text has come since the request
    for section in part.sections:
        if section.kind == "request" and not any(is_request(fence.text) for fence in section.fences):
            note("no-request", section.line)
        kind, line, held = section.kind, section.line, list[Fence | Table | Prose]()
        for block in section.blocks:
            if not isinstance(block, Fence) or not is_request(block.text):
                held.append(block)
                later = later or not isinstance(block, Prose)
                continue
            if current.requests and later:
                if held or line != section.line:
                    current.sections.append(replace(section, kind=kind, blocks=held))
                    kind, line, held = "request", block.first, []
                yield current
                note("second-request", block.content)
                current = Segment(part.title, line)
            elif section.kind != "request" and block.content != block.first:
                note("request-without-heading", block.content)
            current.requests.extend(read_requests(block.text, block.content, note))
            later = False
        current.sections.append(replace(section, kind=kind, blocks=held))
        later = later or section.kind not in (None, "request", "notes")
    yield current
