"""What changed between two contracts, whether a client that worked before may break by it, and how that is said."""

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from contracts.derive.contract.contract import Answer, Contract, Operation
from contracts.derive.contract.schemas import URL_PLACES, Schema, body_schema, constants, has_body, united
from contracts.derive.errors import DeriveError
from contracts.derive.page.names import shape
from contracts.derive.releases import contract_of
from contracts.text.printable import printable
from contracts.text.releases import is_release
from contracts.text.tables import row as table_row

UNCHANGED, BROKEN, UNUSABLE = 0, 1, 4

HARMLESS: Final = frozenset({"operation added", "answer added", "description changed"})
"""Kinds of change that never break a client. Any other is decided by what was and is there."""

_SPECIAL: Final = re.compile(r"([\\`*_\[\]~|#])")


@dataclass(frozen=True)
class ContractChange:
    """One change: its kind, where it is, what is there before and after (None for nothing), and whether it breaks."""

    kind: str
    where: str
    before: Any
    after: Any
    breaking: bool


@dataclass(frozen=True)
class _Key:
    """One parameter or key: its JSON types, whether it must be sent or is always answered, and its default."""

    types: tuple[str, ...]
    required: bool
    default: Any = None

    def __str__(self) -> str:
        words = [" or ".join(self.types) or "any type", "required" if self.required else "optional"]
        return ", ".join([*words, *([f"default {self.default!r}"] if self.default is not None else [])])


def diff(before: Contract, after: Contract) -> tuple[ContractChange, ...]:
    """Return all changes by operation, breaking ones first within each.

    Operations are the same by name, or else by method and path, or else by their error codes; answers by name, or
    else by their code, or else by their keys. Path parameters are the same by their place: their names are not sent.
    """
    changes: list[ContractChange] = []
    for one, other in _pairs(before.operations, after.operations, (_address, _error_codes)):
        if one and other:
            changes += sorted(_operation(one, other), key=lambda change: not change.breaking)
        else:
            changes.append(_came_or_went("operation", "", one, other, _address))
    return tuple(changes)


def _change(kind: str, where: str, before: Any, after: Any) -> ContractChange:
    return ContractChange(kind, where, before, after, kind not in HARMLESS)


def _came_or_went(what: str, above: str, one: Any, other: Any, summary: Callable[[Any], Any]) -> ContractChange:
    kind = f"{what} removed" if one else f"{what} added"
    return _change(kind, above + (one or other).name, one and summary(one), other and summary(other))


def _pairs(old: Sequence[Any], new: Sequence[Any], marks: Sequence[Callable[[Any], object]]) -> list[tuple[Any, Any]]:
    """Return what belongs together, in the order of names: by name, or by a mark that no other one has; or None."""
    pairs: list[tuple[Any, Any]] = []
    left, right = list(old), list(new)
    for mark in (lambda item: item.name, *marks):
        for one in list(left):
            rivals = [item for item in left if mark(item) == mark(one)]
            same = [item for item in right if mark(item) == mark(one)]
            if mark(one) and len(rivals) == len(same) == 1:
                pairs.append((one, same[0]))
                left.remove(one)
                right.remove(same[0])
    pairs += [*((one, None) for one in left), *((None, other) for other in right)]
    return sorted(pairs, key=lambda pair: (pair[0] or pair[1]).name)


def _address(operation: Operation) -> str:
    return shape(operation.method, operation.path)


def _error_codes(operation: Operation) -> frozenset[int]:
    """Return the codes of an operation's errors, without those such as 400 that say nothing about it."""
    return frozenset(code for answer in operation.answers if (code := _code(answer)) is not None and code > 999)


