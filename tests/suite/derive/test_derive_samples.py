"""Samples that are not JSON are read as they are meant, and several samples of one thing become one shape."""

import json
from typing import Any

import json5
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contracts.derive.contract.schemas import united
from contracts.derive.page.blocks import Fence
from contracts.derive.page.findings import Finding, noter
from contracts.derive.page.lenient_json import DEEPEST, Liberty, NotJsonError, values
from contracts.derive.page.samples import Sample, answers, read_samples

LIBERTIES = {
    "json-as-such": ('{"a": [1, 2.5, true, null, "b"]}', [{"a": [1, 2.5, True, None, "b"]}], set()),
    "hash-comment": ('{"a": 1} # x', [{"a": 1}], {"json-comment"}),
    "slash-comment": ('{"a": 1, // x\n"b": 2}', [{"a": 1, "b": 2}], {"json-comment"}),
    "block-comment": ('{/* "b": 2, */ "a": 1}', [{"a": 1}], {"json-comment"}),
    "comment-marks-in-a-text": ('{"a": "http://x/#y /* z"}', [{"a": "http://x/#y /* z"}], set()),
    "comma-before-a-bracket": ('{"a": [1,],}', [{"a": [1]}], {"json-trailing-comma"}),
    "two-commas": ("[1,, 2]", [[1, 2]], {"json-trailing-comma"}),
    "comma-after-a-bracket-that-opens": ("[, 1]", [[1]], {"json-trailing-comma"}),
    "no-comma": ('{"a": 1\n"b": [2 3]}', [{"a": 1, "b": [2, 3]}], {"json-no-comma"}),
    "key-without-quotes": ("{a_b: 1, c.d: 2}", [{"a_b": 1, "c.d": 2}], {"json-bare-key"}),
    "single-quotes": ("{'a': 'b \"c\"'}", [{"a": 'b "c"'}], {"json-single-quotes"}),
    "quote-missing-after-a-key": ('{"a: "b", "c": 1}', [{"a": "b", "c": 1}], {"json-quote-missing"}),
    "quote-missing-after-a-text": ('{"a": "b,\n"c": 1}', [{"a": "b", "c": 1}], {"json-quote-missing"}),
    "text-without-quotes": ("{a: b}", [{"a": "b"}], {"json-bare-key", "json-bare-word"}),
    "words-of-another-language": ("[True, None]", [[True, None]], {"json-bare-word"}),
    "odd-numbers": ("[+1, .5, 2., 0x1F, 007]", [[1, 0.5, 2.0, 31, 7]], {"json-number"}),
    "number-too-large": ("[1e999]", [["1e999"]], {"json-number"}),
    "dots": ('[{"a": 1}, ...]', [[{"a": 1}]], {"json-dots", "json-trailing-comma"}),
    "chinese-colon": ('{"a"：1}', [{"a": 1}], set()),
    "no-value": ('{"a": , "b": 1}', [{"a": None, "b": 1}], {"json-no-value"}),
    "key-alone": ('{"a", "b": 1}', [{"b": 1}], {"json-no-value", "json-trailing-comma"}),
    "bracket-missing-at-the-end": ('{"a": [1', [{"a": [1]}], {"json-not-closed"}),
    "bracket-missing-inside": ('{"a": [{"b": 1], "c": 2}', [{"a": [{"b": 1}], "c": 2}], {"json-not-closed"}),
    "wrong-bracket": ("[1, 2}", [[1, 2]], {"json-stray-mark"}),
    "opening-brace-missing": ('"a": 1, "b": 2}', [{"a": 1, "b": 2}], {"json-not-opened"}),
    "bracket-too-many": ('{"a": 1}}', [{"a": 1}], {"json-stray-mark"}),
    "two-objects": ('{"a": 1}\n{"a": 2}', [{"a": 1}, {"a": 2}], {"json-several"}),
    "key-twice": ('[{"a": 1, "a": 2}]', [[{"a": 2}]], {"json-key-twice"}),
    "key-twice-outside": ('{"a": 1, "b": 3, "a": 2}', [{"a": 2, "b": 3}], {"json-key-twice"}),
    "all-keys-twice": (
        '{"a": 1, "b": 2, "a": 3, "b": 4}',
        [{"a": 1, "b": 2}, {"a": 3, "b": 4}],
        {"json-keys-repeated", "json-several"},
    ),
    "unknown-escape": (r'{"a": "\*"}', [{"a": "*"}], {"json-escape"}),
    "tab-in-a-text": ('{"a": "b\tc"}', [{"a": "b\tc"}], {"json-escape"}),
    "half-a-character": (r'{"a": "\ud800"}', [{"a": "\ufffd"}], {"json-escape"}),
    "text-before": ('HTTP 200\n{"a": 1}', [{"a": 1}], {"json-text"}),
    "text-after": ('{"a": 1}\n以上', [{"a": 1}], {"json-text"}),
}


