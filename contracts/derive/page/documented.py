"""What a page promises, as data: the content of documented.json. No prose of the page is kept."""

import bisect
import difflib
import re
from collections.abc import Mapping
from typing import Any, Final

from contracts.derive.errors import DeriveError
from contracts.derive.page.blocks import BOLD
from contracts.derive.page.findings import Finding, Note, in_order, noter, row
from contracts.derive.page.names import mechanical_name, shape
from contracts.derive.page.operation import read_segment
from contracts.derive.page.sections import Page, Part, Section, segments
from contracts.derive.page.tables import all_models
from contracts.derive.page.vocabulary import SECTIONS, plain

_RELEASE: Final = re.compile(r"/v(\d+\.\d+\.\d+)/")
_SHORTER: Final = re.compile(r"/[^/]*?\bv(\d+)\.(\d+)(?:\.(\d+))?/", re.IGNORECASE)
_LONGEST = 40
"""A longer title is no section heading, whatever it resembles."""


def release_of(page: Page) -> str | None:
    """Return the release that the page's permalink names, with three numbers; None if it names none."""
    permalink = page.front.get("permalink", "")
    if match := _RELEASE.search(permalink):
        return match[1]
    match = _SHORTER.search(permalink)
    return match and f"{match[1]}.{match[2]}.{match[3] or 0}"


def document(page: Page, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of documented.json for a page; ``names`` is shape to name, as from names.load_names.

    All doubts are findings, in the order of their lines. ``release`` is None if the page names none. Raises DeriveError
    if the page has no operation at all.
    """
    findings: list[Finding] = []
    note = noter(page.name, findings)
    models = all_models(page)
    operations: dict[str, dict[str, Any]] = {}
    owners: list[tuple[int, str | None]] = [(0, None)]
    used: set[int] = set()
    for part, following in zip(page.parts, (*page.parts[1:], None), strict=True):
        if not part.has_request:
            note_part(part, following, note)
            owners.append((part.line, None))
            continue
        for segment in segments(part, note):
            read = read_segment(segment, models, note)
            used |= read.models
            added = [_add(operations, content, read.lines[at], names, note) for at, content in enumerate(read.contents)]
            owners.append((segment.line, next((name for name in added if name), None)))
    if not operations:
        raise DeriveError(f"{page.name}:1: the page documents no operation: each needs a request, METHOD and path")
    note_sections(page, used, note)
    _note_release(page, note)
    lines = [line for line, _ in owners]
    rows = [
        row(finding, owners[bisect.bisect_right(lines, finding.line) - 1][1])
        # Requests that share a table share its doubts: each is said once.
        for finding in sorted(dict.fromkeys((*page.findings, *findings)), key=in_order)
    ]
    return {
        "release": release_of(page),
        "page": {
            "file": page.name,
            "permalink": page.front.get("permalink"),
            "date": page.front.get("date"),
            "sha256": page.sha256,
            "lines": page.lines,
        },
        "operations": operations,
        "findings": rows,
    }


def _add(
    operations: dict[str, dict[str, Any]], content: dict[str, Any], line: int, names: Mapping[str, str], note: Note
) -> str | None:
    """Give an operation its name; None, after a finding, if the page has it already."""
    kind = shape(content["method"], content["path"])
    name = names.get(kind)
    if name is None:
        name = mechanical_name(content["method"], content["path"])
        note("unnamed-operation", line, name=name[:80])
    number = 1
    while (other := operations.get(name if number == 1 else f"{name}-{number}")) is not None:
        if shape(other["method"], other["path"]) == kind:
            note("operation-twice", line, name=name[:80], other=other["line"])
            return None
        number += 1
    if number > 1:
        name = f"{name}-{number}"
        note("name-taken", line, name=name[:80])
    operations[name] = content
    return name


def _note_release(page: Page, note: Note) -> None:
    permalink = page.front.get("permalink", "")
    if release_of(page) is None:
        note("no-release", 1)
    elif not _RELEASE.search(permalink):
        note("odd-release", 1, permalink=permalink[:60], release=release_of(page))


def note_part(part: Part, following: Part | None, note: Note) -> None:
    """Note a part without a request, unless it is only the title of the page or of the group of parts below it."""
    fences = [fence.first for section in part.sections for fence in section.fences]
    blocks = [*fences, *(table.line for section in part.sections for table in section.tables)]
    if part.kinds - {"notes"}:
        line = part.line if part.title else min(section.line for section in part.sections if section.kind)
        note("operation-without-request", line)
    elif not part.title and blocks:
        note("outside-section/page", min(blocks))
    elif part.title and part.level > 1 and (blocks or following is None or following.level <= part.level):
        note("not-an-operation", part.line)


def note_sections(page: Page, used: set[int], note: Note) -> None:
    """Note each section of an operation whose heading nobody knows and to which no type refers."""
    for part in page.parts:
        for section in part.sections if part.has_request else ():
            if section.kind is None and section.title and section.line not in used:
                _note_section(section, note)


def _note_section(section: Section, note: Note) -> None:
    if section.level == BOLD and not section.fences and not section.tables:
        return
    title = plain(section.title)[:_LONGEST]
    close = difflib.get_close_matches(title, SECTIONS, n=1, cutoff=0.5)
    if close:
        note("unknown-section/close", section.line, kind=SECTIONS[close[0]])
    else:
        note("unknown-section", section.line)
