"""A release as a whole: what its page promises and what was observed, brought together operation by operation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.derive.errors import DeriveError
from contracts.derive.observed import Observed, ObservedAnswer, ObservedBody, ObservedOperation, check_sample


@dataclass(frozen=True)
class Answer:
    """One answer with its JSON sample. ``lines`` are those of the page, None where the answer is observed.

    ``status`` is None for a documented answer that no observed row refers to. ``release`` is the first that has it.
    ``kind`` is the page's own name of it, such as success or error, None where the answer is observed. ``fact`` is its
    row. ``samples`` are all that the page has of it.
    """

    name: str
    release: str
    status: int | None
    sample: Any
    means: str
    source: str | None
    lines: tuple[int, int] | None
    minimum: Mapping[str, int] = field(default_factory=dict)
    kind: str | None = None
    fact: ObservedAnswer | None = None
    samples: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One operation; ``body`` is the sample of its request body, None if it has none. ``line``: of the page or None.

    ``bodies`` are all samples of the body, the first among them.
    """

    name: str
    release: str
    method: str
    path: str
    line: int | None
    source: str | None
    parameters: tuple[Mapping[str, Any], ...]
    body: Any
    body_lines: tuple[int, int] | None
    body_facts: ObservedBody | None
    answers: tuple[Answer, ...]
    bodies: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Contract:
    """All operations of a release by name; ``page`` is the file name of the page, or None."""

    release: str
    page: str | None
    operations: tuple[Operation, ...]


def combine(documented: Mapping[str, Any] | None, observed: Observed) -> Contract:
    """Bring together documented.json (of the release or the base that has one) and the observed facts.

    Where both have a request, that of the newer release counts, and of one release the observed one.
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
    request = _request(entry, row, row is not None and bool(entry) and _older(observed, row.release, page["release"]))
    method, path = request["method"], request["path"]
    if method is None or path is None:
        raise DeriveError(f"{where}: no page documents it: give it method, path, parameters and source")
    lines = body.get("lines")
    return Operation(
        name=name,
        release=_newest(observed, *([row.release] if row else []), *([page["release"]] if entry else [])),
        method=method,
        path=path,
        line=entry.get("line"),
        source=row.source if row else None,
        parameters=tuple(request["parameters"] or ()),
        body=request["body"],
        body_lines=(lines[0], lines[1]) if lines else None,
        body_facts=facts,
        answers=tuple(sorted(_answers(name, page, observed, where), key=lambda answer: answer.name)),
        bodies=_samples(body) if body and request["body"] is body["sample"] else (request["body"],),
    )


def _request(entry: Mapping[str, Any], row: ObservedOperation | None, page_first: bool) -> dict[str, Any]:
    """Return method, path, parameters and body sample, each from the first of page and row that has it."""
    paged = {key: entry.get(key) for key in ("method", "path", "parameters")}
    paged["body"] = (entry.get("body") or {}).get("sample")
    if row is None:
        return paged
    rowed = {"method": row.method, "path": row.path, "parameters": row.parameters, "body": row.body and row.body.sample}
    first, second = (paged, rowed) if page_first else (rowed, paged)
    return {key: second[key] if first[key] is None else first[key] for key in first}


def _answers(name: str, page: Mapping[str, Any], observed: Observed, where: str) -> list[Answer]:
    row = observed.operations.get(name)
    samples: Mapping[str, Any] = page["operations"].get(name, {}).get("answers", {})
    answers: list[Answer] = []
    for fact in row.answers.values() if row else ():
        if fact.body != "json":
            raise DeriveError(f"{where}.answers.{fact.name}: an operation's answer is JSON: give a sample")
        kind = _kind(fact, samples)
        if kind is not None and kind not in samples:
            raise DeriveError(f"{where}.answers.{fact.name}: the page has no {kind} sample of {name}")
        entry = {"sample": fact.sample} if kind is None else samples[kind]
        lines = tuple(entry["lines"]) if kind is not None else None
        if lines is not None:
            check_sample(fact, entry["sample"], f"{where}.answers.{fact.name} ({page['page']['file']}:{lines[0]})")
        answers.append(
            Answer(
                name=fact.name,
                release=fact.release if kind is None else _newest(observed, fact.release, page["release"]),
                status=fact.status,
                sample=entry["sample"],
                means=fact.means,
                source=fact.source if kind is None else None,
                lines=lines,
                minimum=fact.minimum,
                kind=kind,
                fact=fact,
                samples=_samples(entry),
            )
        )
    # A documented answer without a row of its own keeps the name of its kind, so that nothing documented is lost.
    used = {answer.kind for answer in answers} | {answer.name for answer in answers}
    for unused in sorted(set(samples) - used):
        entry = samples[unused]
        means = f"The {unused} answer of the page; its status was not observed."
        lines = tuple(entry["lines"])
        more: Mapping[str, Any] = {"kind": unused, "samples": _samples(entry)}
        answers.append(Answer(unused, page["release"], None, entry["sample"], means, None, lines, **more))
    return answers


def _kind(fact: ObservedAnswer, samples: Mapping[str, Any]) -> str | None:
    """Return which answer of the page a row is about: one that it refers to, or repeats by name and sample."""
    named = samples.get(fact.name)
    return fact.name if fact.documented is None and named and named["sample"] == fact.sample else fact.documented


def _samples(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return all samples of a body or answer of documented.json, which lists them only where there are several."""
    return tuple(item["sample"] for item in entry.get("samples", [entry]))


def _newest(observed: Observed, *releases: str) -> str:
    """Return the release that comes first in the lineage, which begins with the newest."""
    return min(releases, key=observed.lineage.index)


def _older(observed: Observed, one: str, other: str) -> bool:
    return observed.lineage.index(one) > observed.lineage.index(other)
