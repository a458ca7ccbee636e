"""The client sends each request once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from contracts.http.client import Request
from helpers.bad_behaviours import says
from helpers.clients import GET, POST, echoes, keeps, methods, open_client
from helpers.raw_server import JSON, Visit, answer, serving


def test_a_get_on_a_connection_closed_meanwhile_is_repeated_on_a_new_one() -> None:
    """A GET that a kept connection swallows is answered on a new connection."""

    def swallows_the_second(visit: Visit) -> None:
        if visit.number == 1:
            keeps(visit)
        else:
            visit.close()

    with serving(swallows_the_second) as server, open_client(server) as client:
        assert [client.send(GET).status for _ in range(2)] == [400, 400]
        assert methods(server) == ["GET", "GET", "GET"]
        assert [visit.number for visit in server.visits] == [2, 1]


def test_a_get_is_repeated_only_once() -> None:
    """A server that crashes at a GET is asked at most twice, and only where the first connection was a kept one."""

    def crashes_later(visit: Visit) -> None:
        if len(server.requests) == 1:
            keeps(visit)
        else:
            visit.reset()

    with serving(crashes_later) as server, open_client(server) as client:
        client.send(GET)
        failure = client.send(GET).failure
        assert failure is not None
        assert failure.kind == "no-answer"
        assert methods(server) == ["GET"] * 3
        client.send(GET)
        assert methods(server) == ["GET"] * 4


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "PATCH"])
def test_a_change_goes_out_on_a_new_connection(method: str) -> None:
    """A change never uses a connection that was used before, though others are kept for GET."""
    with serving(keeps) as server, open_client(server) as client:
        for request in (GET, GET, Request(method, "/x"), GET, Request(method, "/x"), Request(method, "/y")):
            assert client.send(request).failure is None
        assert [visit.number for visit in server.visits] == [2, 2, 1, 1]


@pytest.mark.parametrize("ends", [Visit.close, Visit.reset], ids=["closes", "resets"])
def test_a_change_is_never_sent_twice(ends: object) -> None:
    """A change that gets no answer arrived once, also behind a GET on a kept connection."""

    def crashes_at_post(visit: Visit) -> None:
        if visit.request.startswith(b"POST"):
            ends(visit)  # type: ignore[operator]
        else:
            keeps(visit)

    with serving(crashes_at_post) as server, open_client(server) as client:
        client.send(GET)
        failure = client.send(POST).failure
        assert failure is not None
        assert failure.kind == "no-answer"
        assert methods(server) == ["GET", "POST"]


def test_fifty_changes_arrive_fifty_times_where_every_connection_is_closed() -> None:
    """A server that closes after each answer without saying so gets each of 50 POSTs once and all are answered."""
    with serving(says(answer())) as server, open_client(server) as client:
        with ThreadPoolExecutor(8) as pool:
            paths = [f"/{number}" for number in range(50)]
            found = list(pool.map(lambda path: client.send(Request("POST", path, body=b"{}")), paths))
        assert [exchange.failure for exchange in found] == [None] * 50
        assert sorted(request.split()[1].decode() for request in server.requests) == sorted(paths)


def test_a_late_second_answer_is_not_taken_for_the_next() -> None:
    """What a server says behind its answer is never read as the answer of another request."""
    stale = answer(b"stale")
    with serving(lambda visit: visit.say(answer() + stale)) as server, open_client(server) as client:
        assert {client.send(request).body for request in (GET, GET, POST, GET)} == {JSON}


def test_threads_share_a_client() -> None:
    """16 threads with 50 requests each get each their own answer."""
    with serving(echoes) as server, open_client(server) as client:

        def send(number: int) -> bool:
            request = Request("POST" if number % 5 == 0 else "GET", f"/{number}")
            return client.send(request).body == f"{request.method} /{number} HTTP/1.1".encode()

        with ThreadPoolExecutor(16) as pool:
            assert all(pool.map(send, range(16 * 50)))
        assert len(server.requests) == 16 * 50
