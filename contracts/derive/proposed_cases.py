"""The case table that is proposed for a new release: a row for each answer that its page documents."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from contracts.derive import toml
from contracts.derive.contract import Contract, Operation
from contracts.derive.error import DeriveError

GIVENS: Final[Mapping[str, tuple[str, str]]] = {
    "create-workflow": ("no-such-workflow", "workflow"),
    "start-task": ("workflow", "no-such-workflow"),
    "cancel-task": ("queued-task", "workflow"),
    "restart-task": ("cancelled-task", "workflow"),
}
"""Operation to the given in which it succeeds, and the one in which the page's error comes."""
OTHERWISE: Final = ("workflow", "no-such-workflow")

_HEAD = """The case table of release {release}: a row for each answer that its page documents.
Proposed by new-release; to be reviewed.

The cases of the releases that it builds on are inherited. Take out a row that one of those says already."""
_NEW = """{operation} is new: its cases cannot be sent before contracts/calls.py can build its request.
A success also needs its state afterwards in contracts/casetable.py; then take in this row:"""
_EVERY = "What each operation is given in the cases of all of them, the new ones included."


def cases_text(contract: Contract, known: frozenset[str], every: Mapping[str, Any]) -> str:
    """Return cases.toml of a new release.

    ``known`` are the operations of its base, ``every`` the base's rows for all of them.
    A row of an operation that the case table does not know is written as a comment if reading it would fail.
    """
    parts = [toml.comment(_HEAD.format(release=contract.release))]
    for operation in contract.operations:
        parts += _rows(operation, operation.name in known)
    new = [operation.name for operation in contract.operations if operation.name not in known]
    if new and every:
        parts.append(toml.comment(_EVERY))
        for name, row in every.items():
            given = {**row["given"], **dict.fromkeys(new, OTHERWISE[0])}
            parts.append(toml.table(("every", name), {**row, "given": given}))
    return "\n".join(parts)


def _rows(operation: Operation, known: bool) -> Iterator[str]:
    for answer in operation.answers:
        if answer.kind is None:
            continue
        succeeds = answer.status == 200
        given = GIVENS.get(operation.name, OTHERWISE)[0 if succeeds else 1]
        row = {"given": given, "answer": answer.name, "basis": "documented"}
        text = toml.table((operation.name, f"documented-{answer.name}"), row)
        yield text if known or not succeeds else toml.comment(_NEW.format(operation=operation.name) + "\n" + text)


def every_rows(folders: Sequence[Path]) -> dict[str, Any]:
    """Return the rows of ``every`` in the case tables of these folders, later ones over earlier ones."""
    rows: dict[str, Any] = {}
    for folder in folders:
        path = folder / "cases.toml"
        if path.exists():
            try:
                rows |= tomllib.loads(path.read_text(encoding="utf-8")).get("every", {})
            except (OSError, ValueError) as error:
                raise DeriveError(
                    f"{folder.name}/cases.toml: cannot be read ({error}): it must be a TOML file"
                ) from None
    return rows