def _code(answer: Answer) -> int | None:
    code = answer.sample.get("code") if isinstance(answer.sample, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _operation(old: Operation, new: Operation) -> Iterator[ContractChange]:
    name = old.name
    if old.method != new.method:
        yield _change("method changed", name, old.method, new.method)
    if shape("", old.path) != shape("", new.path):
        yield _change("path changed", name, old.path, new.path)
    yield from _keys("parameter", name, _url_keys(old), _url_keys(new), sent=True)
    before, after = ({} if not has_body(item) else keys_of(body_schema(item)) for item in (old, new))
    yield from _keys("body key", f"{name} body", before, after, sent=True)
    marks = (_code, lambda answer: frozenset(keys_of(_schema(answer))))
    for one, other in _pairs(old.answers, new.answers, marks):
        if one and other:
            yield from _answer(f"{name}/{one.name}", one, other)
        else:
            yield _came_or_went("answer", f"{name}/", one, other, _summary)


def _answer(where: str, old: Answer, new: Answer) -> Iterator[ContractChange]:
    if None not in (old.status, new.status) and old.status != new.status:
        yield _change("status changed", where, old.status, new.status)
    yield from _keys("answer key", where, keys_of(_schema(old)), keys_of(_schema(new)), sent=False)
    before, after = ({key: item.sample[key] for key in constants(*item.samples)} for item in (old, new))
    for key in before:
        if key in after and before[key] != after[key]:
            kind = f"{key} changed" if key in ("code", "message") else "constant changed"
            yield _change(kind, f"{where} $.{key}", before[key], after[key])
    if _description(old) != _description(new):
        yield _change("description changed", where, _description(old), _description(new))


def _schema(answer: Answer) -> Schema:
    return united(answer.samples, required=True)


def _summary(answer: Answer) -> Any:
    """Return what tells an answer from others: its code and message, or the whole sample."""
    telling = {key: answer.sample[key] for key in constants(answer.sample) if key != "type"}
    return telling or answer.sample


def _description(answer: Answer) -> Any:
    """Return the text of an error that is no constant: the observed template, or else what the sample says."""
    if answer.fact is not None and answer.fact.description is not None:
        return answer.fact.description
    return answer.sample.get("description") if isinstance(answer.sample, dict) else None


def _keys(
    what: str, where: str, old: Mapping[str, _Key], new: Mapping[str, _Key], sent: bool
) -> Iterator[ContractChange]:
    """Yield what changed of parameters or keys; ``sent``: a client sends them and does not read them."""
    came_or_went = old.keys() ^ new.keys()
    for key in sorted(old.keys() | new.keys()):
        one, other, place = old.get(key), new.get(key), f"{where} {key}"
        if one == other or any(key.startswith((f"{item}.", f"{item}[")) for item in came_or_went):
            continue  # what is below a key that came or went came or went with it
        if one is None:
            yield ContractChange(f"{what} added", place, None, str(other), sent and bool(other and other.required))
        elif other is None:
            yield ContractChange(f"{what} removed", place, str(one), None, True)
        else:
            yield ContractChange(f"{what} changed", place, str(one), str(other), _breaks(one, other, sent))


def _breaks(old: _Key, new: _Key, sent: bool) -> bool:
    """Whether a key breaks a client: what is sent must not become required, and what is answered not optional."""
    if (old.types and new.types and old.types != new.types) or old.default != new.default:
        return True
    return new.required > old.required if sent else new.required < old.required


def _url_keys(operation: Operation) -> dict[str, _Key]:
    keys: dict[str, _Key] = {}
    for place in URL_PLACES:
        for at, row in enumerate((row for row in operation.parameters if row["in"] == place), 1):
            name = at if place == "path" else row["name"]
            types = () if row["type"] is None else (row["type"],)
            keys[f"{place} {name}"] = _Key(types, row["required"], row["default"])
    return keys


def keys_of(schema: Schema, at: str = "$", required: bool = True) -> dict[str, _Key]:
    """Return JSON path to key of all that a schema describes, from ``$`` on."""
    kind = schema.get("type", ())
    keys = {at: _Key((kind,) if isinstance(kind, str) else tuple(kind), required, schema.get("default"))}
    for name, inner in schema.get("properties", {}).items():
        keys |= keys_of(inner, f"{at}.{name}", name in schema.get("required", ()))
    return keys | (keys_of(schema["items"], f"{at}[*]") if "items" in schema else {})


def diff_contract(
    root: Path, before: str, after: str, form: str, fail_on_breaking: bool, echo: Callable[[str], None]
) -> int:
    """Say what changed from one release or page to another; ``form`` is a key of FORMS.

    Returns the exit code: 0, or 1 for a breaking change under ``fail_on_breaking``, or 4 for an input that cannot be
    read, after one line that says why.
    """
    try:
        # A page that is held against facts which no page states would show them all as changed.
        only_documented = not (is_release(before) and is_release(after))
        changes = diff(*(contract_of(root, name, only_documented) for name in (before, after)))
    except DeriveError as error:
        echo(str(error))
        return UNUSABLE
    scope = "what the pages document" if only_documented else "what is documented or observed"
    echo(FORMS[form](before, after, scope, changes))
    return BROKEN if fail_on_breaking and any(change.breaking for change in changes) else UNCHANGED


def as_text(before: str, after: str, scope: str, changes: Sequence[ContractChange]) -> str:
    """Return a line per change, and one that counts them."""
    rows = []
    for change in changes:
        values = " → ".join(_shown(value) for value in (change.before, change.after) if value is not None)
        rows.append(f"{'breaking' if change.breaking else '':8}  {printable(change.where)}: {change.kind} ({values})")
    return "\n".join([*rows, f"{_title(before, after, scope)}: {_count(changes)}"])


def as_markdown(before: str, after: str, scope: str, changes: Sequence[ContractChange]) -> str:
    """Return a heading and a table; whatever a page says in it stands there as text."""
    lines = [f"# {_cell(_title(before, after, scope))}", "", _count(changes)]
    if changes:
        lines += ["", "| breaking | where | change | before | after |", "|---|---|---|---|---|"]
    for change in changes:
        values = _shown(change.before), _shown(change.after)
        lines.append(table_row(*map(_cell, ("yes" if change.breaking else "no", change.where, change.kind, *values))))
    return "\n".join(lines)


def as_json(before: str, after: str, scope: str, changes: Sequence[ContractChange]) -> str:
    """Return an object with all changes and how many of them are breaking."""
    breaking = sum(change.breaking for change in changes)
    content = {"before": before, "after": after, "scope": scope, "breaking": breaking}
    content["changes"] = [*map(vars, changes)]
    # Half a surrogate pair, which JSON can escape and UTF-8 cannot hold, stays escaped.
    return json.dumps(content, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


FORMS: Mapping[str, Callable[[str, str, str, Sequence[ContractChange]], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
}
"""Each form and what writes it."""


def _title(before: str, after: str, scope: str) -> str:
    return f"{before} to {after}, {scope}"


def _count(changes: Sequence[ContractChange]) -> str:
    broken = sum(change.breaking for change in changes)
    number = "1 change" if len(changes) == 1 else f"{len(changes)} changes"
    return f"{number}, {broken} breaking" if changes else "no change"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _cell(text: str) -> str:
    """Return a text such that neither Markdown nor HTML sees anything in it but text."""
    return html.escape(_SPECIAL.sub(r"\\\1", printable(text)), quote=False)
