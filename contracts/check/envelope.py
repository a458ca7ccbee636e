"""An answer that says two things of whether what was asked is done: by its HTTP status, and by what stands in it."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.catalog.release import Answer, Envelope
from contracts.check.breach import Breach, Kind, show
from contracts.http.exchange import Exchange
from contracts.text.message import msg

NO_ERROR = frozenset({0, 200})
"""Codes that some servers give to what is no error."""


def contradictions(exchange: Exchange, value: Any, answer: Answer) -> Iterator[Breach]:
    """Yield what in a body says the opposite of its HTTP status, all of it in one breach."""
    if not isinstance(value, dict) or exchange.status is None:
        return
    succeeded, envelope = 200 <= exchange.status < 300, answer.envelope
    said = {
        f"{path}.{key}": came
        for path, key, came in _told(value, answer.schema or {})
        if (_fails(key, came, envelope) if succeeded else (key, came) in envelope.done)
    }
    if said:
        no_failure = msg("no failure reported with HTTP {status}", exchange.status)
        promised = no_failure if succeeded else msg("no success reported with HTTP {status}", exchange.status)
        came = ", ".join(f"{where} {show(repr(word))}" for where, word in said.items())
        yield Breach(Kind.CONTRADICTION, "body", promised, came, True, next(iter(said)))


def _fails(key: str, came: object, envelope: Envelope) -> bool:
    code = key == envelope.code and str(came).isdecimal() and int(str(came)) not in NO_ERROR
    return code or (key, came) in envelope.failed


def _told(value: Mapping[str, Any], schema: Mapping[str, Any], path: str = "$") -> Iterator[tuple[str, str, Any]]:
    """Yield what stands at the top of a body, and in objects of which nothing is documented: path, key and value."""
    rules = schema.get("properties", {})
    for key, inner in value.items():
        if isinstance(inner, dict) and key in rules and "properties" not in rules[key]:
            yield from _told(inner, rules[key], f"{path}.{key}")
        elif isinstance(inner, str | int):
            yield path, key, inner
