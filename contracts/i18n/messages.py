"""Finds the Chinese of what the suite says, by its English alone: that may come from another process or run.

Rows are found without regular expressions, by the pieces between their names, each at its leftmost place: so a text
takes no longer than it is long, whatever a server has put into it.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("messages.toml")
LONGEST, DEEPEST = 4_000, 6
"""Characters of a text beyond which it is left as it is, and messages that may stand in one another."""
_NAME = re.compile(r"\{(\w+)(?:!([tbpjkl]))?\}")
_POOLS = {
    "promised": ("promised", "came"),
    "came": ("came", "system"),
    "bare": ("came",),
    "json": ("json", "python"),
    "names": ("names",),
    "message": ("message", "names", "joined", "came", "promised", "json", "python", "system", "library"),
}
"""Which rows a text is looked for among. `bare`: only those that begin with a word of the suite's own."""


@dataclass(frozen=True)
class Row:
    """One message: the pieces of its English around its names, how what they stand for is translated, its Chinese."""

    pieces: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    chinese: str

    @property
    def worded(self) -> bool:
        """Whether it has a word of its own."""
        return any(char.isalpha() for piece in self.pieces for char in piece)

    @property
    def order(self) -> tuple[int, ...]:
        """Put first what has words, the most of them; then what is found in most of its parts."""
        return not self.worded, -sum(map(len, self.pieces)), -sum(bool(how) for _, how in self.names)

    def values(self, text: str) -> Sequence[str] | None:
        """Return what stands in `text` for each name, None where it is not made from this row."""
        first, last = self.pieces[0], self.pieces[-1]
        if not self.names:
            return () if text == first else None
        end = len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last) or end < len(first):
            return None
        found, start = [], len(first)
        for piece in self.pieces[1:-1]:
            place = text.find(piece, start, end)
            if place < 0:
                return None
            found.append(text[start:place])
            start = place + len(piece)
        found.append(text[start:end])
        return found if all(map(_fits, self.names, found)) else None


def _fits(name: tuple[str, str], value: str) -> bool:
    """Whether a value can stand for a name; one that ends in a colon is the head of another message."""
    return value.replace(",", "").isdecimal() if name[0] == "n" else not value.endswith(":")


def line(template: str, values: Mapping[str, Any]) -> str:
    """Return a line in Chinese by its English template, with `values` put in for its {names}."""
    return _filled(_lines().get(template, template), values)


def message(text: str, pool: str) -> str:
    """Return a text in Chinese by the rows of a pool; one that nobody translated stays as it is."""
    return _known(text, pool, 0) or text


def rows() -> Mapping[str, Mapping[str, str]]:
    """Return the catalogue: in each of its parts the Chinese by the English."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def row(english: str, chinese: str) -> Row:
    """Return a row of the catalogue, taken apart."""
    parts, how = _NAME.split(english), dict(_NAME.findall(chinese))
    return Row(tuple(parts[::3]), tuple((name, how.get(name, "")) for name in parts[1::3]), chinese)


@cache
def _catalogue() -> Mapping[str, Mapping[str, str]]:
    return rows()


@cache
def _lines() -> Mapping[str, str]:
    catalogue = _catalogue()
    return {**catalogue["came"], **catalogue["message"], **catalogue["line"]}


@cache
def _pool(name: str) -> tuple[Mapping[str, str], Sequence[Row]]:
    """Return the rows of a pool: those without names by their text, and the others, the surest first."""
    every = {english: chinese for part in _POOLS[name] for english, chinese in _catalogue()[part].items()}
    split = [row(english, chinese) for english, chinese in every.items() if "{" in english]
    fit = [one for one in split if one.pieces[0] or name != "bare"]
    return every, sorted(fit, key=lambda one: one.order)


@lru_cache(maxsize=4096)
def _known(text: str, pool: str, depth: int) -> str | None:
    """Return a text in Chinese, None where no row has it."""
    fixed, others = _pool(pool)
    if text in fixed:
        return fixed[text]
    if not text or len(text) > LONGEST or depth > DEEPEST:
        return None
    return next((said for one in others if (said := _from(one, text, pool, depth)) is not None), None)


def _from(one: Row, text: str, pool: str, depth: int) -> str | None:
    values = one.values(text)
    if values is None:
        return None
    filled = {}
    for (name, how), value in zip(one.names, values, strict=True):
        said = _HOW[how](value, pool, depth + 1) if how else value
        if said is None and not one.worded:
            return None
        filled[name] = value if said is None else said
    return _filled(one.chinese, filled)


def _each(text: str, pool: str, depth: int) -> str | None:
    """Return the messages of a list in Chinese."""
    return "；".join(_known(one, pool, depth) or one for one in text.split("; "))


_HOW: Mapping[str, Callable[[str, str, int], str | None]] = {
    "t": _known,
    "b": lambda text, _, depth: _known(text, "came", depth),
    "p": lambda text, _, depth: _known(text, "promised", depth),
    "j": lambda text, _, depth: _known(text, "json", depth),
    "k": lambda text, _, depth: _known(text, "names", depth),
    "l": _each,
}


def _filled(template: str, values: Mapping[str, Any]) -> str:
    return _NAME.sub(lambda found: str(values.get(found[1], found[0])), template)
