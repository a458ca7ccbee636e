"""A request and what came back, as data: whoever only looks at them does not load what sends them."""

from collections.abc import Callable, Mapping
from dataclasses import field

from contracts.text.frozen import dataclass

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Request:
    """One request.

    path: behind the API prefix, percent-encoded as it shall go out.
    credential: the name of who sends it.
    call: its name, in reports.
    prefixed: whether the API prefix stands in front of the path.
    agent: what the client calls itself, where that is not the usual name.
    used: whether it goes out on a connection that was used before, also where it would change something: as it is to be
    refused, it may be sent again where that connection just ends.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str | None = None
    credential: str = "main"
    call: str = ""
    prefixed: bool = True
    agent: str = ""
    used: bool = False

    @property
    def changes(self) -> bool:
        """Whether this request may make or change something on the target."""
        return self.method not in SAFE_METHODS


@dataclass(frozen=True)
class Failure:
    """Why there is no complete response, or what no response may do.

    kind: refused, no-answer, deadline, too-large, garbled or token-given-back.
    text: the same in words.
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Exchange:
    """One request sent and what came back.

    status: None where no status line came.
    seconds: how long it took.
    failure: why the response is not complete.
    sent: whether something of the request may have reached the target.
    faults: what no response may do, whatever the call is.
    spell: where it has the sign of a disturbance, in which time of such answers alone it was sent; None: it has none.
    """

    request: Request
    url: str
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0
    failure: Failure | None = None
    sent: bool = True
    faults: tuple[Failure, ...] = ()
    spell: int | None = None

    @property
    def came(self) -> str:
        """What came in a few words: the status, or why there is no whole answer."""
        return self.failure.text if self.failure else f"HTTP {self.status}"


Hears = Callable[[Exchange], None]
"""What is told how an exchange ended."""
