"""What is promised and what is tried: releases, operations, answers and cases, frozen, loaded from data."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from contracts.catalog import binding, lifecycle
from contracts.catalog.binding import Binding, read_binding
from contracts.catalog.lifecycle import Lifecycle, read_lifecycle
from contracts.derive import observed
from contracts.derive.contract import contract
from contracts.derive.contract.contract import combine, promised
from contracts.derive.errors import DeriveError
from contracts.derive.observed import Observed
from contracts.paths import APIS, ROOT, SCHEMAS
from contracts.text import toml
from contracts.text.errors import InputError, of_system
from contracts.text.frozen import dataclass
from contracts.text.message import about
from contracts.text.releases import in_order


class CatalogError(InputError):
    """A release's data does not hold together; the text names the file and the row."""


@dataclass(frozen=True)
class Envelope:
    """How the answers of a release say at their top whether what was asked is done.

    code: the key of an error's code. done, failed: the keys with the constants that only the one or the other has.
    """

    code: str = ""
    done: frozenset[tuple[str, Any]] = frozenset()
    failed: frozenset[tuple[str, Any]] = frozenset()


NO_ENVELOPE = Envelope()


@dataclass(frozen=True)
class Answer:
    """One documented or observed response of an operation.

    `body` is json, empty, text or any. `also`: statuses that something in front of the server may answer instead.
    `location`: a template of the path that a redirect leads to, empty where it is none or may lead anywhere.
    `described`: the key of an error's description. `description`, `values` (by key) and `text` are templates of what
    was sent.
    `basis` says where it is promised: lines of the page or the source of the fact. `sample`: an example of the body.
    `envelope`: that of its release.
    """

    operation: str
    name: str
    status: int
    body: str
    content_type: str | None
    documented: bool
    basis: str
    code: int | None = None
    description: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    sample: Any = field(default=None, repr=False)
    also: tuple[int, ...] = ()
    location: str = ""
    schema: Mapping[str, Any] | None = field(default=None, repr=False)
    schema_file: str = ""
    described: str = ""
    envelope: Envelope = NO_ENVELOPE

    @property
    def succeeds(self) -> bool:
        """Whether it says that what was asked is done."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Operation:
    """One operation: how it is called and all its answers by name.

    sample: the body that a page shows; usual: what an ordinary request has in place of it, and besides.
    parameters: as page or facts list them. prefixed: its path stands behind the API prefix. unbound: the parameters
    that it needs, and of which no binding says what to send. gone_answers: those that a base gave, and it does not.
    """

    name: str
    method: str
    path: str
    basis: str
    sample: Mapping[str, Any] | None
    answers: Mapping[str, Answer]
    usual: Mapping[str, Any] = field(default_factory=dict)
    not_kept: tuple[str, ...] = ()
    parameters: tuple[Mapping[str, Any], ...] = ()
    prefixed: bool = True
    unbound: tuple[str, ...] = ()
    gone_answers: frozenset[str] = frozenset()

    def named(self, where: str) -> tuple[str, ...]:
        """Return the parameters that stand in path, query or body."""
        return tuple(item["name"] for item in self.parameters if item["in"] == where)


@dataclass(frozen=True)
class Release:
    """One documented version of Zadig.

    api: the family of calls that it is of.
    lineage: the release and those that it builds on. gone: calls that one of those had, and it has not.
    binding: which call plays which role. lifecycle: what comes of it.
    """

    name: str
    page: str
    lineage: tuple[str, ...]
    operations: Mapping[str, Operation]
    support: Mapping[str, Operation]
    binding: Binding
    lifecycle: Lifecycle
    api: str
    gone: frozenset[str] = frozenset()

    def call(self, role: str) -> Operation:
        """Return the operation or support call that plays a role; raises CatalogError where none does."""
        played = self.binding.roles.get(role)
        if played is None:
            raise CatalogError("release {release} has no call to {role}", self.name, role)
        return self.operations.get(played.call) or self.support[played.call]

    def lacks(self, roles: Iterable[str]) -> str:
        """Return the first of these roles that no call plays; empty where all are played."""
        return next((role for role in roles if role not in self.binding.roles), "")

    @property
    def not_described(self) -> tuple[str, ...]:
        """Operations of which neither a page nor anybody who saw a server says what they answer."""
        described = {answer.operation for answer in self.answers}
        return tuple(name for name in self.operations if name not in described)

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """All answers of all operations."""
        return tuple(answer for operation in self.operations.values() for answer in operation.answers.values())


def releases() -> tuple[str, ...]:
    """Return the names of all releases that there is data for, the oldest first."""
    return tuple(in_order(path.parent.name for path in APIS.glob("*/*/observed.toml")))


def apis() -> tuple[str, ...]:
    """Return the names of the APIs that there is a release of."""
    return tuple(sorted({path.parent.parent.name for path in APIS.glob("*/*/observed.toml")}))


def api_of(release: str) -> str:
    """Return the API that a release documents; raises CatalogError where there is no such release."""
    return data_of(release).parent.name


def data_of(name: str) -> Path:
    """Return the folder of a release's data; raises CatalogError where there is none."""
    found = sorted(APIS.glob(f"*/{name}/observed.toml"))
    if not found:
        raise CatalogError("no release {name}; available: {names}", repr(name), ", ".join(releases()))
    return found[0].parent


