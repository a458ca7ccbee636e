"""What stands in verdict.json, in the language of the reader."""

from collections.abc import Iterable, Mapping
from typing import Any

from contracts.i18n.locale import ENGLISH
from contracts.i18n.translate import say, translated, translated_came, translated_promise

_PLACES = frozenset({"status", "body", "answer", "state afterwards", "all answers together"})
"""Places of breaches that are words, and no path or name."""
_BARE = frozenset({"content-type", "state", "wrong-type", "text", "schema"})
"""Kinds of breaches that say what came just as the server said it; the last two do so in runs of earlier versions."""

Breach = Mapping[str, Any]


def told(messages: Iterable[str], lang: str, between: str = ", ") -> str:
    """Return several messages as one line."""
    return say(lang, between).join(translated(message, lang) for message in messages)


def place(breach: Breach, lang: str) -> str:
    """Return where a breach is."""
    where: str = breach["where"]
    return say(lang, where) if where in _PLACES else where


def promised(breach: Breach, lang: str) -> str:
    """Return what was promised."""
    return translated_promise(breach["promised"], lang)


def came(breach: Breach, lang: str) -> str:
    """Return what came instead."""
    return translated_came(breach["came"], lang, bare=breach["kind"] in _BARE)


def came_back(exchange: Mapping[str, Any], lang: str = ENGLISH, most: int = 300) -> str:
    """Return what an exchange brought back, with at most so many characters of its body."""
    if exchange["failure"]:
        return translated_came(exchange["failure"], lang)
    body = " ".join(exchange["body"].split())
    shown = body[:most] + "…" if len(body) > most else body or say(lang, "an empty body")
    return say(lang, "HTTP {status}, {body}", status=exchange["status"], body=shown)
