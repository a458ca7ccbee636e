"""What a breakage is: one small named way in which a server breaks its contract, or a harmless way to differ."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """One request as it came in.

    path: with its prefix, percent-encoded as it came. operation: the name of an operation or of a support call; empty
    where it is neither. api: the family of calls that it is of. earlier: how many came before it on its connection.
    """

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    operation: str = ""
    api: str = "aslan"
    earlier: int = 0


@dataclass(frozen=True)
class Response:
    """One response as it shall go out.

    headers: a Content-Length among them goes out as it stands; else the right one is added. wire: how it is delivered,
    one of WIRES in wire.py.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    wire: str = "plain"


@dataclass
class Memory:
    """What one breakage remembers between requests, by keys of its own; one per proxy.

    counts: how often something was. notes: whatever else.
    """

    counts: Counter[Any] = field(default_factory=Counter)
    notes: dict[Any, Any] = field(default_factory=dict)


Forward = Callable[[Request], Awaitable[Response]]
"""Asks the server behind."""
Act = Callable[[Request, Forward, Memory], Awaitable[Response]]
"""Makes the response to one request, by asking the server behind: once, more often or not at all."""
Example = Response | tuple[str, ...]


@dataclass(frozen=True)
class Breakage:
    """One way to break the contract, or a benign one to differ.

    name: family, operation, answer and a few words. answer: `*` where it is about every one of its operation; so is
    `operation`, if benign. says: the promise that it breaks, or why it is harmless, in one sentence. kinds: it must be
    reported as one of these kinds of breach; none for a benign one. act: what it does. before, after: an answer without
    and with it, or what a caller sees, line by line. live: whether it may stand before a Zadig that is not a stand-in.
    api: the family of calls that it is about. of: the answers or calls that a benign one acts on, and a case in which
    it does; empty: all.
    """

    name: str
    family: str
    operation: str
    answer: str
    says: str
    kinds: frozenset[str]
    act: Act
    before: Example
    after: Example
    live: bool = True
    api: str = "aslan"
    of: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.name


Function = TypeVar("Function", bound=Callable[..., Any])


def by_name(*functions: Function) -> Mapping[str, Function]:
    """Return functions by the names that rows call them by."""
    return {function.__name__.strip("_").replace("_", "-"): function for function in functions}
