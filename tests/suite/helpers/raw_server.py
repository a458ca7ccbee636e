"""A server on a raw loopback socket, which reads requests and behaves in one way at each."""

import contextlib
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from contracts.breakages.known_answers import ANSWERS

TICK = 0.05
"""Seconds between two bytes of a server that drips: far less than any timeout for the next byte."""
PATIENCE = 600.0
"""Seconds after which a server gives up, so that a client without a deadline fails its test and does not hang it."""

VALUE = json.loads(ANSWERS["cancel-task", "no-such-task"].example.body)
"""The right answer to cancelling a task that is not there; its status is 400."""
JSON = json.dumps(VALUE, ensure_ascii=False).encode()
NO_WORKFLOW = ANSWERS["start-task", "no-such-workflow"].example.body
"""What finding a workflow that is not there answers."""
TYPE = b"Content-Type: application/json; charset=utf-8\r\n"
HEAD = b"HTTP/1.1 400 Bad Request\r\n" + TYPE
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@dataclass
class Visit:
    """One connection to a server: what came last, what ends the server, and how long it pauses in what has no end."""

    sock: socket.socket
    over: threading.Event
    request: bytes = b""
    number: int = 0
    pause: float = 0.0

    def say(self, data: bytes) -> None:
        """Send `data`."""
        self.sock.sendall(data)

    def say_for_ever(self, data: bytes, pause: float = 0.0) -> None:
        """Send `data` again and again until the client goes or the server ends."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not self.over.wait(max(pause, self.pause)):
            self.sock.sendall(data)

    def wait(self) -> None:
        """Say nothing until the server ends."""
        self.over.wait(PATIENCE)

    def close(self) -> None:
        """Close in the ordinary way."""
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def reset(self) -> None:
        """Close with a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


Behaviour = Callable[[Visit], None]


@dataclass
class Server:
    """A running server: its port and what arrived at it, in order."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


def answer(body: bytes = JSON, head: bytes = HEAD) -> bytes:
    """Return a whole answer: `head`, the right length, `body`."""
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


@contextlib.contextmanager
def serving(
    behaviour: Behaviour,
    *,
    reads: bool = True,
    listens: bool = True,
    tls: ssl.SSLContext | None = None,
    pause: float = 0.0,
) -> Iterator[Server]:
    """Yield a server on a free loopback port that does `behaviour` at each request (at each connection if not `reads`).

    What it sends without end comes with at least this pause. At the end all of its connections are closed and all of
    its threads have ended.
    """
    over = threading.Event()
    threads: list[threading.Thread] = []

    def accept() -> None:
        while not over.is_set():
            try:
                visit = Visit(listener.accept()[0], over, pause=pause)
            except OSError:
                return
            server.visits.append(visit)
            threads.append(threading.Thread(target=_visit, args=(server, visit, behaviour, reads, tls)))
            threads[-1].start()

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = Server(listener.getsockname()[1])
        accepting = threading.Thread(target=accept)
        if listens:
            listener.listen(128)
            accepting.start()
        try:
            yield server
        finally:
            over.set()
            if listens:
                listener.shutdown(socket.SHUT_RDWR)
                accepting.join()
            for visit in server.visits:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(visit.sock, socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def _visit(server: Server, visit: Visit, behaviour: Behaviour, reads: bool, tls: ssl.SSLContext | None) -> None:
    with contextlib.suppress(OSError):
        if tls is not None:
            visit.sock = tls.wrap_socket(visit.sock, server_side=True)
        if not reads:
            behaviour(visit)
        while reads and (request := read_request(visit.sock)):
            visit.request, visit.number = request, visit.number + 1
            server.requests.append(request)
            behaviour(visit)
    visit.sock.close()


def read_request(sock: socket.socket) -> bytes:
    """Return the next whole request on `sock`, nothing where the client closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65_536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(fields.get(b"content-length", 0)):
        body += sock.recv(65_536)
    return head + b"\r\n\r\n" + body
