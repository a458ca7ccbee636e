"""One segment of a page to the content of its operations: what each takes, and what it answers.

What its fences and tables are is said by the heading above them, and in doubt by what they hold. Rows of tables are
held against the request line and the samples.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

from contracts.derive.page.blocks import Fence, Table
from contracts.derive.page.findings import Note
from contracts.derive.page.held import hold
from contracts.derive.page.names import PLACES, Parameter, assumed, parameter, path_parameters
from contracts.derive.page.request import Request
from contracts.derive.page.samples import Sample, answers, entry, is_stream, read_samples
from contracts.derive.page.sections import Section, Segment
from contracts.derive.page.tables import Model, index, models_of, read_tables, resolve, text_of
from contracts.derive.page.vocabulary import COLUMNS, NOUNS, PREFIX, SAMPLES, WITHOUT_BODY, plain

_STATUS: Final = re.compile(r"状态码|\bHTTP\b|(?<!\d)[1-5]\d\d(?!\d)")
_NUMBER: Final = re.compile(r"(?<!\d)[1-5]\d\d(?!\d)")
_STATED: Final = re.compile(r"(?:状态码|\bHTTP|\bstatus(?: code)?)[\s:：为是`]{1,9}([1-5]\d\d)(?!\d)", re.IGNORECASE)
_STREAM: Final = re.compile(r"\bSSE\b|\bevent[- ]?stream|事件流", re.IGNORECASE)
_LINKED: Final = re.compile(r"\]\([^()\s#]*#([^()\s]+)\)")

Tables = Mapping[str, list[Table]]
"""Tables by what they list: path, query, body, answer; each in order."""


def _tables_and_fences(
    segment: Segment, models: Sequence[Model], note: Note
) -> tuple[Tables, Mapping[str, list[Fence]]]:
    """Return the tables of a segment, and its fences by what they are samples of: body, success, error.

    What does not belong to the operation is a finding, each fence and each table. What belongs to the sub-models is
    read where a type names them.
    """
    tabled = {section.line for model in models for section in model.sections}
    shown = {fence.first for model in models for fence in model.fences}
    tables, fences = defaultdict[str, list[Table]](list), defaultdict[str, list[Fence]](list)
    takes_body = any(request.method not in WITHOUT_BODY for request in segment.requests)
    names = {name for request in segment.requests for name in request.query}
    names |= {word for request in segment.requests for word in request.path.replace(":", "/").split("/")}
    seen: set[str | None] = set()
    for section in segment.sections:
        if section.kind in seen and section.kind not in (None, "notes", "request"):
            note("section-twice", section.line, kind=section.kind)
        seen.add(section.kind)
        for table in section.tables if section.line not in tabled else ():
            if place := _place(section, table, takes_body, names, note):
                tables[place].append(table)
        for fence in section.fences:
            if fence.first not in shown and (
                kind := _kind(section, fence, takes_body and not segment.of("body-sample"), note)
            ):
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
    tables, fences = _tables_and_fences(segment, nearby, note)
    _note_sections(segment, note)
    elsewhere = None
    for place in ("path", "query", "body"):
        if (sections := segment.of(place)) and place not in tables:
            link = _LINKED.search(sections[0].prose) if place == "body" and not fences["body"] else None
            if link is not None:
                elsewhere = unquote(link[1]), sections[0].line
            else:
                note("no-table/section", sections[0].line)
    listed = {place: read_tables(tables.get(place, ()), place, note) for place in (*PLACES, "answer")}
    models = resolve(list(listed.values()), index(nearby), others, note)
    used |= models.lines
    samples = {
        kind: [sample for fence in fences.get(kind, ()) for sample in read_samples(fence, note, kind != "body")]
        for kind in ("body", "success", "error")
    }
    for place, kind in (("body", "body"), ("answer", "success")):
        hold(listed[place], [sample.value for sample in samples[kind]], models.rows, note, place)
    shown = {name: [entry([one]) for one in below] for name, below in sorted(models.samples.items()) if below}
    shared = {
        "body": entry(samples["body"]) if samples["body"] else None,
        "answers": _answers(segment, samples, tables.get("answer", ()), note),
        **({"models": dict(sorted(models.rows.items()))} if models.rows else {}),
        **({"model_samples": shown} if shown else {}),
        **({"answer_keys": listed["answer"]} if listed["answer"] else {}),
        **({"elsewhere": elsewhere} if elsewhere else {}),
    }
    headers = [row for place in PLACES for row in listed[place] if row["in"] == "header"]
    urls = [row for place in ("path", "query") for row in listed[place] if row["in"] != "header"]
    body = _body(segment, tables, [row for row in listed["body"] if row["in"] != "header"], samples["body"], note)
    names = {name for one in segment.requests for name in (*path_parameters(one.path), *one.query)}
    contents = []
    for request in segment.requests:
        path, below_prefix = _path(request, segment, note)
        contents.append(
            {
                "parameters": [*_url_parameters(urls, request, names, note), *headers, *body],
                "method": request.method,
                "path": path,
                **({} if below_prefix else {"prefix": False}),
                "line": segment.line,
                **shared,
            }
        )
    return contents


def _path(request: Request, segment: Segment, note: Note) -> tuple[str, bool]:
    """Return the path of a request, without the prefix of the gateway, and whether it has that on the page."""
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
        return path, False
    return path.removeprefix(PREFIX), True


def _body(
    segment: Segment, tables: Tables, rows: Sequence[Parameter], samples: Sequence[Sample], note: Note
) -> list[Parameter]:
    """Return the rows of the body; what it lacks is a finding, and a method that takes none."""
    if not rows and not samples:
        return []
    method = segment.requests[0].method
    line = tables["body"][0].line if "body" in tables else samples[0].lines[0]
    if method in WITHOUT_BODY:
        note("body-of-no-use", line, method=method)
    parameters = [{**row, "in": "body"} for row in rows]
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


def _answers(
    segment: Segment, samples: Mapping[str, Sequence[Sample]], tables: Sequence[Table], note: Note
) -> dict[str, Any]:
    """Return the documented answers by name; one that is missing is a finding. One may have its table alone."""
    by_name = answers(samples["success"], samples["error"], note)
    rows = [row for table in tables for row in table.rows]
    for kind, sections in (("success", segment.of("success", "answer")), ("error", segment.of("error"))):
        line = sections[0].line if sections else segment.line
        if kind == "success" and kind not in by_name and rows:
            by_name[kind] = {"lines": [tables[0].line, rows[-1].line]}
            note("no-success-sample/table", line)
        elif kind not in by_name:
            note(f"no-{kind}-sample", line)
        if (status := _status(sections, kind)) is not None:
            for name in by_name:
                if name.partition("-")[0] == kind:
                    by_name[name]["status"] = status
    stream = any(_STREAM.search(text) for text in (segment.title, *(section.prose for section in segment.sections)))
    for answer in by_name.values():
        if "text" in answer:
            answer["content_type"] = "text/event-stream" if stream or is_stream(answer["text"]) else "text/plain"
    return by_name


def _status(sections: Iterable[Section], kind: str) -> int | None:
    """Return the status that the text of sections states for the answers of a kind, if it is one, and one that fits."""
    text = "\n".join(section.prose for section in sections)
    stated = {int(status) for status in _STATED.findall(text)}
    fits = len(stated) == 1 and (min(stated) < 400) == (kind == "success")
    return min(stated) if fits and stated == {int(number) for number in _NUMBER.findall(text)} else None


def _note_sections(segment: Segment, note: Note) -> None:
    """Note what is known of no operation, or documented and not read: headers, statuses; and several requests."""
    request = segment.requests[0]
    if len(segment.requests) > 1:
        note("several-requests", segment.requests[1].line, count=len(segment.requests))
    if not (headers := segment.of("header")):
        note("no-headers", request.line)
    elif not any(section.tables for section in headers):
        note("headers-not-read", headers[0].line)
    sections = segment.of("success", "answer", "error")
    unstated = [section.line for section in sections if not _STATUS.search(section.prose)]
    for section in sections:
        read = _status([section], "error" if section.kind == "error" else "success")
        if section.line not in unstated and read is None:
            note("status-not-read", section.line)
    if len(unstated) == len(sections):
        note("no-status", min(unstated, default=segment.line))
    else:
        for line in unstated:
            note("no-status/some", line)


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
