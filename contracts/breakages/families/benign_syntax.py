"""Harmless changes of the form of every answer: how JSON, headers and HTTP may be written otherwise."""

import gzip as gzipping
import json as jsons
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from contracts.breakages.answer_edits import Spoil, both, is_json, keys, more, set_header, wire
from contracts.breakages.breakage import Act, Breakage, Forward, Headers, Memory, Request, Response
from contracts.breakages.known_answers import ANSWERS, example_request
from contracts.breakages.proxy.recognise import compact

Rule = Callable[[Request, Response], Response]
"""Makes the answer to a request that goes out, of the one that came."""


def act_of(rule: Rule) -> Act:
    """Follow a rule on every answer."""

    async def act(asked: Request, forward: Forward, _: Memory) -> Response:
        return rule(asked, await forward(asked))

    return act


def harmless(what: str, says: str, operation: str, answer: str, rule: Rule) -> Breakage:
    """Return a harmless change, with an answer that shows it."""
    before = ANSWERS[operation, answer].example
    after = rule(example_request(operation, answer), before)
    return Breakage(f"benign/{what}", "benign", "*", "*", says, frozenset(), act_of(rule), before, after)


def _reordered(old: Any) -> Any:
    if isinstance(old, dict):
        return {key: _reordered(inner) for key, inner in reversed(old.items())}
    return [_reordered(inner) for inner in old] if isinstance(old, list) else old


def _dumped(**how: Any) -> Spoil:
    return _text(lambda old: jsons.dumps(jsons.loads(old), **how).encode())


def _text(change: Callable[[bytes], bytes]) -> Spoil:
    """Change the bytes of every answer of JSON."""
    return lambda answered: replace(answered, body=change(answered.body)) if is_json(answered) else answered


def _type(wanted: str) -> Spoil:
    return lambda answered: set_header("content-type", wanted)(answered) if is_json(answered) else answered


def _names(change: Callable[[str], str]) -> Spoil:
    return lambda answered: replace(answered, headers=tuple((change(key), text) for key, text in answered.headers))


def _encoded(coding: str, encode: Callable[[bytes], bytes]) -> Spoil:
    return lambda answered: (
        replace(answered, headers=(*answered.headers, ("Content-Encoding", coding)), body=encode(answered.body))
        if answered.body
        else answered
    )


def _capital_escapes(old: bytes) -> bytes:
    text = jsons.dumps(jsons.loads(old))
    return "".join(
        r"\u" + piece[:4].upper() + piece[4:] if n else piece for n, piece in enumerate(text.split(r"\u"))
    ).encode()


_GZIP = _encoded("gzip", partial(gzipping.compress, mtime=0))
_COOKIES = (("Set-Cookie", "session=1; Path=/; HttpOnly"), ("Set-Cookie", "lang=zh; Path=/"))
_CORS = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Credentials", "true"))
_CACHE = (("Cache-Control", "no-store"), ("ETag", '"1"'), ("Expires", "0"), ("Vary", "Origin"))
_HOPS: Headers = (("Via", "1.1 a"), ("Via", "1.1 b"), ("Strict-Transport-Security", "max-age=1"))
_LAST = ("Date", "Tue, 03 Aug 2021 08:00:00 GMT"), ("Server", "nginx/1.21")

_EVERYWHERE: tuple[tuple[str, str, Spoil], ...] = (
    ("key-order", "JSON objects have no order.", _text(lambda old: compact(_reordered(jsons.loads(old))))),
    ("indented", "Blanks between the parts of JSON mean nothing.", _dumped(indent=2, ensure_ascii=False)),
    ("tabs", "Blanks between the parts of JSON mean nothing.", _dumped(indent="\t", ensure_ascii=False)),
    ("spaces", "Blanks between the parts of JSON mean nothing.", _dumped(ensure_ascii=False)),
    ("escapes", "A character may be written as its escape.", _dumped(ensure_ascii=True)),
    ("escapes-in-capitals", "The digits of an escape may be capitals.", _text(_capital_escapes)),
    (
        "escaped-keys",
        "A key may be written with escapes.",
        _text(lambda old: old.replace(b'"message":', b'"m\\u0065ssage":')),
    ),
    ("line-break-at-the-end", "Blanks after JSON mean nothing.", _text(lambda old: old + b"\n")),
    ("blanks-around", "Blanks around JSON mean nothing.", _text(lambda old: b" \r\n\t" + old + b" " * 99)),
    ("key-added-to-objects", "A release may add keys.", keys(lambda old: old | {"zct_new": {"deeper": [1, None]}})),
    ("keys-added-in-front", "A release may add keys anywhere.", keys(lambda old: {"request_id": "1"} | old)),
    ("headers-capitalised", "Header names have no case.", _names(str.title)),
    ("headers-in-capitals", "Header names have no case.", _names(str.upper)),
    ("type-in-capitals", "Content types have no case.", _type("Application/JSON; Charset=UTF-8")),
    ("type-without-blank", "Blanks between parameters mean nothing.", _type("application/json;charset=utf-8")),
    ("type-without-charset", "JSON is UTF-8 unless it says otherwise.", _type("application/json")),
    ("type-with-quotes", "A parameter may be quoted.", _type('application/json; charset="utf-8"')),
    ("type-with-a-last-semicolon", "An empty parameter means nothing.", _type("application/json; charset=utf-8;")),
    ("chunked", "A body may come in chunks.", wire("chunked")),
    ("connection-closed", "A server may close the connection.", wire("close")),
    ("http-1.0", "A proxy may speak HTTP/1.0.", wire("http-1.0")),
    ("slow", "An answer may take its time within bounds.", wire("slow")),
    ("gzip", "A body may be compressed.", _GZIP),
    ("gzip-in-chunks", "A body may be compressed and come in chunks.", both(_GZIP, wire("chunked"))),
    ("deflate", "A body may be compressed.", _encoded("deflate", zlib.compress)),
    ("header-added", "What stands in front may add headers.", more(("X-Request-Id", "7c9e6679"))),
    ("long-header-added", "What stands in front may add headers.", more(("X-Trace", "x" * 4000))),
    ("cookies", "What stands in front may set cookies.", more(*_COOKIES)),
    ("cors-headers", "What stands in front may add headers.", more(*_CORS)),
    ("cache-headers", "What stands in front may add headers.", more(*_CACHE)),
    ("repeated-headers", "A header may come several times.", more(*_HOPS)),
    ("date-and-server", "A server may name itself and the time.", more(*_LAST)),
    (
        "keep-alive",
        "A server may say how long it waits.",
        more(("Connection", "keep-alive"), ("Keep-Alive", "timeout=60")),
    ),
)


def changes() -> Iterator[Breakage]:
    """Yield all of these."""
    for what, says, spoil in _EVERYWHERE:
        yield harmless(what, says, "cancel-task", "no-such-task", _rule(spoil))


def _rule(spoil: Spoil) -> Rule:
    return lambda _, answered: spoil(answered)
