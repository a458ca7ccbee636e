"""What became of one case, as plain data: what reports, the verdict and other processes see of it."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from contracts.breach import SHOWN, Breach
from contracts.client import Client, Exchange, Request
from contracts.redact import register

BODY_SHOWN = 1500
"""Characters of a body that a report or a curl line shows."""


class Result(StrEnum):
    """The results a case can have, the worst first."""

    BREACH = "breach"
    DRIFT = "drift"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    KNOWN = "known"
    HELD = "held"


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
    """What became of one case. `promised` names the page's lines or the source of the fact.

    `deviation` is the known deviation that shows, `fixed` the one that should and does not.
    """

    case: str
    operation: str
    answer: str
    result: Result
    promised: str = ""
    breaches: tuple[Breach, ...] = ()
    reason: str = ""
    deviation: str = ""
    fixed: str = ""
    unknown: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return it as it stands in verdict.json, secrets masked."""
        plain = asdict(self) | {"breaches": [breach.to_json() for breach in self.breaches]}
        masked: dict[str, Any] = mask_all(plain)
        return masked


def mask_all(value: Any) -> Any:
    """Return plain data with every text in it masked."""
    if isinstance(value, str):
        return register.mask(str(value))
    if isinstance(value, Mapping):
        return {mask_all(key): mask_all(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [mask_all(inner) for inner in value]
    return value


def result_of(breaches: Iterable[Breach]) -> Result:
    """Return the result that breaches make: the worst of them, or held where there are none."""
    drifts = [breach.drift for breach in breaches]
    if not drifts:
        return Result.HELD
    return Result.DRIFT if all(drifts) else Result.BREACH


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


def cut(text: str) -> str:
    """Return a text at a length that a report can show."""
    return text if len(text) <= BODY_SHOWN else f"{text[:BODY_SHOWN]}… ({len(text):,} characters in all)"


def curl(client: Client, request: Request) -> str:
    """Return a line that repeats a request from a shell; the token stays in the shell's own variable."""
    words = ["curl", "-sSig", "--path-as-is", "-X", request.method]
    line = shlex.join(words)
    if header := client.shown_authorization(request.credential):
        line += f' -H "Authorization: {header}"'
    if request.body is not None:
        line += f" {shlex.join(['-H', f'Content-Type: {request.content_type}'])}" if request.content_type else ""
        body = request.body.decode("utf-8", "replace")
        line += f" --data-raw {shlex.quote(cut(body))}"
    return register.mask(f"{line} {shlex.quote(client.url(request))}")
