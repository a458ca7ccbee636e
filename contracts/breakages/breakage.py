"""What a change is: one small named way in which a server breaks its contract, or a harmless way to differ."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """One request as it came in: `path` with its prefix, percent-encoded as it came.

    `operation` is the name of an operation or of a support call; empty where it is neither.
    """

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    operation: str = ""


@dataclass(frozen=True)
class Response:
    """One answer as it shall go out. `wire`: how it is delivered, one of WIRES in wire.py.

    A Content-Length among `headers` goes out as it stands; else the right one is added.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    wire: str = "plain"


@dataclass
class Memory:
    """What one change remembers between requests: counts, and whatever else, by keys of its own. One per front."""

    counts: Counter[Any] = field(default_factory=Counter)
    notes: dict[Any, Any] = field(default_factory=dict)


Forward = Callable[[Request], Awaitable[Response]]
"""Asks the server behind."""
Act = Callable[[Request, Forward, Memory], Awaitable[Response]]
"""Makes the answer to one request, by asking the server behind: once, more often or not at all."""
Example = Response | tuple[str, ...]


@dataclass(frozen=True)
class Breakage:
    """One change. `answer` is `*` where it is about every answer of its operation; so is `operation`, if harmless.

    `says`: the promise that it breaks, or why it is harmless, in one sentence. `kinds`: it must be reported as one of
    these kinds of breach; none for a harmless one. `before` and `after`: an answer without and with it, or what a
    caller sees, line by line. `live`: whether it may stand before a Zadig that is not a stand-in.
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

    def __str__(self) -> str:
        return self.name
