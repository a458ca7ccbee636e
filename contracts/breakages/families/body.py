"""Breakages of the body: bytes that are no JSON, not the right JSON, or should not be there."""

import json
from collections.abc import Iterator

from contracts.breakages.answer_edits import Row, body, in_turn, spoiled, text
from contracts.breakages.breakage import Breakage
from contracts.breakages.proxy.recognise import OPERATIONS

_PAGE = "<!doctype html><html><head><title>Bad gateway</title></head></html>"
_STRICT = "The body is one JSON value"
_ROWS = (
    Row("empty", "The answer has a body.", "empty-body", body(lambda _: b"")),
    Row("blank", "The answer has a body.", "empty-body", body(lambda _: b" \n")),
    Row("html", "The body is JSON, not a page.", "not-json", text(_PAGE)),
    Row("truncated", f"{_STRICT} up to its end.", "not-json", body(lambda old: old[:-1])),
    Row("trailing-text", f"{_STRICT} and nothing after it.", "not-json", body(lambda old: old + b" ok")),
    Row("twice", f"{_STRICT}, not two.", "not-json", body(lambda old: old + old)),
    Row("nan", f"{_STRICT}, which has no NaN.", "not-json", body(lambda old: old.replace(b"{", b'{"took":NaN,', 1))),
    Row(
        "duplicate-key",
        f"{_STRICT} with each key once.",
        "not-json",
        body(lambda old: old.replace(b"{", b'{"x":1,"x":2,', 1)),
    ),
    Row("byte-order-mark", f"{_STRICT} with nothing before it.", "not-json", body(lambda old: b"\xef\xbb\xbf" + old)),
    Row("utf-16", "The body is UTF-8.", "not-json", body(lambda old: old.decode().encode("utf-16"))),
    Row(
        "half-a-character",
        "The texts are whole characters.",
        "not-json",
        body(lambda old: old.replace(b"{", b'{"x":"\\ud83d",', 1)),
    ),
    Row("trailing-comma", f"{_STRICT}, which has no trailing comma.", "not-json", body(lambda old: old[:-1] + b",}")),
    Row(
        "single-quotes",
        f"{_STRICT}, whose quotes are double.",
        "not-json",
        body(lambda old: repr(json.loads(old)).encode()),
    ),
    Row("prefixed", f"{_STRICT} with nothing before it.", "not-json", body(lambda old: b")]}'\n" + old)),
    Row("array", "The body is an object.", "wrong-type", body(lambda old: b"[" + old + b"]")),
    Row(
        "string",
        "The body is an object, not a text of one.",
        "wrong-type",
        body(lambda old: json.dumps(old.decode()).encode()),
    ),
    Row("null", "The body is an object.", "wrong-type", text("null")),
)
_GBK = Row("gbk", "The body is UTF-8.", "not-json", body(lambda old: old.decode().encode("gbk")))
_DENIED = Row("explained", "Who is turned away gets an empty body.", "text", text('{"message":"denied"}'))


def changes() -> Iterator[Breakage]:
    """Yield all of this family."""
    yield from in_turn("body", _ROWS)
    yield spoiled("body", "create-workflow", "no-stage", _GBK)
    yield spoiled("body", "restart-task", "already-passed", _GBK)
    for operation in OPERATIONS:
        yield spoiled("body", operation, "unauthorized", _DENIED)
        yield spoiled("body", operation, "forbidden", _DENIED)
