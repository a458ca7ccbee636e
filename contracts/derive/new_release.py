"""A new release from its page: its folder with all that can be derived, and the rest as a proposal to be reviewed."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from contracts.derive.command import UNUSABLE, UP_TO_DATE, Echo, derive, render
from contracts.derive.contract.contract import Answer, Contract, Operation, combine
from contracts.derive.contract.schemas import constants
from contracts.derive.errors import DeriveError, read_toml
from contracts.derive.observed import OPEN, Observed, ObservedAnswer, ObservedBody, load, misfits
from contracts.derive.releases import (
    data_of,
    known_releases,
    read_document,
    release_document,
    release_facts,
    schemas_of,
)
from contracts.text import toml
from contracts.text.releases import in_order, is_release

_TEXTS: Final = toml.read(Path(__file__).with_suffix(".toml"))


def new_release(root: Path, page: Path, release: str, base: str | None, echo: Echo) -> int:
    """Write documented.json, observed.toml and cases.toml of a new release, then the schemas and openapi.json.

    ``base`` is the release that it builds on; None stands for the one before it. Returns the exit code: 0, or 4 after
    one line that says why; then everything is as it was.
    """
    try:
        if not is_release(release):
            raise DeriveError(f"{release!r} is no release: write it with three numbers, such as 1.10.0")
        for made in (data_of(root, release), schemas_of(root, release)):
            if made.exists():
                raise DeriveError(f"{release} is there already, see {made}: edit it, or remove it and start anew")
        facts = release_facts(root, base or _before(root, release))
        folder, schemas = data_of(root, release, facts.api), schemas_of(root, release, facts.api)
        documented = read_document(root, page)
    except DeriveError as error:
        echo(str(error))
        return UNUSABLE
    try:
        folder.mkdir(parents=True)
        _fill(root, folder, {**documented, "release": release}, facts)
        said: list[str] = []
        if derive(root, (), check=False, echo=said.append) != UP_TO_DATE:
            raise DeriveError(said[-1])
    except (DeriveError, OSError, UnicodeEncodeError) as error:
        for made in (folder, schemas):
            shutil.rmtree(made, ignore_errors=True)
        echo(f"{release}: nothing is written: {error}")
        return UNUSABLE
    if documented["release"] not in (None, release):
        echo(f"{page.name} is the page of release {documented['release']}; it is taken as that of {release}")
    name, count = folder.relative_to(root).as_posix(), len(documented["operations"])
    still_open = (folder / "observed.toml").read_text(encoding="utf-8").count(f'source = "{OPEN}')
    echo(f"{name}/documented.json: {count} operations, {len(documented['findings'])} findings")
    if silent := [key for key, operation in sorted(documented["operations"].items()) if not _described(operation)]:
        echo(
            f"{len(silent)} not described, as the page shows no answer of them that can be checked: {', '.join(silent)}"
        )
    echo(f"{name}/observed.toml: builds on {facts.release}; {still_open} sources are open")
    echo(f"{name}/cases.toml: proposed; review it")
    see_also = f"python -m contracts diff-contract {facts.release} {release}"
    echo(f"{schemas.relative_to(root).as_posix()}: written; see also: {see_also}")
    return UP_TO_DATE


def _before(root: Path, release: str) -> str:
    """Return the newest release that is older than this one; DeriveError if there is none."""
    names = in_order([*known_releases(root), release])
    if names[0] == release:
        raise DeriveError(f"no release is older than {release}: name the one that it builds on with --base")
    return names[names.index(release) - 1]


def _fill(root: Path, folder: Path, documented: Mapping[str, Any], base: Observed) -> None:
    """Write the files of the release's folder: each is read again by what it is for before the next is made of it."""
    before = combine(release_document(root, base.lineage), base)
    (folder / "documented.json").write_bytes(render(documented).encode())
    (folder / "observed.toml").write_bytes(observed_text(documented, base, before).encode())
    contract = combine(documented, load(folder / "observed.toml"))
    known = frozenset(operation.name for operation in before.operations)
    every: dict[str, Any] = {}
    for release in reversed(base.lineage):
        path = data_of(root, release) / "cases.toml"
        every |= read_toml(path, f"{release}/cases.toml").get("every", {}) if path.exists() else {}
    (folder / "cases.toml").write_bytes(cases_text(contract, known, every).encode())


