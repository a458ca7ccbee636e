"""The client sends each request once and as it is given, and stops at the guard, the deadline and the size cap."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.http.client import Client, Header, Limits
from contracts.http.curl import curl
from contracts.http.deadlines import Deadlines
from contracts.http.exchange import Exchange, Failure, Request
from contracts.http.transport import Transport
from helpers.bad_servers import says
from helpers.clients import GET, PATIENT, POST, echoes, keeps, methods, open_client
from helpers.raw_server import HEAD, JSON, PATIENCE, Visit, answer, serving


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


def test_what_is_refused_can_go_out_on_a_used_connection() -> None:
    """A request that says so goes out on a connection that answered before, and on a new one where that just ends."""

    def ends_the_first(visit: Visit) -> None:
        if visit.number == 2 and len(server.requests) == 2:
            visit.close()
        else:
            keeps(visit)

    used = replace(POST, used=True)
    with serving(ends_the_first) as server, open_client(server) as client:
        assert [client.send(used).failure for _ in range(2)] == [None, None]
        assert methods(server) == ["GET", "POST", "POST", "GET", "POST"]
        assert [visit.number for visit in server.visits] == [2, 1, 2]
        assert curl(client, used).startswith(f"curl -so /dev/null {server.url}/ --next -sSig --path-as-is -X POST ")


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


def test_threads_share_a_client() -> None:
    """16 threads with 50 requests each get each their own answer."""
    with serving(echoes) as server, open_client(server) as client:

        def send(number: int) -> bool:
            request = Request("POST" if number % 5 == 0 else "GET", f"/{number}")
            return client.send(request).body == f"{request.method} /{number} HTTP/1.1".encode()

        with ThreadPoolExecutor(16) as pool:
            assert all(pool.map(send, range(16 * 50)))
        assert len(server.requests) == 16 * 50


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


def test_whether_anything_was_sent_is_known() -> None:
    """Nothing was where there was no connection, or no TLS in it; all else may have reached the server."""
    with serving(Visit.close) as server, open_client(server) as client:
        assert client.send(POST).sent
        secure = Client(server.url.replace("http:", "https:"), {}, guard=lambda _: None)
        assert not secure.send(POST).sent
        secure.close()
    refused = Client("http://127.0.0.1:1", {}, guard=lambda _: None)
    assert not refused.send(POST).sent


def test_the_guard_hears_how_a_change_ended() -> None:
    heard: list[Exchange] = []
    with serving(keeps) as server:
        client = Client(server.url, {}, guard=lambda _: heard.append)
        sent = [client.send(GET), client.send(POST)]
        client.close()
    assert heard == sent[1:]


@pytest.mark.parametrize(("size", "kind"), [(len(JSON), None), (len(JSON) - 1, "too-large")], ids=["just", "over"])
def test_the_size_cap_is_exact(size: int, kind: str | None) -> None:
    """An answer of exactly the size allowed is whole; of one byte more it is too large and cut."""
    body = JSON.replace(b" ", b"_")
    with serving(lambda visit: visit.say(answer(body))) as server, open_client(server, Limits(size=size)) as client:
        exchange = client.send(GET)
    assert (exchange.failure and exchange.failure.kind) == kind
    assert exchange.body == body[:size]


@pytest.mark.parametrize(("blanks", "kind"), [(14, None), (20, "too-large")], ids=["many", "without-measure"])
def test_blanks_do_not_count_up_to_a_measure(blanks: int, kind: str | None) -> None:
    """What is larger than allowed only because of blanks is read; blanks without end are not."""
    body, size = JSON + b" " * len(JSON) * blanks, len(JSON)
    with serving(lambda visit: visit.say(answer(body))) as server, open_client(server, Limits(size=size)) as client:
        exchange = client.send(GET)
    assert (exchange.failure and exchange.failure.kind) == kind


@pytest.mark.parametrize(
    "limits",
    [replace(PATIENT, answer=0.5), replace(PATIENT, connect=0.5)],
    ids=["deadline", "send-timeout"],
)
def test_a_server_that_does_not_read_a_large_body_ends_at_the_deadline(limits: Limits) -> None:
    """A request that cannot be sent in time is a deadline and not broken HTTP."""
    with serving(Visit.wait, reads=False) as server, open_client(server, limits) as client:
        exchange = client.send(Request("POST", "/x", body=b"x" * 30_000_000))
    assert exchange.failure.kind == "deadline"
    assert exchange.seconds < PATIENCE


def test_the_repeated_get_shares_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GET and its repetition take one deadline together: the repetition gets what is left of it."""
    allowed: list[float] = []
    after = Deadlines.after

    def noted(deadlines: Deadlines, seconds: float, act: Callable[[], None]) -> Callable[[], None]:
        allowed.append(seconds)
        return after(deadlines, seconds, act)

    def slow_then_silent(visit: Visit) -> None:
        if len(server.requests) == 1:
            keeps(visit)
        elif len(server.requests) == 2:
            visit.over.wait(0.1)
            visit.close()
        else:
            visit.wait()

    with serving(slow_then_silent) as server, open_client(server, replace(PATIENT, answer=2)) as client:
        client.send(GET)
        monkeypatch.setattr(Deadlines, "after", noted)
        exchange = client.send(GET)
        assert len(server.requests) == 3
    assert exchange.failure.kind == "deadline"
    assert allowed[0] == 2
    assert allowed[-1] <= 1.9


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


