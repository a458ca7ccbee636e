"""Breakages of the headers: of the content type, and of what HTTP needs to be read."""

from collections.abc import Iterator

from contracts.breakages.answer_edits import Row, body, both, in_turn, set_header, status, wire
from contracts.breakages.breakage import Breakage

_TYPE = "The content type is application/json"
_LOGIN = both(status(302), set_header("Location", "/signin"), set_header("Content-Type", None), body(lambda _: b""))
_CHUNKED = both(set_header("Transfer-Encoding", "chunked"), wire("close"))
_ROWS = (
    Row("type-html", f"{_TYPE}.", "content-type", set_header("Content-Type", "text/html; charset=utf-8")),
    Row("type-plain", f"{_TYPE}.", "content-type", set_header("Content-Type", "text/plain; charset=utf-8")),
    Row("type-missing", "The answer names its content type.", "content-type", set_header("Content-Type", None)),
    Row("type-problem", f"{_TYPE}.", "content-type", set_header("Content-Type", "application/problem+json")),
    Row(
        "charset-gbk", f"{_TYPE} in UTF-8.", "content-type", set_header("Content-Type", "application/json; charset=gbk")
    ),
    Row("redirect", "The answer comes from here, not from a login page.", "status", _LOGIN),
    Row("length-no-number", "The length of the body is a number.", "garbled", set_header("Content-Length", "many")),
    Row("gzip-said-only", "The body is encoded as its headers say.", "garbled", set_header("Content-Encoding", "gzip")),
    Row(
        "chunked-said-only",
        "The body is sent as its headers say.",
        "garbled",
        _CHUNKED,
    ),
)


def changes() -> Iterator[Breakage]:
    """Yield all of this family."""
    yield from in_turn("headers", _ROWS)
