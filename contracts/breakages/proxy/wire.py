"""Puts an answer on the wire: rightly, in ways that HTTP also allows, and in ways that it does not."""

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping
from http import HTTPStatus

from contracts.breakages.breakage import Response
from contracts.breakages.proxy.recognise import header

PIECE = 7
"""Bytes of a piece where an answer goes out in pieces: few, so that there are several."""
PAUSE = 0.005
"""Seconds between the pieces of a slow answer, at most SLOW_PIECES of them: far within any deadline."""
SLOW_PIECES = 20
MISSING = 10
"""Bytes by which a cut answer is shorter than it says."""

Parts = list[bytes]


def _pieces(body: bytes, size: int) -> Parts:
    return [body[at : at + size] for at in range(0, len(body), size)]


def _chunked(response: Response) -> Parts:
    chunks = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in _pieces(response.body, PIECE)]
    return [_head(response, "Transfer-Encoding: chunked"), *chunks, b"0\r\n\r\n"]


def _slow(response: Response) -> Parts:
    size = max(PIECE, -(-len(response.body) // SLOW_PIECES))
    return [_head(response, length=len(response.body)), *_pieces(response.body, size)]


def _both_lengths(response: Response) -> Parts:
    _, *chunks = _chunked(response)
    return [_head(response, "Transfer-Encoding: chunked", length=len(response.body)), *chunks]


def _again(response: Response) -> Parts:
    head = _head(response, length=len(response.body))
    return [head, response.body + head + response.body]


def _announced(response: Response) -> Parts:
    early = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
    return [early + _head(response, length=len(response.body)), response.body]


def _plain(response: Response) -> Parts:
    return [_head(response, length=len(response.body)), response.body]


WIRES: Mapping[str, Callable[[Response], Parts]] = {
    "plain": _plain,
    "chunked": _chunked,
    "close": lambda response: [_head(response, "Connection: close"), response.body],
    "http-1.0": lambda response: [_head(response, version="1.0"), response.body],
    "chunked-with-length": _both_lengths,
    "twice": _again,
    "announced": _announced,
    "once": _plain,
    "ends": _plain,
    "cut": lambda response: [_head(response, length=len(response.body) + MISSING), response.body],
    "slow": _slow,
    "reset": lambda _: [],
    "silent": lambda _: [],
}
"""Each way to deliver an answer, with what goes out.

`reset`: nothing, and the connection is reset. `silent`: nothing until the client leaves. `cut`: fewer bytes than it
says. `close` and `http-1.0`: the connection ends with the answer. `once`: with the next
request, and `ends` with the answer, without a word. `twice`: the answer
comes once more. `announced`: 102 and 103 come before it."""
_STAYS_OPEN = frozenset({"plain", "chunked", "slow", "chunked-with-length", "twice", "announced"})


def _head(response: Response, *more: str, length: int | None = None, version: str = "1.1") -> bytes:
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/{version} {response.status} {phrase}", *(f"{name}: {text}" for name, text in response.headers)]
    if length is not None and header(response.headers, "Content-Length") is None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join([*lines, *more, "", ""]).encode("latin-1")


async def deliver(
    response: Response, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, bodiless: bool
) -> bool:
    """Write an answer, only its head if `bodiless`; return whether the connection may be used again."""
    parts = WIRES[response.wire](response)
    for number, part in enumerate(parts[:1] if bodiless else parts):
        if number and response.wire == "slow":
            await asyncio.sleep(PAUSE)
        writer.write(part)
        await writer.drain()
    if response.wire == "reset":
        line: socket.socket = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    if response.wire == "silent":
        while await reader.read(65_536):
            pass
    if response.wire == "once":
        await reader.read(1)
    return response.wire in _STAYS_OPEN
