"""A release as a whole: what its page promises and what was observed, brought together operation by operation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.derive.error import DeriveError
from contracts.derive.facts import Body, Observed, check_sample


@dataclass(frozen=True)
class Answer:
    """One answer with its JSON sample. ``lines`` are those of the page, None where the answer is observed.

    ``status`` is None for a documented answer that no observed row refers to. ``release`` is the first that has it.
    """

    name: str
    release: str
    status: int | None
    sample: Any
    means: str
    source: str | None
    lines: tuple[int, int] | None
    minimum: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One operation; ``body`` is the sample of its request body, None if it has none. ``line``: of the page or None."""

    name: str
    release: str
    method: str
    path: str
    line: int | None
    source: str | None
    parameters: tuple[Mapping[str, Any], ...]
    body: Any
    body_lines: tuple[int, int] | None
    body_facts: Body | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Contract:
    """All operations of a release by name; ``page`` is the file name of the page, or None."""

    release: str
    page: str | None
    operations: tuple[Operation, ...]


def combine(documented: Mapping[str, Any] | None, observed: Observed) -> Contract:
    """Bring together documented.json (of the release or the base that has one) and the observed facts.

    Raises DeriveError where the two contradict each other.
    """
    page: Mapping[str, Any] = documented or {"release": observed.release, "operations": {}, "page": {"file": None}}
    names = sorted({*page["operations"], *observed.operations})
    operations = tuple(_operation(name, page, observed) for name in names)
    return Contract(observed.release, page["page"]["file"], operations)


def _operation(name: str, page: Mapping[str, Any], observed: Observed) -> Operation:
    row = observed.operations.get(name)
    entry: Mapping[str, Any] = page["operations"].get(name, {})
    where = f"{observed.release}/observed.toml: operations.{name}"
    body: Mapping[str, Any] = entry.get("body") or {}
    facts = row.body if row else None
    method = row.method if row and row.method else entry.get("method")
    path = row.path if row and row.path else entry.get("path")
    if method is None or path is None:
        raise DeriveError(f"{where}: no page documents it: give it method, path, parameters and source")
    parameters = row.parameters if row and row.parameters is not None else tuple(entry.get("parameters", ()))
    lines = body.get("lines")
    return Operation(
        name=name,
        release=_newest(observed, *([row.release] if row else []), *([page["release"]] if entry else [])),
        method=method,
        path=path,
        line=entry.get("line"),
        source=row.source if row else None,
        parameters=parameters,
        body=facts.sample if facts and facts.sample is not None else body.get("sample"),
        body_lines=(lines[0], lines[1]) if lines else None,
        body_facts=facts,
        answers=tuple(sorted(_answers(name, page, observed, where), key=lambda answer: answer.name)),
    )


def _answers(name: str, page: Mapping[str, Any], observed: Observed, where: str) -> list[Answer]:
    row = observed.operations.get(name)
    samples: Mapping[str, Any] = page["operations"].get(name, {}).get("answers", {})
    answers: list[Answer] = []
    for fact in row.answers.values() if row else ():
        if fact.body != "json":
            raise DeriveError(f"{where}.answers.{fact.name}: an operation's answer is JSON: give a sample")
        if fact.documented is None:
            answers.append(
                Answer(fact.name, fact.release, fact.status, fact.sample, fact.means, fact.source, None, fact.minimum)
            )
            continue
        if fact.documented not in samples:
            raise DeriveError(f"{where}.answers.{fact.name}: the page has no {fact.documented} sample of {name}")
        sample, lines = samples[fact.documented]["sample"], tuple(samples[fact.documented]["lines"])
        check_sample(fact, sample, f"{where}.answers.{fact.name} ({page['page']['file']}:{lines[0]})")
        release = _newest(observed, fact.release, page["release"])
        answers.append(Answer(fact.name, release, fact.status, sample, fact.means, None, lines, fact.minimum))
    # A documented answer without a row of its own keeps the name of its kind, so that nothing documented is lost.
    used = {fact.documented for fact in row.answers.values()} if row else set()
    for kind in sorted(set(samples) - used):
        lines = tuple(samples[kind]["lines"])
        means = f"The {kind} answer of the page; its status was not observed."
        answers.append(Answer(kind, page["release"], None, samples[kind]["sample"], means, None, lines))
    return answers


def _newest(observed: Observed, *releases: str) -> str:
    """Return the release that comes first in the lineage, which begins with the newest."""
    return min(releases, key=observed.lineage.index)
