"""Connections that are kept: who has one next disturbs no answer; what a server does with one is told."""

import os
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from types import SimpleNamespace

import pytest

from contracts.http import client as client_module
from contracts.http.client import Client, Header
from contracts.http.deadlines import deadlines
from contracts.http.exchange import Request
from contracts.http.transport import Attempt
from helpers.clients import GET, POST, keeps, methods, open_client
from helpers.raw_server import HEAD, JSON, Visit, answer, serving


def test_an_answer_is_not_closed_by_two_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that closes the connection of an answer just read does not disturb who read it."""
    flush, changes = HTTPResponse.flush, iter([POST])

    def flush_while_another_thread_closes(answer: HTTPResponse) -> None:
        for change in changes:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(client.send, change).result()
        flush(answer)

    with serving(keeps) as server, open_client(server) as client:
        monkeypatch.setattr(HTTPResponse, "flush", flush_while_another_thread_closes)
        assert [client.send(GET).failure for _ in range(2)] == [None, None]


def test_a_connection_given_back_is_not_ended_by_the_deadline_of_before() -> None:
    """Whoever has the connection next is not cut off by a deadline that is not his own."""
    mine, other = socket.socketpair()
    past = threading.Event()
    attempt = Attempt("http://127.0.0.1/x", 0.5, fresh=False)
    with mine, other, attempt:
        attempt.connection = SimpleNamespace(sock=mine, line=None)
        attempt.let_go()
        deadlines.after(0.6, past.set)
        past.wait()
        mine.sendall(b"x")
        assert (other.recv(1), attempt.expired) == (b"x", False)


@pytest.mark.skipif(not os.environ.get("ZCT_STABILITY"), reason="a minute: ZCT_STABILITY=1 runs it")
def test_no_answer_is_garbled_by_other_threads() -> None:
    """Of 50,000 exchanges of 16 threads that change places all the time, each is whole."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with serving(keeps) as server, open_client(server) as client, ThreadPoolExecutor(16) as pool:
            failures = {exchange.failure for exchange in pool.map(client.send, [GET, POST] * 25_000)}
    finally:
        sys.setswitchinterval(usual)
    assert failures == {None}


def test_a_get_that_a_kept_connection_swallows_is_repeated_on_a_new_one() -> None:
    """It is answered there; a server that drops the kept one at its next request too does so each time: a fault."""

    def swallows_the_second(visit: Visit) -> None:
        if visit.number == 1:
            keeps(visit)
        else:
            visit.close()

    with serving(swallows_the_second) as server, open_client(server) as client:
        exchanges = [client.send(GET) for _ in range(2)]
        assert [(exchange.status, exchange.failure) for exchange in exchanges] == [(400, None)] * 2
        assert [[fault.kind for fault in exchange.faults] for exchange in exchanges] == [[], ["no-answer"]]
        assert methods(server) == ["GET"] * 7
        assert [visit.number for visit in server.visits] == [2, 1, 2, 2]


def test_every_thread_hears_that_kept_connections_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many use and close connections meanwhile: who is dropped on a kept one is told of the fault."""
    dropped = []

    def swallows_the_second(visit: Visit) -> None:
        if visit.number == 1:
            keeps(visit)
        else:
            dropped.append(visit)
            visit.close()

    monkeypatch.setattr(client_module, "IDLES", (0.2, 0.1))
    with serving(swallows_the_second) as server, open_client(server) as client, ThreadPoolExecutor(8) as pool:
        exchanges = [client.send(GET), *pool.map(client.send, [GET, POST] * 40)]
    assert {exchange.failure for exchange in exchanges} == {None}
    looks = 2
    assert sum(len(exchange.faults) for exchange in exchanges) == len(dropped) - looks > 0


def test_a_server_that_ends_connections_after_a_time_is_not_at_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where that is just the time for which it is looked at whether it does."""
    monkeypatch.setattr(client_module, "IDLES", (0.2, 0.1))
    asked = []

    def swallows_what_comes_late(visit: Visit) -> None:
        late = len(asked) > 0 and visit.number == 2 and len(asked) < 5
        asked.append(visit)
        if late:
            visit.close()
        else:
            keeps(visit)

    with serving(swallows_what_comes_late) as server, open_client(server) as client:
        exchanges = [client.send(GET) for _ in range(2)]
    assert [(exchange.status, exchange.faults) for exchange in exchanges] == [(400, ())] * 2


def test_a_connection_that_ends_after_its_answer_is_no_fault() -> None:
    """A server may end a connection after any answer without a word, also just as the next request comes."""

    def ends_the_first(visit: Visit) -> None:
        if visit.request.startswith(b"GET") and len(server.requests) == 2:
            visit.close()
        else:
            keeps(visit)
            if len(server.requests) > 2:
                visit.close()

    with serving(ends_the_first) as server, open_client(server) as client:
        exchanges = [client.send(GET) for _ in range(4)]
        assert [(exchange.status, exchange.failure, exchange.faults) for exchange in exchanges] == [(400, None, ())] * 4


def test_a_late_second_answer_is_not_taken_for_the_next() -> None:
    """What a server says behind its answer is never read as the answer of another request."""
    stale = answer(b"stale" * 9000)
    with serving(lambda visit: visit.say(answer() + stale)) as server, open_client(server) as client:
        exchanges = [client.send(request) for request in (GET, GET, POST, GET)]
        assert {exchange.body for exchange in exchanges} == {JSON}
        assert {fault.kind for exchange in exchanges for fault in exchange.faults} == {"garbled"}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(answer(JSON, HEAD + b"X-Debug: Bearer s3cret-value-of-main\r\n"), id="header"),
        pytest.param(answer(JSON[:-1] + b',"auth":"s3cret-value-of-main"}'), id="body"),
        pytest.param(answer(JSON[:-1] + b',"auth":"czNjcmV0LXZhbHVlLW9mLW1haW4="}'), id="base64"),
    ],
)
def test_a_credential_that_is_given_back_is_a_fault(given: bytes) -> None:
    """Wherever it stands, and whoever it was asked for; the text of the fault does not have it."""
    header = Header("Bearer s3cret-value-of-main", "Bearer $ZADIG_TOKEN")
    with serving(lambda visit: visit.say(given)) as server:
        client = Client(server.url, {"main": header}, guard=lambda _: None)
        for request in (GET, POST, Request("GET", "/x", credential="nobody")):
            (fault,) = client.send(request).faults
            assert fault.kind == "token-given-back"
            assert "s3cret" not in str(fault)
        client.close()
