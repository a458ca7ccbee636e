"""A client with servers that it talks to, and what they got."""

import contextlib
from collections.abc import Iterator

from contracts.http.client import Client, Header, Limits
from contracts.http.exchange import Request
from contracts.http.transport import Transport
from helpers.raw_server import PATIENCE, Server, Visit, answer

GET, POST = Request("GET", "/x"), Request("POST", "/x", body=b"{}", content_type="application/json")
PATIENT = Limits(connect=PATIENCE, first_byte=PATIENCE, answer=PATIENCE)


@contextlib.contextmanager
def open_client(
    server: Server, limits: Limits = PATIENT, transport: Transport | None = None, scheme: str = "http"
) -> Iterator[Client]:
    """Yield a client of `server` with one credential, main."""
    header = Header("Bearer s3cret-value", "Bearer $ZADIG_TOKEN")
    root = server.url.replace("http:", f"{scheme}:")
    client = Client(root, {"main": header}, guard=lambda _: None, limits=limits, transport=transport or Transport())
    yield client
    client.close()


def keeps(visit: Visit) -> None:
    """Answer and keep the connection open."""
    visit.say(answer())


def echoes(visit: Visit) -> None:
    """Answer with the request's own first line."""
    visit.say(answer(visit.request.partition(b"\r\n")[0]))


def methods(server: Server) -> list[str]:
    return [request.split()[0].decode() for request in server.requests]
