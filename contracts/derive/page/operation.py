"""One segment of a page to the content of its operations: what each takes, and what it answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.derive.page.findings import Note
from contracts.derive.page.names import path_parameters
from contracts.derive.page.parameters import body_parameters, note_tables, url_parameters
from contracts.derive.page.request import Request
from contracts.derive.page.roles import Roles, roles_of
from contracts.derive.page.samples import Sample, answers, entry, read_samples
from contracts.derive.page.sections import Section, Segment
from contracts.derive.page.tables import Model, Models, Parameter, index, models_of, read_tables
from contracts.derive.page.vocabulary import NOUNS, PREFIX, WITHOUT_BODY

_STATUS: Final = re.compile(r"状态码|\bHTTP\b|(?<!\d)[1-5]\d\d(?!\d)")


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
    elif any(
        any(word in title for word in words) != (noun in request.path.casefold()) for noun, words in NOUNS.items()
    ):
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
        heading = segment.of("body")
        where = heading[0].line if heading else line
        note("no-body-sample", where)
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
            line = sections[0].line if sections else segment.line
            note(f"no-{kind}-sample", line)
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
    stated: list[Section] = [section for section in sections if _STATUS.search(section.prose)]
    for section in stated:
        note("status-not-read", section.line)
    if not stated:
        line = sections[0].line if sections else segment.line
        note("no-status", line)