def read(text: str) -> tuple[list[Any], set[str]]:
    """Return the values of a text and the rules of the liberties that it took."""
    rules: set[str] = set()
    liberty: Liberty = lambda text, _, **__: rules.add(text.partition("/")[0])  # noqa: E731
    return values(text, liberty), rules


@pytest.mark.parametrize(("text", "expected", "rules"), LIBERTIES.values(), ids=LIBERTIES)
def test_liberty_is_read_as_it_is_meant(text: str, expected: list[Any], rules: set[str]):
    """The value is the meant one, and each liberty has a note of its own kind."""
    found, noted = read(text)
    assert found == expected
    assert repr(found) == repr(expected)  # 1 is not True, and 1 not 1.0
    assert noted == rules


@pytest.mark.parametrize(
    "text", ["", "ok", "a: b\n- c", "# x", "200", "<html>", "，", '{"a":' * (DEEPEST + 1), "[" * 100_000]
)
def test_text_without_json_is_refused(text: str):
    """What is nothing like JSON, or nested beyond all sense, is no sample."""
    with pytest.raises(NotJsonError):
        read(text)


def fence(text: str) -> tuple[list[Sample], list[Finding]]:
    findings: list[Finding] = []
    last = 11 + text.count("\n") + 1
    return read_samples(Fence(text, 10, last, 11), noter("page.md", findings)), findings


def test_finding_stands_at_the_line_of_the_liberty():
    """Lines are those of the page, not of the fence."""
    samples, findings = fence('{\n  "a": 1, # x\n  "b": [2,]\n}')
    assert [(finding.rule, finding.line) for finding in findings] == [("json-comment", 12), ("json-trailing-comma", 13)]
    assert [(sample.value, sample.lines, sample.strict) for sample in samples] == [
        ({"a": 1, "b": [2]}, (10, 15), False)
    ]


@pytest.mark.parametrize("text", ["1e999", '"\\ud800"', "[" * 70 + "]" * 70, '{"a": 1, "a": 2}', "NaN", "9" * 5000])
def test_what_json_readers_of_this_language_let_pass_is_no_strict_json(text: str):
    """A value that could not be written as JSON and UTF-8 again is never taken as it is."""
    samples, findings = fence(f"[{text}]")
    assert findings
    assert not any(sample.strict for sample in samples)
    json.dumps([sample.value for sample in samples], allow_nan=False, ensure_ascii=False).encode()


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
containers = st.lists(documents, max_size=4) | st.dictionaries(st.text(max_size=5), documents, max_size=4)
properties = settings(max_examples=150, deadline=None, database=None)


@properties
@given(containers)
def test_json_is_read_without_any_liberty(document: Any):
    """What is JSON is read as every other reader does, strictly and leniently alike."""
    text = json.dumps(document, ensure_ascii=False)
    if text.encode("utf-8", "replace") == text.encode("utf-8", "surrogatepass"):
        assert read(text) == ([json.loads(text)], set())


