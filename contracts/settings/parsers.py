"""Reads the value of a setting as a file, variable or option gives it; a reader raises InputError in one line."""

import math
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from contracts.text.errors import InputError
from contracts.text.message import msg
from contracts.text.redact import MASK
from contracts.text.tokens import clean
from contracts.text.urls import address

Reader = Callable[[Any], Any]

A_DAY = 86_400
"""Seconds: no time of a setting is longer."""
BUDGET = re.compile(r"(\d{1,7})?(?:,?(\d{1,7})s)?", re.ASCII)
"""Requests and seconds."""
LEAST_KEY = 16
"""Characters from which on a part of a webhook's address is taken for what makes it secret."""
_OF_ZADIG = re.compile(r"/+(api/aslan|openapi|v1|signin)(/.*)?$")
"""A path that stands in a browser's line or in front of a call; whatever is before it may be a proxy's."""
_YES, _NO = frozenset({"1", "true", "t", "yes", "y", "on"}), frozenset({"0", "false", "f", "no", "n", "off"})


class Secret:
    """A text that shows in no print, dump or traceback of what holds it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return it in the clear."""
        return self._text

    def __repr__(self) -> str:
        return "**********"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    @property
    def hidden(self) -> frozenset[str]:
        """What no sink may show of it."""
        return frozenset({self._text})


class Address(Secret):
    """A URL of which all shows but the user information that it may have: a name and a password."""

    @property
    def _user(self) -> str:
        return urlsplit(self._text).netloc.rpartition("@")[0]

    def __repr__(self) -> str:
        return self._text.replace(f"{self._user}@", f"{MASK}@", 1) if self._user else self._text

    @property
    def hidden(self) -> frozenset[str]:
        """The user information and the password, each as it stands there and as it is meant."""
        parts = {self._user, self._user.partition(":")[2]}
        return frozenset(parts | {unquote(part) for part in parts})


class Webhook(Secret):
    """The address of a webhook: whoever has it may write there."""

    @property
    def hidden(self) -> frozenset[str]:
        """All of it, and what no other address has: long parts of its path and query, and each as it is meant."""
        url = urlsplit(self._text)
        parts = {*url.path.split("/"), *(value for _, value in parse_qsl(url.query)), *re.split("[&=]", url.query)}
        parts |= {unquote(part) for part in parts}
        behind = self._text.partition(url.netloc)[2]
        return frozenset({self._text, behind, *(part for part in parts if len(part) >= LEAST_KEY)})


def text(value: Any) -> str:
    """Return a text as it is."""
    if not isinstance(value, str):
        raise InputError("should be a valid string")
    return value


def path(value: Any) -> Path:
    """Return a path, with `~` as a shell reads it: a file or a job's variables have no shell."""
    if not isinstance(value, str | Path):
        raise InputError("should be a valid path")
    try:
        return Path(value).expanduser()
    except RuntimeError:  # nobody has this name
        return Path(value)


def secret(value: Any) -> Secret:
    """Return a token as people paste it, cleaned."""
    return value if isinstance(value, Secret) else Secret(clean(text(value)))


def key(value: Any) -> Secret:
    """Return what signatures are made with, as it stands there."""
    return value if isinstance(value, Secret) else Secret(text(value).strip())


def webhook(value: Any) -> Webhook:
    """Return the address of a webhook, which is a secret."""
    if isinstance(value, Webhook):
        return value
    advice = msg("copy the whole address that the service shows")
    parts = address(text(value), advice)
    if "#" in value or "@" in parts.netloc or not parts.path.strip("/"):
        raise InputError("is not a webhook address; {advice}", advice)
    return Webhook(value)


def yes_or_no(value: Any) -> bool:
    """Return what true or false, yes or no, on or off, 1 or 0 mean."""
    word = str(value).lower()
    if word not in _YES | _NO:
        raise InputError("should be a valid boolean, unable to interpret input")
    return word in _YES


