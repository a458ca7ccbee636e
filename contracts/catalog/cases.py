"""The case table: rows of cases.toml become cases. A row with `each` stands for one case per item."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, field, fields
from functools import cache, partial
from pathlib import Path
from typing import Any

from contracts.catalog.binding import LIFE
from contracts.catalog.givens import GIVENS, given_of
from contracts.catalog.release import Answer, CatalogError, Operation, Release, files_of, load
from contracts.profiles import LEVELS
from contracts.text import toml
from contracts.text.frozen import dataclass
from contracts.text.message import about, msg
from contracts.text.near import near
from contracts.text.nested import each_text

FILE = "cases.toml"
STORED, STARTED, REMOVED, UNCHANGED, ANY = "stored", "started", "removed", "unchanged", "any"
WRONG_KIND = msg("{key} has a value of the wrong type: {value}")
FIRST_STARTED = "first-started"
"""As started, and the id is 1: that is a fact of its own, which no other case is to tell again."""
NOTED = "noted"
"""As unchanged, but for what the request notes of its task."""
_AFTER = {"create": STORED, "update": STORED, "start": STARTED, "delete": REMOVED}
"""The state afterwards of a role that succeeds, where it is not just another state of a task."""
LOOKS = ("find", "list-tasks", "delete")
"""Roles without which no case can be looked at, and cleaned up."""


@dataclass(frozen=True)
class Overrides:
    """What is special in the request of a case; a field left out means the ordinary request.

    `body`: `usual` (the documented body with what real servers need besides) or `documented`. `set`, `null`, `drop` and
    `keep` then change its top-level keys; `raw` replaces it; `pad` fills the key that binding.toml calls `padded`.
    Texts of `set` may have {name}. `query_set` and `query_drop` change single parameters of the query, and `query` =
    false leaves out those of the project. `id` stands in the path as it is written, `{encoded}` for the task's own.
    `name` is a template of the workflow's name, `length` fills it up. `project` is the one in the body, `scope` the one
    in the query; `other` is the outsider's. `credential` is a name of credentials.py. `path` and `method` replace the
    operation's own, `{path}` standing for it. `agent` is what the client calls itself.
    `used` lets a request that is refused go out on a connection that was used before.
    """

    body: str = "usual"
    set: Mapping[str, Any] = field(default_factory=dict)
    null: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    raw: str | None = None
    pad: int = 0
    content_type: str | None = "application/json"
    id: str | None = None
    name: str = "{name}"
    length: int = 0
    project: str | None = None
    scope: str | None = None
    env: str | None = None
    branch: str = ""
    query: bool = True
    query_set: Mapping[str, str] = field(default_factory=dict)
    query_drop: tuple[str, ...] = ()
    method: str | None = None
    path: str | None = None
    credential: str = "main"
    agent: str = ""
    used: bool = False


NO_OVERRIDES = Overrides()


@dataclass(frozen=True)
class Case:
    """Given + operation + request -> answer, and the state afterwards.

    `made` is what is special in the create of its given, and `first` are requests that succeed after it; on a stand-in
    its task is `put` into a state that is seldom seen, a `licence` is the workflow's own, and the state afterwards is
    the one so many seconds `later`. `level` is the least profile that runs it; `only` is
    `stand-in` where a live target must not get it; `needs` names a credential. `after` is one of those that `effects`
    lists; `items` is how many the answer lists, where that is not all there are. `lacks`: why it cannot be run against
    this release.
    """

    id: str
    operation: str
    given: str
    answer: Answer
    documented: bool
    level: str = "regression"
    after: str = ""
    only: str = ""
    needs: str = ""
    request: Overrides = field(default_factory=Overrides)
    made: Overrides = field(default_factory=Overrides)
    first: tuple[tuple[str, Overrides], ...] = ()
    put: str = ""
    licence: str = ""
    later: float = 0
    items: int | None = None
    lacks: str = ""

    def __str__(self) -> str:
        return self.id

    __repr__ = __str__


@cache
def cases(release: str) -> tuple[Case, ...]:
    """Return all cases of a release, those of the releases that it builds on first.

    Raises CatalogError that names the row which does not hold together.
    """
    whole = load(release)
    rows: dict[str, dict[str, Any]] = {}
    for path in files_of(whole, FILE):
        try:
            tables = toml.read(path)
        except toml.NotTomlError as error:
            raise CatalogError("{release}/cases.toml is not TOML: {why}", path.parent.name, error) from None
        for operation, table in tables.items():
            rows.setdefault(operation, _of_states(whole, operation)).update(table)
    rows |= {name: _of_states(whole, name) for name in whole.operations if name not in rows}
    return tuple(case for operation, table in rows.items() for case in _table(whole, operation, table))


@cache
def own_cases(release: str, file: Path) -> tuple[Case, ...]:
    """Return the cases of somebody's own file, which has the form of cases.toml, for a release.

    Raises CatalogError that names the file, and the row which does not hold together or is a case of the suite already.
    """
    whole, known = load(release), {case.id for case in cases(release)}
    tables = toml.handed_in(file, CatalogError)
    for operation, table in tables.items():
        rows = table.values() if isinstance(table, dict) else [table]
        if not all(isinstance(row, dict) for row in rows):
            raise CatalogError(about(file, "{operation} has no rows; write them as [operation.case]", operation))
    own = tuple(case for operation, table in tables.items() for case in _table(whole, operation, table, str(file)))
    taken = next((case.id for case in own if case.id in known), None)
    if taken is not None:
        raise CatalogError(about(file, "{case} is already a case of the suite; choose another name", taken))
    return own


def effects(release: Release) -> tuple[str, ...]:
    """Return what the state after a request can be: the effects, and the words for a task's state."""
    return (STORED, STARTED, FIRST_STARTED, REMOVED, NOTED, *release.lifecycle.words, UNCHANGED, ANY)


