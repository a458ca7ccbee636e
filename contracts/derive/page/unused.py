"""What of a page belongs to no operation: a finding for each part and section that may be one that was lost."""

import difflib

from contracts.derive.page.blocks import BOLD
from contracts.derive.page.findings import Note
from contracts.derive.page.sections import Page, Part, Section
from contracts.derive.page.vocabulary import SECTIONS, plain

_LONGEST = 40
"""A longer title is no section heading, whatever it resembles."""


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
