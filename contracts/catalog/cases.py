"""The case table: rows of cases.toml become cases. A row with `each` stands for one case per item."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache, partial
from typing import Any

from contracts.catalog.release import Answer, CatalogError, Release, load
from contracts.paths import RELEASES
from contracts.profiles import LEVELS
from contracts.text import toml
from contracts.text.message import about, msg
from contracts.text.nested import each_text

EFFECTS = {"create-workflow": "stored", "start-task": "started", "cancel-task": "cancelled", "restart-task": "created"}
"""The state afterwards of each operation that succeeds; after an error it is `unchanged`."""
AFTER = (*EFFECTS.values(), "unchanged", "any")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What is special in the request of a case; a field left out means the ordinary request.

    `body`: `usual` (the documented body with what real servers need besides) or `documented`. `set`, `null`, `drop` and
    `keep` then change its top-level keys; `raw` replaces it; `pad` fills `description` up to so many bytes.
    `id` stands in the path as it is written. `name` is a template of the workflow's name, `length` fills it up.
    `project` is the one in the body, `scope` the one in the query; `other` is the outsider's. `credential` is a name
    of credentials.py. `path` and `method` replace the operation's own, `{path}` standing for it.
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
    method: str | None = None
    path: str | None = None
    credential: str = "main"


@dataclass(frozen=True, slots=True)
class Case:
    """Given + operation + request -> answer, and the state afterwards.

    `level` is the least profile that runs it; `only` is `stand-in` where a live target must not get it; `needs` names
    a credential. `after` is one of AFTER.
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
    for name in reversed(whole.lineage):
        path = RELEASES / name / "cases.toml"
        try:
            tables = toml.read(path) if path.exists() else {}
        except toml.NotTomlError as error:
            raise CatalogError("{release}/cases.toml is not TOML: {why}", name, error) from None
        for operation, table in tables.items():
            rows.setdefault(operation, {}).update(table)
    return tuple(case for operation, table in rows.items() for case in _table(whole, operation, table))


def _table(release: Release, operation: str, table: Mapping[str, Any]) -> Iterator[Case]:
    if operation == "every":
        for each in release.operations:
            rows = {name: row | {"given": row["given"][each]} for name, row in table.items() if each in row["given"]}
            yield from _table(release, each, rows)
        return
    if operation not in release.operations:
        unknown = msg("no operation {operation} in release {release}", repr(operation), release.name)
        raise CatalogError(about("cases.toml", unknown))
    for name, row in table.items():
        for item in row.get("each", ({},)):
            fill = partial(_filled, item=item)
            filled = each_text({key: value for key, value in row.items() if key != "each"}, fill)
            yield _case(release, operation, fill(name), filled)


def _filled(text: str, item: Mapping[str, Any]) -> Any:
    """Put the keys of an `each` item into a text of a row; one that is only `{key}` becomes the value itself."""
    for key, inserted in item.items():
        if text == f"{{{key}}}":
            return inserted
        text = text.replace(f"{{{key}}}", str(inserted))
    return text


def _case(release: Release, operation: str, name: str, row: Mapping[str, Any]) -> Case:
    where = f"cases.toml: {operation}/{name}"
    answers = release.operations[operation].answers
    answer = answers.get(row.get("answer", ""))
    if answer is None:
        names = ", ".join(answers)
        raise CatalogError(about(where, "answer {answer} is none of {answers}", repr(row.get("answer")), names))
    if row.get("basis") not in ("documented", "observed"):
        raise CatalogError(about(where, "basis is documented or observed"))
    if row.get("level", "regression") not in LEVELS:
        raise CatalogError(about(where, "level is one of {levels}", ", ".join(LEVELS)))
    if not isinstance(row.get("given"), str):
        raise CatalogError(about(where, "given is missing"))
    if row.get("after", "any") not in AFTER:
        raise CatalogError(about(where, "after is one of {names}", ", ".join(AFTER)))
    rest = {key: value for key, value in row.items() if key not in ("answer", "basis", "request")}
    rest.setdefault("after", EFFECTS.get(operation, "any") if answer.status == 200 else "unchanged")
    return Case(
        id=f"{operation}/{name}",
        operation=operation,
        answer=answer,
        documented=row["basis"] == "documented",
        request=Overrides(**_known(Overrides, row.get("request", {}), f"{where}.request")),
        **_known(Case, rest, where),
    )


def _known(kind: Any, row: Mapping[str, Any], where: str) -> dict[str, Any]:
    names = {item.name for item in fields(kind)}
    for key in row:
        if key not in names:
            unknown = msg("unknown key {key}; there are {keys}", repr(key), ", ".join(sorted(names)))
            raise CatalogError(about(where, unknown))
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