def files_of(release: Release, name: str) -> list[Path]:
    """Return the files of this name that the release and those that it builds on have, the oldest first."""
    paths = (APIS / release.api / each / name for each in reversed(release.lineage))
    return [path for path in paths if path.exists()]


@cache
def load(name: str) -> Release:
    """Return a release by name; raises CatalogError where there is none or its data does not hold together."""
    api = data_of(name).parent
    try:
        facts = observed.load(api / name / "observed.toml")
        documented = promised(facts.lineage, lambda item: _documented(api / item))
        whole = combine(documented, facts)
    except (DeriveError, OSError, ValueError) as error:
        raise CatalogError("release {release}: {why}", name, error) from None
    if unseen := {item.name for item in whole.operations} - facts.operations.keys():
        names = ", ".join(sorted(unseen))
        raise CatalogError("release {release}: observed.toml has no answers of {operations}", name, names)
    page = whole.page or ""
    older = facts.lineage[::-1]
    bound = read_binding(_table(api / binding.FILE), older, binding.FILE, CatalogError)
    life = read_lifecycle(_table(api / lifecycle.FILE), older, lifecycle.FILE, CatalogError)
    shared = {fact.name: _answer("", fact, page, None, bound) for fact in facts.answers.values()}
    operations = _in_envelopes([_operation(item, facts, page, shared, bound) for item in whole.operations], bound)
    support = {item.name: _support(item, page, bound) for item in facts.support.values()}
    bound = replace(bound, roles={name: role for name, role in bound.roles.items() if role.call not in facts.gone})
    for role in bound.roles.values():
        call = operations.get(role.call) or support.get(role.call)
        if call is None:
            nothing = "role {role}: no call of the release is named {call}"
            raise CatalogError(about(binding.FILE, nothing, role.name, repr(role.call)))
        for answer in {role.absent, *life.answers(role.name)} - {"", *call.answers}:
            unknown = "role {role}: {call} has no answer {answer}"
            raise CatalogError(about(lifecycle.FILE, unknown, role.name, call.name, repr(answer)))
    return Release(name, page, facts.lineage, operations, support, bound, life, api.name, facts.gone)


def _documented(folder: Path) -> Mapping[str, Any] | None:
    """Return documented.json of a release, None where it has none."""
    path = folder / "documented.json"
    content: Mapping[str, Any] | None = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    return content


def _in_envelopes(operations: Sequence[Operation], bound: Binding) -> dict[str, Operation]:
    """Return operations by name, whose answers know how all of them say whether what was asked is done."""
    said: dict[bool, set[tuple[str, Any]]] = {True: set(), False: set()}
    for answer in (answer for operation in operations for answer in operation.answers.values()):
        rules = (answer.schema or {}).get("properties", {})
        said[answer.succeeds] |= {(key, rule["const"]) for key, rule in rules.items() if "const" in rule}
    done, failed = said[True], said[False]
    envelope = Envelope(bound.code, frozenset(done - failed), frozenset(failed - done))
    return {
        operation.name: replace(
            operation,
            answers={name: replace(answer, envelope=envelope) for name, answer in operation.answers.items()},
        )
        for operation in operations
    }


