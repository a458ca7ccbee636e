"""A new release from its page: its folder with all that can be derived, and the rest as a proposal to be reviewed."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from contracts.derive.command import UNUSABLE, UP_TO_DATE, Echo, derive, render
from contracts.derive.contract.contract import Answer, Contract, Operation, combine
from contracts.derive.contract.links import Binding
from contracts.derive.contract.schemas import constants
from contracts.derive.errors import DeriveError, read_toml
from contracts.derive.observed import OPEN, Observed, ObservedAnswer, ObservedBody, load, misfits
from contracts.derive.page.names import load_names, path_parameters, shape
from contracts.derive.proposal import DOUBT, FIND, key_of, propose
from contracts.derive.releases import (
    APIS,
    api_binding,
    data_of,
    read_document,
    release_document,
    release_facts,
    schemas_of,
)
from contracts.text import toml
from contracts.text.releases import in_order, is_release

_TEXTS: Final = toml.read(Path(__file__).with_suffix(".toml"))


def new_release(root: Path, page: Path, release: str, base: str | None, echo: Echo, api: str | None = None) -> int:
    """Write documented.json, observed.toml and cases.toml of a new release, then the schemas and openapi.json.

    ``base`` is the release that it builds on; None stands for the one before it. ``api`` is the one that it is of; None
    stands for that of the base or, without one, for the one that has the page's operations. The first release of an API
    builds on nothing, and its binding, its lifecycle and the names of its operations are proposed too.
    Returns the exit code: 0, or 4 after one line that says why; then everything is as it was.
    """
    try:
        if not is_release(release):
            raise DeriveError(f"{release!r} is no release: write it with three numbers, such as 1.10.0")
        for made in (data_of(root, release), schemas_of(root, release)):
            if made.exists():
                raise DeriveError(f"{release} is there already, see {made}: edit it, or remove it and start anew")
        documented = read_document(root, page)
        facts, api = _ground(root, documented, release, base, api)
        folder, schemas = data_of(root, release, api), schemas_of(root, release, api)
    except DeriveError as error:
        echo(str(error))
        return UNUSABLE
    proposed = {} if facts else _proposed(folder.parent, documented)
    new = () if folder.parent.exists() else (folder.parent, schemas.parent)
    try:
        folder.mkdir(parents=True)
        for path, text in proposed.items():
            path.write_bytes(text.encode())
        documented = read_document(root, page)  # again, as its operations may have names now
        _fill(root, folder, {**documented, "release": release}, facts)
        said: list[str] = []
        if derive(root, (), check=False, echo=said.append) != UP_TO_DATE:
            raise DeriveError(said[-1])
    except (DeriveError, OSError, UnicodeEncodeError) as error:
        for made in (folder, schemas, *new):
            shutil.rmtree(made, ignore_errors=True)
        for path in proposed:
            path.unlink(missing_ok=True)
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
    if proposed:
        doubts, files = sum(text.count(f"# {DOUBT}") for text in proposed.values()), [path.name for path in proposed]
        where = folder.parent.relative_to(root).as_posix()
        echo(f"{where}: {', '.join(files)}: proposed, with {doubts} doubts; review them")
    builds = f"builds on {facts.release}" if facts else "builds on no other release"
    echo(f"{name}/observed.toml: {builds}; {still_open} sources are open")
    echo(f"{name}/cases.toml: proposed; review it")
    see_also = f"; see also: python -m contracts diff-contract {facts.release} {release}" if facts else ""
    echo(f"{schemas.relative_to(root).as_posix()}: written{see_also}")
    return UP_TO_DATE


def _ground(
    root: Path, documented: Mapping[str, Any], release: str, base: str | None, api: str | None
) -> tuple[Observed | None, str]:
    """Return the facts of the release that a new one builds on, None for the first of its API, and the API."""
    if api is not None and not re.fullmatch(r"[a-z][a-z0-9-]*", api):
        raise DeriveError(f"{api!r} is no name of an API: write it as a word, such as openapi")
    if base is not None:
        facts = release_facts(root, base)
        if api not in (None, facts.api):
            raise DeriveError(f"{base} is a release of {facts.api} and not of {api}: leave out --base or --api")
        return facts, facts.api
    api = api or _api_of_page(root, documented)
    if releases := in_order(path.parent.name for path in (root / APIS / api).glob("*/observed.toml")):
        return release_facts(root, _before(releases, release)), api
    return None, api


def _api_of_page(root: Path, documented: Mapping[str, Any]) -> str:
    """Return the API whose operations.toml names most of a page's operations, or else paths that begin as theirs."""
    shapes = [shape(row["method"], row["path"]) for row in documented["operations"].values()]
    begins = [_begin(each) for each in shapes]
    apis = {path.parent.name: load_names(path) for path in sorted((root / APIS).glob("*/operations.toml"))}
    for api, known in apis.items():
        if 2 * sum(each in known for each in shapes) > len(shapes):
            return api
    for api, known in apis.items():
        if 2 * sum(each in set(map(_begin, known)) for each in begins) > len(begins):
            return api
    name = re.sub(r"[^a-z0-9-]", "", Counter(begins).most_common(1)[0][0].lower()) or "another"
    file = documented["page"]["file"]
    raise DeriveError(f"{file}: no API has most of its operations: name the one that it begins, such as --api {name}")