def changing(release: Release) -> frozenset[str]:
    """Return the operations that play a role in a workflow's life."""
    return frozenset(name for name in release.operations if release.binding.plays(name) in LIFE)


def _of_states(release: Release, operation: str) -> dict[str, Any]:
    """Return the rows that the lifecycle has of an operation: what it answers in each state."""
    moves = release.lifecycle.moves.get(release.binding.plays(operation), {})
    rows = {given_of(state): move for state, move in moves.items() if move.basis}
    return {given: {"given": given, "answer": move.answer, "basis": move.basis} for given, move in rows.items()}


def crowd(release: Release) -> list[tuple[Case, Case]]:
    """Return the pairs of cases that fail for different reasons, as far as the release has both."""
    rows = {case.id: case for case in cases(release.name)}
    return [(rows[one], rows[other]) for one, other in release.lifecycle.crowd if one in rows and other in rows]


def _effect(release: Release, operation: str) -> str:
    """Return the state afterwards of an operation that succeeds."""
    role = release.binding.plays(operation)
    left = release.lifecycle.leaves(role)
    reads = release.operations[operation].method == "GET"
    return _AFTER.get(role) or (release.lifecycle.word(left) if left else UNCHANGED if reads else ANY)


APART = ("answer", "basis", "request", "made", "first")
"""Keys of a row that are read by themselves."""
FOLLOWS = ("id", "operation", "documented", "lacks")
"""What no row says of a case: it follows from the others."""


def _lacks(release: Release, operation: Operation, given: str) -> str:
    """Return why a case cannot be run against a release; empty where it can."""
    if operation.unbound:
        return msg("binding.toml does not say what to send as {names}", ", ".join(operation.unbound))
    role = release.lacks((*LOOKS, *GIVENS[given].steps) if given in GIVENS else ())
    return msg("the release has no call to {role}", role) if role else ""


def _table(release: Release, operation: str, table: Mapping[str, Any], file: str = FILE) -> Iterator[Case]:
    if operation == "every":
        for each in release.operations:
            rows = {name: row | {"given": row["given"][each]} for name, row in table.items() if each in row["given"]}
            yield from _table(release, each, rows, file)
        return
    if operation in release.gone:
        return
    if operation not in release.operations:
        unknown = msg("no operation {operation} in release {release}", repr(operation), release.name)
        raise CatalogError(about(file, unknown))
    answers = release.operations[operation].gone_answers
    for name, row in table.items():
        if row.get("gone") or row.get("answer") in answers:
            continue
        if "each" not in row:
            yield _case(release, f"{file}: {operation}/{name}", operation, name, row)
        for item in _tables(row, "each", f"{file}: {operation}/{name}"):
            fill = partial(_filled, item=item)
            filled = each_text({key: value for key, value in row.items() if key != "each"}, fill)
            yield _case(release, f"{file}: {operation}/{fill(name)}", operation, fill(name), filled)


