"""The one way to the target: Request -> Exchange, with one deadline and one size cap.

Nothing is followed, retried or taken from the user's environment. A request that may change something goes out on a
connection of its own: an idle connection that the server closes at that moment would look like a crash of the server.
"""

import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.cookies import RequestsCookieJar
from urllib3.connection import HTTPConnection, HTTPSConnection

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
USER_AGENT = "zadig-contract-tests"


@dataclass(frozen=True)
class Request:
    """One request: `path` stands behind the API prefix, percent-encoded as it shall go out."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str | None = None
    credential: str = "main"

    @property
    def changes(self) -> bool:
        """Whether this request may make or change something on the target."""
        return self.method not in SAFE_METHODS


@dataclass(frozen=True)
class Failure:
    """Why there is no whole answer: `kind` is refused, no-answer, deadline, too-large or garbled."""

    kind: str
    text: str


@dataclass(frozen=True)
class Exchange:
    """One request sent and what came back; `status` is None where no status line came."""

    request: Request
    url: str
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0
    failure: Failure | None = None


@dataclass(frozen=True)
class Limits:
    """Bounds of one exchange: seconds and bytes (after decompression)."""

    connect: float = 5.0
    first_byte: float = 10.0
    answer: float = 20.0
    size: int = 1_000_000


@dataclass(frozen=True)
class Transport:
    """How the target is reached: CA file, client certificate (file, key file), proxy URL."""

    ca_file: Path | None = None
    client_cert: tuple[Path, Path] | None = None
    proxy: str | None = None


class Header(AuthBase):
    """Puts one Authorization value on a request; never shows it. `shown` stands for it in a curl line."""

    def __init__(self, value: str, shown: str) -> None:
        self._value = value
        self.shown = shown

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the header."""
        prepared.headers["Authorization"] = self._value
        return prepared

    def __repr__(self) -> str:
        return "Header(***)"


class Client:
    """Sends requests to one target. Safe to use from several threads.

    `credentials` maps a name (main, viewer, …) to its header; a name that is not in it sends none.
    `guard` is asked before each request that may change something, and raises to refuse it.
    """

    def __init__(
        self,
        root: str,
        credentials: Mapping[str, Header],
        *,
        guard: Callable[[Request], None],
        limits: Limits = Limits(),
        transport: Transport = Transport(),
    ) -> None:
        self.root = root
        self.limits = limits
        self._guard = guard
        self._auth = dict(credentials)
        self._session = _session(transport)

    def send(self, request: Request) -> Exchange:
        """Send `request` once and return what came back; never raises for what the target does."""
        if request.changes:
            self._guard(request)
        attempt = _Attempt(self.limits.answer)
        exchange = self._exchange(request, attempt)
        idle_closed = exchange.failure is not None and exchange.failure.kind == "no-answer" and attempt.reused
        if idle_closed and not request.changes:
            return self._exchange(request, _Attempt(self.limits.answer))
        return exchange

    def shown_authorization(self, credential: str) -> str | None:
        """Return how a credential's header is written where people see it, or None where there is none."""
        header = self._auth.get(credential)
        return header.shown if header else None

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def url(self, request: Request) -> str:
        """Return the whole URL that `request` goes to."""
        query = f"?{urlencode(request.query)}" if request.query else ""
        return f"{self.root}{request.path}{query}"

    def _prepare(self, request: Request, url: str) -> requests.PreparedRequest:
        prepared = self._session.prepare_request(
            requests.Request(
                request.method,
                self.root,
                headers={"Content-Type": request.content_type} if request.content_type else None,
                data=request.body,
                auth=self._auth.get(request.credential),
            )
        )
        prepared.url = url  # as it stands: requests would rewrite %31 to 1
        return prepared

    def _exchange(self, request: Request, attempt: "_Attempt") -> Exchange:
        url = self.url(request)
        status: int | None = None
        headers: Mapping[str, str] = {}
        body = bytearray()
        failure: Failure | None = None
        started = time.monotonic()
        with attempt:
            try:
                answer = self._session.send(
                    self._prepare(request, url),
                    stream=True,
                    allow_redirects=False,
                    timeout=(self.limits.connect, min(self.limits.first_byte, self.limits.answer)),
                )
                status, headers = answer.status_code, answer.headers
                with answer:
                    failure = self._read(answer.raw, body)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                failure = _failure(error, status)
        if attempt.expired:
            failure = Failure("deadline", f"no whole answer within {self.limits.answer:g} s")
        return Exchange(request, url, status, headers, bytes(body), time.monotonic() - started, failure)

    def _read(self, raw: Any, body: bytearray) -> Failure | None:
        for chunk in raw.stream(65_536, decode_content=True):
            body += chunk
            if len(body) > self.limits.size:
                del body[self.limits.size :]
                return Failure("too-large", f"the answer is larger than {self.limits.size:,} bytes")
        return None


