"""Connections to a target: a deadline that ends whatever reads or writes, and a new connection for each change.

Nothing of the user's environment is used: no netrc, no proxy and no CA variable.
"""

import contextlib
import io
import queue
import socket
import threading
import time
from dataclasses import field
from http.client import HTTPResponse, RemoteDisconnected, parse_headers
from pathlib import Path
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.wait import wait_for_read

from contracts.http.deadlines import deadlines
from contracts.text.frozen import dataclass
from contracts.text.redact import Hidden, HiddenBytes

HEADERS = {"User-Agent": "zadig-contract-tests", "Accept": "application/json", "Accept-Encoding": "identity"}
"""Those of every request."""


@dataclass(frozen=True)
class Transport:
    """How the target is reached.

    ca_file: certificates to trust instead of the public ones.
    client_cert: its file and the file of its key.
    proxy: its URL.
    """

    ca_file: Path | None = None
    client_cert: tuple[Path, Path] | None = None
    proxy: str | None = field(default=None, repr=False)


DIRECT = Transport()


class Attempt:
    """One try at an exchange: its URL as it shall go out, its deadline, and the header line that says who sends it.

    At the deadline the socket is shut, which ends whatever reads or writes there, unless it was given back before.
    `fresh`: on a new connection only. `idle`: seconds that a kept one is to stay open before it is used. `sent`:
    something of the request may have gone out. `unasked`: more came than the answer.
    """

    current = threading.local()

    def __init__(
        self, url: str, seconds: float, *, fresh: bool, idle: float = 0.0, authorization: HiddenBytes | None = None
    ) -> None:
        self.url = url
        self.fresh = fresh
        self.idle = idle
        self.authorization = authorization
        self.expired = self.reused = self.sent = self.unasked = False
        self.connection: Any = None
        self._seconds = seconds
        self._ends = time.monotonic() + seconds

    def __enter__(self) -> None:
        Attempt.current.attempt = self
        self._call_off = deadlines.after(self._seconds, self._expire)

    def __exit__(self, *_: object) -> None:
        self.let_go()
        Attempt.current.attempt = None

    def let_go(self) -> None:
        """Give the connection back: from here on it may be another attempt's, and this deadline is not to end it."""
        self._call_off()

    @property
    def over(self) -> bool:
        """Whether the deadline is over: the thread that keeps deadlines may be late."""
        return self.expired or self._ends <= time.monotonic()

    @property
    def left(self) -> float:
        """Seconds until the deadline; raises TimeoutError where it is over."""
        if self.over:
            self.expired = True
            raise TimeoutError
        return max(0.0, self._ends - time.monotonic())

    def _expire(self) -> None:
        self.expired = True
        sock = self.connection and (self.connection.sock or self.connection.line)
        while sock is not None and not isinstance(sock, socket.socket):
            sock = sock.socket  # TLS inside of a proxy's TLS is no socket, but has one
        if sock is not None:
            with contextlib.suppress(OSError):  # closed in the meantime
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not SSLSocket's: that one would drop its state