class OneOf:
    """A reader of one of some words, with what it raises for another one."""

    def __init__(self, words: Collection[str], refused: Callable[[Any], InputError]) -> None:
        self.words, self._refused = words, refused

    def __call__(self, value: Any) -> str:
        """Return the word."""
        if value not in self.words:
            raise self._refused(value)
        return str(value)


def choice(*words: str) -> Reader:
    """Return a reader of one of some words."""
    *others, last = (repr(word) for word in words)
    return OneOf(words, lambda _: InputError("should be {names} or {last}", ", ".join(others), last))


def one_of(what: str, words: Collection[str], *, also: Collection[str] = ()) -> Reader:
    """Return a reader of something that there are several of, named `what`."""
    every = (*also, *words)
    names = ", ".join((*words, *also))
    return OneOf(every, lambda value: InputError("no {what} {name}; available: {names}", what, repr(value), names))


def whole(above: int, most: int | None = None) -> Reader:
    """Return a reader of whole numbers within bounds."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not re.fullmatch(r"\s*[+-]?\d{1,18}\s*", str(value), re.ASCII):
            raise InputError("should be a valid integer")
        return int(_within(int(value), above, most))

    return read


def whole_or(word: str, above: int, most: int) -> Reader:
    """Return a reader of whole numbers within bounds, or of a word."""
    number = whole(above, most)
    return lambda value: word if str(value).strip() == word else number(value)


def seconds(value: Any) -> float:
    """Return a time in seconds: more than none, and at most a day."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        raise InputError("should be a valid number") from None
    if not math.isfinite(number):
        raise InputError("should be a finite number")
    return _within(number, 0, A_DAY)


def rate(value: Any) -> float:
    """Return how many times a second, written N/s."""
    number = str(value).strip().removesuffix("/s")
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", number, re.ASCII) or not float(number):
        raise InputError("should be N/s, such as 5/s or 0.5/s")
    return float(number)


def budget(value: Any) -> str:
    """Return what may be spent: requests, seconds or both, written N,Ts."""
    found = BUDGET.fullmatch(str(value).replace(" ", ""))
    if found is None or not any(found.groups()) or "0" in found.groups():
        raise InputError("should be requests, seconds or both, such as 6000, 600s or 6000,600s")
    return found[0]


def limits(value: Any) -> str:
    """Return limits of how long answers may take, as they are written."""
    from contracts.report.limits import limits_of  # few set one, and every run reads the other settings

    limits_of(str(value))
    return str(value)


def url(value: Any) -> str:
    """Return the address of a Zadig without a slash at its end."""
    advice = msg("write it like https://zadig.example.com")
    if "@" in address(text(value), advice).netloc:
        raise InputError("has credentials in it; set ZADIG_TOKEN or ZADIG_TOKEN_FILE instead")
    if "?" in value or "#" in value:
        raise InputError("has a query or a fragment; {advice}", advice)
    if inside := _OF_ZADIG.search(value):
        raise InputError("ends in a path of Zadig's own, {path}; set {url}", inside[0], value[: inside.start()])
    return str(value).rstrip("/")


def proxy(value: Any) -> Address:
    """Return the address of a proxy."""
    address(text(value), msg("write it like http://proxy.example.com:3128"))
    return Address(value)


def prefix(value: Any) -> str:
    """Return a path in front of others, without a slash at its end."""
    if not text(value).startswith("/") or any(c.isspace() or c in "?#" for c in value):
        raise InputError("should be a path such as /api/aslan or /api")
    return str(value).rstrip("/")


def part(value: Any) -> str:
    """Return which part of how many, as I/N."""
    number, slash, of = text(value).partition("/")
    if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise InputError("should be I/N with I from 1 to N, such as 2/3")
    return str(value)


def _within(number: float, above: float, most: float | None) -> float:
    if number <= above:
        raise InputError("should be greater than {n}", f"{above:g}")
    if most is not None and number > most:
        raise InputError("should be less than or equal to {n}", f"{most:g}")
    return number
