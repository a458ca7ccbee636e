"""A token is in no variable of any frame that an error in the middle of an exchange could show."""

import socket
import ssl
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import pytest

from contracts.http.client import Client
from contracts.http.exchange import Request
from contracts.http.transport import Transport
from contracts.settings.settings import load
from contracts.target.credentials import headers
from helpers.certificates import Certificates
from helpers.clients import keeps
from helpers.raw_server import serving

TOKEN = "canary-Zq7-9xR2mK4v-TtB8wLs"
LAYERS: dict[str, tuple[type, str]] = {
    "connect": (socket.socket, "connect"),
    "send": (socket.socket, "sendall"),
    "read": (socket.socket, "recv_into"),
    "tls-send": (ssl.SSLSocket, "send"),
    "tls-read": (ssl.SSLSocket, "read"),
}


class FaultError(Exception):
    """What no library catches."""


def variables(trace: TracebackType) -> Iterator[str]:
    """Yield each variable of each frame below a test's own, as `--showlocals` shows it."""
    below = trace.tb_next
    while below is not None:
        for name, value in below.tb_frame.f_locals.items():
            yield f"{below.tb_frame.f_code.co_qualname}: {name} = {value!r}"
        below = below.tb_next


@pytest.mark.parametrize("credential", ["main", "wrong-scheme", "wrong-signature", "alg-none"])
@pytest.mark.parametrize("layer", LAYERS)
def test_no_frame_has_the_token(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch, layer: str, credential: str
) -> None:
    """Whoever is interrupted while connecting, sending or reading shows nothing of a token, with no mask at work."""
    fails_at(monkeypatch, *LAYERS[layer])
    monkeypatch.setenv("ZADIG_TOKEN", TOKEN)
    tls = certificates.servers["good"] if layer.startswith("tls") else None
    with serving(keeps, tls=tls) as server:
        root = server.url.replace("http:", "https:" if tls else "http:")
        transport = Transport(ca_file=certificates.ca_file)
        client = Client(root, headers(load({}), {}), guard=lambda _: None, transport=transport)
        with pytest.raises(FaultError) as caught:
            client.send(Request("POST", "/x", body=b"{}", credential=credential))
        client.close()
    shown = list(variables(caught.tb))
    pieces = {TOKEN[at : at + 8] for at in range(len(TOKEN) - 7)}
    assert len(shown) > 20
    assert [line for line in shown if any(piece in line for piece in pieces)] == []


def test_a_proxys_password_is_in_no_header_of_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """The header that a proxy gets is hidden in the libraries' variables as well."""
    fails_at(monkeypatch, socket.socket, "sendall")
    with serving(keeps) as proxy:
        transport = Transport(proxy=proxy.url.replace("//", "//user:canary-4711@"))
        client = Client("http://zadig.example", {}, guard=lambda _: None, transport=transport)
        with pytest.raises(FaultError) as caught:
            client.send(Request("GET", "/x"))
        client.close()
    basic = "dXNlcjpjYW5hcnktNDcxMQ=="
    assert [line for line in variables(caught.tb) if basic in line] == []


def test_the_token_goes_out_once_in_the_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server gets the header as it always did: once, whole, in the head of the request."""
    monkeypatch.setenv("ZADIG_TOKEN", TOKEN)
    with serving(keeps) as server:
        client = Client(server.url, headers(load({}), {}), guard=lambda _: None)
        for request in (Request("GET", "/x"), Request("POST", "/x", body=b"{}"), Request("GET", "/", credential="no")):
            client.send(request)
        client.close()
    line = f"Authorization: Bearer {TOKEN}".encode()
    heads = [request.partition(b"\r\n\r\n")[0].split(b"\r\n") for request in server.requests]
    assert [head.count(line) for head in heads] == [1, 1, 0]


def fails_at(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
    """Have a method fail in this thread; the servers' threads need it too."""
    plain, here = getattr(owner, name), threading.current_thread()

    def fail(self: Any, *args: Any, **kwargs: Any) -> Any:
        if threading.current_thread() is here:
            raise FaultError
        return plain(self, *args, **kwargs)

    monkeypatch.setattr(owner, name, fail)