def observed_text(documented: Mapping[str, Any], base: Observed, before: Contract) -> str:
    """Return observed.toml of a new release: what its base says is inherited, and its page's departures are rows.

    ``documented`` is the content of documented.json of the new release, ``before`` the contract of its base.
    """
    release, page = documented["release"], documented["page"]["file"]
    known = {operation.name: operation for operation in before.operations}
    head = _TEXTS["observed"].format(release=release, base=base.release, page=page, open=OPEN)
    parts = [f"{toml.comment(head)}release = {toml.value(release)}\nbase = {toml.value(base.release)}\n"]
    for name in sorted({*known, *documented["operations"]}):
        if name not in documented["operations"]:
            parts += _gone(known[name], release)
            continue
        kinds = _described(documented["operations"][name])
        rows = list(_answers(kinds, known[name].answers if name in known else (), release))
        parts += [toml.table(("operations", name, "answers", answer), row) for answer, row in rows]
        if not kinds and name not in known:
            parts.append(toml.comment(_TEXTS["not_described"]) + toml.table(("operations", name), {}))
    return "\n".join(parts)


def _described(operation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of an operation of documented.json that can be checked: those whose form is JSON."""
    return {kind: answer for kind, answer in operation["answers"].items() if "text" not in answer}


def _gone(operation: Operation, release: str) -> Iterator[str]:
    """Yield tables that keep an operation which the page of the base documents and the new page does not."""
    if operation.line is None:
        return  # no page had it, so nothing is missing on this one
    source, place = f"{OPEN} {release}", ("operations", operation.name)
    why = f"{operation.name} is not on this page. Rows for the case that servers of {release} still have it."
    yield toml.comment(why)
    parameters = [
        {key: row[key] for key in ("name", "in", "required", "default")} | {"type": row["type"] or "string"}
        for row in operation.parameters
    ]
    request = {"method": operation.method, "path": operation.path, "source": source, "parameters": parameters}
    yield toml.table(place, request)
    if operation.body is not None:
        facts = operation.body_facts or ObservedBody(source)
        body = {key: getattr(facts, key) or None for key in ("undocumented", "usual", "not_kept")}
        yield toml.table((*place, "body"), {"source": source, "sample": operation.body, **body})
    for answer in operation.answers:
        if answer.kind is not None and answer.samples:
            row = _row(answer.fact or _fact(answer.name, {"sample": answer.sample}, release), answer.sample, source)
            yield toml.table((*place, "answers", answer.name), row)


def _answers(
    kinds: Mapping[str, Any], known: Sequence[Answer], release: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield name and row of each answer that the base does not tell as the samples of the page, ``kinds``, do."""
    source = f"{OPEN} {release}"
    used = set()
    for answer in known:
        kind = answer.kind
        shown = kinds.get(kind or "", {"sample": answer.sample})
        fact, sample = answer.fact or _fact(answer.name, shown, release), shown.get("sample")
        if kind is not None and kind in kinds:
            used.add(kind)
            status = shown.get("status", fact.status)
            repeated = (fact.documented is not None or fact.sample == sample) and status == fact.status
            if answer.fact is None or not repeated or misfits(fact, sample):
                yield answer.name, _row(replace(_fitting(fact, sample), status=status), sample, source, kind)
        elif kind is not None and answer.samples:
            yield answer.name, _row(fact, answer.sample, source)
    names = {answer.name for answer in known}
    for kind in sorted(set(kinds) - used):
        sample = kinds[kind].get("sample")
        same = [answer.fact for answer in known if answer.kind is None and _says(answer, sample)]
        if len(same) == 1 and same[0] is not None:
            yield same[0].name, _row(same[0], sample, same[0].source, kind)
        else:
            name = f"documented-{kind}" if kind in names else kind
            yield name, _row(_fact(kind, kinds[kind], release), sample, source, kind)


def _fact(kind: str, shown: Mapping[str, Any], release: str) -> ObservedAnswer:
    """Return what can be said of an answer of the page, ``shown`` there, that no server was seen to give."""
    status = shown.get("status") or (200 if kind == "success" else _status(shown.get("sample")))
    means = f"The {kind} answer of the page."
    return ObservedAnswer(kind, release, status, f"{OPEN} {release}", means, "json", None)


def _status(sample: Any) -> int:
    """Return the status of an error by its sample: a code that is a status of HTTP is its own."""
    code = sample.get("code") if isinstance(sample, dict) else None
    return code if isinstance(code, int) and 400 <= code <= 599 else 400


def _row(fact: ObservedAnswer, sample: Any, source: str, kind: str | None = None) -> dict[str, Any]:
    """Return an answer as a row of observed.toml; None stands for a key that is left out.

    ``kind`` is what the page calls the sample, if it has it: a row can refer to the two plain kinds.
    """
    row = {"status": fact.status, "documented": kind, "sample": None, "description": fact.description}
    if kind not in ("success", "error"):
        row |= {"documented": None, "sample": sample}
    row |= {key: getattr(fact, key) or None for key in ("values", "minimum", "also")}
    return row | {"source": source, "means": fact.means}


def _fitting(fact: ObservedAnswer, sample: Any) -> ObservedAnswer:
    """Return a fact without those of its templates and least values that a sample does not bear out."""
    wrong = misfits(fact, sample)
    values = {key: text for key, text in fact.values.items() if key not in wrong}
    least = {key: number for key, number in fact.minimum.items() if key not in wrong}
    return replace(fact, description=None if "description" in wrong else fact.description, values=values, minimum=least)


def _says(answer: Answer, sample: Any) -> bool:
    """Whether an observed answer is the one that the page has a sample of: the same keys, constants and templates."""
    if answer.fact is None or not isinstance(sample, dict) or not isinstance(answer.sample, dict):
        return False
    same = all(sample[key] == answer.sample[key] for key in constants(answer.sample) if key in sample)
    return same and sample.keys() == answer.sample.keys() and not misfits(answer.fact, sample)


def cases_text(contract: Contract, known: frozenset[str], every: Mapping[str, Any]) -> str:
    """Return cases.toml of a new release.

    ``known`` are the operations of its base, ``every`` the base's rows for all of them.
    The success of a new operation is a comment, unless the operation only reads: nobody knows what it leaves behind.
    """
    parts = [toml.comment(_TEXTS["cases"].format(release=contract.release))]
    for operation in contract.operations:
        parts += _rows(operation, operation.name in known)
    new = [operation for operation in contract.operations if operation.name not in known]
    if new and every:
        parts.append(toml.comment(_TEXTS["every"]))
        for name, row in every.items():
            of_viewer = row.get("needs") == "viewer"  # who may read, and is not refused to
            tried = [operation for operation in new if not (of_viewer and operation.method == "GET")]
            if given := {operation.name: _givens(operation)[0] for operation in tried}:
                parts.append(toml.table(("every", name), {**row, "given": row["given"] | given}))
    return "\n".join(parts)


def _rows(operation: Operation, known: bool) -> Iterator[str]:
    reads = operation.method == "GET"
    for answer in operation.answers:
        if answer.kind is None or answer.text is not None:
            continue
        succeeds = answer.status is not None and answer.status < 400
        row = {"given": _givens(operation)[0 if succeeds else 1], "answer": answer.name, "basis": "documented"}
        if reads and succeeds:
            row["after"] = "unchanged"
        text = toml.table((operation.name, f"documented-{answer.name}"), row)
        clear = known or reads or not succeeds
        yield text if clear else toml.comment(_TEXTS["new"].format(operation=operation.name) + "\n" + text)


def _givens(operation: Operation) -> Sequence[str]:
    """Return the given in which an operation succeeds, and the one in which the page's error comes."""
    place = "of_a_task" if ":id" in operation.path.split("/") else "otherwise"
    givens: Sequence[str] = _TEXTS["givens"].get(operation.name, _TEXTS["new_givens"][place])
    return givens
