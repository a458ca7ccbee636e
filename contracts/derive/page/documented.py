"""What a page promises, as data: the content of documented.json. Of its prose, it has the descriptions in tables."""

import bisect
import difflib
import re
from collections.abc import Mapping
from operator import attrgetter
from typing import Any, Final

from contracts.derive.errors import DeriveError
from contracts.derive.page.blocks import BOLD
from contracts.derive.page.findings import Finding, Note, noter
from contracts.derive.page.names import mechanical_name, shape
from contracts.derive.page.operation import read_segment
from contracts.derive.page.samples import code_of
from contracts.derive.page.sections import Page, Part, segments
from contracts.derive.page.tables import index, models_of, slug
from contracts.derive.page.vocabulary import SECTIONS, plain

_RELEASE: Final = re.compile(r"/v(\d+\.\d+\.\d+)/")
_SHORTER: Final = re.compile(r"/[^/]*?\bv(\d+)\.(\d+)(?:\.(\d+))?/", re.IGNORECASE)
_LONGEST = 40
"""A longer title is no section heading, whatever it resembles."""


def _release_of(page: Page, note: Note) -> str | None:
    """Return the release that the page's permalink names, with three numbers; None if it names none."""
    permalink = page.front.get("permalink", "")
    if match := _RELEASE.search(permalink):
        return match[1]
    if match := _SHORTER.search(permalink):
        release = f"{match[1]}.{match[2]}.{match[3] or 0}"
        note("odd-release", 1, permalink=permalink[:60], release=release)
        return release
    note("no-release", 1)
    return None


def document(page: Page, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of documented.json for a page; ``names`` is shape to name, as from names.load_names.

    All doubts are findings, in the order of their lines. ``release`` is None if the page names none. Raises DeriveError
    if the page has no operation at all.
    """
    findings: list[Finding] = []
    note = noter(page.name, findings)
    models = index(models_of(section for part in page.parts for section in part.sections))
    operations: dict[str, dict[str, Any]] = {}
    shapes: dict[str, str] = {}
    titles: dict[str, str] = {}
    owners: list[tuple[int, str | None]] = [(0, None)]
    used: set[int] = set()
    title = next((part for part in page.parts if part.title), None)
    for part, following in zip(page.parts, (*page.parts[1:], None), strict=True):
        if not part.has_request:
            _note_part(part, following, part is title, note)
            owners.append((part.line, None))
            continue
        for segment in segments(part, note):
            contents = read_segment(segment, models, used, note)
            added = [
                _add(operations, shapes, content, request.line, names, note)
                for request, content in zip(segment.requests, contents, strict=True)
            ]
            owners.append((segment.line, added[0]))
            titles.setdefault(part.anchor or slug(part.title), added[0])
    if not operations:
        raise DeriveError(f"{page.name}:1: the page documents no operation: each needs a request, METHOD and path")
    for content in operations.values():
        _refer(content, operations.get(titles.get(content.get("elsewhere", ("",))[0], "")), note)
    _note_sections(page, used, note)
    release = _release_of(page, note)
    lines = [line for line, _ in owners]
    rows = []
    # Requests that share a table share its doubts: each is said once.
    for doubt in sorted(dict.fromkeys((*page.findings, *findings)), key=attrgetter("line", "rule", "what")):
        row = {key: getattr(doubt, key) for key in ("line", "rule", "what", "assumed")}
        rows.append({**row, "operation": owners[bisect.bisect_right(lines, doubt.line) - 1][1]})
    return {
        "release": release,
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
    operations: dict[str, dict[str, Any]],
    shapes: dict[str, str],
    content: dict[str, Any],
    line: int,
    names: Mapping[str, str],
    note: Note,
) -> str:
    """Give an operation its name, and return it; one that the page has already gets what it lacks, and a finding.

    ``shapes`` has the name of each operation that there is by its shape: the names of path parameters tell none apart.
    """
    kind = shape(content["method"], content["path"])
    if (name := shapes.get(kind)) is not None:
        note("operation-twice", line, name=name[:80], other=operations[name]["line"])
        _complete(operations[name], content)
        return name
    name = names.get(kind)
    if name is None:
        name = mechanical_name(content["method"], content["path"])
        note("unnamed-operation", line, name=name[:80])
    free, number = name, 1
    while free in operations:
        number += 1
        free = f"{name}-{number}"
    if number > 1:
        note("name-taken", line, name=free[:80])
    operations[free] = content
    shapes[kind] = free
    return free


def _complete(content: dict[str, Any], other: Mapping[str, Any]) -> None:
    """Give an operation what is documented of it elsewhere alone: answers, parameters, its body."""
    for name, answer in other["answers"].items():
        known = content["answers"].setdefault(name, answer)
        if (code := code_of(answer.get("sample"))) not in (None, code_of(known.get("sample"))):
            content["answers"].setdefault(f"error-{code}", answer)
    if content["body"] is None and all(row["in"] != "body" for row in content["parameters"]):
        _take_body(content, other)
    known_rows = {(row["in"], row["name"]) for row in content["parameters"]}
    content["parameters"] = content["parameters"] + [
        row
        for row in other["parameters"]
        if row["in"] in ("header", "query") and (row["in"], row["name"]) not in known_rows
    ]


def _take_body(content: dict[str, Any], other: Mapping[str, Any]) -> None:
    content["body"] = other["body"]
    content["parameters"] = content["parameters"] + [row for row in other["parameters"] if row["in"] == "body"]
    for key in ("models", "model_samples"):
        if key in other:
            content[key] = {**other[key], **content.get(key, {})}


def _refer(content: dict[str, Any], other: Mapping[str, Any] | None, note: Note) -> None:
    """Give an operation the body of the one that its text refers to, if the page has that."""
    if (link := content.pop("elsewhere", None)) is None:
        return
    if other is None or (other["body"] is None and all(row["in"] != "body" for row in other["parameters"])):
        note("no-table/section", link[1])
    else:
        note("body-elsewhere", link[1], other=other["line"])
        _take_body(content, other)


def _note_part(part: Part, following: Part | None, first: bool, note: Note) -> None:
    """Note a part without a request, unless it is only the title of the page or of the group of parts below it.

    ``first``: no other part with a title stands above it.
    """
    fences = [fence.first for section in part.sections for fence in section.fences]
    blocks = [*fences, *(table.line for section in part.sections for table in section.tables)]
    if part.kinds - {"notes"}:
        line = part.line if part.title else min(section.line for section in part.sections if section.kind)
        note("operation-without-request", line)
    elif not part.title and blocks:
        note("outside-section/page", min(blocks))
    elif (
        part.title and (part.level > 1 or not first) and (blocks or following is None or following.level <= part.level)
    ):
        note("not-an-operation", part.line)


def _note_sections(page: Page, used: set[int], note: Note) -> None:
    """Note each section of an operation whose heading nobody knows and to which no type refers."""
    for section in (section for part in page.parts if part.has_request for section in part.sections):
        if section.kind is not None or not section.title or section.line in used:
            continue
        if section.level == BOLD and not section.fences and not section.tables:
            continue
        if close := difflib.get_close_matches(plain(section.title)[:_LONGEST], SECTIONS, n=1, cutoff=0.5):
            note("unknown-section/close", section.line, kind=SECTIONS[close[0]])
        else:
            note("unknown-section", section.line)
