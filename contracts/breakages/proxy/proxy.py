"""The fault proxy: a server of this process that lets a breakage act on each request to the server behind it."""

import asyncio
import threading
from dataclasses import replace
from typing import Self

import h11
from starlette.types import ASGIApp

from contracts.breakages.breakage import Breakage, Forward, Memory, Request, Response
from contracts.breakages.proxy.recognise import header, recognise
from contracts.breakages.proxy.upstream import to_app, to_url
from contracts.breakages.proxy.wire import deliver
from contracts.standin.serve import HEAD_BYTES, READY_SECONDS, base_url, bind

CONTROL = "/_standin"
"""Where the paths of the stand-in's own calls begin: they pass unchanged."""


class FaultProxy:
    """Serves 127.0.0.1 from a thread while a `with` block lasts, and changes what the server behind answers.

    `applied` counts the answers that are not what the server behind said to the same request. An error in the breakage
    itself is raised at the end of the block.
    """

    def __init__(self, breakage: Breakage | None, forward: Forward, port: int = 0) -> None:
        self.applied = 0
        self._breakage = breakage
        self._forward = forward
        self._memory = Memory()
        self._listener = bind(port)
        self.base_url = base_url(self._listener)
        self._error: Exception | None = None
        self._over = asyncio.Event()
        self._ready = threading.Event()
        name = f"fault proxy {self.base_url}"
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(READY_SECONDS):
            raise RuntimeError(f"the fault proxy at {self.base_url} was not ready within {READY_SECONDS:g} s")
        return self

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        if self._error is not None and error is None:
            raise self._error

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._talk, sock=self._listener)
        self._ready.set()
        await self._over.wait()
        server.close()  # asyncio.run ends the connections

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection until either side ends it."""
        rest, open_, earlier = b"", True, 0
        try:
            while open_ and (read := await _request(reader, writer, rest)) is not None:
                request, rest = read
                response = await self._answer(replace(request, earlier=earlier))
                earlier += 1
                stays = await deliver(response, reader, writer, bodiless=request.method == "HEAD")
                open_ = stays and (header(request.headers, "Connection") or "").lower() != "close"
        except OSError:
            pass  # the client has left
        except h11.RemoteProtocolError:
            writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        except Exception as error:  # of the breakage or the app; raised again where somebody sees it
            self._error = self._error or error
        finally:
            writer.close()

    async def _answer(self, request: Request) -> Response:
        if self._breakage is None or request.path.startswith(CONTROL):
            return await self._forward(request)
        passed: list[tuple[Request, Response]] = []

        async def forward(sent: Request) -> Response:
            upstream = await self._forward(sent)
            if not sent.path.startswith(CONTROL):
                passed.append((sent, upstream))
            return upstream

        response = await self._breakage.act(request, forward, self._memory)
        self.applied += passed != [(request, response)]
        return response


async def _request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes
) -> tuple[Request, bytes] | None:
    """Return the next request of a connection and what came after it; None where the connection ended."""
    parser = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
    if first:
        parser.receive_data(first)
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = parser.next_event()
        if event is h11.NEED_DATA:
            if parser.they_are_waiting_for_100_continue:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                parser.send(h11.InformationalResponse(status_code=100, headers=[]))
            parser.receive_data(await reader.read(1 << 16))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _recognised(head, bytes(body)), parser.trailing_data[0]
        else:
            return None


def _recognised(head: h11.Request, body: bytes) -> Request:
    path, _, query = head.target.decode("latin-1").partition("?")
    headers = tuple((name.decode("latin-1"), text.decode("latin-1")) for name, text in head.headers)
    return recognise(head.method.decode("latin-1"), path, query, headers, body)


def fault_proxy(
    breakage: Breakage | None, upstream: ASGIApp | str, port: int = 0, *, ca_file: str | None = None
) -> FaultProxy:
    """Return a proxy before an app of this process or a base URL (then `ca_file` may say whom to trust).

    OSError if the port cannot be had.
    """
    forward = to_url(upstream.rstrip("/"), ca_file) if isinstance(upstream, str) else to_app(upstream)
    return FaultProxy(breakage, forward, port)
