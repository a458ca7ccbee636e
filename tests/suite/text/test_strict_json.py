"""Strict JSON is what a typed client can read: anything else is refused with one short line."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from contracts.text.strict_json import MAX_DEPTH, NotStrictError, parse
from helpers.growth import assert_linear


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('{"code":6163,"extra":{}}', {"code": 6163, "extra": {}}, id="object"),
        pytest.param(' \t\r\n{"a": [1, 2]}\n', {"a": [1, 2]}, id="white-space-around"),
        pytest.param('"取消"', "取消", id="chinese"),
        pytest.param(r'"\u53d6\u6d88"', "取消", id="escaped-chinese"),
        pytest.param(r'"\ud83d\ude00"', "\U0001f600", id="surrogate-pair"),
        pytest.param(r'"\\ud83d"', r"\ud83d", id="escaped-backslash-before-ud"),
        pytest.param(r'"\u0000"', "\0", id="escaped-nul"),
        pytest.param("null", None, id="null"),
        pytest.param("-0.5e-3", -0.0005, id="float"),
        pytest.param("123456789012345678901234567890", 123456789012345678901234567890, id="large-integer"),
        pytest.param('{"a":1,"A":1}', {"a": 1, "A": 1}, id="keys-that-differ-in-case"),
        pytest.param('[{"a":1},{"a":1}]', [{"a": 1}, {"a": 1}], id="one-key-in-two-objects"),
        pytest.param('"' + "[" * 200 + '"', "[" * 200, id="brackets-in-a-text"),
        pytest.param(r'["\"' + "[" * 200 + '"]', ['"' + "[" * 200], id="brackets-behind-an-escaped-quote"),
        pytest.param("[" * MAX_DEPTH + "]" * MAX_DEPTH, None, id="deepest-allowed"),
        pytest.param("[" + ",".join(["[]"] * 500) + "]", [[]] * 500, id="many-brackets-none-deep"),
    ],
)
def test_strict_json_is_read(text: str, value: Any) -> None:
    """JSON that every client understands is read as any reader reads it."""
    found = parse(text.encode())
    assert found == (json.loads(text) if value is None else value)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(b"", "Expecting value", id="nothing"),
        pytest.param(b"\xff\xfe{\x00}\x00", "not UTF-8 at byte 0", id="utf-16-with-mark"),
        pytest.param("{}".encode("utf-16-le"), "line 1 column 2", id="utf-16-without-mark"),
        pytest.param(b'"\xe4"', "not UTF-8 at byte 1", id="latin-1"),
        pytest.param(b'"\xed\xa0\x80"', "not UTF-8 at byte 1", id="encoded-surrogate"),
        pytest.param(b'"\xc0\x80"', "not UTF-8 at byte 1", id="overlong-nul"),
        pytest.param(b"\xef\xbb\xbf{}", "byte order mark", id="byte-order-mark"),
        pytest.param(rb'{"a":["\ud83d"]}', "half of a surrogate pair", id="half-surrogate"),
        pytest.param(rb'{"\uDC00":1}', "half of a surrogate pair", id="half-surrogate-in-key"),
        pytest.param(b'{"a":1,"b":2,"a":1}', "key 'a' occurs twice", id="duplicate-key"),
        pytest.param(rb'{"a":1,"\u0061":2}', "key 'a' occurs twice", id="duplicate-key-by-escape"),
        pytest.param(b'[{"x":{"k":1,"k":1}}]', "key 'k' occurs twice", id="duplicate-key-inside"),
        pytest.param(b"NaN", "NaN is not JSON", id="nan"),
        pytest.param(b"[-Infinity]", "-Infinity is not JSON", id="infinity"),
        pytest.param(b"1e400", "beyond 64 bits", id="float-too-large"),
        pytest.param(b"9" * 5000, "4300 digits", id="integer-too-long"),
        pytest.param(b"{} {}", "Extra data", id="second-value"),
        pytest.param(b"{}\0", "Extra data", id="nul-behind"),
        pytest.param(b'"a\0b"', "control character", id="nul-inside"),
        pytest.param(b'"a\nb"', "control character", id="line-break-inside"),
        pytest.param(b'{"a":1,}', "line 1 column", id="trailing-comma"),
        pytest.param(b"{'a':1}", "line 1 column 2", id="single-quotes"),
        pytest.param(b"{} // done", "Extra data", id="comment"),
        pytest.param(b"01", "Extra data", id="leading-zero"),
        pytest.param(b'{"a"', "line 1 column", id="cut"),
        pytest.param(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nested deeper than 64", id="one-too-deep"),
        pytest.param(b'{"a":' * 100_000, "nested deeper than 64", id="far-too-deep"),
        pytest.param(b"\xc2\xa0{}", "Expecting value", id="no-break-space-before"),
    ],
)
def test_anything_else_is_refused(data: bytes, why: str) -> None:
    """What is not strict JSON is refused, and the reason says what and where."""
    with pytest.raises(NotStrictError) as caught:
        parse(data)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("most", [0, 1, 3, 200])
def test_the_depth_allowed_can_be_chosen(most: int) -> None:
    """A value just as deep as allowed is read, one level more is not."""
    assert parse(b"[" * most + b"1" + b"]" * most, most) is not None
    with pytest.raises(NotStrictError, match=f"nested deeper than {most} levels"):
        parse(b"[" * (most + 1) + b"]" * (most + 1), most)


def _keys(size: int) -> bytes:
    return b"{" + b",".join(b'"%d":1' % n for n in range(size // 9)) + b',"0":1}'


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_keys, id="many-keys-last-twice"),
        pytest.param(lambda size: b'{"%b":1,"%b":1}' % (b"k" * size, b"k" * size), id="long-key-twice"),
        pytest.param(lambda size: b'["' + b"\\" * (size + 1) + b"[" * size, id="many-backslashes"),
        pytest.param(lambda size: b'"' * (size | 1) + b"[" * (size + 65), id="many-quotes"),
        pytest.param(lambda size: b"[" * 65 + b'"' + b"\\ud800" * size, id="many-halves-unclosed"),
    ],
)
def test_no_answer_takes_long_to_read(data: Callable[[int], bytes]) -> None:
    """An answer of any size is refused in a line, in time in proportion to its size, whatever is in it."""

    def refused(size: int) -> None:
        with pytest.raises(NotStrictError) as caught:
            parse(data(size))
        assert len(str(caught.value)) < 200

    assert_linear(refused)