class _Attempt:
    """The deadline of one exchange. At its end the socket is shut, which ends whatever reads or writes there."""

    current = threading.local()

    def __init__(self, seconds: float) -> None:
        self.expired = self.reused = False
        self.connection: HTTPConnection | None = None
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> None:
        _Attempt.current.attempt = self
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        _Attempt.current.attempt = None

    def _expire(self) -> None:
        self.expired = True
        sock = self.connection.sock if self.connection else None
        if sock is not None:
            try:
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not SSLSocket's: that one would drop its state
            except OSError:
                return  # closed in the meantime


class _Watched:
    """What both connection classes share: the attempt knows its connection, and changes get a fresh one."""

    _used = False

    def connect(self: Any) -> None:
        attempt = getattr(_Attempt.current, "attempt", None)
        if attempt is not None:
            attempt.connection = self
        self._used = False
        super().connect()  # type: ignore[misc]
        if attempt is not None and attempt.expired:
            raise TimeoutError

    def request(self: Any, method: str, *args: Any, **kwargs: Any) -> None:
        attempt = getattr(_Attempt.current, "attempt", None)
        if attempt is not None:
            attempt.connection, attempt.reused = self, self._used
        if self._used and method not in SAFE_METHODS:
            self.close()  # http.client connects anew
        super().request(method, *args, **kwargs)  # type: ignore[misc]
        self._used = True


class _PlainConnection(_Watched, HTTPConnection):
    pass


class _TlsConnection(_Watched, HTTPSConnection):
    pass


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    """requests' own adapter on connections that know their attempt."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._watch(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        self._watch(manager)
        return manager

    @staticmethod
    def _watch(manager: Any) -> None:
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}


def _session(transport: Transport) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.verify = str(transport.ca_file) if transport.ca_file else True
    if transport.client_cert:
        session.cert = (str(transport.client_cert[0]), str(transport.client_cert[1]))
    if transport.proxy:
        session.proxies = {"http": transport.proxy, "https": transport.proxy}
    session.cookies = RequestsCookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    session.headers.clear()
    session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"})
    adapter = _Adapter(pool_maxsize=64, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def _failure(error: Exception, status: int | None) -> Failure:
    """Name what went wrong, in the order in which the library wraps its errors."""
    text = _root_cause(error)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Failure("refused", "no connection within the time allowed")
    if isinstance(error, requests.exceptions.ReadTimeout | urllib3.exceptions.ReadTimeoutError | TimeoutError):
        return Failure("deadline", "the answer stopped coming" if status else "no answer within the time allowed")
    if isinstance(error, requests.exceptions.SSLError):
        return Failure("refused", f"TLS: {text}")
    chain = _chain(error)
    if any(isinstance(link, urllib3.exceptions.NewConnectionError | requests.exceptions.ProxyError) for link in chain):
        return Failure("refused", text)
    if status is None and any(isinstance(link, ConnectionError) for link in chain):
        return Failure("no-answer", "the connection closed without an answer")
    return Failure("garbled", f"the answer breaks HTTP: {text}")


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
    return " ".join(str(text).split())[:200]
