"""Verdicts for the tests of report.html, what hostile servers put into them, and the page as a browser reads it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from contracts.case.outcome import Evidence, Outcome
from contracts.check.breach import Breach, Kind
from contracts.check.check import Promise
from contracts.http.trace import Phase, Step
from contracts.report.html.page import render
from contracts.report.verdict_rules import Result
from contracts.run.verdict import Run, RunResult, decide
from contracts.text.message import msg
from helpers.verdicts import DRIFT, RUN

LIVE = replace(
    RUN,
    notes=[msg("{n} cases {reason}", 22, msg("belong to a larger profile"))],
    suite={"version": "0.1.0", "commit": "0123456789ab"},
    settings={"project": "nginx", "token": None},
)
STAND_IN = replace(LIVE, base_url="http://127.0.0.1:4711", host="127.0.0.1:4711", stand_in="1.7.0", embedded=True)
PAGE = "zadig-1.7.0-workflow-api.md:71-79"
CURL = "curl -sSig -X DELETE 'https://zadig.example.com/api/aslan/workflow/workflowtask/id/1'"
BODY = '{"code": 6163, "description": "mongo: no documents in result", "extra": {}, "message": "x", "type": "error"}'
WANTED = Promise(400, "application/json; charset=utf-8", BODY, "schemas/aslan/1.7.0/cancel-task/no-such-task.json")
CODE = Breach(Kind.CONSTANT, "$.code", "6163", "6165", True, "$.code")
STATE = Breach(Kind.STATE, "state afterwards", "task 1 is cancelled", "created", False, "task-created", "queued")
DEVIATION = {
    "id": "null-body-crashes",
    "means": "a body of null crashes the handler",
    "source": "running servers",
    "since": "1.7.0",
    "expires": "2026-06-30",
    "seen": ["cancel-task/known"],
    "fixed": [],
}
PROMISES = [
    {"operation": "cancel-task", "answer": "no-such-task", "documented": True, "promised": PAGE, "keys": ["$.code"]},
    {"operation": "cancel-task", "answer": "lost", "documented": False, "promised": "running servers", "keys": []},
]
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`{{7*7}}]]>\u202etxt.\x1b[31m\x00\u2066"
"""What a server could send to do harm to whoever reads of it."""


def outcome(result: Result = Result.HELD, name: str = "", **parts: Any) -> Outcome:
    """Return the outcome of a case of cancel-task, with evidence and, where the result asks for it, breaches."""
    evidence = Evidence(CURL, 400, "application/json", BODY.replace("6163", "6165"), None, 0.1)
    step = Step(Phase.REQUEST, "cancel-task", "no-such-task", 400, 0.0, 0.012)
    whole = Outcome(
        f"cancel-task/{name or result}",
        "cancel-task",
        "no-such-task",
        result,
        level="regression",
        given="workflow",
        promised=PAGE,
        wanted=WANTED,
        breaches={Result.BREACH: (CODE,), Result.DRIFT: (DRIFT,), Result.KNOWN: (CODE,)}.get(result, ()),
        reason="" if result in (Result.BREACH, Result.DRIFT, Result.KNOWN, Result.HELD) else f"why it is {result}",
        deviation=DEVIATION["id"] if result is Result.KNOWN else "",
        seen=("$.code",),
        evidence=(evidence,),
        steps=(step,),
        seconds=0.02,
    )
    return replace(whole, **parts)


def verdict(*outcomes: Outcome, run: Run = LIVE, **tally: Any) -> dict[str, Any]:
    """Return the verdict on these outcomes, as verdict.json has it."""
    found = [each.to_json() for each in outcomes]
    whole = {"planned": [case["case"] for case in found], "outcomes": found, "promises": PROMISES} | tally
    return decide(run, RunResult(**whole))


def everything(run: Run = LIVE) -> dict[str, Any]:
    """Return a verdict in which every part of the page has something to show."""
    outcomes = [outcome(result) for result in Result]
    outcomes[1] = replace(outcomes[1], breaches=(*outcomes[1].breaches, STATE))
    planned = [*(each.case for each in outcomes), "cancel-task/forgotten"]
    return verdict(
        *(replace(each, unknown=("$.extra.new",)) for each in outcomes),
        run=run,
        planned=planned,
        leaks=["workflow zct-1", "workflow zct-2"],
        unseen=["workflow zct-2"],
        deviations=[DEVIATION, DEVIATION | {"id": "gone", "seen": [], "fixed": ["cancel-task/held"]}],
    )


FIXED = {"version", "verdict", "exit", "result", "profile", "drift", "unknown_fields", "expires"}
"""Keys whose values the suite chooses from a few; no server has a say in them."""


def texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where in a verdict a text stands that is not the suite's own."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if key not in FIXED or isinstance(inner, list):
                yield from texts(inner, (*path, key))
    elif isinstance(value, str):
        yield path


def put(value: Any, path: tuple[Any, ...], text: str) -> Any:
    """Return plain data with the text at `path` replaced."""
    if not path:
        return text
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(copy[path[0]], path[1:], text)
    return copy


NOW = datetime(2026, 6, 1, tzinfo=UTC)
BREACHED = (outcome(Result.BREACH), outcome(Result.HELD))


VOID = {"meta", "link", "input"}
"""Tags that have no end."""


class Page(HTMLParser):
    """A page as a browser reads it: tags with their attributes, each ended where it should be, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.parts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.open += {tag} - VOID

    def handle_endtag(self, tag: str) -> None:
        """Hold the end of a tag against its start."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep a text, but not that of style and script."""
        if self.tags and self.tags[-1][0] not in ("style", "script"):
            self.parts.append(data)

    @property
    def text(self) -> str:
        """All of the text, in one line."""
        return " ".join("".join(self.parts).split())

    @property
    def links(self) -> list[str]:
        """What the page points to."""
        names = ("href", "src", "action", "xlink:href")
        return [attributes[name] for _, attributes in self.tags for name in names if name in attributes]

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]


def page(*outcomes: Any, **parts: Any) -> Page:
    return Page(render(verdict(*outcomes, **parts), now=NOW))
