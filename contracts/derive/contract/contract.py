"""A release as a whole: what its page promises and what was observed, brought together operation by operation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from contracts.derive.errors import DeriveError
from contracts.derive.observed import API, Observed, ObservedAnswer, ObservedBody, check_sample, misfits
from contracts.text.frozen import dataclass

Lines = tuple[int, int]
"""The first and the last line of something on a page."""
EXCERPT = ".excerpt.md"
"""How the file of a page is called of which only a part is there."""


@dataclass(frozen=True)
class Answer:
    """One answer of an operation.

    release: the first that has it.
    status: its HTTP status; None for a documented answer that no observed row refers to.
    samples: all JSON samples of it; none where the page has a table of it alone, or shows a text.
    lines: those of the page; None where the answer is observed.
    kind: the page's own name of it, such as success or error; None where the answer is observed.
    fact: its row of observed.toml.
    keys: what the table of the page lists of it, as rows of documented.json.
    text: what the page shows of an answer that is no JSON.
    content_type: that of such a text.
    """

    name: str
    release: str
    status: int | None
    samples: tuple[Any, ...]
    means: str
    source: str | None
    lines: Lines | None
    minimum: Mapping[str, int] = field(default_factory=dict)
    kind: str | None = None
    fact: ObservedAnswer | None = None
    keys: tuple[Mapping[str, Any], ...] = ()
    text: str | None = None
    content_type: str = "application/json"

    @property
    def sample(self) -> Any:
        """The first sample, None if it has none."""
        return self.samples[0] if self.samples else None


@dataclass(frozen=True)
class Operation:
    """One operation; ``line`` is that of the page or None, ``bodies`` all samples of its body, or None alone.

    ``page`` is the one that shows it, where that is another than the contract's.
    ``models`` are the sub-models of the page by name, each a list of rows, and ``shown`` the samples of those that have
    no rows. ``prefix``: whether its path goes below the prefix of the gateway; else it is complete as it is.
    """

    name: str
    release: str
    method: str
    path: str
    line: int | None
    source: str | None
    parameters: tuple[Mapping[str, Any], ...]
    bodies: tuple[Any, ...]
    body_lines: Lines | None
    body_facts: ObservedBody | None
    answers: tuple[Answer, ...]
    models: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    shown: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    prefix: bool = True
    page: str | None = None

    @property
    def body(self) -> Any:
        """The first sample of its request body, None if it has none."""
        return self.bodies[0]


@dataclass(frozen=True)
class Contract:
    """All operations of a release of an API by name; ``page`` is the file name of the page, or None."""

    release: str
    page: str | None
    operations: tuple[Operation, ...]
    api: str = API

    def about(self, operation: Operation) -> "Contract":
        """Return the contract as it is about one operation: with the page that shows it."""
        return replace(self, page=operation.page) if operation.page else self


def promised(lineage: Sequence[str], read: Callable[[str], Mapping[str, Any] | None]) -> Mapping[str, Any] | None:
    """Return what `read` gives of the first release of a lineage that has a page; over that of its base, if an excerpt.

    An operation that only the base's page shows says so: it has `release` and `page`.
    """
    found = ((release, content) for release in lineage if (content := read(release)) is not None)
    release, content = next(found, ("", None))
    if content is None or not content["page"]["file"].endswith(EXCERPT):
        return content
    below = promised(lineage[lineage.index(release) + 1 :], read)
    if below is None:
        return content
    of_base = {"release": below["release"], "page": below["page"]["file"]}
    inherited = {name: {**of_base, **entry} for name, entry in below["operations"].items()}
    return {**content, "operations": {**inherited, **content["operations"]}}


def combine(documented: Mapping[str, Any] | None, observed: Observed) -> Contract:
    """Bring together documented.json (of the release or the base that has one) and the observed facts.

    Where both have a request, that of the newer release counts, and of one release the observed one.
    Raises DeriveError where the two contradict each other.
    """
    page: Mapping[str, Any] = documented or {"release": observed.release, "operations": {}, "page": {"file": None}}
    names = sorted({*page["operations"], *observed.operations} - observed.gone)
    operations = tuple(_operation(name, page, observed) for name in names)
    return Contract(observed.release, page["page"]["file"], operations, observed.api)


def _operation(name: str, page: Mapping[str, Any], observed: Observed) -> Operation:
    where = f"{observed.release}/observed.toml: operations.{name}"
    row, entry = observed.operations.get(name), page["operations"].get(name, {})
    body: Mapping[str, Any] = entry.get("body") or {"sample": None}
    facts = row.body if row else None
    requests: list[tuple[str, Mapping[str, Any]]] = []
    if row:
        bodies = None if facts is None or facts.sample is None else (facts.sample,)
        requests.append((row.release, {**vars(row), "bodies": bodies}))
    if entry:
        shown = None if body["sample"] is None else _samples(body)
        requests.append((entry.get("release", page["release"]), {**entry, "bodies": shown}))
    # The newest first; of one release, the observed one.
    requests.sort(key=lambda item: observed.lineage.index(item[0]))
    request: dict[str, Any] = {"parameters": (), "bodies": _samples(body)}
    for _, given in reversed(requests):
        request |= {key: value for key, value in given.items() if value is not None}
    if "method" not in request or "path" not in request:
        raise DeriveError(f"{where}: no page documents it: give it method, path, parameters and source")
    return Operation(
        name=name,
        release=requests[0][0],
        method=request["method"],
        path=request["path"],
        line=entry.get("line"),
        source=row.source if row else None,
        parameters=tuple(request["parameters"]),
        bodies=request["bodies"],
        body_lines=_lines(body),
        body_facts=facts,
        answers=tuple(sorted(_answers(name, page, observed, where), key=lambda answer: answer.name)),
        models=entry.get("models", {}),
        shown={model: [one["sample"] for one in shown] for model, shown in entry.get("model_samples", {}).items()},
        prefix=request["path"] != entry.get("path") or entry.get("prefix", True),
        page=entry.get("page"),
    )


def _answers(name: str, page: Mapping[str, Any], observed: Observed, where: str) -> list[Answer]:
    row = observed.operations.get(name)
    # A documented answer without a row of its own keeps the name of its kind, so that nothing documented is lost.
    operation = page["operations"].get(name, {})
    promised, file = operation.get("release", page["release"]), operation.get("page", page["page"]["file"])
    documented = {
        kind: Answer(
            name=kind,
            release=promised,
            status=entry.get("status"),
            samples=_samples(entry),
            means=f"The {kind} answer of the page" + ("." if "status" in entry else "; its status was not observed."),
            source=None,
            lines=_lines(entry),
            kind=kind,
            keys=tuple(operation.get("answer_keys", ())) if kind == "success" else (),
            text=entry.get("text"),
            content_type=entry.get("content_type", "application/json"),
        )
        for kind, entry in operation.get("answers", {}).items()
    }
    answers: list[Answer] = []
    for fact in row.answers.values() if row else ():
        place = f"{where}.answers.{fact.name}"
        if fact.body != "json":
            raise DeriveError(f"{place}: an operation's answer is JSON: give a sample")
        answer = Answer(fact.name, fact.release, fact.status, (fact.sample,), fact.means, fact.source, None)
        if (kind := _kind(fact, documented)) is not None:
            if kind not in documented:
                raise DeriveError(f"{place}: the page has no {kind} sample of {name}")
            shown = documented[kind]
            several = [other for other in row.answers.values() if other.documented == kind] if row else []
            fitting = tuple(sample for sample in shown.samples if not misfits(fact, sample))
            if len(several) > 1 and fitting:
                shown = replace(shown, samples=fitting)  # the page shows several answers in one place
            check_sample(fact, shown.sample, f"{place} ({file}:{shown.lines and shown.lines[0]})")
            release = min(fact.release, promised, key=observed.lineage.index)
            answer = replace(shown, name=fact.name, release=release, status=fact.status, means=fact.means)
        answers.append(replace(answer, minimum=fact.minimum, fact=fact))
    used = {answer.kind for answer in answers} | {answer.name for answer in answers}
    used |= row.gone_answers if row else set()
    return answers + [answer for kind, answer in documented.items() if kind not in used]


def _kind(fact: ObservedAnswer, documented: Mapping[str, Answer]) -> str | None:
    """Return which answer of the page a row is about: one that it refers to, or repeats by name and sample."""
    named = documented.get(fact.name)
    return fact.name if fact.documented is None and named and named.sample == fact.sample else fact.documented


def _samples(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return all samples of a body or answer of documented.json, which lists them only where there are several."""
    return tuple(item["sample"] for item in entry.get("samples", [entry]) if "sample" in item)


def _lines(entry: Mapping[str, Any]) -> Lines | None:
    lines = entry.get("lines")
    return (lines[0], lines[1]) if lines else None
