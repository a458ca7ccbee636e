"""What a page promises, as data: the content of documented.json. No prose of the page is kept."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from contracts.derive.error import DeriveError
from contracts.derive.names import mechanical_name, path_parameters, shape
from contracts.derive.page import Fence, Finding, Page, Part, Section, section_kind
from contracts.derive.parameters import body_parameters, url_parameters
from contracts.derive.sample import Note, read_sample
from contracts.derive.words import NOUNS, PREFIX, SECTIONS

_REQUEST = re.compile(r"(GET|POST|PUT|PATCH|DELETE)\s+(/[^\s?]*)(?:\?(\S*))?")
_STATUS = re.compile(r"状态码|\bHTTP\b|(?<!\d)[1-5]\d\d(?!\d)")
_FENCES = ("request", "body-sample", "success", "error")
_TABLES = ("path", "query", "body")


def release_of(page: Page) -> str:
    """Return the release that the page's permalink names; raises DeriveError if it names none."""
    match = re.match(r"/v(\d+\.\d+\.\d+)/", page.front.get("permalink", ""))
    if match is None:
        raise DeriveError(
            f"{page.name}:1: the front matter names no release: add a line such as permalink: /v1.7.0/api/workflow/"
        )
    return match[1]


def document(page: Page, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of documented.json for a page; ``names`` is shape to name, as from names.load_names.

    Raises DeriveError, naming page and line, where the page cannot be understood. Irregularities that can be read
    over are findings, in the order of their lines.
    """
    operations: dict[str, dict[str, Any]] = {}
    findings: list[tuple[Finding, str | None]] = []
    owners: list[tuple[int, str | None]] = []
    for part in page.parts:
        own: list[Finding] = []
        name, operation = _operation(part, page, names, _noter(own))
        if operation is not None and name is not None:
            if name in operations:
                raise DeriveError(
                    f"{page.name}:{part.line}: {name} is documented here and at line {operations[name]['line']}: "
                    "remove one of them"
                )
            operations[name] = operation
        findings += [(finding, name) for finding in own]
        owners.append((part.line, name))
    if not operations:
        raise DeriveError(f"{page.name}:1: the page documents no operation: each needs a heading of the second level")
    for finding in page.findings:
        findings.append((finding, [name for line, name in owners if line <= finding.line][-1]))
    findings.sort(key=lambda pair: (pair[0].line, pair[0].rule, pair[0].text))
    return {
        "release": release_of(page),
        "page": {
            "file": page.name,
            "permalink": page.front["permalink"],
            "date": page.front.get("date"),
            "sha256": page.sha256,
            "lines": page.lines,
        },
        "operations": operations,
        "findings": [
            {"rule": finding.rule, "line": finding.line, "operation": name, "text": finding.text}
            for finding, name in findings
        ],
    }


def _noter(findings: list[Finding]) -> Note:
    return lambda rule, line, text: findings.append(Finding(rule, line, text))


def _operation(
    part: Part, page: Page, names: Mapping[str, str], note: Note
) -> tuple[str | None, dict[str, Any] | None]:
    """Return name and content of the operation of a part; two Nones, with a finding, for a part that has none."""
    sections = _sections(part, note)
    if not sections:
        if part.title:
            note("not-an-operation", part.line, "Nothing under this heading belongs to an operation; it is not read.")
        return None, None
    method, path, query, line = _request(part, sections.get("request"), page)
    if path.startswith(f"{PREFIX}/"):
        path = path.removeprefix(PREFIX)
    else:
        note("other-prefix", line, f"The path does not start with {PREFIX}; it is kept whole.")
    name = names.get(shape(method, path))
    if name is None:
        name = mechanical_name(method, path)
        note("unnamed-operation", line, f"operations.toml does not name this operation; it is called {name} for now.")
    if any((word in part.title) != (address in path) for word, address in NOUNS):
        note("heading-names-another-thing", part.line, "The heading and the path speak of different things.")
    body = _sample(sections.get("body-sample"), page, note)
    if body is None and "body" in sections:
        note("no-body-sample", sections["body"].line, "The body has a table and no sample.")
    if "headers" not in sections:
        note("no-headers", line, "No request header is documented.")
    else:
        note("headers-not-read", sections["headers"].line, "Request headers are documented here; they are not read.")
    parameters = url_parameters(
        [sections[kind] for kind in ("path", "query") if kind in sections], path_parameters(path), query, line, note
    ) + body_parameters(sections.get("body"), body and body["sample"], body["lines"][0] if body else line, note)
    return name, {
        "method": method,
        "path": path,
        "line": part.line,
        "parameters": parameters,
        "body": body,
        "answers": _answers(part, sections, page, note),
    }


def _sections(part: Part, note: Note) -> dict[str, Section]:
    """Return the sections of known kind; a finding for each that is unknown, comes twice or holds more than is read."""
    found: dict[str, Section] = {}
    for section in part.sections:
        if section.kind is None:
            _note_unknown(section, note)
            continue
        if section.kind in found:
            note("section-twice", section.line, f"A second {section.kind} section; only the first is read.")
            continue
        found[section.kind] = section
        # The request may have one fence only, which _request sees to.
        for fence in section.fences[1 if section.kind in _FENCES else 0 :]:
            if section.kind != "request":
                note(
                    "fence-not-read",
                    fence.first,
                    f"One fence more than the {section.kind} section needs; it is not read.",
                )
        for table in section.tables if section.kind not in _TABLES else ():
            note("table-not-read", table.line, f"The {section.kind} section needs no table; this one is not read.")
    return found


def _note_unknown(section: Section, note: Note) -> None:
    close = difflib.get_close_matches(re.sub(r"\s", "", section.title).casefold(), SECTIONS, n=1, cutoff=0.5)
    hint = f"; it resembles that of the {section_kind(close[0])} section" if close else ""
    if section.title:
        note("unknown-section", section.line, f"The heading is no known section heading{hint}; not read.")
    elif section.fences or section.tables:
        line = (*(fence.first for fence in section.fences), *(table.line for table in section.tables))[0]
        note("outside-section", line, "A fence or a table stands before the first section heading; not read.")


def _request(part: Part, section: Section | None, page: Page) -> tuple[str, str, list[str], int]:
    """Return method, path (parameters as ``:name``), names of query parameters and line of the one request fence."""
    line = section.line if section else part.line
    fences = section.fences if section else ()
    if len(fences) != 1:
        count = "no request fence" if not fences else f"{len(fences)} request fences"
        where = fences[1].first if fences else line
        raise DeriveError(f"{page.name}:{where}: the operation has {count}: give it one, with METHOD and path")
    text = fences[0].text.strip()
    match = _REQUEST.fullmatch(text)
    if match is None:
        raise DeriveError(
            f"{page.name}:{fences[0].first + 1}: not a request line: write METHOD /path?query, on one line"
        )
    query = [item.partition("=")[0] for item in (match[3] or "").split("&") if item]
    return match[1], re.sub(r"\{(\w+)\}", r":\1", match[2]), query, fences[0].first + 1


def _sample(section: Section | None, page: Page, note: Note) -> dict[str, Any] | None:
    if section is None or not section.fences:
        return None
    fence: Fence = section.fences[0]
    return {"sample": read_sample(fence.text, page.name, fence.first + 1, note), "lines": [fence.first, fence.last]}


def _answers(part: Part, sections: Mapping[str, Section], page: Page, note: Note) -> dict[str, Any]:
    """Return the documented answers by kind, success and error; one that is missing is a finding."""
    answers: dict[str, Any] = {}
    for kind in ("success", "error"):
        section = sections.get(kind)
        answer = _sample(section, page, note)
        if answer is None:
            note(f"no-{kind}-sample", section.line if section else part.line, f"The {kind} answer has no sample.")
        else:
            answers[kind] = answer
    error = answers.get("error")
    if error and not (isinstance(error["sample"], dict) and isinstance(error["sample"].get("code"), int)):
        note("error-without-code", error["lines"][0], "The error sample is not an object with a numeric code.")
    _note_status([sections[kind] for kind in ("success", "error") if kind in sections], part.line, note)
    return answers


def _note_status(sections: Sequence[Section], line: int, note: Note) -> None:
    stated = [section for section in sections if _STATUS.search(section.prose)]
    for section in stated:
        note("status-not-read", section.line, "The text seems to name an HTTP status; statuses stand in observed.toml.")
    if not stated:
        note("no-status", sections[0].line if sections else line, "No HTTP status is documented for the answers.")
