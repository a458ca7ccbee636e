"""One segment of a page to the content of its operations: what each takes, and what it answers.

What its fences and tables are is said by the heading above them, and in doubt by what they hold. Rows of tables are
held against the request line and the samples.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from contracts.derive.page.blocks import Fence, Table
from contracts.derive.page.findings import Note
from contracts.derive.page.names import PLACES, Parameter, assumed, parameter, path_parameters
from contracts.derive.page.request import Request
from contracts.derive.page.samples import Sample, answers, entry, read_samples, values_by_key
from contracts.derive.page.sections import Section, Segment
from contracts.derive.page.tables import Model, index, models_of, read_tables, resolve, text_of
from contracts.derive.page.vocabulary import COLUMNS, NOUNS, PREFIX, SAMPLES, WITHOUT_BODY, plain
from contracts.text.strict_json import json_type

_STATUS: Final = re.compile(r"状态码|\bHTTP\b|(?<!\d)[1-5]\d\d(?!\d)")


Tables = Mapping[str, list[Table]]
"""Tables by what they list: path, query, body, answer; each in order."""


def _tables_and_fences(segment: Segment, models: set[int], note: Note) -> tuple[Tables, Mapping[str, list[Fence]]]:
    """Return the tables of a segment, and its fences by what they are samples of: body, success, error.

    What does not belong to the operation is a finding, each fence and each table. ``models`` are the lines of the
    sections that are sub-models; their tables are read where a type names them.
    """
    tables, fences = defaultdict[str, list[Table]](list), defaultdict[str, list[Fence]](list)
    takes_body = any(request.method not in WITHOUT_BODY for request in segment.requests)
    names = {name for request in segment.requests for name in request.query}
    names |= {word for request in segment.requests for word in request.path.replace(":", "/").split("/")}
    seen: set[str | None] = set()
    for section in segment.sections:
        if section.kind in seen and section.kind not in (None, "notes", "request"):
            note("section-twice", section.line, kind=section.kind)
        seen.add(section.kind)
        for table in section.tables if section.line not in models else ():
            if place := _place(section, table, takes_body, names, note):
                tables[place].append(table)
        for fence in section.fences:
            if kind := _kind(section, fence, takes_body and not segment.of("body-sample"), note):
                fences[kind].append(fence)
    return tables, fences


def _place(section: Section, table: Table, takes_body: bool, names: set[str], note: Note) -> str | None:
    if section.kind in PLACES:
        return section.kind
    if section.kind in ("success", "answer"):
        return "answer"
    columns = [COLUMNS.get(plain(text_of(title))) for title in table.columns] or ["name"]
    if "name" in columns and (section.kind in ("request", "body-sample") or _is_first(section)):
        at = columns.index("name")
        if listed := {text_of(row.cells[at]) for row in table.rows if len(row.cells) > at}:
            place = "query" if listed & names or not takes_body else "body"
            note("table-without-heading", table.line, place=place)
            return place
    if section.kind is not None or not section.title:
        note("table-not-read", table.line, kind=section.kind or "first")
    return None


def _is_first(section: Section) -> bool:
    """Whether a section is what stands above all headings of sections."""
    return section.kind is None and not section.title


def _kind(section: Section, fence: Fence, lacks_body: bool, note: Note) -> str | None:
    kind = section.kind
    if kind is not None and kind in SAMPLES:
        return SAMPLES[kind]
    loose = kind in ("request", "body") or _is_first(section)
    if lacks_body and loose and fence.text.lstrip()[:1] in ("{", "["):
        note("fence-without-heading", fence.first)
        return "body"
    if _is_first(section):
        note("outside-section/section", fence.first)
    elif fence.text.strip() or kind is not None:
        note("fence-not-read", fence.first, section=f"The {kind} section" if kind else "A section of unknown kind")
    return None


def read_segment(segment: Segment, others: Mapping[str, Model], used: set[int], note: Note) -> list[dict[str, Any]]:
    """Return the contents of the operations of a segment, one per request.

    ``others`` are the sub-models of the whole page, by the words that refer to them; ``used`` gets the lines of those
    that are referred to.
    """
    nearby = models_of(segment.sections)
    tables, fences = _tables_and_fences(segment, {model.section.line for model in nearby}, note)
    _note_sections(segment, note)
    for place in ("path", "query", "body"):
        if (sections := segment.of(place)) and place not in tables:
            note("no-table/section", sections[0].line)
    listed = {place: read_tables(tables.get(place, ()), place, note) for place in ("path", "query", "body", "answer")}
    models, lines = resolve(list(listed.values()), index(nearby), others, note)
    used |= lines
    samples = {
        kind: [sample for fence in fences.get(kind, ()) for sample in read_samples(fence, note)]
        for kind in ("body", "success", "error")
    }
    shared = {
        "body": entry(samples["body"]) if samples["body"] else None,
        "answers": _answers(segment, samples, note),
        **({"models": dict(sorted(models.items()))} if models else {}),
        **({"answer_keys": listed["answer"]} if listed["answer"] else {}),
    }
    bodies = [sample.value for sample in samples["body"]]
    _note_tables(listed["body"], bodies, models, note, top=False)
    _note_tables(listed["answer"], [sample.value for sample in samples["success"]], models, note)
    body = _body(segment, tables, listed["body"], samples["body"], note)
    names = {name for one in segment.requests for name in (*path_parameters(one.path), *one.query)}
    return [
        {
            "parameters": _url_parameters([*listed["path"], *listed["query"]], request, names, note) + body,
            "method": request.method,
            "path": _path(request, segment, note),
            "line": segment.line,
            **shared,
        }
        for request in segment.requests
    ]


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
    segment: Segment, tables: Tables, rows: Sequence[Parameter], samples: Sequence[Sample], note: Note
) -> list[Parameter]:
    """Return the rows of the body, held against its samples; the methods of the requests are, too."""
    if not rows and not samples:
        return []
    method = segment.requests[0].method
    line = tables["body"][0].line if "body" in tables else samples[0].lines[0]
    if method in WITHOUT_BODY:
        note("body-of-no-use", line, method=method)
    parameters = [{**row, "in": "body"} for row in rows]
    keys = values_by_key(sample.value for sample in samples if isinstance(sample.value, dict))
    for row in parameters:
        name = row["name"]
        kinds = {kind for value in keys.get(name, ()) if (kind := json_type(value)) is not None}
        if samples and name not in keys:
            note("parameter-not-in-sample/body", row["line"], name=name[:60])
        elif row["type"] is not None and kinds and row["type"] not in kinds:
            kind = min(kinds)
            note("type-differs-from-sample/body", row["line"], type=row["type"], name=name[:60], kind=kind)
            row["type"] = kind
    if not samples:
        note("no-body-sample", next((section.line for section in segment.of("body")), line))
    elif not rows:
        note("no-table/body", line)
    elif (known := len({row["name"] for row in rows} & keys.keys())) < len(keys):
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


def _url_parameters(rows: Sequence[Parameter], request: Request, others: set[str], note: Note) -> list[Parameter]:
    """Return the path and query parameters of an operation, from its request line and the rows of its tables.

    Where a table has another name for a path parameter, the path wins. ``others`` are names of further requests of the
    same operation; rows for these alone are left out. Every departure is a finding.
    """
    path = path_parameters(request.path)
    query = request.query
    known = {*path, *query}
    kept = [dict(row) for row in rows if row["name"] in known or row["name"] not in others]
    _rename(kept, path, known, note)
    by_name: dict[str, Parameter] = {}
    for row in kept:
        name = row["name"]
        if name in by_name:
            note("parameter-listed-twice", row["line"], name=name[:60])
            continue
        by_name[name] = row
        if name not in known:
            note("parameter-not-in-request", row["line"], name=name[:60])
        elif name in query and name not in path and row["in"] == "path":
            note("query-listed-as-path", row["line"], name=name[:60])
        elif name in path and row["in"] == "query":
            note("path-listed-as-query", row["line"], name=name[:60])
        row["in"] = "path" if name in path else "query"
        if name in path and not row["required"]:
            note("path-parameter-optional", row["line"], name=name[:60])
            row["required"] = True
    for name in dict.fromkeys((*path, *query)):
        if name not in by_name:
            note("parameter-not-listed", request.line, name=name[:60])
            place = "path" if name in path else "query"
            row = parameter(name, place, "string", name in path, query.get(name), request.line)
            unsaid = [
                "type",
                *(["required"] if place == "query" else []),
                *(["default"] if not query.get(name) else []),
            ]
            by_name[name] = assumed(row, *unsaid)
    if len(set(path)) < len(path):
        note("path-parameter-twice", request.line)
    order = {name: at for at, name in reversed(list(enumerate((*path, *query))))}
    return sorted(by_name.values(), key=lambda row: order.get(row["name"], len(order)))


def _rename(rows: Sequence[Parameter], path: Sequence[str], known: set[str], note: Note) -> None:
    """Give rows of a path table the path's names where all that do not fit can be matched one to one."""
    listed = {row["name"] for row in rows}
    unknown = [row for row in rows if row["in"] == "path" and row["name"] not in known]
    unlisted = [name for name in path if name not in listed]
    if len(unknown) != len(unlisted):
        return
    for row, name in zip(unknown, unlisted, strict=True):
        note("parameter-renamed", row["line"], name=row["name"][:60], path=name[:60])
        row["name"] = name


