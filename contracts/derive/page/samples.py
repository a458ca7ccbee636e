"""JSON samples as pages write them: strict JSON where they are, and otherwise what they seem to mean, marked so."""

import bisect
from dataclasses import dataclass
from typing import Any

from contracts.derive.page.blocks import Fence
from contracts.derive.page.findings import Note
from contracts.derive.page.lenient_json import DEEPEST, NotJsonError, values
from contracts.text.strict_json import parse


@dataclass(frozen=True)
class Sample:
    """One value that a page shows, with the first and last line of its fence; ``strict``: whether it is JSON."""

    value: Any
    lines: tuple[int, int]
    strict: bool


def read_samples(fence: Fence, note: Note) -> list[Sample]:
    """Return the samples of a fence: usually one, several if several values stand there, none after a finding."""
    lines = (fence.first, fence.last)
    if not fence.text.strip():
        note("sample-empty", fence.first)
        return []
    try:
        return [Sample(parse(fence.text.encode(), DEEPEST), lines, strict=True)]
    except ValueError:
        pass
    breaks = [at for at, char in enumerate(fence.text) if char == "\n"]
    liberties: list[tuple[str, int, dict[str, object]]] = []

    def take(text: str, offset: int, /, **named: object) -> None:
        liberties.append((text, offset, named))

    try:
        found = values(fence.text, take)
    except NotJsonError as error:
        note("sample-not-json", fence.first, error=error)
        return []
    for text, offset, named in liberties:
        note(text, fence.content + bisect.bisect_left(breaks, offset), **named)
    return [Sample(value, lines, strict=False) for value in found]