def _begin(shape: str) -> str:
    """Return the first word of an operation's path."""
    return shape.partition("/")[2].partition("/")[0]


def _before(releases: Sequence[str], release: str) -> str:
    """Return the newest of an API's releases that is older than this one; DeriveError if there is none."""
    names = in_order([*releases, release])
    if names[0] == release:
        raise DeriveError(f"no release is older than {release}: name the one that it builds on with --base")
    return names[names.index(release) - 1]


def _proposed(folder: Path, documented: Mapping[str, Any]) -> dict[Path, str]:
    """Return those tables of an API that are not there, as the page of its first release lets propose them."""
    texts = {folder / name: text for name, text in propose(documented).texts.items()}
    return {path: text for path, text in texts.items() if not path.exists()}


def _fill(root: Path, folder: Path, documented: Mapping[str, Any], base: Observed | None) -> None:
    """Write the files of the release's folder: each is read again by what it is for before the next is made of it."""
    (folder / "documented.json").write_bytes(render(documented).encode())
    binding = api_binding(root, base.lineage if base else (documented["release"],))
    if base is None:
        roles = {row["call"]: role for role, row in binding.get("roles", {}).items()}
        text = observed_text(documented, None, None, roles)
        known, every = frozenset(roles), dict[str, Any]()
    else:
        before = combine(release_document(root, base.lineage), base)
        text = observed_text(documented, base, before)
        known, every = frozenset(operation.name for operation in before.operations), _every(root, base)
    (folder / "observed.toml").write_bytes(text.encode())
    contract = combine(documented, load(folder / "observed.toml"))
    (folder / "cases.toml").write_bytes(cases_text(contract, known, every, binding, first=base is None).encode())


def _every(root: Path, base: Observed) -> dict[str, Any]:
    """Return the rows for all operations of a release and those that it builds on."""
    every: dict[str, Any] = {}
    for release in reversed(base.lineage):
        path = data_of(root, release) / "cases.toml"
        every |= read_toml(path, f"{release}/cases.toml").get("every", {}) if path.exists() else {}
    return every


