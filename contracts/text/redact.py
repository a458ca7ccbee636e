"""The one register of secrets. Whatever goes to a sink passes `mask` first.

A secret is found as it is, in other case, backwards, in hex and in base64 at any alignment, each behind up to two
escapes (of URLs, JSON, HTML), and where only a piece of it came, from PIECE characters on. What cannot be known: a
secret that a server ciphers, packs or takes apart into smaller pieces.
"""

import base64
import html
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import lru_cache
from itertools import chain
from typing import Any, TypeAlias

from contracts.text.frozen import dataclass
from contracts.text.message import Message, changed
from contracts.text.nested import each_text, gather_texts

MASK = "***"
SHORTEST = 6
"""Characters below which a value is not masked: it would black out ordinary words. No secret may be so short."""
PIECE = 12
"""Characters of a secret from which on a piece of it is masked as well."""
_GRAM = SHORTEST
"""Characters of the pieces by which secrets are looked for."""
_OFFSETS = 4
"""Places of one gram in a form that are tried: a secret of one letter would have thousands."""


class Hidden(str):
    """A text that is itself in all but its repr, so that no traceback, log or list shows it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(MASK)


class HiddenBytes(bytes):
    """Bytes that are themselves in all but their repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(MASK.encode())


# Looks once at the start of each word whether a JWT can end it: from each eyJ anew would take minutes on a bad answer.
_JWT = re.compile(r"(?<![\w-])(?=[\w-]*+\.[\w-]{5})([\w-]*?)eyJ[\w-]{12,}\.[\w-]+(?:\.[\w-]*)?", re.ASCII)
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def _lower(text: str) -> str:
    """Return a text with its ASCII letters in lower case, character by character: other letters may become two."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


@dataclass(frozen=True)
class _Form:
    """One way to write a secret.

    text: the secret in it, in lower case where `folds`.
    least: characters of a piece that is masked.
    """

    text: str
    least: int


@dataclass(frozen=True)
class _Index:
    """All forms, by their grams; with the step at which a text is to be looked at so that no piece is missed."""

    grams: Mapping[str, Sequence[tuple[_Form, int]]] = field(default_factory=dict)
    step: int = PIECE - _GRAM + 1

    @classmethod
    def of(cls, forms: Iterable[_Form]) -> "_Index":
        """Return the index of these forms."""
        grams: dict[str, list[tuple[_Form, int]]] = {}
        step = PIECE - _GRAM + 1
        for form in forms:
            step = min(step, form.least - _GRAM + 1)
            for offset in range(len(form.text) - _GRAM + 1):
                places = grams.setdefault(form.text[offset : offset + _GRAM], [])
                if len(places) < _OFFSETS:
                    places.append((form, offset))
                else:
                    places[-1] = form, offset
        return cls(grams, step)

    def may_be_in(self, text: str) -> bool:
        """Whether a piece of a form may stand in a text; False is certain."""
        return not self.grams.keys().isdisjoint([text[at : at + _GRAM] for at in range(0, len(text), self.step)])

    def pieces(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where pieces of the forms stand in a text: start and end."""
        at = 0
        while at < len(text):
            end = at
            for form, offset in self.grams.get(text[at : at + _GRAM], ()):
                start, stop = _stretched(text, at, form.text, offset)
                if stop - start >= form.least:
                    yield start, stop
                    end = max(end, stop)
            at = max(at + self.step, end - _GRAM)


def _stretched(text: str, at: int, form: str, offset: int) -> tuple[int, int]:
    """Return how far a text is like a form around a place where both have the same."""
    start, room = at, min(at, offset)
    if text[at - room : at] == form[offset - room : offset]:
        start = at - room
    else:
        while text[start - 1] == form[offset - (at - start) - 1]:
            start -= 1
    stop, room = at, min(len(text) - at, len(form) - offset)
    if text[at : at + room] == form[offset : offset + room]:
        return start, at + room
    while text[stop] == form[offset + stop - at]:
        stop += 1
    return start, stop


