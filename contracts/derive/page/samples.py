"""JSON samples as pages write them: strict JSON where they are, and otherwise what they seem to mean, marked so."""

import bisect
import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from contracts.derive.page.blocks import Fence
from contracts.derive.page.findings import Note
from contracts.derive.page.lenient_json import DEEPEST, NotJsonError, values


@dataclass(frozen=True)
class Sample:
    """One value that a page shows, with the first and last line of its fence; ``strict``: whether it is JSON."""

    value: Any
    lines: tuple[int, int]
    strict: bool


def read_samples(fence: Fence, note: Note) -> list[Sample]:
    """Return the samples of a fence: usually one, several if several values stand there, none after a finding."""
    lines = (fence.first, fence.last)
    if not fence.text.strip():
        note("sample-empty", fence.first, "The fence of this sample is empty", "there is no sample")
        return []
    try:
        return [Sample(_strict(fence.text), lines, strict=True)]
    except (ValueError, RecursionError):
        pass
    breaks = [at for at, char in enumerate(fence.text) if char == "\n"]
    liberties: list[tuple[str, int, str, str]] = []
    try:
        found = values(fence.text, lambda *liberty: liberties.append(liberty))
    except NotJsonError as error:
        note("sample-not-json", fence.first, f"The sample is not JSON: {error}", "there is no sample")
        return []
    # The same liberty twice in a line is one doubt.
    for doubt in dict.fromkeys(
        (rule, fence.content + bisect.bisect_left(breaks, offset), what, assumed)
        for rule, offset, what, assumed in liberties
    ):
        note(*doubt)
    return [Sample(value, lines, strict=False) for value in found]


def _strict(text: str) -> Any:
    """Return the value of a JSON text; raises ValueError or RecursionError for all that is not wholly JSON."""
    value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
    level = [value]
    for _ in range(DEEPEST):
        level = [item for each in level if isinstance(each, list | dict) for item in _items(each)]
    if level:
        raise ValueError("too deep")
    # A text with half a character cannot be written as UTF-8.
    json.dumps(value, ensure_ascii=False).encode()
    return value


def _items(value: list[Any] | dict[str, Any]) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a key comes twice")
    return result


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _finite(word: str) -> float:
    value = float(word)
    if not math.isfinite(value):
        raise ValueError(word)
    return value
