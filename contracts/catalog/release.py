"""What is promised and what is tried: releases, operations, answers and cases, frozen, loaded from data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from contracts.derive import observed
from contracts.derive.contract import contract
from contracts.derive.contract.contract import combine
from contracts.derive.errors import DeriveError
from contracts.derive.observed import Observed
from contracts.paths import API, RELEASES, ROOT, SCHEMAS
from contracts.text.errors import InputError
from contracts.text.releases import in_order


class CatalogError(InputError):
    """A release's data does not hold together; the text names the file and the row."""


@dataclass(frozen=True)
class Answer:
    """One documented or observed response of an operation.

    `body` is json, empty, text or any. `also`: statuses that something in front of the server may answer instead.
    `description`, `values` (by key) and `text` are templates of what was sent.
    `basis` says where it is promised: lines of the page or the source of the fact. `sample`: an example of the body.
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
    schema: Mapping[str, Any] | None = field(default=None, repr=False)
    schema_file: str = ""


@dataclass(frozen=True)
class Operation:
    """One operation: how it is called and all its answers by name."""

    name: str
    method: str
    path: str
    basis: str
    sample: Mapping[str, Any] | None
    answers: Mapping[str, Answer]
    undocumented: Mapping[str, Any] = field(default_factory=dict)
    not_kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class Release:
    """One documented version of Zadig. `lineage`: the release and those that it builds on."""

    name: str
    page: str
    lineage: tuple[str, ...]
    operations: Mapping[str, Operation]
    support: Mapping[str, Operation]
    task_states: tuple[str, ...]

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All answers of all operations."""
        return tuple(answer for operation in self.operations.values() for answer in operation.answers.values())


def releases() -> tuple[str, ...]:
    """Return the names of all releases that there is data for, the oldest first."""
    return tuple(in_order(path.parent.name for path in RELEASES.glob("*/observed.toml")))


@cache
def load(name: str) -> Release:
    """Return a release by name; raises CatalogError where there is none or its data does not hold together."""
    if name not in releases():
        raise CatalogError("no release {name}; there are {names}", repr(name), ", ".join(releases()))
    try:
        facts = observed.load(RELEASES / name / "observed.toml")
        page_release = next(item for item in facts.lineage if (RELEASES / item / "documented.json").exists())
        documented = json.loads((RELEASES / page_release / "documented.json").read_text(encoding="utf-8"))
        whole = combine(documented, facts)
    except (DeriveError, StopIteration, OSError, ValueError) as error:
        raise CatalogError("release {release}: {why}", name, error) from None
    if unseen := {item.name for item in whole.operations} - facts.operations.keys():
        names = ", ".join(sorted(unseen))
        raise CatalogError("release {release}: observed.toml has no answers of {operations}", name, names)
    page = documented["page"]["file"]
    shared = {fact.name: _answer("", fact, page, None) for fact in facts.answers.values()}
    operations = {item.name: _operation(item, facts, page, shared) for item in whole.operations}
    support = {item.name: _support(item, page) for item in facts.support.values()}
    states = facts.task_states.states if facts.task_states else ()
    return Release(name, page, facts.lineage, operations, support, states)


def _operation(item: contract.Operation, facts: Observed, page: str, shared: Mapping[str, Answer]) -> Operation:
    whole = {answer.name: answer for answer in item.answers}
    answers = {}
    for fact in facts.operations[item.name].answers.values():
        combined = whole[fact.name]
        file = SCHEMAS / API / combined.release / item.name / f"{fact.name}.json"
        answers[fact.name] = replace(
            _answer(item.name, fact, page, combined.lines),
            schema=_schema(file),
            schema_file=file.relative_to(ROOT).as_posix(),
            sample=combined.sample,
            code=_code(combined.sample),
        )
    return Operation(
        name=item.name,
        method=item.method,
        path=item.path,
        basis=f"{page}:{item.line}" if item.line else item.source or "",
        sample=item.body,
        answers={**shared, **answers},
        undocumented=item.body_facts.undocumented if item.body_facts else {},
        not_kept=item.body_facts.not_kept if item.body_facts else (),
    )


def _support(item: observed.ObservedOperation, page: str) -> Operation:
    answers = {fact.name: _answer(item.name, fact, page, None) for fact in item.answers.values()}
    return Operation(item.name, item.method or "", item.path or "", item.source or "", None, answers)


def _answer(operation: str, fact: observed.ObservedAnswer, page: str, lines: tuple[int, int] | None) -> Answer:
    return Answer(
        operation=operation,
        name=fact.name,
        status=fact.status,
        body=fact.body,
        content_type=fact.content_type,
        documented=fact.documented is not None,
        basis=f"{page}:{lines[0]}-{lines[1]}" if lines else fact.source,
        code=_code(fact.sample),
        description=fact.description,
        values=fact.values,
        text=fact.text or "",
        sample=fact.sample,
        also=fact.also,
    )


def _code(sample: object) -> int | None:
    return sample.get("code") if isinstance(sample, dict) else None


def _schema(path: Path) -> Mapping[str, Any]:
    try:
        schema: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        file = path.relative_to(ROOT)
        raise CatalogError("{file}: {why}; run python -m contracts derive", file, error) from None
    return schema
