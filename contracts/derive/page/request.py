"""Request lines: what a page writes as ``METHOD /path?query``, in all its spellings."""

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Final

from contracts.derive.page.findings import Note
from contracts.text.frozen import dataclass

METHODS: Final = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS"
_LINE: Final = re.compile(
    rf"(?P<method>{METHODS})[ \t]+(?P<host>(?:https?://|[<{{$])[^\s/]*)?"
    r"(?P<path>/(?:<[^<>\n]*+>|[^\s?<>]++)*+)(?:\?(?P<query>(?:<[^<>\n]*+>|[^\s<>]++)*+))?[ \t]*(?P<rest>.*)",
    re.IGNORECASE,
)
_VARIABLE: Final = re.compile(r"<([^<>]*)>|\$?\{{1,3}([^{}]*)\}{1,3}|:(\w+)")


@dataclass(frozen=True)
class Request:
    """One request line: its path has parameters as ``:name``; ``query`` has name to fixed value, or None.

    Where it stands does not count when two are compared.
    """

    method: str
    path: str
    query: Mapping[str, str | None]
    line: int = field(compare=False)


def is_request(text: str) -> bool:
    """Return whether the first line of a fence that is not blank is a request line."""
    return _LINE.match(text.lstrip()) is not None


def read_requests(text: str, line: int, note: Note) -> list[Request]:
    """Return the requests of a fence whose content starts at ``line``; lines that are none are findings."""
    requests: list[Request] = []
    for at, content in enumerate(text.split("\n"), line):
        stripped = content.strip()
        if not stripped:
            continue
        if (match := _LINE.match(stripped)) is None:
            note("request-line-not-read", at)
        elif (request := _request(match, at, note)) in requests[-9:]:
            note("request-twice", at)
        else:
            requests.append(request)
    return requests


def _request(match: re.Match[str], line: int, note: Note) -> Request:
    method = match["method"]
    if not method.isupper():
        note("method-in-lower-case", line, method=method, upper=method.upper())
    if match["host"]:
        note("host-in-request", line)
    rest = match["rest"].strip()
    if rest and not rest.upper().startswith("HTTP/"):
        note("text-after-request", line)
    path = _VARIABLE.sub(lambda variable: f":{_name(variable, line, note)}", match["path"])
    query: dict[str, str | None] = {}
    for item in filter(None, (match["query"] or "").split("&")):
        name, _, value = item.partition("=")
        fixed = None if not value or _VARIABLE.fullmatch(value) else value
        if not re.fullmatch(r"\w+", name):
            note("odd-query", line, name=name[:40])
        if fixed is not None:
            note("fixed-query-value", line, name=name[:40])
        query[name] = fixed
    return Request(method.upper(), path, query, line)


def _name(variable: re.Match[str], line: int, note: Note) -> str:
    """Return the name in a placeholder; one that cannot be a name in a path template is made into one."""
    written = (variable[1] or variable[2] or variable[3] or "").strip()
    name = re.sub(r"\W+", "_", written) or "parameter"
    if name != written:
        note("odd-placeholder", line, written=written[:40], name=name[:40])
    return name
