"""Bodies that are broken in one place: an ordinary one in which one value is another, of another type, or not there."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from contracts.text.frozen import dataclass

_DEEP: Any = []
for _ in range(50):
    _DEEP = [_DEEP]

VALUES: Final[Mapping[str, Any]] = {
    **{"null": None, "true": True, "text": "x", "no-text": "", "odd-text": "\x00'\"<&>\u202e工\U0001f680"},
    **{"long-text": "x" * 5000, "number": 7, "negative": -1, "large-number": 2**63, "fraction": 0.5},
    **{"list": [], "list-of-null": [None], "object": {}, "deep": _DEEP},
}
"""What may stand in the place of any value, by its name."""
LEFT_OUT, UNKNOWN = "left-out", "zct_unknown"


@dataclass(frozen=True)
class Broken:
    """A body, and where it is not an ordinary one.

    at: the place, as a JSON path with `*` for each item.
    how: a name of VALUES, LEFT_OUT or UNKNOWN.
    """

    at: str
    how: str
    body: Any


def broken(body: Any, keeps: Callable[[str], bool]) -> Iterator[Broken]:
    """Yield a body broken in each of its places but for those that it `keeps`, in every way."""
    for path, value in _places(body, ()):
        at = "$" + "".join("[*]" if isinstance(key, int) else f".{key}" for key in path)
        if keeps(at):
            continue
        others = {how: other for how, other in VALUES.items() if type(other) is not type(value) or other != value}
        if isinstance(value, dict):
            others[UNKNOWN] = {UNKNOWN: {"a": [1]}, **value}
        for how, other in others.items():
            yield Broken(at, how, _put(body, path, other))
        if path and isinstance(path[-1], str):
            yield Broken(at, LEFT_OUT, _put(body, path, LEFT_OUT))


def _places(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield every place of a value; of a list the first item stands for all."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else [*enumerate(value)][:1] if isinstance(value, list) else ()
    for key, below in inner:
        yield from _places(below, (*path, key))


def _put(value: Any, path: tuple[str | int, ...], other: Any) -> Any:
    """Return a value in which another stands at a place, or nothing where that is LEFT_OUT."""
    if not path:
        return other
    copy = value.copy()
    if len(path) == 1 and other is LEFT_OUT:
        del copy[path[0]]
    else:
        copy[path[0]] = _put(value[path[0]], path[1:], other)
    return copy