def observed_text(
    documented: Mapping[str, Any],
    base: Observed | None,
    before: Contract | None,
    roles: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return observed.toml of a new release: what its base says is inherited, and its page's departures are rows.

    ``documented`` is the content of documented.json of the new release, ``before`` the contract of its base; both are
    None for the first release of an API, of which ``roles`` says what each operation plays in a workflow's life.
    """
    release, page = documented["release"], documented["page"]["file"]
    known = {operation.name: operation for operation in before.operations} if before else {}
    if base is None:
        head, inherits = _TEXTS["first"].format(release=release, page=page, open=OPEN), ""
    else:
        head = _TEXTS["observed"].format(release=release, base=base.release, page=page, open=OPEN)
        inherits = f"base = {toml.value(base.release)}\n"
    parts = [f"{toml.comment(head)}release = {toml.value(release)}\n{inherits}"]
    for name in sorted({*known, *documented["operations"]}):
        if name not in documented["operations"]:
            parts += _gone(known[name], release)
            continue
        kinds = _described(documented["operations"][name])
        rows = list(_answers(kinds, known[name].answers if name in known else (), release))
        if roles.get(name) == FIND:
            rows = [(answer, _recognised(row, kinds.get(answer, {}).get("sample"))) for answer, row in rows]
        if name in roles and "success" not in kinds:
            assumed = toml.table(("operations", name, "answers", "success"), _assumed(documented))
            parts.append(toml.comment(_TEXTS["assumed"]) + assumed)
        parts += [toml.table(("operations", name, "answers", answer), row) for answer, row in rows]
        if not kinds and name not in {*known, *roles}:
            parts.append(toml.comment(_TEXTS["not_described"]) + toml.table(("operations", name), {}))
    return "\n".join(parts)


def _recognised(row: Mapping[str, Any], sample: Any) -> Mapping[str, Any]:
    """Return the row of an error by which a workflow is known not to be there: with its description, word for word."""
    key = key_of(sample, "description")
    if row["documented"] != "error" or key is None or not isinstance(sample[key], str):
        return row
    return {**row, "values": {key: sample[key].replace("{", "{{").replace("}", "}}")}}


def _assumed(documented: Mapping[str, Any]) -> dict[str, Any]:
    """Return, as a row, the success of a call that a workflow's life needs and whose success the page does not show.

    It is the one that most of the page's changes have.
    """
    changes = [_described(row).get("success") for row in documented["operations"].values() if row["method"] != "GET"]
    shown = Counter(toml.value(success["sample"]) for success in changes if success)
    most = shown.most_common(1)[0][0] if shown else ""
    usual: Any = next((each["sample"] for each in changes if each and toml.value(each["sample"]) == most), {})
    source = f"{OPEN} {documented['release']}"
    return {"status": 200, "sample": usual, "source": source, "means": "What was asked for is done."}


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
    row |= {key: getattr(fact, key) or None for key in ("values", "minimum", "also", "location")}
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


def cases_text(
    contract: Contract,
    known: frozenset[str],
    every: Mapping[str, Any],
    binding: Binding,
    *,
    first: bool = False,
) -> str:
    """Return cases.toml of a new release.

    ``known`` are the operations of its base, ``every`` the base's rows for all of them.
    The success of a new operation is a comment, unless the operation only reads: nobody knows what it leaves behind.
    In the ``first`` release of an API so are all answers of a change that plays no role: nobody knows what it changes.
    """
    parts = [toml.comment(_TEXTS["first_cases" if first else "cases"].format(release=contract.release))]
    for operation in contract.operations:
        parts += _rows(operation, operation.name in known, binding, first=first)
    new = [operation for operation in contract.operations if operation.name not in known]
    if new and every:
        parts.append(toml.comment(_TEXTS["every"]))
        for name, row in every.items():
            of_viewer = row.get("needs") == "viewer"  # who may read, and is not refused to
            tried = [operation for operation in new if not (of_viewer and operation.method == "GET")]
            if given := {operation.name: _givens(operation, binding)[0] for operation in tried}:
                parts.append(toml.table(("every", name), {**row, "given": row["given"] | given}))
    return "\n".join(parts)


def _rows(operation: Operation, known: bool, binding: Binding, *, first: bool) -> Iterator[str]:
    reads = operation.method == "GET"
    for answer in operation.answers:
        if answer.kind is None or answer.text is not None:
            continue
        succeeds = answer.status is not None and answer.status < 400
        given = _givens(operation, binding)[0 if succeeds else 1]
        row = {"given": given, "answer": answer.name, "basis": "documented"}
        if reads and succeeds:
            row["after"] = "unchanged"
        text = toml.table((operation.name, f"documented-{answer.name}"), row)
        clear = known or reads or not (succeeds or first)
        why = _TEXTS["no_given" if clear else "new"].format(operation=operation.name)
        yield text if clear and given else toml.comment(f"{why}\n{text}")


def _givens(operation: Operation, binding: Binding) -> Sequence[str]:
    """Return the given in which an operation succeeds, and the one in which the page's error comes."""
    ids = {key for key, sent in binding.get("path", {"id": "{id}"}).items() if sent == "{id}"}
    place = "otherwise" if ids.isdisjoint(path_parameters(operation.path)) else "of_a_task"
    role = next((role for role, row in binding.get("roles", {}).items() if row["call"] == operation.name), "")
    givens: Sequence[str] = _TEXTS["givens"].get(role, _TEXTS["new_givens"][place])
    return givens
