"""The one way to the target: Request -> Exchange, with one deadline and one size cap.

Nothing is followed, retried or taken from the user's environment. A request that may change something goes out on a
connection of its own: an idle connection that the server closes at that moment would look like a crash of the server.
"""

import contextlib
import string
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

import requests
import urllib3

from contracts.http.exchange import Exchange, Failure, Hears, Request
from contracts.http.packed import PackedError, unpacked
from contracts.http.transport import DIRECT, HEADERS, Adapter, Attempt, Transport
from contracts.text.errors import of_system
from contracts.text.frozen import dataclass
from contracts.text.message import msg
from contracts.text.printable import printable
from contracts.text.redact import Hidden, HiddenBytes, Register, register


@dataclass(frozen=True)
class Limits:
    """Bounds of one exchange.

    connect, first_byte, answer: seconds.
    size: bytes, after decompression, blanks apart.
    """

    connect: float = 5.0
    first_byte: float = 10.0
    answer: float = 20.0
    size: int = 1_000_000


USUAL_LIMITS = Limits()
LEAST_TOKEN = 16
"""Characters from which on a credential is told from a word: what proves nobody is shorter."""
BLANKS = 16
"""Times the size cap that an answer may have with its blanks: they mean nothing, but somebody has to read them."""
LOOKS = 3
"""How often one waits to see whether a server drops the connections that it kept."""
IDLES = (3.0, 1.0)
"""Seconds in which a server that ends each connection after its answer has done so, however busy it is; and others, in
which one has not that ends a connection after just as long."""


KNOCK = Request("GET", "/", prefixed=False)
"""What is asked for only so that something was asked for."""


class Header:
    """One Authorization value; only the connection puts it out. `shown` stands for it in a curl line."""

    def __init__(self, value: str, shown: str) -> None:
        data = HiddenBytes(value.encode("latin-1", "backslashreplace"))
        self.line = HiddenBytes(b"Authorization: " + data.translate(None, b"\r\n"))  # one line, whatever a token has
        self.secret = Hidden(value.partition(" ")[2])
        self.shown = shown

    def __repr__(self) -> str:
        return f"Header({self.shown!r})"


