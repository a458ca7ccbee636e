"""Threads that hand connections on to each other: no answer is disturbed by who has its connection next."""

import os
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from types import SimpleNamespace

import pytest

from contracts.http.deadlines import deadlines
from contracts.http.transport import Attempt
from helpers.clients import GET, POST, keeps, open_client
from helpers.raw_server import serving


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
    attempt = Attempt("http://127.0.0.1/x", 0.01, fresh=False)
    with mine, other, attempt:
        attempt.connection = SimpleNamespace(sock=mine, line=None)
        attempt.let_go()
        deadlines.after(0.02, past.set)
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