def _filled(text: str, item: Mapping[str, Any]) -> Any:
    """Put the keys of an `each` item into a text of a row; one that is only `{key}` becomes the value itself."""
    if "{" in text:
        for key, inserted in item.items():
            if text == f"{{{key}}}":
                return inserted
            text = text.replace(f"{{{key}}}", str(inserted))
    return text


def _case(release: Release, where: str, operation: str, name: str, row: Mapping[str, Any]) -> Case:
    answers = release.operations[operation].answers
    answer = answers.get(row.get("answer", ""))
    rest = {key: value for key, value in row.items() if key not in APART}
    if answer is None or not {"basis", "given"} <= row.keys():
        _known(Case, rest, where)  # a misspelt key is the likelier reason
    if answer is None:
        names = ", ".join(answers)
        raise CatalogError(about(where, "answer {answer} is not one of {answers}", repr(row.get("answer")), names))
    if row.get("basis") not in ("documented", "observed"):
        raise CatalogError(about(where, "basis should be documented or observed"))
    if row.get("level", "regression") not in LEVELS:
        raise CatalogError(about(where, "level should be one of {levels}", ", ".join(LEVELS)))
    if "given" not in row:
        raise CatalogError(about(where, "given is missing"))
    if row["given"] not in GIVENS:
        hint = near(str(row["given"]), GIVENS, msg("available: {names}", ", ".join(GIVENS)))
        raise CatalogError(about(where, "no precondition {given}; {hint}", repr(row["given"]), hint))
    for part in ("request", "made"):
        if not isinstance(row.get(part, {}), dict):
            raise CatalogError(about(where, WRONG_KIND.put(part, repr(row[part]))))
    if row.get("after", ANY) not in effects(release):
        raise CatalogError(about(where, "after should be one of {names}", ", ".join(effects(release))))
    if answer.succeeds and (row.get("request") or {}).get("used"):
        raise CatalogError(
            about(where, "request.used is only for requests that are refused: they may have to be sent twice")
        )
    rest.setdefault("after", _effect(release, operation) if answer.succeeds else UNCHANGED)
    if {"put", "licence", "later"} & rest.keys():
        rest["only"] = "stand-in"
    return Case(
        id=f"{operation}/{name}",
        operation=operation,
        answer=answer,
        documented=row["basis"] == "documented",
        lacks=_lacks(release, release.operations[operation], row["given"]),
        request=_overrides(row.get("request"), f"{where}.request"),
        made=_overrides(row.get("made"), f"{where}.made"),
        first=tuple(_first(release, each, f"{where}.first") for each in _tables(row, "first", where)),
        **_known(Case, rest, where),
    )


def _tables(row: Mapping[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    """Return the tables in a list below a key."""
    found: Any = row.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise CatalogError(about(where, WRONG_KIND.put(key, repr(found))))
    return found


def _first(release: Release, row: Mapping[str, Any], where: str) -> tuple[str, Overrides]:
    """Return the operation and what is special in a request that a case needs before its own."""
    operation = row.get("operation", "")
    if operation not in release.operations:
        raise CatalogError(about(where, "no operation {operation} in release {release}", repr(operation), release.name))
    special = {key: value for key, value in row.items() if key != "operation"}
    return operation, _overrides(special, where)


def _overrides(row: Mapping[str, Any] | None, where: str) -> Overrides:
    """Return what is special in a request; most have nothing, and share that."""
    return Overrides(**_known(Overrides, row, where)) if row else NO_OVERRIDES


@cache
def _keys(kind: Any) -> Mapping[str, Any]:
    """Return the keys of a table, each with the types that its value may have."""
    return {item.name: _types(item) for item in fields(kind) if kind is not Case or item.name not in FOLLOWS}


def _types(item: Any) -> Any:
    usual = item.default_factory() if item.default_factory is not MISSING else item.default
    if usual is None:
        return int if item.name == "items" else str
    return {bool: bool, int: int | float, dict: Mapping, tuple: list}.get(type(usual), str)


def _known(kind: Any, row: Mapping[str, Any], where: str) -> dict[str, Any]:
    names = _keys(kind)
    for key in row:
        if key not in names:
            written = sorted({*names, *(APART if kind is Case else ())})
            hint = near(key, written, msg("available: {names}", ", ".join(written)))
            raise CatalogError(about(where, "unknown key {key}; {hint}", repr(key), hint))
        if not isinstance(row[key], names[key]):
            raise CatalogError(about(where, WRONG_KIND.put(key, repr(row[key]))))
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
