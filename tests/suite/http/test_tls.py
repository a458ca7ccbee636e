"""TLS: who is trusted, what a failure says, client certificates, and proxies."""

import contextlib
import socket
import ssl
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.http.client import Client, Limits
from contracts.http.exchange import Exchange, Request
from contracts.http.transport import Transport
from helpers.certificates import Certificates
from helpers.clients import PATIENT, keeps, open_client
from helpers.raw_server import JSON, PATIENCE, Server, Visit, answer, serving

GET, POST = Request("GET", "/%31"), Request("POST", "/%31", body=b"{}")


def ask(server: Server, transport: Transport) -> Exchange:
    """Send one GET over TLS."""
    with open_client(server, transport=transport, scheme="https") as client:
        return client.send(GET)


def test_a_ca_file_is_trusted(certificates: Certificates) -> None:
    """A server whose certificate the given CA signed is answered to."""
    with serving(keeps, tls=certificates.servers["good"]) as server:
        assert ask(server, Transport(ca_file=certificates.ca_file)).body == JSON


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_ca_of_the_environment_is_not_trusted(
    certificates: Certificates, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(certificates.ca_file))
    with serving(keeps, tls=certificates.servers["good"]) as server:
        failure = ask(server, Transport()).failure
    assert failure.kind == "refused"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("expired", "certificate has expired"),
        ("wrong-host", "certificate is not valid for '127.0.0.1'"),
        ("self-signed", "self-signed certificate"),
        ("unknown-ca", "unable to get local issuer certificate"),
    ],
)
def test_a_bad_certificate_is_named(certificates: Certificates, kind: str, text: str) -> None:
    with serving(keeps, tls=certificates.servers[kind]) as server:
        failure = ask(server, Transport(ca_file=certificates.ca_file)).failure
        assert server.requests == []
    assert failure.text.startswith("TLS: ")
    assert text in failure.text.replace("self signed", "self-signed")


def test_a_client_certificate_is_shown(certificates: Certificates) -> None:
    """A server that asks for a client certificate gets it; without one the answer is a refusal."""
    demanding = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    demanding.load_cert_chain(certificates.client_file.parent / "good.pem")
    demanding.load_verify_locations(certificates.ca_file)
    demanding.verify_mode = ssl.CERT_REQUIRED
    pair = (certificates.client_file, certificates.client_file)
    with serving(keeps, tls=demanding) as server:
        assert ask(server, Transport(certificates.ca_file, pair)).body == JSON
        failure = ask(server, Transport(certificates.ca_file)).failure
        assert len(server.requests) == 1
    assert failure.kind in ("refused", "no-answer")  # the alert may come before or behind the end of the connection


def test_a_body_that_drips_through_tls_ends_at_the_deadline(certificates: Certificates) -> None:
    """The deadline ends an answer without a length that comes byte by byte over TLS."""

    def drip(visit: Visit) -> None:
        visit.say(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        visit.say_for_ever(b" ", 0.05)

    limits, transport = replace(PATIENT, answer=1), Transport(ca_file=certificates.ca_file)
    with (
        serving(drip, tls=certificates.servers["good"]) as server,
        open_client(server, limits, transport, "https") as client,
    ):
        exchange = client.send(GET)
    assert exchange.failure.kind == "deadline"
    assert exchange.seconds < PATIENCE


def tunnel(visit: Visit) -> None:
    """Do what a proxy does at CONNECT: join the client with the host that it names."""
    host, _, port = visit.request.split()[1].decode().partition(":")
    with socket.create_connection((host, int(port))) as far:
        visit.say(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_pump, args=(far, visit.sock))
        back.start()
        _pump(visit.sock, far)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


def test_a_change_behind_a_get_goes_through_the_proxy_too(certificates: Certificates) -> None:
    """GET, POST, GET, POST through a proxy to a TLS server are all answered; each POST has a tunnel of its own."""
    with serving(keeps, tls=certificates.servers["good"]) as server, serving(tunnel) as proxy:
        transport = Transport(ca_file=certificates.ca_file, proxy=proxy.url)
        with open_client(server, transport=transport, scheme="https") as client:
            found = [client.send(request) for request in (GET, POST, GET, GET, POST)]
        assert [exchange.body for exchange in found] == [JSON] * 5
        assert [visit.number for visit in server.visits] == [1, 3, 1]
        assert all(request.startswith(b"CONNECT 127.0.0.1:") for request in proxy.requests)
        assert [request.split()[1] for request in server.requests] == [b"/%31"] * 5


def test_a_proxy_that_refuses_is_named(certificates: Certificates) -> None:
    forbidden = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
    good = certificates.servers["good"]
    with serving(lambda visit: visit.say(forbidden)) as proxy, serving(keeps, tls=good) as server:
        failure = ask(server, Transport(ca_file=certificates.ca_file, proxy=proxy.url)).failure
        assert server.visits == []
    assert failure.kind == "refused"
    assert "403" in failure.text


def forward(visit: Visit) -> None:
    """Do what a proxy does with a request in plain http: answer for the target."""
    visit.say(answer())


def ask_through(target: str, proxy: Server, ca_file: Path | None, limits: Limits = Limits(answer=15)) -> Exchange:  # noqa: B008
    """Send one GET to `target` through a proxy that speaks TLS."""
    transport = Transport(ca_file=ca_file, proxy=proxy.url.replace("http:", "https:"))
    client = Client(target, {}, guard=lambda _: None, limits=limits, transport=transport)
    try:
        return client.send(GET)
    finally:
        client.close()


@pytest.mark.parametrize("kind", ["expired", "wrong-host", "self-signed", "unknown-ca"])
def test_a_bad_certificate_of_a_proxy_is_refused(certificates: Certificates, kind: str) -> None:
    """A proxy's certificate is checked for a target in plain http too, before anything is sent."""
    with serving(forward, tls=certificates.servers[kind]) as proxy:
        failure = ask_through("http://zadig.example", proxy, certificates.ca_file).failure
        assert proxy.requests == []
    assert failure is not None
    assert failure.kind == "refused"


def test_a_proxy_with_a_good_certificate_is_used(certificates: Certificates) -> None:
    """The same proxy with a certificate that the given CA signed is used."""
    with serving(forward, tls=certificates.servers["good"]) as proxy:
        assert ask_through("http://zadig.example", proxy, certificates.ca_file).body == JSON
        assert len(proxy.requests) == 1


def test_a_body_that_drips_through_tls_in_tls_ends_at_the_deadline(certificates: Certificates) -> None:
    """The deadline reaches a TLS target behind a TLS proxy, and the deadlines of later requests hold as well."""

    def drip(visit: Visit) -> None:
        visit.say(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        visit.say_for_ever(b" ", 0.05)

    good = certificates.servers["good"]
    with serving(drip, tls=good) as server, serving(tunnel, tls=good) as proxy:
        target = server.url.replace("http:", "https:")
        for _ in range(2):
            failure = ask_through(target, proxy, certificates.ca_file, Limits(answer=1)).failure
            assert failure is not None
            assert failure.kind == "deadline"