class Register:
    """Holds secrets and masks them, in every form that a server or a library may give them."""

    def __init__(self) -> None:
        self._secrets: frozenset[str] = frozenset()
        self._indexes: _Made | None = None

    def add(self, *secrets: str | None) -> None:
        """Remember secrets; None and the empty string are nothing to hide."""
        new = {secret for secret in secrets if secret and len(secret) >= SHORTEST}
        if not new <= self._secrets:
            self._secrets |= new
            self._indexes = None  # made once they are needed: secrets come one by one

    def may_hide(self, text: str) -> bool:
        """Whether there may be something to mask in `text`; False is certain, and costs little."""
        if "eyJ" in text or not self._secrets:
            return "eyJ" in text
        folded, exact, hides, _ = self._made()
        return folded.may_be_in(_lower(text)) or exact.may_be_in(text) or hides.search(text) is not None

    def _made(self) -> "_Made":
        """Return the indexes of the forms that fold case and of those that do not, what could hide one, and how."""
        if (indexes := self._indexes) is None:
            indexes = self._indexes = _made_for(self._secrets)
        return indexes

    def mask(self, text: str) -> str:
        """Return `text` without any secret and without anything shaped like a JWT; a message stays one."""
        if isinstance(text, Message):
            return changed(text, self.mask)
        if self._secrets and self.may_hide(text):
            hidden = bytearray(len(text))
            for view, starts in _views(text, self._made()[3]):
                for start, stop in self._found(view):
                    first, last = starts[start], starts[stop]
                    hidden[first:last] = b"\1" * (last - first)
            text = _without(text, hidden)
        return _JWT.sub(rf"\1{MASK}", text) if "eyJ" in text else text

    def is_in(self, text: str) -> bool:
        """Whether a text has as much of a secret as the shortest one has: not only what it shares with others."""
        if not self._secrets or not self.may_hide(text):
            return False
        least = min(map(len, self._secrets))
        views = _views(text, self._made()[3])
        return any(stop - start >= least for view, _ in views for start, stop in self._found(view))

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        folded, exact, *_ = self._made()
        for index, looked_at in ((folded, _lower(text)), (exact, text)):
            if index.may_be_in(looked_at):  # costs less than to look for where
                yield from index.pieces(looked_at)


@lru_cache(maxsize=4)
def _made_for(secrets: frozenset[str]) -> "_Made":
    """Return what secrets are looked for by: that of a client's and that of the process are often the same."""
    folded = _Index.of(chain.from_iterable(map(_folded_forms, secrets)))
    exact = _Index.of(chain.from_iterable(map(_base64_forms, secrets)))
    return folded, exact, *((_ESCAPED, _ESCAPES) if any(map(_ODD.search, secrets)) else (_HIDING, _TOGETHER))


def _without(text: str, hidden: bytearray) -> str:
    """Return a text with MASK in place of each run that is hidden."""
    kept, at = [], 0
    while (start := hidden.find(1, at)) >= 0:
        end = hidden.find(0, start)
        end = end if end >= 0 else len(text)
        kept += [text[at:start], MASK]
        at = end
    return "".join([*kept, text[at:]]) if kept else text


def _both_ways(form: str, least: int) -> Iterator[_Form]:
    if len(form) >= _GRAM:
        yield _Form(form, min(least, len(form)))
        yield _Form(form[::-1], min(least, len(form)))


def _folded_forms(secret: str) -> Iterator[_Form]:
    yield from _both_ways(_lower(secret), PIECE)
    yield from _both_ways(secret.encode().hex(), 2 * PIECE)


def _base64_forms(secret: str) -> Iterator[_Form]:
    """Yield what base64 of any longer text has of a secret: it stands at one of three alignments."""
    data = secret.encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + data).decode()
        core = encoded[(shift * 8 + 5) // 6 : (shift + len(data)) * 8 // 6]
        for form in {core, core.replace("+", "-").replace("/", "_")}:
            yield from _both_ways(form, PIECE * 4 // 3 - 1)


_HIDING = re.compile(r"%[2-7]|\\(?:u00|U0{6}|x)[2-7]|\\/|&(?:#|[A-Za-z]{2,8};)", re.ASCII)
"""Escapes that may stand for what tokens are made of."""
_ESCAPED = re.compile(r"[%\\+]|&(?:#|[A-Za-z]{2,8};)", re.ASCII)
_ODD = re.compile(r"[^\w.~=/+-]", re.ASCII)
"""What no token has: only a secret with such a sign can be hidden by any other escape."""
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+|\+")
_BACKSLASH = re.compile(r"(?:\\u[0-9A-Fa-f]{4})+|\\U[0-9A-Fa-f]{8}|\\x[0-9A-Fa-f]{2}|\\.", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,8}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});")
_DEPTH = 2
"""Escapes around each other that are undone."""