class Client:
    """Sends requests to one target. Safe to use from several threads.

    `root` is in front of every path, and `prefix` behind it in front of those that are said to have one.
    `credentials` maps a name (main, viewer, …) to its header; a name that is not in it sends none.
    `guard` is asked before each request that may change something: it raises to refuse it, or may return what is told
    how the exchange ended.
    """

    def __init__(
        self,
        root: str,
        credentials: Mapping[str, Header],
        *,
        guard: Callable[[Request], Hears | None],
        prefix: str = "",
        limits: Limits = USUAL_LIMITS,
        transport: Transport = DIRECT,
    ) -> None:
        self.root = root
        self.prefix = prefix
        self.limits = limits
        self._guard = guard
        self._auth = dict(credentials)
        self._own = Register()
        self._own.add(*(header.secret for header in credentials.values() if len(header.secret) >= LEAST_TOKEN))
        self._drops_kept, self._looks, self._looking = False, LOOKS, threading.Lock()
        self._transport, self._adapter = transport, Adapter(transport)

    def send(self, request: Request) -> Exchange:
        """Send `request` once and return what came back; never raises for what the target does."""
        hears = self._guard(request) if request.changes else None
        url, seconds = self.url(request), self.limits.answer
        header = self._auth.get(request.credential)
        line = header.line if header else None
        attempt = Attempt(url, seconds, fresh=request.changes and not request.used, authorization=line)
        with self._used() if request.used else contextlib.nullcontext(self._adapter) as adapter:
            exchange = self._exchange(request, attempt, adapter)
        if _dropped(attempt, exchange):
            left = seconds - exchange.seconds  # it was idle: closed
            exchange = self._exchange(request, Attempt(url, left, fresh=True, authorization=line))
            if exchange.failure is None and not request.changes and self._drops(request, url, line):
                exchange = replace(exchange, faults=(*exchange.faults, DROPPED))
        if hears is not None:
            hears(exchange)
        return exchange

    @contextlib.contextmanager
    def _used(self) -> Iterator[Adapter]:
        """Yield an adapter of one connection, on which an answer came already, unless the server ended it then."""
        with contextlib.closing(Adapter(self._transport)) as adapter:
            self._exchange(KNOCK, Attempt(self.url(KNOCK), self.limits.answer, fresh=True), adapter)
            yield adapter

    def _drops(self, request: Request, url: str, line: HiddenBytes | None) -> bool:
        """Whether the server drops each connection that it kept at the next request: it had time to end it before.

        Looked at on connections of which no other thread has any, while those that would look too wait for it.
        """
        with self._looking:
            if not self._drops_kept and self._looks:  # to wait each time would take a run's time
                self._looks -= 1
                self._drops_kept = all(self._drops_after(idle, request, url, line) for idle in IDLES)
            return self._drops_kept

    def _drops_after(self, idle: float, request: Request, url: str, line: HiddenBytes | None) -> bool:
        seconds = idle + self.limits.answer
        with contextlib.closing(Adapter(self._transport)) as adapter:
            self._exchange(request, Attempt(url, seconds, fresh=True, authorization=line), adapter)
            again = Attempt(url, seconds, fresh=False, idle=idle, authorization=line)
            return _dropped(again, self._exchange(request, again, adapter))

    def shown_authorization(self, credential: str) -> str | None:
        """Return how a credential's header is written where people see it, or None where there is none."""
        header = self._auth.get(credential)
        return header.shown if header else None

    def close(self) -> None:
        """Close all connections."""
        self._adapter.close()

    def url(self, request: Request) -> str:
        """Return the whole URL that `request` goes to, byte for byte."""
        path = quote(request.path, safe=string.punctuation)  # changes nothing but what no HTTP can carry
        query = f"?{urlencode(request.query, errors='backslashreplace')}" if request.query else ""
        return f"{self.root}{self.prefix if request.prefixed else ''}{path}{query}"

    @cached_property
    def _address(self) -> str | None:
        """The target's address as the adapter takes it, worked out once: a request's own URL is that of its attempt."""
        prepared = requests.PreparedRequest()
        prepared.prepare(method="GET", url=self.root)
        return prepared.url

    def _prepare(self, request: Request) -> requests.PreparedRequest:
        """Return what the adapter sends, put together by hand: requests would take a tenth of an exchange for it."""
        method, body, headers = request.method.upper(), request.body or None, {**HEADERS}
        if request.content_type:
            headers["Content-Type"] = request.content_type
        if request.agent:
            headers["User-Agent"] = request.agent
        if body or method not in ("GET", "HEAD"):
            headers["Content-Length"] = str(len(body or b""))
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url, prepared.body = method, self._address, body
        prepared.headers = headers  # type: ignore[assignment]  # each name in it is written in one way
        return prepared

    def _exchange(self, request: Request, attempt: Attempt, adapter: Adapter | None = None) -> Exchange:
        status: int | None = None
        headers: Mapping[str, str] = {}
        body = bytearray()
        failure: Failure | None = None
        limits = self.limits
        started = time.monotonic()
        with attempt:
            try:
                answer = (adapter or self._adapter).answer(
                    self._prepare(request),
                    (min(limits.connect, limits.answer), min(limits.first_byte, limits.answer)),
                )
                status, headers = answer.status, answer.headers
                try:
                    failure = _bad_length(headers) or self._read(answer, headers, body)
                finally:
                    answer.close()
                    answer.release_conn()
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                failure = _failure(error, status)
        if attempt.expired or (failure is not None and attempt.over):
            failure = Failure("deadline", msg("no complete response within {seconds} s", f"{limits.answer:g}"))
        took = time.monotonic() - started
        faults = (*self._given_back(headers, body), *([UNASKED] if attempt.unasked and failure is None else []))
        return Exchange(request, attempt.url, status, headers, bytes(body), took, failure, attempt.sent, faults)

    def _read(self, raw: Any, headers: Mapping[str, str], body: bytearray) -> Failure | None:
        counted = 0
        try:
            for chunk in unpacked(raw.stream(65_536, decode_content=False), headers.get("Content-Encoding", "")):
                body += chunk
                counted += len(chunk.translate(None, b" \t\r\n"))
                if counted > self.limits.size or len(body) > BLANKS * self.limits.size:
                    del body[self.limits.size :]
                    return Failure(
                        "too-large", msg("the response is larger than {bytes} bytes", f"{self.limits.size:,}")
                    )
        except PackedError as error:
            return Failure("garbled", msg("the response violates HTTP: {why}", error.message))
        return None

    def _given_back(self, headers: Mapping[str, str], body: bytearray) -> Iterator[Failure]:
        """Yield where a credential of this client stands in an answer."""
        lines = {name: f"{name}: {value}" for name, value in headers.items()}
        text = body.decode("utf-8", "replace")
        if not self._own.may_hide("\n".join([*lines.values(), text])):
            return
        for name, line in lines.items():
            if self._own.is_in(line):
                yield Failure("token-given-back", msg("a credential of this run in the header {name}", name))
        if self._own.is_in(text):
            yield Failure("token-given-back", msg("a credential of this run in the body"))


