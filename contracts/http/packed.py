"""The body of an answer without its content coding: gzip and deflate, which a proxy may use unasked, and no other."""

import zlib
from collections.abc import Iterable, Iterator

from contracts.text.errors import TargetError

_BITE = 1024
"""Bytes unpacked at a time: at most a megabyte comes of them."""
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_FORMS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}


class PackedError(TargetError):
    """A body is not packed as its headers say."""


def unpacked(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Yield a body without its content coding; raises PackedError where it is not that, or its end is missing."""
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        yield from chunks
        return
    packing = None
    try:
        for bite in (chunk[at : at + _BITE] for chunk in chunks for at in range(0, len(chunk), _BITE)):
            rest = bite
            while rest:
                packing = packing or zlib.decompressobj(_form(coding, rest))
                yield packing.decompress(rest)
                rest, packing = packing.unused_data, None if packing.eof else packing
    except zlib.error as error:
        raise PackedError("its body is not encoded as {coding}: {why}", coding, error) from None
    if packing is not None:
        raise PackedError("the end of the {coding}-encoded body is missing", coding)


def _form(coding: str, start: bytes) -> int:
    if coding not in _FORMS:
        raise PackedError("its body claims the encoding {coding}, which was not requested", repr(coding[:40]))
    bare = _FORMS[coding] is _ZLIB and start[0] & 0x0F != zlib.DEFLATED  # as some servers take deflate to be
    return _RAW if bare else _FORMS[coding]
