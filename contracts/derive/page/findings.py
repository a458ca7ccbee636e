"""Findings: every doubt of the reader as data, and the one form in which they are shown."""

from pathlib import Path
from typing import Final, Protocol

from contracts.text import toml
from contracts.text.frozen import dataclass

TEXTS = toml.read(Path(__file__).with_name("findings.toml"))
"""Rule, or rule/text where it has several, to weight, what is odd and what is assumed, with {names} of values."""
WEIGHTS: Final = ("lost", "doubtful", "note")
"""How much a finding asks of a person, the most first: a note asks nothing."""
_WEIGHT: Final[dict[str, str]] = {key.partition("/")[0]: text[0] for key, text in TEXTS.items()}


@dataclass(frozen=True)
class Finding:
    """One doubt about a page.

    page: the name of its file.
    line: where, counted from 1.
    rule: the kebab-case name of the kind of doubt.
    what: what is odd, without a full stop.
    assumed: what is assumed, without a full stop.
    operation: the name of the operation that it is about, or None.
    """

    page: str
    line: int
    rule: str
    what: str
    assumed: str
    operation: str | None = None

    @property
    def weight(self) -> str:
        """One of WEIGHTS, by the rule; doubtful for a rule that an earlier version of the reader had."""
        return _WEIGHT.get(self.rule, "doubtful")

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.what}; assumed that {self.assumed}"


class Note(Protocol):
    """Takes a doubt: a key of TEXTS, the line, and the values that the texts name."""

    def __call__(self, text: str, place: int, /, **values: object) -> None:
        """Take one doubt."""


def noter(page: str, findings: list[Finding]) -> Note:
    """Return a function that adds findings of a page to a list."""

    def note(text: str, line: int, /, **values: object) -> None:
        what, assumed = (template.format(**values) for template in TEXTS[text][1:])
        findings.append(Finding(page, line, text.partition("/")[0], what, assumed))

    return note