class _Reader(io.BufferedReader):
    """Reads an answer whose head and chunks do not just end: http.client takes the end for that of the headers."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line:
            raise RemoteDisconnected("closed in the middle of the response")
        return line


class _Answer(HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._line = sock
        self.fp: io.BufferedReader = _Reader(self.fp.detach())

    def close(self) -> None:
        """Close what is not read to its end: after that, another thread may have the connection, and closes it too.

        Two at once would meet in io.IOBase.close, and one of them would hear of a closed file.
        """
        if self.fp is not None:
            try:
                self._look_behind()
            finally:  # whatever interrupts the look, the connection must not stay open
                super().close()

    def _close_conn(self: Any) -> None:
        try:
            self._look_behind()
        finally:
            super()._close_conn()  # type: ignore[misc]

    def _look_behind(self) -> None:
        """See whether something stands behind the answer, which would be taken for a part of the next one."""
        patience = self._line.gettimeout()
        with contextlib.suppress(OSError, ValueError):  # it may be closed
            self._line.settimeout(0)
            try:
                Attempt.current.attempt.unasked = bool(self.fp.peek(1))
            finally:
                self._line.settimeout(patience)

    def _read_status(self: Any) -> tuple[str, int, str]:
        """Pass over answers that only announce one, such as 103; http.client itself knows 100 alone."""
        version, status, reason = super()._read_status()  # type: ignore[misc]
        while 101 < status < 200:
            parse_headers(self.fp)
            version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, status, reason


class _Watched:
    """What both connection classes share: the deadline reaches their socket, and the URL goes out as it stands.

    `line` is the socket even when http.client has handed it on to the answer, as it does for `Connection: close`.
    """

    line: socket.socket | None = None
    response_class: Any = _Answer

    def connect(self: Any) -> None:
        super().connect()  # type: ignore[misc]
        self.line = self.sock
        if Attempt.current.attempt.expired:
            raise TimeoutError

    def _new_conn(self: Any) -> socket.socket:
        """Return a socket to the first of the host's addresses that takes it, all of them within the deadline."""
        attempt: Attempt = Attempt.current.attempt
        try:
            addresses = resolve(self._dns_host, self.port, attempt.left)
            for place, (family, kind, protocol, _, address) in enumerate(addresses, 1):
                sock = socket.socket(family, kind, protocol)
                try:
                    for option in self.socket_options or ():
                        sock.setsockopt(*option)
                    sock.settimeout(min(self.timeout, attempt.left))
                    sock.connect(address)
                    return sock
                except BaseException as error:
                    sock.close()
                    if place == len(addresses) or not isinstance(error, OSError) or attempt.expired:
                        raise
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "timeout") from error
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error
        raise NewConnectionError(self, "address")

    def request(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:  # what goes wrong until there is a connection goes wrong before anything is sent
            self.connect()
        Attempt.current.attempt.sent = True
        full = Attempt.current.attempt.url
        path = full[full.index("/", len("https://")) :]
        target = path if url.startswith("/") else full  # for a proxy
        super().request(method, target, *args, **kwargs)  # type: ignore[misc]

    def _send_output(self: Any, *_: object, **__: object) -> None:
        """Send the head, and only here the credential with it: so it is in no variable of the libraries' frames.

        What goes with a head otherwise, a body, urllib3 sends apart.
        """
        credential = filter(None, [Attempt.current.attempt.authorization])
        head = HiddenBytes(b"\r\n".join([*self._buffer, *credential, b"", b""]))
        self._buffer.clear()
        self.send(head)


def resolve(host: str, port: int, seconds: float) -> list[tuple[Any, ...]]:
    """Return the addresses of a host as getaddrinfo does; raises what that raises, TimeoutError after `seconds`.

    Nothing can stop the system's resolver, so it works in a thread that nobody waits for any longer.
    """
    with contextlib.suppress(socket.gaierror):  # an address is none that anybody has to be asked for
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
    found: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def work() -> None:
        try:
            found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:  # raised where the addresses are asked for
            found.put(error)

    threading.Thread(target=work, name="resolve", daemon=True).start()
    try:
        addresses = found.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(addresses, Exception):
        raise addresses
    return list(addresses)


class _PlainConnection(_Watched, HTTPConnection):
    pass


class _TlsConnection(_Watched, HTTPSConnection):
    pass


class _WatchedPool:
    """What both pools share: the attempt knows its connection, and gets a new one where it asks for that."""

    def _get_conn(self: Any, timeout: float | None = None) -> Any:
        connection = super()._get_conn(timeout)  # type: ignore[misc]
        attempt: Attempt = Attempt.current.attempt
        idle = attempt.idle and connection.sock is not None
        if attempt.fresh or (idle and wait_for_read(connection.sock, attempt.idle)):
            connection.close()  # connects anew, through its proxy too
        attempt.connection, attempt.reused = connection, connection.sock is not None
        return connection

    def _put_conn(self: Any, conn: Any) -> None:
        attempt: Attempt = Attempt.current.attempt
        if attempt.unasked and conn is not None:
            conn.close()
        attempt.let_go()
        super()._put_conn(conn)  # type: ignore[misc]


class _PlainPool(_WatchedPool, urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(_WatchedPool, urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Adapter(HTTPAdapter):
    """requests' own adapter, on connections that know their attempt, all of them to one target.

    It has no session, which would keep cookies, look into the environment and read whole bodies of redirects.
    """

    def __init__(self, transport: Transport) -> None:
        self._way: dict[str, Any] = {
            "verify": str(transport.ca_file) if transport.ca_file else True,
            "cert": tuple(map(str, transport.client_cert)) if transport.client_cert else None,
            "proxies": {"http": transport.proxy, "https": transport.proxy} if transport.proxy else {},
        }
        super().__init__(pool_maxsize=64, max_retries=0)
        self._connections: Any = None
        self._url: str | None = None

    def answer(self, request: requests.PreparedRequest, timeout: tuple[float, float]) -> Any:
        """Send a request and return urllib3's response, its body still to be read."""
        return self.send(request, stream=True, timeout=timeout, **self._way)

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> Any:  # noqa: ARG002 - as requests calls it
        """Return urllib3's response as it is: requests' own has nothing that anybody reads here."""
        return resp

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the connections of a direct way."""
        super().init_poolmanager(*args, **kwargs)
        self._watch(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Return the connections through a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        self._watch(manager)
        return manager

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the connections to the one target: requests itself works out anew each time which they are."""
        if self._connections is None:
            self._connections = super().get_connection_with_tls_context(*args, **kwargs)
        return self._connections

    def request_url(self, *args: Any) -> str:
        """Return what is put out for a URL, whose place that of the attempt takes."""
        if self._url is None:
            self._url = super().request_url(*args)
        return self._url

    def cert_verify(self, conn: Any, *args: Any) -> None:
        """Check the certificate of whatever speaks TLS: requests itself checks no https proxy of an http target."""
        super().cert_verify(conn, f"{conn.scheme}://", *args[1:])  # type: ignore[no-untyped-call]

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        """Return the header for a proxy with its value hidden: it stands in the variables of many frames."""
        return {name: Hidden(value) for name, value in super().proxy_headers(proxy).items()}

    @staticmethod
    def _watch(manager: Any) -> None:
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
