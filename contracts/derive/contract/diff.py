"""What changed between two contracts, whether a client that worked before may break by it, and how that is said."""

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from contracts.derive.contract.contract import Answer, Contract, Operation
from contracts.derive.contract.keys import Key, Keys, after_moves, answered_keys, is_below, moved, sent_keys
from contracts.derive.contract.pairs import address, answer_pairs, operation_pairs
from contracts.derive.contract.schemas import constants
from contracts.derive.errors import DeriveError
from contracts.derive.releases import contract_of
from contracts.text.frozen import dataclass
from contracts.text.printable import printable
from contracts.text.releases import is_release
from contracts.text.tables import row as table_row

UNCHANGED, BROKEN, UNUSABLE = 0, 1, 4

HARMLESS: Final = frozenset({"operation added", "answer added", "description changed"})
"""Kinds of change that never break a client. Any other is decided by what was and is there."""

_TEXTS: Final = frozenset({"message changed", "constant changed", "description changed"})
"""Kinds of change that a translation shows."""
_SPECIAL: Final = re.compile(r"([\\`*_\[\]~|#])")


@dataclass(frozen=True)
class ContractChange:
    """One change: its kind, where it is, what is there before and after (None for nothing), and whether it breaks."""

    kind: str
    where: str
    before: Any
    after: Any
    breaking: bool


def diff(before: Contract, after: Contract) -> tuple[ContractChange, ...]:
    """Return all changes by operation, breaking ones first within each.

    What neither pages say nor servers showed, an assumption, is no change. Nor is a text in the language of its page,
    because servers speak one language to all.
    """
    changes: list[ContractChange] = []
    for one, other in operation_pairs(before.operations, after.operations):
        if one and other:
            changes += sorted(_operation(one, other), key=lambda change: not change.breaking)
        else:
            changes.append(_came_or_went("operation", "", one, other, address))
    languages = {_is_in_english(before), _is_in_english(after)}
    return tuple(change for change in changes if languages != {True, False} or not _is_translation(change))


def _is_in_english(contract: Contract) -> bool | None:
    """Whether the page of a contract is in English, by the descriptions in its tables; None if there are none."""
    rows = [row for operation in contract.operations for row in operation.parameters if "description" in row]
    return sum(row["description"].isascii() for row in rows) * 2 > len(rows) if rows else None


def _is_translation(change: ContractChange) -> bool:
    """Whether the texts of a change are in two languages."""
    texts = change.before, change.after
    return change.kind in _TEXTS and len({text.isascii() for text in texts if isinstance(text, str)}) == 2


def _change(kind: str, where: str, before: Any, after: Any) -> ContractChange:
    return ContractChange(kind, where, before, after, kind not in HARMLESS)


def _came_or_went(what: str, above: str, one: Any, other: Any, summary: Callable[[Any], Any]) -> ContractChange:
    kind = f"{what} removed" if one else f"{what} added"
    return _change(kind, above + (one or other).name, one and summary(one), other and summary(other))


def _operation(old: Operation, new: Operation) -> Iterator[ContractChange]:
    name = old.name
    if address(old) != address(new):
        yield _change("operation moved", name, f"{old.method} {old.path}", f"{new.method} {new.path}")
    yield from _keys(name, *sent_keys(old, new), sent=True)
    for one, other in answer_pairs(old, new):
        if one and other:
            yield from _answer(f"{name}/{one.name}", (old, new), one, other)
        else:
            yield _came_or_went("answer", f"{name}/", one, other, _summary)


def _answer(where: str, operations: tuple[Operation, Operation], old: Answer, new: Answer) -> Iterator[ContractChange]:
    statuses = _status(old), _status(new)
    if None not in statuses and statuses[0] != statuses[1]:
        yield _change("status changed", where, *statuses)
    yield from _keys(where, answered_keys(operations[0], old), answered_keys(operations[1], new), sent=False)
    before, after = ({key: item.sample[key] for key in constants(*item.samples)} for item in (old, new))
    for key in before:
        if key in after and before[key] != after[key]:
            kind = f"{key} changed" if key in ("code", "message") else "constant changed"
            yield _change(kind, f"{where} $.{key}", before[key], after[key])
    texts = _description(old), _description(new)
    if texts[0] != texts[1]:
        yield _change("description changed", where, *texts)


def _status(answer: Answer) -> int | None:
    """Return the status of an answer; None for one that is assumed, because no server was seen to answer with it."""
    return None if answer.fact is not None and answer.fact.is_open else answer.status


def _summary(answer: Answer) -> Any:
    """Return what tells an answer from others: its code and message, or the whole sample."""
    telling = {key: answer.sample[key] for key in constants(answer.sample) if key != "type"}
    return telling or answer.sample


def _description(answer: Answer) -> Any:
    """Return the text of an error that is no constant: the observed template, or else what the sample says."""
    if answer.fact is not None and answer.fact.description is not None:
        return answer.fact.description
    return answer.sample.get("description") if isinstance(answer.sample, dict) else None


def _keys(where: str, before: Keys, new: Keys, sent: bool) -> Iterator[ContractChange]:
    """Yield what changed of parameters or keys; ``sent``: a client sends them and does not read them."""
    moves = moved(before, new)
    for start, end in moves.items():
        kinds = {_what(key, sent) for key in (before[start], new[end])}
        kind = "parameter" if "parameter" in kinds else _what(new[end], sent)
        yield _change(f"{kind} moved", f"{where} {start}", before[start].place, new[end].place)
    old = after_moves(before, moves)
    went, came = old.keys() - new.keys(), new.keys() - old.keys()
    for label in sorted(old.keys() | new.keys()):
        one, other, place = old.get(label), new.get(label), f"{where} {label}"
        if any(label in labels and is_below(label, labels) for labels in (went, came)):
            continue  # it came or went with the key that it is in
        if label.endswith("[*]") and label in went | came and label[:-3] in old.keys() & new.keys():
            continue  # an array without items says nothing about them
        if one is None and other is not None:
            yield ContractChange(f"{_what(other, sent)} added", place, None, str(other), sent and _is_needed(other))
        elif one is not None and other is None:
            yield ContractChange(f"{_what(one, sent)} removed", place, str(one), None, True)
        elif one is not None and other is not None and (facets := one.differs(other)):
            kind = f"{_what(other, sent)} changed"
            yield ContractChange(kind, place, str(one), str(other), _breaks(one, other, facets, sent))


def _what(key: Key, sent: bool) -> str:
    return "answer key" if not sent else "body key" if key.place.startswith("body ") else "parameter"


def _is_needed(key: Key) -> bool:
    return key.required and "required" not in key.unsaid


def _breaks(old: Key, new: Key, facets: frozenset[str], sent: bool) -> bool:
    """Whether a key breaks a client: what is sent must not become required, and what is answered not optional."""
    if ("type" in facets and old.types and new.types) or "default" in facets:
        return True
    return "required" in facets and new.required is sent


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