@pytest.mark.parametrize(
    ("path", "target"),
    [
        pytest.param("/%31", "/%31", id="needless-escape"),
        pytest.param("/%e5%90%8d", "/%e5%90%8d", id="lower-case-escape"),
        pytest.param("/%E5%90%8D", "/%E5%90%8D", id="upper-case-escape"),
        pytest.param("/a%2Fb", "/a%2Fb", id="escaped-slash"),
        pytest.param("/100%", "/100%", id="lone-percent"),
        pytest.param("/%zz%31", "/%zz%31", id="no-escape"),
        pytest.param("/a/../b/./c", "/a/../b/./c", id="dots"),
        pytest.param("//a//b/", "//a//b/", id="slashes"),
        pytest.param("/a#b", "/a#b", id="hash"),
        pytest.param("/a?b=c", "/a?b=c", id="query"),
        pytest.param("/a+b;c=d@e:[f]|{g}", "/a+b;c=d@e:[f]|{g}", id="signs"),
        pytest.param("/名", "/%E5%90%8D", id="chinese-as-it-is"),
        pytest.param("/a b\r\nX: y", "/a%20b%0D%0AX:%20y", id="what-no-request-line-can-carry"),
    ],
)
def test_a_path_goes_out_as_given(path: str, target: str) -> None:
    """A path of ASCII goes out byte for byte; other characters are percent-encoded."""
    with serving(echoes) as server, open_client(server) as client:
        exchange = client.send(Request("GET", path))
        assert exchange.body.decode() == f"GET {target} HTTP/1.1"
        assert exchange.url == server.url + target


def test_a_query_is_encoded() -> None:
    with serving(echoes) as server, open_client(server) as client:
        body = client.send(Request("GET", "/%31", {"projectName": "a&b 名"})).body
    assert body == b"GET /%31?projectName=a%26b+%E5%90%8D HTTP/1.1"


def test_headers_are_exactly_these() -> None:
    with serving(keeps) as server, open_client(server) as client:
        client.send(POST)
        client.send(Request("GET", "/x", credential="nobody"))
        port = server.port
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        anonymous = server.requests[1]
    assert sorted(head.decode().split("\r\n")[1:]) == [
        "Accept-Encoding: identity",
        "Accept: application/json",
        "Authorization: Bearer s3cret-value",
        "Content-Length: 2",
        "Content-Type: application/json",
        f"Host: 127.0.0.1:{port}",
        "User-Agent: zadig-contract-tests",
    ]
    assert body == b"{}"
    assert b"uthorization" not in anonymous


def test_a_header_does_not_show_its_value() -> None:
    """A credential in a log line or a traceback is masked."""
    assert "s3cret" not in repr(Header("Bearer s3cret-value", "Bearer $ZADIG_TOKEN"))


def test_no_cookie_is_sent_back() -> None:
    cookie = HEAD + b"Set-Cookie: session=1; Path=/\r\n"
    with serving(lambda visit: visit.say(answer(head=cookie))) as server, open_client(server) as client:
        for request in (GET, POST, GET):
            client.send(request)
        assert not any(b"cookie" in request.lower() for request in server.requests)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with serving(keeps) as other, serving(lambda visit: visit.say(moved)) as server, open_client(server) as client:
        moved = answer(b"moved", f"HTTP/1.1 {status} Moved\r\nLocation: {other.url}/\r\n".encode())
        for request in (GET, POST):
            exchange = client.send(request)
            assert (exchange.status, exchange.body, exchange.failure) == (status, b"moved", None)
        assert (len(server.requests), len(other.requests)) == (2, 0)


def test_the_environment_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables for proxies and a netrc change nothing."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password other-secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(keeps) as proxy, serving(keeps) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        with open_client(server) as client:
            client.send(Request("GET", "/x", credential="nobody"))
        assert len(proxy.requests) == 0
        assert b"uthorization" not in server.requests[0]


def test_a_proxy_that_is_set_is_used() -> None:
    """A proxy gets the whole address, byte for byte."""
    with serving(echoes) as proxy, serving(keeps) as server:
        with open_client(server, transport=Transport(proxy=proxy.url)) as client:
            assert client.send(Request("POST", "/%31")).body == f"POST {server.url}/%31 HTTP/1.1".encode()
        assert server.requests == []


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
    assert len(tried) < len(addresses)


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
