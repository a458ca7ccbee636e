"""One segment of a page to the content of its operations: what each takes, and what it answers.

What its fences and tables are is said by the heading above them, and in doubt by what they hold.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.derive.page.blocks import Fence, Table
from contracts.derive.page.findings import Note
from contracts.derive.page.names import path_parameters
from contracts.derive.page.parameters import body_parameters, note_tables, url_parameters
from contracts.derive.page.request import Request
from contracts.derive.page.samples import Sample, answers, entry, read_samples
from contracts.derive.page.sections import Section, Segment
from contracts.derive.page.tables import Model, Models, Parameter, index, models_of, read_tables, text_of
from contracts.derive.page.vocabulary import COLUMNS, NOUNS, PREFIX, SAMPLES, WITHOUT_BODY, plain

_STATUS: Final = re.compile(r"状态码|\bHTTP\b|(?<!\d)[1-5]\d\d(?!\d)")


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


@dataclass(frozen=True)
class Read:
    """The contents of the operations of a segment, one per request, with the line of each request.

    ``models`` are the lines of the sub-models that they refer to.
    """

    contents: tuple[dict[str, Any], ...]
    lines: tuple[int, ...]
    models: frozenset[int]


def read_segment(segment: Segment, others: Mapping[str, Model], note: Note) -> Read:
    """Read a segment; ``others`` are the sub-models of the whole page, by the words that refer to them."""
    nearby = models_of(segment.sections)
    roles = roles_of(segment, {model.section.line for model in nearby}, note)
    models = Models(index(nearby), others, note)
    _note_sections(segment, note)
    listed = {place: _rows(segment, roles, place, note) for place in ("path", "query", "body", "answer")}
    for rows in listed.values():
        models.resolve(rows)
    samples = {kind: _samples(roles, kind, note) for kind in ("body", "success", "error")}
    shared = {
        "body": entry(samples["body"]) if samples["body"] else None,
        "answers": _answers(segment, samples, note),
        **({"models": dict(sorted(models.rows.items()))} if models.rows else {}),
        **({"answer_keys": listed["answer"]} if listed["answer"] else {}),
    }
    bodies = [sample.value for sample in samples["body"]]
    note_tables(listed["body"], bodies, models.rows, note, top=False)
    note_tables(listed["answer"], [sample.value for sample in samples["success"]], models.rows, note)
    body = _body(segment, roles, listed["body"], samples["body"], note)
    names = {name for one in segment.requests for name in (*path_parameters(one.path), *dict(one.query))}
    contents = []
    for request in segment.requests:
        parameters = url_parameters([*listed["path"], *listed["query"]], request, names, note) + body
        path = _path(request, segment, note)
        contents.append(
            {"method": request.method, "path": path, "line": segment.line, "parameters": parameters, **shared}
        )
    return Read(tuple(contents), tuple(one.line for one in segment.requests), frozenset(models.used))


def _rows(segment: Segment, roles: Roles, place: str, note: Note) -> list[Parameter]:
    tables = roles.tables.get(place, [])
    if place == "answer":
        return read_tables(tables, place, note, ("name", "type"))
    if (sections := segment.of(place)) and not tables:
        note("no-table/section", sections[0].line)
    return read_tables(tables, place, note)


def _samples(roles: Roles, kind: str, note: Note) -> list[Sample]:
    return [sample for fence in roles.fences.get(kind, ()) for sample in read_samples(fence, note)]


def _path(request: Request, segment: Segment, note: Note) -> str:
    path = request.path
    if not any(char.isalnum() for char in path):
        note("odd-path", request.line)
    title = segment.title.casefold()
    if not title:
        note("no-heading", request.line)
    elif any(any(word in title for word in words) != (noun in path.casefold()) for noun, words in NOUNS.items()):
        note("heading-names-another-thing", segment.line)
    if not path.startswith(f"{PREFIX}/"):
        note("other-prefix", request.line, prefix=PREFIX)
        return path
    return path.removeprefix(PREFIX)


def _body(
    segment: Segment, roles: Roles, rows: Sequence[Parameter], samples: Sequence[Sample], note: Note
) -> list[Parameter]:
    """Return the rows of the body, held against its samples; the methods of the requests are, too."""
    if not rows and not samples:
        return []
    first = segment.requests[0]
    tables = roles.tables.get("body", [])
    line = tables[0].line if tables else samples[0].lines[0]
    if first.method in WITHOUT_BODY:
        note("body-of-no-use", line, method=first.method)
    parameters = body_parameters(rows, [sample.value for sample in samples], note)
    keys = {key for sample in samples if isinstance(sample.value, dict) for key in sample.value}
    if not samples:
        note("no-body-sample", next((section.line for section in segment.of("body")), line))
    elif not rows:
        note("no-table/body", line)
    elif (known := len({row["name"] for row in rows} & keys)) < len(keys):
        note("body-table-incomplete", line, known=known, count=len(keys))
    if len(samples) > 1:
        note("several-samples/body", samples[1].lines[0], count=len(samples))
    return parameters


def _answers(segment: Segment, samples: Mapping[str, Sequence[Sample]], note: Note) -> dict[str, Any]:
    """Return the documented answers by name; one that is missing is a finding."""
    by_name = answers(samples["success"], samples["error"], note)
    for kind, sections in (("success", segment.of("success", "answer")), ("error", segment.of("error"))):
        if kind not in by_name:
            note(f"no-{kind}-sample", sections[0].line if sections else segment.line)
    return by_name


def _note_sections(segment: Segment, note: Note) -> None:
    """Note what is known of no operation, or documented and not read: headers, statuses; and several requests."""
    request = segment.requests[0]
    if len(segment.requests) > 1:
        note("several-requests", segment.requests[1].line, count=len(segment.requests))
    if headers := segment.of("headers"):
        note("headers-not-read", headers[0].line)
    else:
        note("no-headers", request.line)
    sections = segment.of("success", "answer", "error")
    stated = [section for section in sections if _STATUS.search(section.prose)]
    for section in stated:
        note("status-not-read", section.line)
    if not stated:
        note("no-status", sections[0].line if sections else segment.line)
