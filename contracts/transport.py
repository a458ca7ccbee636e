"""Connections to a target: a deadline that ends whatever reads or writes, and a connection of its own for each change.

Nothing of the user's environment is used: no netrc, no proxy and no CA variable.
"""

import socket
import threading
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3.connection import HTTPConnection, HTTPSConnection

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
USER_AGENT = "zadig-contract-tests"


@dataclass(frozen=True)
class Transport:
    """How the target is reached: CA file, client certificate (file, key file), proxy URL."""

    ca_file: Path | None = None
    client_cert: tuple[Path, Path] | None = None
    proxy: str | None = None


DIRECT = Transport()


class Attempt:
    """The deadline of one exchange. At its end the socket is shut, which ends whatever reads or writes there."""

    current = threading.local()

    def __init__(self, seconds: float) -> None:
        self.expired = self.reused = False
        self.connection: HTTPConnection | None = None
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> None:
        Attempt.current.attempt = self
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        Attempt.current.attempt = None

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
        attempt = getattr(Attempt.current, "attempt", None)
        if attempt is not None:
            attempt.connection = self
        self._used = False
        super().connect()  # type: ignore[misc]
        if attempt is not None and attempt.expired:
            raise TimeoutError

    def request(self: Any, method: str, *args: Any, **kwargs: Any) -> None:
        attempt = getattr(Attempt.current, "attempt", None)
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


def open_session(transport: Transport) -> requests.Session:
    """Return a session that takes nothing from the environment and keeps no cookies."""
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
