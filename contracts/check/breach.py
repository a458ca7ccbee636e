"""What an exchange can break: the kinds, their text, and whether each is a breach or a drift."""

from dataclasses import asdict
from enum import StrEnum
from typing import Any

from contracts.report.verdict_rules import in_words
from contracts.text.frozen import dataclass
from contracts.text.message import Message, about, msg
from contracts.text.printable import visible
from contracts.text.redact import register

SHOWN = 160
"""Characters of a value that a line shows."""


class Kind(StrEnum):
    """The kinds of breach, most telling first."""

    NO_ANSWER = "no-answer"
    DEADLINE = "deadline"
    TOO_LARGE = "too-large"
    GARBLED = "garbled"
    TOKEN = "token-given-back"  # noqa: S105 - a word for a kind
    REDIRECT = "redirect"
    EMPTY = "empty-body"
    STATUS = "status"
    CONTENT_TYPE = "content-type"
    NOT_JSON = "not-json"
    TEXT = "text"
    MISSING = "missing-key"
    TYPE = "wrong-type"
    CONSTANT = "wrong-constant"
    SCHEMA = "schema"
    CONTRADICTION = "contradiction"
    UNKNOWN = "unknown-key"
    DESCRIPTION = "description"
    CROSS_TALK = "cross-talk"
    STATE = "state"
    CONCURRENCY = "concurrency"


CRASHES = frozenset({Kind.NO_ANSWER, Kind.DEADLINE, Kind.TOO_LARGE, Kind.GARBLED, Kind.TOKEN})
"""Kinds that no contract allows, whatever the case is based on."""


@dataclass(frozen=True)
class Breach:
    """One broken promise.

    kind, detail: what tells it from others; together its signature, such as `status:500` or `missing-key:$.code`.
    where: status, header, JSON path or state.
    promised, came: expected and actual, in words.
    documented: whether the page promises it.
    before: of a state, what it was before the request; empty: not told.
    """

    kind: Kind
    where: str
    promised: str
    came: str
    documented: bool
    detail: str = ""
    before: str = ""

    @property
    def server_error(self) -> bool:
        """Whether it is an HTTP status from 500 on where another one was expected."""
        return self.kind is Kind.STATUS and self.detail.startswith("5")

    @property
    def drift(self) -> bool:
        """Whether only an observed fact is departed from. A crash is never a mere drift."""
        return not (self.documented or self.kind in CRASHES or self.server_error)

    @property
    def signature(self) -> str:
        """The kind with what tells it from others of its kind."""
        return f"{self.kind}:{self.detail}" if self.detail else str(self.kind)

    def __str__(self) -> str:
        return str(self.line())

    def line(self, before: str = "") -> Message:
        """Return it in one line, with the call `before` it in front of where."""
        where = in_words(self.where)
        where = about(before, where) if before else where
        return msg("{where}: expected {promised}, got {came}", where, self.promised, self.came)

    def to_json(self) -> dict[str, Any]:
        """Return it as it stands in verdict.json."""
        return asdict(self) | {"kind": str(self.kind), "signature": self.signature, "drift": self.drift}


def show(value: object) -> str:
    """Return `value` on one printable line, secrets masked before it is cut where it is long: no part of one shows."""
    return visible(register.mask(" ".join(value.split()) if isinstance(value, str) else repr(value)), SHOWN)
