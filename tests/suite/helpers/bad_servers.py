"""Bad servers, the ways in which they answer, and what becomes of a request to each."""

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from tabulate import tabulate

from helpers.raw_server import CHUNKED, HEAD, JSON, NO_WORKFLOW, TICK, TYPE, Behaviour, Visit, answer

MEGABYTE = b"x" * 1_000_000


def says(data: bytes, then: Callable[[Visit], None] = Visit.close) -> Behaviour:
    """Return the behaviour: sends `data`, then closes, resets or waits."""

    def behave(visit: Visit) -> None:
        visit.say(data)
        then(visit)

    return behave


def fine(head: bytes = HEAD) -> Behaviour:
    """Return the behaviour: answers what is right for a task that is not there, and for its workflow, and closes."""

    def behave(visit: Visit) -> None:
        visit.say(answer(NO_WORKFLOW if b"/workflow/find/" in visit.request else JSON, head))
        visit.close()

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


GZIP = HEAD + b"Content-Encoding: gzip\r\n"
MANY_KEYS = b"{" + b",".join(b'"%d":1' % number for number in range(80_000)) + b',"79999":1}'


@dataclass(frozen=True)
class Bad:
    """One bad server: what it does, the failure of the exchange (None: HTTP was fine), the breaches that check finds.

    `tls` names the certificate it has; `https` says whether it is addressed as https.
    """

    name: str
    does: str
    behaviour: Behaviour
    failure: str | None
    breaches: tuple[str, ...] | None = None
    status: int | None = 400
    reads: bool = True
    listens: bool = True
    tls: str | None = None
    https: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of breach; those of a failure follow from it."""
        if self.breaches is not None:
            return self.breaches
        return ("no-answer" if self.failure == "refused" else self.failure or "",)


def _garbled(name: str, does: str, data: bytes, status: int | None = 400) -> Bad:
    return Bad(name, does, says(data), "garbled", status=status)


def _json(name: str, does: str, body: bytes) -> Bad:
    return Bad(name, f"answers JSON with {does}", says(answer(body)), None, ("not-json",))


def _fine(name: str, does: str, behaviour: Behaviour, *breaches: str, status: int = 400) -> Bad:
    return Bad(name, does, behaviour, None, breaches, status)


def _redirects(name: str, does: str, to: bytes) -> Bad:
    return _fine(name, does, says(answer(b"", redirect(to))), "status", "empty-body", status=307)


def _tls(name: str, does: str, tls: str) -> Bad:
    return Bad(name, does, says(answer()), "refused", status=None, tls=tls, https=True)


def _waits(visit: Visit) -> None:
    visit.wait()


BAD_SERVERS = (
    # connections
    Bad("refuses", "refuses the connection", _waits, "refused", status=None, listens=False),
    Bad("closes-at-once", "accepts and closes", Visit.close, "no-answer", status=None, reads=False),
    Bad("closes-unanswered", "reads the request and closes", Visit.close, "no-answer", status=None),
    Bad("resets-unanswered", "reads the request and resets", Visit.reset, "no-answer", status=None),
    Bad("closes-in-head", "closes in the headers", says(HEAD + b"X-A"), "no-answer", status=None),
    Bad("resets-in-head", "resets in the headers", says(HEAD + b"X-A", Visit.reset), "no-answer", status=None),
    Bad("resets-in-body", "resets in the body", says(answer(JSON * 2)[: -len(JSON)], Visit.reset), "garbled"),
    Bad("never-answers", "reads the request and says nothing", _waits, "deadline", status=None),
    Bad("never-reads", "accepts and reads nothing", _waits, "deadline", status=None, reads=False),
    Bad("drips-head", "sends its headers byte by byte", drips(HEAD, b"X-Slow: yes"), "deadline", status=None),
    Bad("drips-body", "sends its body byte by byte", drips(HEAD + b"Content-Length: 9999\r\n\r\n", JSON), "deadline"),
    Bad(
        "drips-until-close",
        "sends a body without a length byte by byte",
        drips(HEAD + b"Connection: close\r\n\r\n", JSON),
        "deadline",
    ),
    Bad("drips-chunks", "sends chunks of one byte, byte by byte", for_ever(CHUNKED, b"1\r\n \r\n", TICK), "deadline"),
    Bad("drips-chunk-size", "sends a chunk's size byte by byte", drips(CHUNKED, b"0"), "deadline"),
    # sizes
    Bad("large-body", "answers 50 MB", large(HEAD), "too-large"),
    Bad("gzip-bomb", "answers 50 MB, in gzip", bomb(b"gzip", zlib.MAX_WBITS + 16), "too-large"),
    Bad("deflate-bomb", "answers 50 MB, in deflate", bomb(b"deflate", zlib.MAX_WBITS), "too-large"),
    Bad(
        "endless-chunks",
        "sends chunks without end",
        for_ever(CHUNKED, b"2710\r\n" + b" " * 10_000 + b"\r\n"),
        "too-large",
    ),
    Bad("endless-headers", "sends headers without end", for_ever(HEAD, b"X-More: yes\r\n"), "garbled", status=None),
    Bad("endless-header", "sends one header without end", for_ever(HEAD + b"X-A: ", MEGABYTE), "garbled", status=None),
    Bad(
        "endless-status-line",
        "sends a status line without end",
        for_ever(b"HTTP/1.1 200 ", MEGABYTE),
        "garbled",
        status=None,
    ),
    Bad("endless-chunk-size", "sends a chunk's size without end", for_ever(CHUNKED, b"0" * 1_000_000), "garbled"),
    Bad("endless-trailers", "sends trailers without end", for_ever(CHUNKED + b"0\r\n", b"X: y\r\n" * 100), "deadline"),
    Bad("endless-trailer", "sends one trailer without end", for_ever(CHUNKED + b"0\r\nX: ", MEGABYTE), "garbled"),
    Bad(
        "continues-for-ever",
        "sends 100 Continue for ever",
        for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        "deadline",
        status=None,
    ),
    # framing
    _garbled("wrong-gzip", "says gzip and sends none", answer(JSON, HEAD + b"Content-Encoding: gzip\r\n")),
    _garbled(
        "cut-gzip",
        "closes in the middle of gzip",
        answer(gzip.compress(JSON), HEAD + b"Content-Encoding: gzip\r\n")[:-9],
    ),
    _garbled(
        "gzip-without-trailer",
        "sends gzip without its last eight bytes",
        answer(gzip.compress(JSON)[:-8], GZIP),
    ),
    _garbled("gzip-and-more", "sends more than gzip", answer(gzip.compress(JSON) + JSON, GZIP)),
    _garbled("wrong-brotli", "says br and sends plain text", answer(JSON, HEAD + b"Content-Encoding: br\r\n")),
    _garbled(
        "length-and-chunks",
        "sends chunks, and promises a length too",
        HEAD + b"Transfer-Encoding: chunked\r\n" + answer(b"%x\r\n%s\r\n0\r\n\r\n" % (len(JSON), JSON), b""),
    ),
    _garbled(
        "length-too-long", "promises more than it sends, and closes", HEAD + b"Content-Length: 999\r\n\r\n" + JSON
    ),
    Bad(
        "length-never-comes",
        "promises more than it sends, and waits",
        says(HEAD + b"Content-Length: 999\r\n\r\n" + JSON, Visit.wait),
        "deadline",
    ),
    _fine(
        "length-too-short",
        "sends more than it promises",
        says(HEAD + b"Content-Length: 20\r\n\r\n" + JSON),
        "garbled",
        "not-json",
    ),
    _garbled("length-negative", "promises -5 bytes", HEAD + b"Content-Length: -5\r\n\r\n" + JSON),
    _garbled("length-no-number", "promises `many` bytes", HEAD + b"Content-Length: many\r\n\r\n" + JSON),
    _garbled(
        "two-lengths", "promises two lengths", HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + JSON, None
    ),
    _garbled(
        "chunk-size-invalid", "sends a chunk's size that is no number", CHUNKED + b"xyz\r\n" + JSON + b"\r\n0\r\n\r\n"
    ),
    _garbled("chunk-missing", "closes without the last chunk", CHUNKED + b"%x\r\n" % len(JSON) + JSON + b"\r\n"),
    _garbled("http-0.9", "answers without any head", JSON + b"\r\n", None),
    _garbled("status-line-garbage", "answers with a head that is not HTTP", b"SMTP ready\r\n" + TYPE + b"\r\n", None),
    _garbled("status-99", "answers with status 99", answer(head=b"HTTP/1.1 99 Low\r\n"), None),
    _garbled("status-1000", "answers with status 1000", answer(head=b"HTTP/1.1 1000 High\r\n"), None),
    _garbled("status-no-number", "answers with status `ok`", answer(head=b"HTTP/1.1 ok\r\n"), None),
    # HTTP that is fine
    _fine(
        "html",
        "answers a page",
        says(answer(b"<html><title>Hi</title>", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")),
        "status",
        "content-type",
        "not-json",
        status=200,
    ),
    _fine("empty-body", "answers an empty body", says(answer(b"")), "empty-body"),
    _redirects("redirect-to-itself", "redirects to itself", b"/"),
    _redirects("redirect-elsewhere", "redirects to another host", b"http://192.0.2.1/"),
    _redirects("redirect-to-nonsense", "redirects to what is no address", b"http://[\xff"),
    Bad("redirect-large", "redirects with a body of 50 MB", large(redirect(b"/")), "too-large", status=307),
    _fine(
        "non-ascii-headers",
        "sends headers that are not ASCII",
        fine(HEAD + b"X-\xe4: \xff\xfe\r\nX-B: \xe5\x90\x8d\r\n"),
    ),
    _fine("closes-kept-connection", "closes after each answer without saying so", fine()),
    _fine("answers-twice", "answers each request twice", says(answer() + answer(b"stale"), Visit.wait), "garbled"),
    # JSON
    _json("deep-json", "100,000 levels", b"[" * 100_000 + b"]" * 100_000),
    _json("json-nul", "a NUL in a text", with_value('"\0"')),
    _json("json-trailing-nul", "a NUL behind it", JSON + b"\0"),
    _json("json-bom", "a byte order mark", b"\xef\xbb\xbf" + JSON),
    _json("json-utf-16", "UTF-16", JSON.decode().encode("utf-16")),
    _json("json-latin-1", "a byte that is not UTF-8", with_value('"@"').replace(b"@", b"\xe4")),
    _json("json-half-surrogate", "half of a surrogate pair", with_value(r'"\ud83d"')),
    _json("json-huge-integer", "a number of 5,000 digits", with_value("9" * 5_000)),
    _json("json-huge-float", "the number 1e400", with_value("1e400")),
    _json("json-nan", "NaN", with_value("NaN")),
    _json("json-duplicate-key", "a key twice", JSON[:-1] + b',"code":6163}'),
    _json("json-many-keys", "80,000 keys, the last of them twice", MANY_KEYS),
    _json("json-trailing-text", "text behind it", JSON + b"Internal Error"),
    # TLS
    _tls("tls-expired", "has a certificate that has expired", "expired"),
    _tls("tls-wrong-host", "has another host's certificate", "wrong-host"),
    _tls("tls-self-signed", "has a certificate signed by itself", "self-signed"),
    _tls("tls-unknown-ca", "has a certificate of an unknown CA", "unknown-ca"),
    Bad(
        "tls-not-spoken",
        "answers plain HTTP where https is asked for",
        says(answer(), Visit.wait),
        "refused",
        status=None,
        reads=False,
        https=True,
    ),
    Bad(
        "tls-never-answers", "never answers the TLS greeting", _waits, "deadline", status=None, reads=False, https=True
    ),
)


def documented() -> str:
    """Return the table as docs/reliability.md has it."""
    rows = ((f"`{bad.name}`", bad.does, bad.failure or "none", ", ".join(bad.kinds) or "none") for bad in BAD_SERVERS)
    return tabulate(rows, ("server", "what it does", "failure", "breaches"), tablefmt="github")