def _note_tables(
    rows: Sequence[Parameter],
    samples: Sequence[Any],
    models: Mapping[str, Sequence[Parameter]],
    note: Note,
    top: bool = True,
) -> None:
    """Note where rows, and those of their sub-models, and samples do not have the same keys; no sample, no doubt.

    Without ``top``, only the sub-models are held against the samples.
    """
    pending = [(rows, [item for sample in samples for item in _objects(sample)], top)]
    while pending:
        listed, objects, aloud = pending.pop()
        if not listed or not objects:
            continue
        by_key = values_by_key(objects)
        missing = len(by_key.keys() - {row["name"] for row in listed})
        if missing and aloud:
            note("keys-not-listed", listed[0]["line"], missing=missing, count=len(by_key))
        for row in listed:
            name, values = row["name"], by_key.get(row["name"])
            if values is None:
                if aloud:
                    note("parameter-not-in-sample/answer", row["line"], name=name[:60])
            elif "model" in row:
                below = [item for value in values for item in _objects(value)]
                if not below and any(value not in (None, [], "") for value in values):
                    note("type-differs-from-sample/model", row["line"], name=name[:60])
                pending.append((models[row["model"]], below, True))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the object that a value is, or those that are the items of an array, however deep."""
    level = [value]
    while level:
        yield from (item for item in level if isinstance(item, dict))
        level = [item for each in level if isinstance(each, list) for item in each]