@properties
@given(containers.filter(bool), st.booleans())
def test_json5_is_read_as_what_it_was_written_from(document: Any, quoted: bool):
    """All that the json5 package writes, keys without quotes and trailing commas too, is read as it was."""
    text = json5.dumps(document, quote_keys=quoted, trailing_commas=True, indent=1)
    assert read(text)[0] == [document]


@properties
@given(
    containers.filter(bool), st.integers(0, 500), st.sampled_from(["", ",", "}", "]", "{", '"', ":", "#", "\n", "a"])
)
def test_damaged_json_is_read_or_refused(document: Any, at: int, mark: str):
    """A character gone or thrown in never ends in an error of another kind, and never without a note or a value."""
    text = json.dumps(document, ensure_ascii=False)
    position = at % len(text)
    try:
        found, _ = read(text[:position] + mark + text[position + (not mark) :])
    except NotJsonError:
        return
    assert found


UNITED = {
    "one": ([{"a": 1}], {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}),
    "key-that-one-lacks": (
        [{"a": 1, "b": "x"}, {"a": 2}],
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
            "required": ["a"],
        },
    ),
    "no-key-in-all": (
        [{"a": 1}, {"b": 1}],
        {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
    ),
    "types": ([1, "a"], {"type": ["integer", "string"]}),
    "whole-and-other-numbers": ([1, 1.5], {"type": "number"}),
    "null-and-a-text": ([None, "a"], {"type": ["string", "null"]}),
    "null": ([None], {}),
    "items": ([[1], [], ["a"]], {"type": "array", "items": {"type": ["integer", "string"]}}),
    "empty-array": ([[]], {"type": "array"}),
    "object-or-array": (
        [{"a": 1}, [{"a": "x"}]],
        {
            "type": ["array", "object"],
            "properties": {"a": {"type": "integer"}},
            "required": ["a"],
            "items": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        },
    ),
}


@pytest.mark.parametrize(("samples", "schema"), UNITED.values(), ids=UNITED)
def test_samples_unite(samples: list[Any], schema: dict[str, Any]):
    """A key that some lack is optional, and types unite."""
    assert united(samples, required=True) == schema


@properties
@given(st.lists(documents, min_size=1, max_size=4))
def test_united_shape_accepts_each_sample(samples: list[Any]):
    """Whatever the samples are, each fits the shape of them all, and their order does not matter."""
    schema = united(samples, required=True)
    Draft202012Validator.check_schema(schema)
    for sample in samples:
        Draft202012Validator(schema).validate(sample)
    assert united(samples[::-1], required=True) == schema


ERROR = {"code": 7001, "description": "none", "extra": {}, "message": "x", "type": "error"}
KINDS = {
    "success-and-error": ([{"message": "success"}], [ERROR], {"success": 1, "error": 1}),
    "error-among-successes": ([{"a": 1}, ERROR], [], {"success": 1, "error": 1}),
    "success-among-errors": ([], [{"resultCode": 0, "errorMsg": "success"}, ERROR], {"success": 1, "error": 1}),
    "error-without-a-type": ([{"code": 500, "message": "x"}], [], {"error": 1}),
    "code-of-a-success": ([{"code": 1, "message": "success"}], [], {"success": 1}),
    "codes": ([], [ERROR, {**ERROR, "code": 7002}, ERROR], {"error": 2, "error-7002": 1}),
    "other-envelope": ([], [{"resultCode": 401, "errorMsg": "x"}, {"resultCode": 403}], {"error": 1, "error-403": 1}),
    "no-envelope": ([[]], ["x"], {"success": 1, "error": 1}),
}


@pytest.mark.parametrize(("success", "error", "expected"), KINDS.values(), ids=KINDS)
def test_sample_belongs_to_the_answer_that_its_envelope_shows(
    success: list[Any], error: list[Any], expected: dict[str, int]
):
    """An error that lost its heading is never merged into a success, and errors of two codes are two answers."""
    groups = [[Sample(value, (1, 2), strict=True) for value in samples] for samples in (success, error)]
    found = answers(groups[0], groups[1], lambda *_, **__: None)
    assert {name: len(entry.get("samples", [entry])) for name, entry in found.items()} == expected
