"""What became of one case, as plain data: what reports, the verdict and other processes see of it."""

from dataclasses import dataclass, is_dataclass
from sys import intern
from typing import Any

from contracts.check.breach import SHOWN, Breach
from contracts.check.expected import Promise
from contracts.http.client import Client, Exchange
from contracts.http.curl import curl, cut
from contracts.http.trace import Step
from contracts.report.verdict_rules import Result
from contracts.text.message import Message
from contracts.text.redact import mask_all, register


@dataclass(frozen=True)
class Evidence:
    """The exchange that a breach was seen in, secrets masked: `curl` repeats the request."""

    curl: str
    status: int | None
    content_type: str | None
    body: str
    failure: str | None
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What became of one case. `promised` names the page's lines or the source of the fact, `wanted` writes it out.

    `level` and `given` are the case's own. `deviation` is the known deviation that shows, `fixed` the one that should
    and does not. `unknown` and `seen` are the JSON paths of keys that nobody documented, and of documented ones that
    came. `evidence` has the exchange that counts first, `again` is a line for a shell that shows it once more.
    `started`: seconds since 1970; `seconds`: how long it took.
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
    started: float = 0.0
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return it as it stands in verdict.json, secrets masked."""
        whole = {name: _plain(getattr(self, name)) for name in self.__dataclass_fields__}
        masked: dict[str, Any] = mask_all(whole | {"breaches": [breach.to_json() for breach in self.breaches]})
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
        content_type=register.mask(content_type)[:SHOWN] if content_type else None,
        body=cut(register.mask(exchange.body.decode("utf-8", "backslashreplace"))),
        failure=register.mask(exchange.failure.text) if exchange.failure else None,
        seconds=round(exchange.seconds, 4),
    )
