"""The case table that is proposed for a new release: a row for each answer that its page documents."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from contracts.derive.contract.contract import Contract, Operation
from contracts.derive.errors import read_toml
from contracts.text import toml

GIVENS: Final[Mapping[str, tuple[str, str]]] = {
    "create-workflow": ("no-such-workflow", "workflow"),
    "start-task": ("workflow", "no-such-workflow"),
    "cancel-task": ("queued-task", "workflow"),
    "restart-task": ("cancelled-task", "workflow"),
}
"""Operation to the given in which it succeeds, and the one in which the page's error comes."""
OTHERWISE: Final = ("workflow", "no-such-workflow")
OF_A_TASK: Final = ("queued-task", "no-such-workflow")
"""The same for an operation that is new, and for one whose path has the id of a task."""

_HEAD = """The case table of release {release}: a row for each answer that its page documents.
Proposed by new-release; to be reviewed.

The cases of the releases that it builds on are inherited. Take out a row that one of those says already."""
_NEW = """{operation} is new and changes something: contracts/target/requests.py has to build its request, and
contracts/safety/request_names.py to find the names in its path. Say what it leaves behind (after, one of AFTER in
contracts/catalog/cases.py); then take in this row:"""
_EVERY = "What each operation is given in the cases of all of them, the new ones included."


def cases_text(contract: Contract, known: frozenset[str], every: Mapping[str, Any]) -> str:
    """Return cases.toml of a new release.

    ``known`` are the operations of its base, ``every`` the base's rows for all of them.
    The success of a new operation is a comment, unless the operation only reads: nobody knows what it leaves behind.
    """
    parts = [toml.comment(_HEAD.format(release=contract.release))]
    for operation in contract.operations:
        parts += _rows(operation, operation.name in known)
    new = [operation for operation in contract.operations if operation.name not in known]
    if new and every:
        parts.append(toml.comment(_EVERY))
        for name, row in every.items():
            of_viewer = row.get("needs") == "viewer"  # who may read, and is not refused to
            tried = [operation for operation in new if not (of_viewer and operation.method == "GET")]
            given = {operation.name: _givens(operation)[0] for operation in tried}
            if given:
                parts.append(toml.table(("every", name), {**row, "given": row["given"] | given}))
    return "\n".join(parts)


def _rows(operation: Operation, known: bool) -> Iterator[str]:
    reads = operation.method == "GET"
    for answer in operation.answers:
        if answer.kind is None:
            continue
        succeeds = answer.status == 200
        row = {"given": _givens(operation)[0 if succeeds else 1], "answer": answer.name, "basis": "documented"}
        if reads and succeeds:
            row["after"] = "unchanged"
        text = toml.table((operation.name, f"documented-{answer.name}"), row)
        clear = known or reads or not succeeds
        yield text if clear else toml.comment(_NEW.format(operation=operation.name) + "\n" + text)


def _givens(operation: Operation) -> tuple[str, str]:
    return GIVENS.get(operation.name, OF_A_TASK if ":id" in operation.path.split("/") else OTHERWISE)


def every_rows(folders: Sequence[Path]) -> dict[str, Any]:
    """Return the rows of ``every`` in the case tables of these folders, later ones over earlier ones."""
    rows: dict[str, Any] = {}
    for folder in folders:
        path = folder / "cases.toml"
        if path.exists():
            rows |= read_toml(path, f"{folder.name}/cases.toml").get("every", {})
    return rows
