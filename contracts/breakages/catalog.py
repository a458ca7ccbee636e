"""All breakages by name, made of the rows in families/*.toml: Row and `_rows` say how they are written."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import Any

from contracts.breakages import (
    concurrent_actions,
    later_actions,
    life_actions,
    request_actions,
    state_actions,
    update_actions,
)
from contracts.breakages.answer_edits import edits, everywhere, on
from contracts.breakages.apis import APIS, ASLAN
from contracts.breakages.breakage import Act, Breakage, Example
from contracts.breakages.known_answers import ENVIRONMENT, ERROR, KNOWN, NAME, SUCCESS, parsed
from contracts.breakages.proxy.recognise import OPERATIONS
from contracts.text import toml
from contracts.text.frozen import dataclass

FOLDER = Path(__file__).parent / "families"
BENIGN = "benign"
"""The family of harmless changes, and how the names of its files begin."""
ACTS = {
    **state_actions.ACTS,
    **update_actions.ACTS,
    **later_actions.ACTS,
    **life_actions.ACTS,
    **concurrent_actions.ACTS,
    **request_actions.ACTS,
}
MAKERS: Mapping[str, Callable[..., Act]] = {
    **state_actions.MAKERS,
    **update_actions.MAKERS,
    **later_actions.MAKERS,
    **life_actions.MAKERS,
    **concurrent_actions.MAKERS,
    **request_actions.MAKERS,
}
SOME = 3
"""Rows for each answer of `some_on`."""


@dataclass(frozen=True)
class Row:
    """One row of a family.

    name: the words that end its name. says, kinds, live: as a Breakage has them. edit: edits of the answer, by name.
    act: what is done instead, a name of ACTS, or one of MAKERS with its arguments. answer: where the group names
    operations only. lines: its example as a dialogue; else the answer is. of: which answers are edited, where benign.
    """

    name: str
    says: str
    kinds: str = ""
    edit: Mapping[str, Any] = field(default_factory=dict)
    act: str | Mapping[str, Any] = ""
    answer: str = ""
    lines: str = ""
    of: tuple[str, ...] = ()
    live: bool = True


@cache
def breakages() -> Mapping[str, Breakage]:
    """Return every breakage by name."""
    return _by_name(path for path in sorted(FOLDER.glob("*.toml")) if not path.name.startswith(BENIGN))


@cache
def benign() -> Mapping[str, Breakage]:
    """Return every benign change by name."""
    return _by_name(sorted(FOLDER.glob(f"{BENIGN}*.toml")))


def _by_name(files: Iterable[Path]) -> Mapping[str, Breakage]:
    known: dict[str, Breakage] = {}
    for breakage in (breakage for path in files for breakage in read(path)):
        if breakage.name in known:
            raise ValueError(f"two breakages are named {breakage.name}")
        known[breakage.name] = breakage
    return MappingProxyType(known)


def read(path: Path) -> Iterator[Breakage]:
    """Yield the breakages of a file; ValueError with file and row for one that does not say what it is."""
    where = path.name
    try:
        data = toml.read(path)
        family, texts, groups = data.pop("family"), data.pop("texts", {}), data.pop("group")
        api = data.pop("api", "")  # what all of it is about; else each row says so
        if data:
            raise ValueError(f"unknown: {', '.join(data)}")
        for number, group in enumerate(groups, 1):
            where = f"{path.name}, group {number}"
            for about, row in _rows(group):
                where = f"{path.name}, {about}, {row.name}"
                yield _breakage(family, f"{api}/{about}" if api else about, row, texts)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from error


def _rows(group: dict[str, Any]) -> Iterator[tuple[str, Row]]:
    """Yield the rows of a group, each with what it is about: `operation/answer`, or an operation.

    Where that is of another API than aslan, `API/` stands before it, unless the file as a whole has an `api`.

    on: every row is about each of these. some_on: SOME of them, in turn, about each of these, and further ones where it
    comes again. in_turn: each row is about every operation, in turn on its success and on the error that its page has.
    statuses: what each answer comes with instead. Whatever else a group has holds for each of its rows that does not
    say otherwise.
    """
    own = {key: group.pop(key, []) for key in ("rows", "on", "some_on", "in_turn")}
    statuses = group.pop("statuses", {})
    rows = [Row(**(group | row)) for row in own["rows"]]
    if not rows and not statuses:
        raise ValueError("it has no rows")
    for number, row in enumerate(rows if own["in_turn"] else ()):
        for place, operation in enumerate(OPERATIONS):
            yield f"{operation}/{(SUCCESS, ERROR)[(number + place) % 2][operation]}", row
    in_turn = cycle(rows)
    yield from ((about, row) for about in own["on"] for row in rows)
    given: set[tuple[str, str]] = set()
    for about in own["some_on"]:
        fresh = [row for row in islice(in_turn, SOME) if (about, row.name) not in given]
        given |= {(about, row.name) for row in fresh}
        yield from ((about, row) for row in fresh)
    for about, numbers in statuses.items():
        yield from ((about, Row(str(number), edit={"status": number}, **group)) for number in numbers)


def _breakage(family: str, about: str, row: Row, texts: Mapping[str, Any]) -> Breakage:
    api, operation, answer = parsed(about)
    answer = row.answer or answer
    row = _filled(row, api, operation, answer, texts)
    edit, benign = edits(row.edit), family == BENIGN
    if row.act:
        act = _act(row.act, operation, answer)
    else:
        act = everywhere(edit, row.of) if benign else on(operation, answer, edit)
    if row.lines:
        before, after = from_dialogue(row.lines)
    else:
        before, after = (example := KNOWN[api][operation, answer].example), edit(example)
    name = f"{BENIGN}/{row.name}" if benign else f"{family}/{operation}/{answer}/{row.name}"
    return Breakage(
        name=name if api == ASLAN.name else f"{api}/{name}",
        family=family,
        operation="*" if benign else operation,
        answer="*" if benign or answer == "any" else answer,
        says=row.says,
        kinds=frozenset(row.kinds.split()),
        act=act,
        before=before,
        after=after,
        live=row.live,
        api=api,
        of=frozenset(row.of) - {"json"},
    )


def _act(spec: str | Mapping[str, Any], operation: str, answer: str) -> Act:
    if isinstance(spec, str):
        return ACTS[spec]
    ((name, arguments),) = spec.items()
    return MAKERS[name](operation, answer, **arguments)


def from_dialogue(lines: str) -> tuple[Example, Example]:
    """Return an example told line by line, without and with the breakage.

    Each of `lines` is `what is sent | answer without it | answer with it`, the last if it is another.
    """
    columns = [[part.strip() for part in line.split("|")] for line in lines.splitlines() if line.strip()]
    return (
        tuple(f"{sent} → {answers[0]}" for sent, *answers in columns),
        tuple(f"{sent} → {answers[-1]}" for sent, *answers in columns),
    )


# ---------------------------------------------------------------- texts that rows name as $text


class _Text(Template):
    idpattern = "[a-z][a-z-]*"


def _filled(row: Row, api: str, operation: str, answer: str, texts: Mapping[str, Any]) -> Row:
    """Return a row with what stands for `$name`: a text of its file, or what the error of that name says.

    Errors are about the workflow `a` in a dialogue, else about one of another run.
    """
    workflow, environment = ("a", "none") if row.lines else ("zct-of-another-run", ENVIRONMENT)
    own = APIS[api].operations
    known = {**_errors(api, workflow, environment, *own), **_errors(api, workflow, environment, operation)}
    known |= {key: text for key, text in {**texts, **texts.get(operation, {})}.items() if isinstance(text, str)}
    known |= {"operation": operation, "status": str(KNOWN[api][operation, answer].status) if answer != "any" else ""}
    return Row(**{key: _fill(inner, known) for key, inner in vars(row).items()})


@cache
def _errors(api: str, workflow: str, environment: str, *operations: str) -> dict[str, str]:
    return {
        name: known.description.replace(NAME, workflow).replace(ENVIRONMENT, environment)
        for (operation, name), known in KNOWN[api].items()
        if operation in operations and known.error
    }


def _fill(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        while "$" in value:
            value = _Text(value).substitute(known)
        return value
    if isinstance(value, dict):
        return {key: _fill(inner, known) for key, inner in value.items()}
    return [_fill(inner, known) for inner in value] if isinstance(value, list) else value
