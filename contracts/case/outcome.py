"""What became of one case, as plain data: what reports, the verdict and other processes see of it."""

from dataclasses import is_dataclass
from sys import intern
from typing import Any

from contracts.check.breach import SHOWN, Breach
from contracts.check.check import Promise
from contracts.http.client import Client
from contracts.http.curl import curl, cut
from contracts.http.exchange import Exchange
from contracts.http.trace import Step
from contracts.report.verdict_rules import Result
from contracts.text.frozen import dataclass
from contracts.text.message import Message
from contracts.text.redact import mask_all, register


@dataclass(frozen=True)
class Evidence:
    """The exchange that a breach was seen in, secrets masked.

    curl: repeats the request.
    status, content_type, body: of the response; `failure` says why there is none.
    seconds: how long it took.
    """

    curl: str
    status: int | None
    content_type: str | None
    body: str
    failure: str | None
    seconds: float


@dataclass(frozen=True)
class Span:
    """One of several requests that were under way at once.

    client: who sent it, from 0.
    what: role, task and answer.
    called, returned: seconds, from the first of them.
    order: its place in the longest order in which all answers so far are right; 0: it has none.
    stuck: whether it is one of those of which one had to come next, and none could.
    """

    client: int
    what: str
    called: float
    returned: float
    order: int
    stuck: bool


@dataclass(frozen=True)
class Outcome:
    """What became of one case.

    case, operation, answer, level, given: what was tried.
    result, breaches, reason: how it ended.
    promised: the page's lines, or the source of the fact, that the answer is held against.
    wanted: that answer written out, unless it held.
    deviation, fixed: the known deviation that shows, and the one that should and does not.
    unknown, seen: JSON paths of keys that nobody documented, and of documented ones that came.
    evidence: the exchanges that count, the most telling first.
    again: a line for a shell that shows it once more.
    steps: each exchange.
    history: what was under way at once, where no order explains it.
    started, seconds: when, in seconds since 1970, and how long it took.
    """

    case: str
    operation: str
    answer: str
    result: Result
    level: str = ""
    given: str = ""
    promised: str = ""
    wanted: Promise | None = None
    breaches: tuple[Breach, ...] = ()
    reason: str = ""
    deviation: str = ""
    fixed: str = ""
    unknown: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    again: str = ""
    steps: tuple[Step, ...] = ()
    history: tuple[Span, ...] = ()
    started: float = 0.0
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return it as it stands in verdict.json, secrets masked."""
        fields = {name: _plain(getattr(self, name)) for name in self.__dataclass_fields__}
        masked: dict[str, Any] = mask_all(fields | {"breaches": [breach.to_json() for breach in self.breaches]})
        return masked


def _plain(value: Any) -> Any:
    """Return dataclasses as dictionaries, tuples as lists, words of an enum as texts; asdict would copy every leaf."""
    if isinstance(value, str):
        return value if type(value) in (str, Message) else intern(str(value))
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if is_dataclass(value):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def evidence(client: Client, exchange: Exchange) -> Evidence:
    """Return an exchange as evidence, secrets masked and long texts cut."""
    content_type = exchange.headers.get("Content-Type")
    return Evidence(
        curl=curl(client, exchange.request),
        status=exchange.status,
        content_type=intern(register.mask(content_type)[:SHOWN]) if content_type else None,
        body=cut(register.mask(exchange.body.decode("utf-8", "backslashreplace"))),
        failure=register.mask(exchange.failure.text) if exchange.failure else None,
        seconds=round(exchange.seconds, 4),
    )