def _table(path: Path) -> dict[str, Any]:
    try:
        return toml.read(path)
    except OSError as error:
        raise CatalogError(about(path.name, "cannot be read: {why}", of_system(error.strerror))) from None
    except ValueError as error:
        raise CatalogError(about(path.name, "is not TOML: {why}", error)) from None


def _operation(
    item: contract.Operation, facts: Observed, page: str, shared: Mapping[str, Answer], bound: Binding
) -> Operation:
    whole = {answer.name: answer for answer in item.answers}
    answers, page = {}, item.page or page
    for fact in facts.operations[item.name].answers.values():
        combined = whole[fact.name]
        file = SCHEMAS / facts.api / combined.release / item.name / f"{fact.name}.json"
        answers[fact.name] = replace(
            _answer(item.name, fact, page, combined.lines, bound),
            schema=_schema(file),
            schema_file=file.relative_to(ROOT).as_posix(),
            sample=combined.sample,
            code=_code(combined.sample, bound),
        )
    return Operation(
        name=item.name,
        method=item.method,
        path=item.path,
        basis=f"{page}:{item.line}" if item.line else item.source or "",
        sample=item.body,
        answers={**shared, **answers},
        usual={**item.body_facts.undocumented, **item.body_facts.usual} if item.body_facts else {},
        not_kept=item.body_facts.not_kept if item.body_facts else (),
        gone_answers=facts.operations[item.name].gone_answers | facts.gone,
        **_call(item.name, item.path, item.parameters, item.body, bound, prefixed=item.prefix),
    )


def _support(item: observed.ObservedOperation, page: str, bound: Binding) -> Operation:
    answers = {fact.name: _answer(item.name, fact, page, None, bound) for fact in item.answers.values()}
    path, sample = item.path or "", item.body.sample if item.body else None
    call = _call(item.name, path, item.parameters or (), sample, bound)
    return Operation(item.name, item.method or "", path, item.source or "", sample, answers, **call)


def _call(
    name: str, path: str, parameters: Sequence[Mapping[str, Any]], sample: Any, bound: Binding, *, prefixed: bool = True
) -> dict[str, Any]:
    """Return how a call is sent: its parameters, whether the prefix stands before it, and what is not known of it."""
    places = bound.places(name)
    known = {"path": places.path, "query": places.query, "body": places.body}
    unbound = [
        item["name"]
        for item in parameters
        if item["required"] and item["name"] not in known.get(item["in"], ())
        if not (item["in"] == "body" and isinstance(sample, Mapping) and item["name"] in sample)
    ]
    behind = prefixed and not path.startswith(bound.bare)
    return {"parameters": tuple(parameters), "prefixed": behind, "unbound": tuple(unbound)}


def _answer(
    operation: str, fact: observed.ObservedAnswer, page: str, lines: tuple[int, int] | None, bound: Binding
) -> Answer:
    return Answer(
        operation=operation,
        name=fact.name,
        status=fact.status,
        body=fact.body,
        content_type=fact.content_type,
        documented=fact.documented is not None,
        basis=f"{page}:{lines[0]}-{lines[1]}" if lines else fact.source,
        code=_code(fact.sample, bound),
        description=fact.values.get(bound.description, fact.description),
        values={key: text for key, text in fact.values.items() if key != bound.description},
        text=fact.text or "",
        sample=fact.sample,
        also=fact.also,
        location=fact.location or "",
        described=bound.description,
    )


def _code(sample: object, bound: Binding) -> int | None:
    return sample.get(bound.code) if isinstance(sample, dict) else None


def _schema(path: Path) -> Mapping[str, Any]:
    try:
        schema: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        file = path.relative_to(ROOT)
        raise CatalogError("{file}: {why}; run python -m contracts derive", file, error) from None
    return schema
