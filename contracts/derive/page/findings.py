"""Findings: every doubt of the reader as data, and the one form in which they are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One doubt: ``what`` is odd at a line (1-based) of a page, and what was ``assumed``, both without a full stop.

    ``rule`` is the kebab-case name of the kind of doubt. ``operation`` is the name of the operation that it is about,
    or None.
    """

    page: str
    line: int
    rule: str
    what: str
    assumed: str
    operation: str | None = None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.what}; assumed that {self.assumed}"


Note = Callable[[str, int, str, str], None]
"""Takes a doubt: its rule, its line, what is odd and what is assumed."""


def noter(page: str, findings: list[Finding]) -> Note:
    """Return a function that adds findings of a page to a list."""
    return lambda rule, line, what, assumed: findings.append(Finding(page, line, rule, what, assumed))


def in_order(finding: Finding) -> tuple[int, str, str]:
    """Return the sort key of findings of one page: by line, then by rule and text."""
    return finding.line, finding.rule, finding.what


def row(finding: Finding, operation: str | None) -> dict[str, Any]:
    """Return a finding as documented.json has it; ``operation`` is the name of the one that it is about, or None."""
    return {
        "rule": finding.rule,
        "line": finding.line,
        "operation": operation,
        "what": finding.what,
        "assumed": finding.assumed,
    }