DROPPED = Failure("no-answer", msg("a kept-alive connection is dropped at its second request, each time"))
UNASKED = Failure("garbled", msg("the response violates HTTP: it is followed by data that was not requested"))


def _dropped(attempt: Attempt, exchange: Exchange) -> bool:
    """Whether a connection that was kept ended at its next request, without an answer."""
    return attempt.reused and exchange.failure is not None and exchange.failure.kind == "no-answer"


def _bad_length(headers: Mapping[str, str]) -> Failure | None:
    """Return a failure where the length is no number: urllib3 would read on until the connection closes.

    Beside chunks there is none: who reads the one and who reads the other take different bytes for the answer.
    """
    length = headers.get("Content-Length", "0")
    if "Content-Length" in headers and "Transfer-Encoding" in headers:
        return Failure("garbled", msg("the response violates HTTP: it has a Content-Length and is chunked too"))
    if all(part.strip().isdecimal() for part in length.split(",")):
        return None
    return Failure("garbled", msg("the response violates HTTP: its Content-Length is {length}", repr(length[:40])))


def _failure(error: Exception, status: int | None) -> Failure:
    """Name what went wrong, in the order in which the library wraps its errors."""
    text, chain = _root_cause(error), _chain(error)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Failure("refused", msg("no connection within the time allowed"))
    if isinstance(error, requests.exceptions.SSLError):
        return Failure("refused", msg("TLS: {why}", text))
    if any(isinstance(link, requests.exceptions.ProxyError) for link in chain):
        return Failure("refused", msg("the proxy refuses the connection: {why}", text))
    if any(isinstance(link, urllib3.exceptions.NewConnectionError) for link in chain):
        return Failure("refused", text)
    if any(isinstance(link, TimeoutError | urllib3.exceptions.ReadTimeoutError) for link in chain):
        late = msg("the response stopped midway") if status else msg("no response within the time allowed")
        return Failure("deadline", late)
    if status is None and any(isinstance(link, ConnectionError) for link in chain):
        return Failure("no-answer", msg("the connection closed without a response"))
    return Failure("garbled", msg("the response violates HTTP: {why}", text))


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error with all that it wraps: causes, contexts, and those kept in `args` or `reason`."""
    found: list[BaseException] = []
    pending: list[object] = [error]
    while pending:
        link = pending.pop(0)
        if isinstance(link, BaseException) and link not in found:
            found.append(link)
            pending += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
    return found


def _root_cause(error: BaseException) -> str:
    """Return one short line: the system's own words where there are any."""
    chain = _chain(error)
    system = [link for link in chain if isinstance(link, OSError) and link.strerror]
    text = system[-1].strerror if system else str(chain[-1])
    return of_system(printable(" ".join(register.mask(str(text)).split())[:200]))
