"""Changes between two contracts as text, markdown or JSON."""

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts.derive.contract.diff import ContractChange, diff
from contracts.derive.errors import DeriveError
from contracts.derive.releases import contracts_of
from contracts.text.printable import printable
from contracts.text.tables import row

UNCHANGED, BROKEN, UNUSABLE = 0, 1, 4

_SPECIAL = re.compile(r"([\\`*_\[\]~|#])")


def diff_contract(
    root: Path, before: str, after: str, form: str, fail_on_breaking: bool, echo: Callable[[str], None]
) -> int:
    """Say what changed from one release or page to another; ``form`` is a key of FORMS.

    Returns the exit code: 0, or 1 for a breaking change under ``fail_on_breaking``, or 4 for an input that cannot be
    read, after one line that says why.
    """
    try:
        (one, other), only_documented = contracts_of(root, (before, after))
        changes = diff(one, other)
    except DeriveError as error:
        echo(str(error))
        return UNUSABLE
    scope = "what the pages document" if only_documented else "what is documented or observed"
    echo(FORMS[form](before, after, scope, changes))
    return BROKEN if fail_on_breaking and any(change.breaking for change in changes) else UNCHANGED


def as_text(before: str, after: str, scope: str, changes: Sequence[ContractChange]) -> str:
    """Return a line per change, and one that counts them."""
    rows = [
        f"{'breaking' if change.breaking else '        '}  {printable(change.where)}: {change.kind}{_values(change)}"
        for change in changes
    ]
    return "\n".join([*rows, f"{_title(before, after, scope)}: {_count(changes)}"])


def as_markdown(before: str, after: str, scope: str, changes: Sequence[ContractChange]) -> str:
    """Return a heading and a table; whatever a page says in it stands there as text."""
    lines = [f"# {_cell(_title(before, after, scope))}", "", _count(changes)]
    if changes:
        lines += ["", "| breaking | where | change | before | after |", "|---|---|---|---|---|"]
    for change in changes:
        breaking = "yes" if change.breaking else "no"
        lines.append(
            row(*map(_cell, (breaking, change.where, change.kind, _shown(change.before), _shown(change.after))))
        )
    return "\n".join(lines)


def as_json(before: str, after: str, scope: str, changes: Sequence[ContractChange]) -> str:
    """Return an object with all changes and how many of them are breaking."""
    breaking = sum(change.breaking for change in changes)
    content = {"before": before, "after": after, "scope": scope, "breaking": breaking}
    content["changes"] = [*map(vars, changes)]
    # Half a surrogate pair, which JSON can escape and UTF-8 cannot hold, stays escaped.
    return json.dumps(content, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


FORMS: Mapping[str, Callable[[str, str, str, Sequence[ContractChange]], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
}
"""Each form and what writes it."""


def _title(before: str, after: str, scope: str) -> str:
    return f"{before} to {after}, {scope}"


def _count(changes: Sequence[ContractChange]) -> str:
    broken = sum(change.breaking for change in changes)
    number = "1 change" if len(changes) == 1 else f"{len(changes)} changes"
    return f"{number}, {broken} breaking" if changes else "no change"


def _values(change: ContractChange) -> str:
    if change.before is None:
        return f" ({_shown(change.after)})"
    return (
        f" ({_shown(change.before)})"
        if change.after is None
        else f" ({_shown(change.before)} → {_shown(change.after)})"
    )


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _cell(text: str) -> str:
    """Return a text such that neither Markdown nor HTML sees anything in it but text."""
    return html.escape(_SPECIAL.sub(r"\\\1", printable(text)), quote=False)