Piece = tuple[str, int]
"""A character, and how many characters of the escaped text stand for it."""


def _views(text: str, escapes: "_Escapes") -> Iterator[tuple[str, Sequence[int]]]:
    """Yield a text as it is and with its escapes undone, each with the place in the text of each of its characters."""
    views: list[tuple[str, Sequence[int]]] = [(text, range(len(text) + 1))]
    for _ in range(_DEPTH + 1):
        yield from views
        views = [undone for view in views for escape in escapes if (undone := _undone(*view, *escape)) is not None]


def _undone(
    text: str, starts: Sequence[int], escape: re.Pattern[str], meaning: Callable[[str], Iterator[Piece]]
) -> tuple[str, Sequence[int]] | None:
    """Return a text with one kind of escape undone, None where there is none."""
    kept, places, at = [], array("l"), 0
    for match in escape.finditer(text):
        kept.append(text[at : match.start()])
        places.extend(starts[at : match.start()])
        at = match.start()
        for char, width in meaning(match[0]):
            kept.append(char)
            places.extend([starts[at]] * len(char))
            at += width
        at = match.end()
    if not kept:
        return None
    places.extend(starts[at:])
    return "".join([*kept, text[at:]]), places


def _of_percent(escaped: str) -> Iterator[Piece]:
    if escaped == "+":
        yield " ", 1
        return
    for char in bytes.fromhex(escaped.replace("%", "")).decode("utf-8", "surrogateescape"):
        yield char, 3 * len(char.encode("utf-8", "surrogateescape"))


def _of_backslash(escaped: str) -> Iterator[Piece]:
    if escaped[1] == "u" and len(escaped) > 2:
        units = bytes.fromhex(escaped.replace("\\u", ""))
        for char in units.decode("utf-16-be", "surrogatepass"):
            yield char, 6 * len(char.encode("utf-16-be", "surrogatepass")) // 2
    elif escaped[1] in "Ux" and len(escaped) > 2:
        code = int(escaped[2:], 16)
        yield chr(code) if code < 0x110000 else "", len(escaped)
    else:
        yield {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}.get(escaped[1], escaped[1]), 2


def _of_entity(escaped: str) -> Iterator[Piece]:
    yield html.unescape(escaped), len(escaped)


def _of_any(escaped: str) -> Iterator[Piece]:
    return {"%": _of_percent, "\\": _of_backslash, "&": _of_entity}[escaped[0]](escaped)


_Escapes: TypeAlias = Sequence[tuple[re.Pattern[str], Callable[[str], Iterator[Piece]]]]
_ESCAPES: _Escapes = ((_PERCENT, _of_percent), (_BACKSLASH, _of_backslash), (_ENTITY, _of_entity))
"""Escapes, each undone by itself: a secret may have in it what looks like another one."""
_ANY = re.compile(rf"(?:%[0-9A-Fa-f]{{2}})+|{_BACKSLASH.pattern}|{_ENTITY.pattern}", re.DOTALL)
_TOGETHER: _Escapes = ((_ANY, _of_any),)
"""All escapes undone at once, for secrets without odd signs, as tokens are: a fifth of the views of a text."""
_Made: TypeAlias = tuple[_Index, _Index, re.Pattern[str], _Escapes]


register = Register()
"""The register of this process. It is the one deliberate global: a sink that had to be handed it could be forgotten."""


def mask_all(value: Any) -> Any:
    """Return plain data with every text in it masked; where there is nothing to mask, the data itself.

    It is one look at all texts together: what no secret can be in as a whole, none can be in anywhere.
    """
    found: list[str] = []
    gather_texts(value, found)
    return each_text(value, register.mask) if register.may_hide("\n".join(found)) else value
