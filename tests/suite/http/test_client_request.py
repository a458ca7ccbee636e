"""The client sends a request as it is given, and takes nothing from its surroundings."""

from pathlib import Path

import pytest

from contracts.http.client import Header, Request
from contracts.http.transport import Transport
from helpers.clients import GET, POST, echoes, keeps, open_client
from helpers.raw_server import HEAD, answer, serving


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
    """The values of a query are encoded, the path in front of it is not."""
    with serving(echoes) as server, open_client(server) as client:
        body = client.send(Request("GET", "/%31", {"projectName": "a&b 名"})).body
    assert body == b"GET /%31?projectName=a%26b+%E5%90%8D HTTP/1.1"


def test_headers_are_exactly_these() -> None:
    """A request has the headers it needs, the credential once, and no more."""
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
    """A cookie that a server sets is forgotten."""
    cookie = HEAD + b"Set-Cookie: session=1; Path=/\r\n"
    with serving(lambda visit: visit.say(answer(head=cookie))) as server, open_client(server) as client:
        for request in (GET, POST, GET):
            client.send(request)
        assert not any(b"cookie" in request.lower() for request in server.requests)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """A redirect is an answer as any other, its body included."""
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
