"""What is proposed for a new release, as text to be reviewed: rows of observed.toml, and a table of cases."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from contracts.derive.contract.contract import Answer, Contract, Operation
from contracts.derive.contract.schemas import constants
from contracts.derive.errors import DeriveError, read_toml
from contracts.derive.observed import Observed, ObservedAnswer, ObservedBody, check_sample
from contracts.text import toml

OPEN: Final = "to be shown on a server of"
"""How a source begins that nobody has named yet."""

STATUS: Final = {"success": 200}
"""The status that is proposed for an answer of the page; 400 for any other."""

_HEAD = """Release {release}: as {base}, and what its page {page} says otherwise.
Proposed by new-release; to be reviewed.

Every source that begins with "{open}" is open: look at a server, correct the row, and name what showed it.
What is not written here is inherited from {base}."""

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

_CASES_HEAD = """The case table of release {release}: a row for each answer that its page documents.
Proposed by new-release; to be reviewed.

The cases of the releases that it builds on are inherited. Take out a row that one of those says already."""
_NEW = """{operation} is new and changes something: contracts/target/requests.py has to build its request, and
contracts/safety/request_names.py to find the names in its path. Say what it leaves behind (after, one of AFTER in
contracts/catalog/cases.py); then take in this row:"""
_EVERY = "What each operation is given in the cases of all of them, the new ones included."


def observed_text(documented: Mapping[str, Any], base: Observed, before: Contract) -> str:
    """Return observed.toml of a new release: what its base says is inherited, and its page's departures are rows.

    ``documented`` is the content of documented.json of the new release, ``before`` the contract of its base.
    """
    release, page = documented["release"], documented["page"]["file"]
    known = {operation.name: operation for operation in before.operations}
    head = _HEAD.format(release=release, base=base.release, page=page, open=OPEN)
    parts = [f"{toml.comment(head)}release = {toml.value(release)}\nbase = {toml.value(base.release)}\n"]
    for name in sorted({*known, *documented["operations"]}):
        if name not in documented["operations"]:
            parts += _gone(known[name], release)
            continue
        kinds = documented["operations"][name]["answers"]
        rows = _answers(kinds, known[name].answers if name in known else (), release)
        parts += [toml.table(("operations", name, "answers", answer), row) for answer, row in rows]
    return "\n".join(parts)


def _gone(operation: Operation, release: str) -> Iterator[str]:
    """Yield tables that keep an operation which the page of the base documents and the new page does not."""
    answers = [answer for answer in operation.answers if answer.kind is not None]
    if operation.line is None:
        return  # no page had it, so nothing is missing on this one
    source = f"{OPEN} {release}"
    yield toml.comment(
        f"{operation.name} is not on this page. Rows for the case that servers of {release} still have it."
    )
    yield toml.table(
        ("operations", operation.name),
        {
            "method": operation.method,
            "path": operation.path,
            "source": source,
            "parameters": [
                {key: row[key] for key in ("name", "in", "required", "default")} | {"type": row["type"] or "string"}
                for row in operation.parameters
            ],
        },
    )
    if operation.body is not None:
        facts = operation.body_facts or ObservedBody(source)
        body = {"undocumented": facts.undocumented or None, "not_kept": facts.not_kept or None}
        yield toml.table(("operations", operation.name, "body"), {"source": source, "sample": operation.body, **body})
    for answer in answers:
        row = _row(answer.fact or _fact(answer.name, release), sample=answer.sample, source=source)
        yield toml.table(("operations", operation.name, "answers", answer.name), row)


def _answers(
    kinds: Mapping[str, Any], known: Sequence[Answer], release: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield name and row of each answer that the base does not tell as the samples of the page, ``kinds``, do."""
    source = f"{OPEN} {release}"
    used = set()
    for answer in known:
        fact, kind = answer.fact or _fact(answer.name, release), answer.kind
        if kind is not None and kind in kinds:
            used.add(kind)
            sample = kinds[kind]["sample"]
            repeated = fact.documented is not None or fact.sample == sample
            if answer.fact is None or not (repeated and _fits(fact, sample)):
                yield answer.name, _row(_fitting(fact, sample), **_reference(kind, sample), source=source)
        elif kind is not None:
            yield answer.name, _row(fact, sample=answer.sample, source=source)
    names = {answer.name for answer in known}
    for kind in sorted(set(kinds) - used):
        sample = kinds[kind]["sample"]
        same = [answer.fact for answer in known if answer.kind is None and _says(answer, sample)]
        if len(same) == 1 and same[0] is not None:
            yield same[0].name, _row(same[0], **_reference(kind, sample))
        else:
            name = f"documented-{kind}" if kind in names else kind
            yield name, _row(_fact(kind, release), **_reference(kind, sample))


def _reference(kind: str, sample: Any) -> dict[str, Any]:
    """Return how a row says which sample it is about: only the two plain kinds can be referred to."""
    return {"documented": kind} if kind in ("success", "error") else {"sample": sample}


def _fact(kind: str, release: str) -> ObservedAnswer:
    """Return what can be said of an answer of the page that no server was seen to give."""
    means = f"The {kind} answer of the page."
    return ObservedAnswer(kind, release, STATUS.get(kind, 400), f"{OPEN} {release}", means, "json", None)


def _row(
    fact: ObservedAnswer, documented: str | None = None, sample: Any = None, source: str | None = None
) -> dict[str, Any]:
    """Return an answer as a row of observed.toml; None stands for a key that is left out."""
    row = {"status": fact.status, "documented": documented, "sample": sample, "description": fact.description}
    row |= {key: getattr(fact, key) or None for key in ("values", "minimum", "also")}
    return row | {"source": source or fact.source, "means": fact.means}


def _fits(fact: ObservedAnswer, sample: Any) -> bool:
    """Whether a sample says what the templates of a fact say."""
    try:
        check_sample(fact, sample, "")
    except DeriveError:
        return False
    return True


def _fitting(fact: ObservedAnswer, sample: Any) -> ObservedAnswer:
    """Return a fact without those of its templates and least values that a sample does not bear out."""
    plain = replace(fact, description=None, values={}, minimum={})
    values = {key: text for key, text in fact.values.items() if _fits(replace(plain, values={key: text}), sample)}
    least = {
        key: number for key, number in fact.minimum.items() if _fits(replace(plain, minimum={key: number}), sample)
    }
    description = fact.description if _fits(replace(plain, description=fact.description), sample) else None
    return replace(plain, description=description, values=values, minimum=least)


def _says(answer: Answer, sample: Any) -> bool:
    """Whether an observed answer is the one that the page has a sample of: the same keys, constants and templates."""
    if answer.fact is None or not isinstance(sample, dict) or not isinstance(answer.sample, dict):
        return False
    same = all(sample[key] == answer.sample[key] for key in constants(answer.sample) if key in sample)
    return same and sample.keys() == answer.sample.keys() and _fits(answer.fact, sample)


def cases_text(contract: Contract, known: frozenset[str], every: Mapping[str, Any]) -> str:
    """Return cases.toml of a new release.

    ``known`` are the operations of its base, ``every`` the base's rows for all of them.
    The success of a new operation is a comment, unless the operation only reads: nobody knows what it leaves behind.
    """
    parts = [toml.comment(_CASES_HEAD.format(release=contract.release))]
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
