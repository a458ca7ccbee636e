"""The client stops at the guard, the deadline and the size cap, and says what it could not reach."""

import socket
import threading

import pytest

from contracts.http.client import Client, Failure, Limits, Request
from helpers.clients import GET, POST, keeps, methods, open_client
from helpers.raw_server import JSON, Visit, serving


def test_the_guard_stops_a_change() -> None:
    """What the guard refuses is never sent; a GET is not asked about."""

    def refuse(request: Request) -> None:
        raise PermissionError(request.path)

    with serving(keeps) as server:
        client = Client(server.url, {}, guard=refuse)
        assert client.send(GET).status == 400
        with pytest.raises(PermissionError):
            client.send(POST)
        client.close()
        assert methods(server) == ["GET"]


@pytest.mark.parametrize(("size", "kind"), [(len(JSON), None), (len(JSON) - 1, "too-large")], ids=["just", "over"])
def test_the_size_cap_is_exact(size: int, kind: str | None) -> None:
    """An answer of exactly the size allowed is whole; of one byte more it is too large and cut."""
    with serving(keeps) as server, open_client(server, Limits(size=size)) as client:
        exchange = client.send(GET)
    assert (exchange.failure and exchange.failure.kind) == kind
    assert exchange.body == JSON[:size]


@pytest.mark.parametrize(
    "limits",
    [Limits(connect=9, first_byte=9, answer=0.5), Limits(connect=0.5, first_byte=9, answer=9)],
    ids=["deadline", "send-timeout"],
)
def test_a_server_that_does_not_read_a_large_body_ends_at_the_deadline(limits: Limits) -> None:
    """A request that cannot be sent in time is a deadline and not broken HTTP."""
    with serving(Visit.wait, reads=False) as server, open_client(server, limits) as client:
        exchange = client.send(Request("POST", "/x", body=b"x" * 30_000_000))
    assert exchange.failure is not None
    assert exchange.failure.kind == "deadline"
    assert exchange.seconds < 3


def test_a_name_that_is_not_resolved_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that never answers keeps no request beyond its deadline."""
    over = threading.Event()

    def never(*_: object, flags: int = 0, **__: object) -> None:
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror
        over.wait()

    monkeypatch.setattr(socket, "getaddrinfo", never)
    client = Client("http://zadig.example", {}, guard=lambda _: None, limits=Limits(answer=0.3))
    exchange = client.send(GET)
    over.set()
    client.close()
    assert exchange.failure is not None
    assert (exchange.status, exchange.failure.kind) == (None, "deadline")


def test_all_addresses_of_a_host_share_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many addresses that take no connection, only as many are tried as the deadline allows."""
    tried: list[object] = []

    class Deaf(socket.socket):
        def connect(self, address: object) -> None:
            tried.append(address)
            threading.Event().wait(self.gettimeout())
            raise TimeoutError

    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in range(1, 51)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
    monkeypatch.setattr(socket, "socket", Deaf)
    client = Client("http://zadig.example", {}, guard=lambda _: None, limits=Limits(connect=0.2, answer=0.5))
    exchange = client.send(GET)
    client.close()
    assert exchange.failure is not None
    assert exchange.failure.kind == "deadline"
    assert 1 < len(tried) <= 3


def test_a_second_address_is_used_where_the_first_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host with two addresses is reached by the one that listens."""
    with serving(keeps, listens=False) as deaf, serving(keeps) as server:
        ports = (deaf.port, server.port)
        addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
        client = Client("http://zadig.example", {}, guard=lambda _: None)
        assert client.send(GET).body == JSON
        client.close()


@pytest.mark.parametrize("status", [b"102 Processing", b"103 Early Hints"])
def test_an_answer_that_announces_one_is_passed_over(status: bytes) -> None:
    """What a server says before its answer is no answer, however often it says it."""

    def announces(visit: Visit) -> None:
        visit.say(b"HTTP/1.1 " + status + b"\r\nLink: </x>\r\n\r\n" + b"HTTP/1.1 " + status + b"\r\n\r\n")
        keeps(visit)

    with serving(announces) as server, open_client(server) as client:
        for request in (GET, POST, GET):
            exchange = client.send(request)
            assert (exchange.status, exchange.body, exchange.failure) == (400, JSON, None)


def test_the_repeated_get_shares_the_deadline() -> None:
    """A GET and its repetition take one deadline together."""

    def slow_then_silent(visit: Visit) -> None:
        if len(server.requests) == 1:
            keeps(visit)
        elif len(server.requests) == 2:
            visit.over.wait(0.6)
            visit.close()
        else:
            visit.wait()

    limits = Limits(first_byte=9, answer=1.5)
    with serving(slow_then_silent) as server, open_client(server, limits) as client:
        client.send(GET)
        exchange = client.send(GET)
        assert len(server.requests) == 3
    assert exchange.failure is not None
    assert exchange.failure.kind == "deadline"
    assert exchange.seconds < 1.4


def test_a_refused_connection_says_why() -> None:
    """The failure of a port where nobody listens has the system's own words."""
    with serving(keeps, listens=False) as server, open_client(server) as client:
        failure = client.send(GET).failure
    assert failure == Failure("refused", "Connection refused")


def test_a_host_without_an_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that cannot be resolved is a refused connection, with the system's own words."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    client = Client("http://zadig.invalid", {}, guard=lambda _: None)
    assert client.send(GET).failure == Failure("refused", "Name or service not known")
