"""The exchanges that a run kept, as an HTTP Archive (HAR 1.2): browsers, proxies and HTTP tools open it.

Each case is a page, and each exchange of its evidence an entry of that page. Of the other steps of a case the verdict
has no address, so they stand beside the page, as `_steps`, and not among the entries.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contracts.report.export.status import breach_line
from contracts.text.frozen import dataclass

VERSION = "HTTP/1.1"
"""What the suite speaks; it asks for nothing else."""
NONE = {"cookies": [], "headersSize": -1}
"""What is not kept of a message."""
NEXT, BEFORE = "--next", 6
"""What stands between two requests of a curl line, and among how many of its first words."""
_PHRASES = {int(status): status.phrase for status in HTTPStatus}
_CUT = re.compile(r"… \([\d,]+ characters in all\)\Z")

Verdict = Mapping[str, Any]


def pieces(verdict: Verdict) -> Iterator[str]:
    """Yield the archive in pieces; what of the verdict is a secret has to be masked in it."""
    run = verdict["run"]
    log = {
        "version": "1.2",
        "creator": {"name": "zadig-contract-tests", "version": run["suite"]["version"]},
        "pages": [_page(case) for case in verdict["cases"]],
        "entries": sorted(_entries(verdict["cases"]), key=lambda entry: str(entry["startedDateTime"])),
        "comment": f"Run {run['id']}: {verdict['verdict']}. Secrets are masked, and long bodies cut.",
    }
    yield from json.JSONEncoder(ensure_ascii=False, indent=1).iterencode({"log": log})


def _page(case: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "startedDateTime": _time(case["started"]),
        "id": case["case"],
        "title": f"{case['case']}: {case['result']}",
        "pageTimings": {},
        "_steps": case["steps"],
        "comment": "; ".join(map(breach_line, case["breaches"])) or str(case["reason"]),
    }


def _entries(cases: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for case in cases:
        for exchange in case["evidence"]:
            request = _sent(exchange["curl"])
            if request is not None:
                yield _entry(case, exchange, request)


def _entry(case: Mapping[str, Any], exchange: Mapping[str, Any], request: "Sent") -> dict[str, Any]:
    took = round(1000 * exchange["seconds"], 3)
    same = (exchange["status"], exchange["seconds"])
    at = next((step["at"] for step in reversed(case["steps"]) if (step["status"], step["seconds"]) == same), 0.0)
    entry = {
        "pageref": case["case"],
        "startedDateTime": _time(case["started"] + at),
        "time": took,
        "request": request.to_har(),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
    }
    return entry | ({"_error": str(exchange["failure"])} if exchange["failure"] else {})


@dataclass(frozen=True)
class Sent:
    """A request as a curl line tells it.

    method, url: what was asked for.
    headers: their names and values.
    body: what was sent; None: nothing.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str | None

    def to_har(self) -> dict[str, Any]:
        """Return it as an archive has it."""
        kind = dict(self.headers).get("Content-Type", "")
        request = NONE | {
            "method": self.method,
            "url": self.url,
            "httpVersion": VERSION,
            "headers": _named(self.headers),
            "queryString": _named(parse_qsl(urlsplit(self.url).query, keep_blank_values=True)),
            "bodySize": _size(self.body or ""),
        }
        return request | ({} if self.body is None else {"postData": {"mimeType": kind} | _text(self.body)})


def _sent(line: str) -> Sent | None:
    """Return the request of a curl line of this suite; None where somebody changed it."""
    try:
        words = shlex.split(line)
        urlsplit(words[-1])
    except (ValueError, IndexError):
        return None
    if NEXT in words[:BEFORE]:  # what comes first only takes a connection into use
        words = words[words.index(NEXT) :]
    rest, headers, body, method = iter(words[:-1]), [], None, "GET"
    for option in rest:
        if option == "-X":
            method = next(rest, method)
        elif option == "-A":
            headers.append(("User-Agent", next(rest, "")))
        elif option == "-H":
            name, _, value = next(rest, "").partition(": ")
            headers.append((name, value))
        elif option == "--data-raw":
            body = next(rest, None)
    return Sent(method, words[-1], tuple(headers), body)


def _response(exchange: Mapping[str, Any]) -> dict[str, Any]:
    status, kind, body = exchange["status"] or 0, exchange["content_type"] or "", exchange["body"]
    return NONE | {
        "status": status,
        "statusText": _PHRASES.get(status, ""),
        "httpVersion": VERSION,
        "headers": _named([("Content-Type", kind)] if kind else []),
        "content": {"size": _size(body), "mimeType": kind} | _text(body),
        "redirectURL": "",
        "bodySize": -1,
    }


def _text(body: str) -> dict[str, str]:
    return {"text": body} | ({"comment": "The text was cut."} if _CUT.search(body) else {})


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _named(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
