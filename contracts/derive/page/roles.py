"""What the fences and tables of an operation are: by the heading above them, and in doubt by what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from contracts.derive.page.blocks import Fence, Table
from contracts.derive.page.findings import Note
from contracts.derive.page.sections import Section, Segment
from contracts.derive.page.tables import text_of
from contracts.derive.page.vocabulary import COLUMNS, SAMPLES, WITHOUT_BODY, plain


@dataclass(frozen=True)
class Roles:
    """Tables by place (path, query, body, answer) and fences by kind (body, success, error), each in order."""

    tables: dict[str, list[Table]] = field(default_factory=dict)
    fences: dict[str, list[Fence]] = field(default_factory=dict)


def roles_of(segment: Segment, models: set[int], note: Note) -> Roles:
    """Return what belongs to the operation of a segment; what does not is a finding, each fence and each table.

    ``models`` are the lines of the sections that are sub-models; their tables are read where a type names them.
    """
    roles = Roles()
    takes_body = any(request.method not in WITHOUT_BODY for request in segment.requests)
    names = {name for request in segment.requests for name, _ in request.query}
    names |= {word for request in segment.requests for word in request.path.replace(":", "/").split("/")}
    seen: set[str | None] = set()
    for section in segment.sections:
        if section.kind in seen and section.kind not in (None, "notes", "request"):
            note("section-twice", section.line, kind=section.kind)
        seen.add(section.kind)
        for table in section.tables if section.line not in models else ():
            place = _place(section, table, takes_body, names, note)
            if place is not None:
                roles.tables.setdefault(place, []).append(table)
        for fence in section.fences:
            kind = _kind(section, fence, takes_body and not segment.of("body-sample"), note)
            if kind is not None:
                roles.fences.setdefault(kind, []).append(fence)
    return roles


def _place(section: Section, table: Table, takes_body: bool, names: set[str], note: Note) -> str | None:
    if section.kind in ("path", "query", "body"):
        return section.kind
    if section.kind in ("success", "answer"):
        return "answer"
    if section.kind in ("request", "body-sample") or (section.kind is None and not section.title):
        listed = {text_of(row.cells[at]) for at in _name_columns(table) for row in table.rows if len(row.cells) > at}
        place = "query" if listed & names or not takes_body else "body"
        if listed:
            note("table-without-heading", table.line, place=place)
            return place
    if section.kind is not None or not section.title:
        note("table-not-read", table.line, kind=section.kind or "first")
    return None


def _name_columns(table: Table) -> Sequence[int]:
    """Return the column that has the names of parameters: the first of these, or none."""
    columns = [COLUMNS.get(plain(text_of(title))) for title in table.columns]
    return [columns.index("name")] if "name" in columns else [] if columns else [0]


def _kind(section: Section, fence: Fence, lacks_body: bool, note: Note) -> str | None:
    kind = section.kind
    if kind is not None and kind in SAMPLES:
        return SAMPLES[kind]
    loose = kind in ("request", "body") or (kind is None and not section.title)
    if lacks_body and loose and fence.text.lstrip()[:1] in ("{", "["):
        note("fence-without-heading", fence.first)
        return "body"
    if kind is None and not section.title:
        note("outside-section/section", fence.first)
    elif fence.text.strip() or kind is not None:
        note("fence-not-read", fence.first, section=f"The {kind} section" if kind else "A section of unknown kind")
    return None
