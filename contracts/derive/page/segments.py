"""Parts to segments: each with the requests of one operation, and with what belongs to them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from contracts.derive.page.blocks import Fence, Prose, Table
from contracts.derive.page.findings import Note
from contracts.derive.page.request import Request, is_request, read_requests
from contracts.derive.page.sections import Part, Section


@dataclass(frozen=True)
class Segment:
    """The requests of one operation, all its sections but their fences, and the line at which it starts."""

    title: str
    line: int
    requests: tuple[Request, ...]
    sections: tuple[Section, ...]

    def of(self, *kinds: str) -> tuple[Section, ...]:
        """Return the sections of these kinds, in order."""
        return tuple(section for section in self.sections if section.kind in kinds)


@dataclass
class _Open:
    """A segment while it is read. ``later``: whether something that is neither a request nor text has come since."""

    title: str
    line: int
    requests: list[Request] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    later: bool = False


def segments(part: Part, note: Note) -> Iterator[Segment]:
    """Yield the segments of a part that has a request; usually there is one.

    Requests that follow each other are several of one operation. One that comes after anything else starts a segment
    of its own: a heading may be missing there.
    """
    current = _Open(part.title, part.line)
    for section in part.sections:
        if section.kind == "request" and not any(is_request(fence.text) for fence in section.fences):
            note("no-request", section.line)
        kind, line, held = section.kind, section.line, list[Fence | Table | Prose]()
        for block in section.blocks:
            if not isinstance(block, Fence) or not is_request(block.text):
                held.append(block)
                current.later = current.later or not isinstance(block, Prose)
                continue
            if current.requests and current.later:
                if held or line != section.line:
                    current.sections.append(replace(section, kind=kind, blocks=tuple(held)))
                    kind, line, held = "request", block.first, []
                yield _closed(current)
                note("second-request", block.content)
                current = _Open(part.title, line)
            elif section.kind != "request" and block.content != block.first:
                note("request-without-heading", block.content)
            current.requests += read_requests(block.text, block.content, note)
            current.later = False
        current.sections.append(replace(section, kind=kind, blocks=tuple(held)))
        current.later = current.later or section.kind not in (None, "request", "notes")
    yield _closed(current)


def _closed(current: _Open) -> Segment:
    return Segment(current.title, current.line, tuple(current.requests), tuple(current.sections))
