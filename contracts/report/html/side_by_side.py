"""What was promised and what came, line beside line, with the parts marked that differ."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from difflib import SequenceMatcher
from itertools import groupby, islice, zip_longest
from typing import Any

from contracts.text.frozen import dataclass
from contracts.text.printable import visible
from contracts.text.strict_json import parse

LONGEST = 8_000
"""Characters of a body that is read as JSON; a longer one is shown as text."""
LINES, WIDTH = 120, 300
"""Lines of one side that are compared, and characters of one line that are shown."""
WORDS = 100
"""Words of a line that are compared one by one; of a longer line all is marked, so that no text takes long."""
STATE = "state"
"""The kind of a breach that is no answer's."""
CONTEXT = 3
"""Equal lines that stay around a difference; a longer run of them is folded."""

Parts = tuple[tuple[str, bool], ...]
"""Pieces of a line, and whether each is marked as different."""


@dataclass(frozen=True)
class Line:
    """One line of a body: its JSON path (empty: plain text), its text, the comma after it, `word` instead of a text."""

    path: str
    text: str
    comma: str = ""
    word: str = ""


@dataclass(frozen=True)
class Side:
    """One line as it is shown; `word` is the name of a text of the report that stands there instead."""

    parts: Parts = ()
    word: str = ""


@dataclass(frozen=True)
class Row:
    """Two lines side by side. `state`: same; breach: it is why the case failed; other: it differs and may; fold."""

    state: str
    left: Side | None = None
    right: Side | None = None
    folded: int = 0


def side_by_side(case: Mapping[str, Any]) -> list[Row]:
    """Return what a case's answer promised beside what came first, or nothing where either is not told.

    Nothing also where the answer is as promised and only the state afterwards is not.
    """
    wanted, came = case["wanted"], next(iter(case["evidence"]), None)
    if wanted is None or came is None or (case["breaches"] and not of_answer(case)):
        return []
    places = {breach["where"] for breach in case["breaches"]}
    left, right = [*_promised(wanted)], [*_received(came)]
    if came["failure"] is not None:
        return [_row(one, other, {"$"}) for one, other in zip_longest(left, right)]
    return [*_folded([_row(one, other, places) for one, other in _aligned(left, right)])]


def of_answer(case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the breaches of a case but those of the state that it left, which a card shows apart."""
    return [breach for breach in case["breaches"] if breach["kind"] != STATE]


def of_state(case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the breaches of the state that a case left; a verdict of an earlier version has no state before."""
    return [{"before": "", **breach} for breach in case["breaches"] if breach["kind"] == STATE]


def _promised(wanted: Mapping[str, Any]) -> Iterator[Line]:
    yield Line("status", f"HTTP {wanted['status']}")
    if wanted["content_type"]:
        yield Line("Content-Type", str(wanted["content_type"]))
    elif not wanted["schema"] and not wanted["body"]:
        yield Line("Content-Type", "", word="card.any-type")
    yield from _body(wanted["body"], "card.any-body" if wanted["schema"] else "card.empty-body")


def _received(came: Mapping[str, Any]) -> Iterator[Line]:
    if came["failure"] is not None:
        yield Line("$", str(came["failure"]))
        return
    yield Line("status", f"HTTP {came['status']}")
    yield Line("Content-Type", came["content_type"] or "", word="" if came["content_type"] else "card.no-type")
    yield from _body(came["body"], "card.empty-body")


def _body(body: str, empty: str) -> Iterator[Line]:
    if not body.strip():
        yield Line("$", "", word=empty)
        return
    lines = [Line("", text) for text in body[:LONGEST].splitlines()[:LINES]]
    if len(body) <= LONGEST:
        with suppress(ValueError):  # no strict JSON: a reader of it could hide something
            lines = [*islice(_json(parse(body.encode())), LINES)]
    yield from lines
    if len(lines) == LINES:
        yield Line("", "…")


def _json(value: Any, path: str = "$", indent: str = "", key: str = "", comma: str = "") -> Iterator[Line]:
    """Yield the lines of a value, its keys in the order of the alphabet, so that two values can be compared."""
    if not value or not isinstance(value, dict | list):
        yield Line(path, f"{indent}{key}{json.dumps(value, ensure_ascii=False)}", comma)
        return
    first, last = "{}" if isinstance(value, dict) else "[]"
    yield Line(path, f"{indent}{key}{first}")
    inner = sorted(value.items()) if isinstance(value, dict) else [*enumerate(value)]
    for number, (name, item) in enumerate(inner, 1):
        label = f"{json.dumps(name, ensure_ascii=False)}: " if isinstance(name, str) else ""
        yield from _json(item, path + _step(name), f"{indent}  ", label, "," if number < len(inner) else "")
    yield Line(f"{path} end", f"{indent}{last}", comma)


def _step(name: str | int) -> str:
    if isinstance(name, int):
        return f"[{name}]"
    return f".{name}" if re.fullmatch(r"[a-zA-Z]\w*", name, re.ASCII) else f"[{name!r}]"


def _aligned(left: list[Line], right: list[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    """Yield the lines of both sides in pairs: those of the same JSON path, or of the same text, stand together."""
    one, other = ([line.path or line.text for line in side] for side in (left, right))
    for _, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield from zip_longest(left[a:b], right[c:d])


def _row(left: Line | None, right: Line | None, places: set[str]) -> Row:
    one, other = left or Line("", ""), right or Line("", "")
    may_be_any = left and right and "card.any-type" in (one.word, other.word)
    if may_be_any or (one.text, one.word) == (other.text, other.word):
        return Row("same", _side(left), _side(right))
    state = "breach" if any(_hit(place, line.path) for place in places for line in (one, other)) else "other"
    if left is None or right is None or one.word or other.word:
        return Row(state, _side(left, whole=True), _side(right, whole=True))
    (was, now) = _marked(visible(one.text, WIDTH), visible(other.text, WIDTH))
    return Row(state, Side((*was, (one.comma, False))), Side((*now, (other.comma, False))))


def _hit(place: str, path: str) -> bool:
    """Whether a breach at `place` is about the line of `path`."""
    path = path.removesuffix(" end")
    if place in ("body", "answer", "$"):
        return path not in ("status", "Content-Type") or place == "answer"
    return path == place or path.startswith((f"{place}.", f"{place}["))


def _side(line: Line | None, whole: bool = False) -> Side | None:
    if line is None:
        return None
    return Side(((visible(line.text, WIDTH), whole), (line.comma, False)) if line.text else (), line.word)


def _marked(old: str, new: str) -> tuple[Parts, Parts]:
    """Return both texts in pieces, by words, those marked that the other one has not."""
    one, other = ([*re.findall(r"[A-Za-z0-9_-]+|.", text, re.DOTALL)] for text in (old, new))
    if max(len(one), len(other)) > WORDS:
        return ((old, True),), ((new, True),)
    found = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    was = [("".join(one[a:b]), tag != "equal") for tag, a, b, _, _ in found if b > a]
    now = [("".join(other[c:d]), tag != "equal") for tag, _, _, c, d in found if d > c]
    return tuple(was), tuple(now)


def _folded(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows; of a long run of equal ones only those beside a difference."""
    for same, run in groupby(rows, key=lambda row: row.state == "same"):
        found = [*run]
        if same and len(found) > 2 * CONTEXT + 2:
            yield from found[:CONTEXT]
            yield Row("fold", folded=len(found) - 2 * CONTEXT)
            yield from found[-CONTEXT:]
        else:
            yield from found
