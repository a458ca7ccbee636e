"""Ways of a server to answer badly: dripping, without an end, with too much, with another value."""

import zlib
from collections.abc import Callable

from helpers.raw_server import HEAD, JSON, TICK, Behaviour, Visit, answer

MEGABYTE = b"x" * 1_000_000


def says(data: bytes, then: Callable[[Visit], None] = Visit.close) -> Behaviour:
    """Return the behaviour: sends `data`, then closes, resets or waits."""

    def behave(visit: Visit) -> None:
        visit.say(data)
        then(visit)

    return behave


def for_ever(start: bytes, data: bytes, pause: float = 0.0) -> Behaviour:
    """Return the behaviour: sends `start`, then `data` again and again."""

    def behave(visit: Visit) -> None:
        visit.say(start)
        visit.say_for_ever(data, pause)

    return behave


def drips(start: bytes, rest: bytes) -> Behaviour:
    """Return the behaviour: sends `start`, then `rest` and its last byte for ever, one byte at a time."""

    def behave(visit: Visit) -> None:
        visit.say(start)
        for byte in rest:
            visit.say(bytes([byte]))
            if visit.over.wait(TICK):
                return
        visit.say_for_ever(rest[-1:], TICK)

    return behave


def bomb(encoding: bytes, window: int) -> Behaviour:
    """Return the behaviour: sends 50 MB, packed into about 50 KB."""
    packing = zlib.compressobj(9, zlib.DEFLATED, window)
    data = b"".join(packing.compress(MEGABYTE) for _ in range(50)) + packing.flush()
    return says(answer(data, HEAD + b"Content-Encoding: " + encoding + b"\r\n"))


def large(head: bytes) -> Behaviour:
    """Return the behaviour: sends `head` and a body of 50 MB."""

    def behave(visit: Visit) -> None:
        visit.say(head + b"Content-Length: 50000000\r\n\r\n")
        for _ in range(50):
            visit.say(MEGABYTE)

    return behave


def redirect(location: bytes) -> bytes:
    """Return the head of a redirect."""
    return b"HTTP/1.1 307 Temporary Redirect\r\nLocation: " + location + b"\r\n"


def with_value(text: str) -> bytes:
    """Return the right body with `text` for the description's JSON."""
    return JSON.replace(b'"mongo: no documents in result"', text.encode())
