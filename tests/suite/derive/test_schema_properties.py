"""For any sample: the derived schema accepts it, and refuses what a server must not make of it."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contracts.derive.contract.contract import Answer, Contract, Operation
from contracts.derive.contract.schemas import answer_schema

CONTRACT = Contract("9.9.9", "page.md", ())
OPERATION = Operation("look", "9.9.9", "GET", "/look", 1, None, (), (None,), None, None, ())

keys = st.sampled_from(["code", "message", "type", "description", "resultCode", "errorMsg", "", "a b", "$ref", "名"])
scalars = st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars | st.just({}) | st.just([]),
    lambda inner: st.dictionaries(keys, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=12,
)
errors = st.fixed_dictionaries(
    {"code": st.integers(), "description": st.text(), "extra": values, "message": st.text(), "type": st.just("error")}
)
successes = st.fixed_dictionaries({"message": st.text()}) | st.fixed_dictionaries(
    {"resultCode": st.integers(), "errorMsg": st.just("success")}
)
objects = st.dictionaries(keys, values, min_size=1, max_size=5)
samples = objects | errors | successes

many = settings(max_examples=60, deadline=None, database=None, derandomize=True)


def validator(*documents: Any) -> Draft202012Validator:
    """Return a validator of the answer that these documents are samples of."""
    answer = Answer("seen", "9.9.9", 200, documents, "Seen.", None, (1, 2))
    schema = answer_schema(CONTRACT, OPERATION, answer)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every key; those in longer lists are left out, as their items are samples of one thing."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*at, key)
            yield from paths(inner, (*at, key))
    elif isinstance(value, list) and len(value) == 1:
        yield from paths(value[0], (*at, 0))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def with_value(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    at(changed, path[:-1])[path[-1]] = value
    return changed


def without(document: Any, path: tuple[Any, ...]) -> Any:
    changed = copy.deepcopy(document)
    del at(changed, path[:-1])[path[-1]]
    return changed


def of_other_types(value: Any) -> list[Any]:
    """Return a value of each JSON type that this one is not of; a whole number is a number too."""
    whole = not isinstance(value, bool) and isinstance(value, int)
    number = not isinstance(value, bool) and isinstance(value, float)
    others = [None, True, 1, 1.5, "text", [], {}]
    same = {bool: [True], str: ["text"], list: [[]], dict: [{}]}.get(type(value), [])
    same += [1] if whole else [1, 1.5] if number else []
    return [
        other
        for other in others
        if not any(other is item or (other == item and type(other) is type(item)) for item in same)
    ]


@many
@given(samples)
def test_sample_is_accepted(document: dict[str, Any]) -> None:
    """Whatever a page shows is an answer that the contract allows, and a further key of it too."""
    assert validator(document).is_valid(document)
    assert validator(document).is_valid({**document, "a further key": None})


@many
@given(samples)
def test_each_removal_of_a_key_is_refused(document: dict[str, Any]) -> None:
    """No key of a sample may be missing, at any depth."""
    known = validator(document)
    for path in paths(document):
        assert not known.is_valid(without(document, path)), path


@many
@given(samples)
def test_each_change_of_type_is_refused(document: dict[str, Any]) -> None:
    """A value of another type is refused, at any depth."""
    known = validator(document)
    for path in paths(document):
        for value in of_other_types(at(document, path)):
            assert not known.is_valid(with_value(document, path, value)), (path, value)


@many
@given(errors | successes, values)
def test_each_change_of_a_constant_is_refused(document: dict[str, Any], value: Any) -> None:
    """Code, message and type are held to the letter: another value of the same type is refused as well."""
    known = validator(document)
    for key in ("code", "message", "type") if "type" in document else tuple(document):
        old = document[key]
        for changed in (value, old + 1 if isinstance(old, int) else f"{old} "):
            if changed == old:
                continue  # 1.0 is 1 in JSON
            assert not known.is_valid({**document, key: changed}), key


@many
@given(objects, values)
def test_null_in_a_sample_says_nothing(document: dict[str, Any], value: Any) -> None:
    """A key that is null in the sample must be there and may be anything."""
    known = validator({**document, "unknown": None})
    assert known.is_valid({**document, "unknown": value})
    assert not known.is_valid({key: inner for key, inner in document.items() if key != "unknown"})


@many
@given(st.lists(objects, min_size=2, max_size=4))
def test_several_samples_are_all_accepted(documents: list[dict[str, Any]]) -> None:
    """Several samples of one answer make a schema that each of them fits."""
    known = validator(*documents)
    for document in documents:
        assert known.is_valid(document)


@many
@given(st.lists(objects, min_size=2, max_size=4))
def test_key_of_all_samples_is_required_and_no_other(documents: list[dict[str, Any]]) -> None:
    """What all samples have must be there; what one of them lacks may be missing in any."""
    known = validator(*documents)
    always = set.intersection(*(set(document) for document in documents))
    for document in documents:
        for key in document:
            assert known.is_valid(without(document, (key,))) == (key not in always), key


@many
@given(errors, st.text())
def test_constant_that_differs_between_samples_is_none(document: dict[str, Any], message: str) -> None:
    """Samples that disagree about a message leave it open, and keep the code that they agree on."""
    assume(message != document["message"])
    known = validator(document, {**document, "message": message})
    assert known.is_valid({**document, "message": "something else"})
    assert not known.is_valid({**document, "code": document["code"] + 1})
