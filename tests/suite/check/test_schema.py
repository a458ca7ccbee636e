"""The quick look at a body never passes what the library does not, and passes whatever a good server answers."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.check.schema import departures, errors, holds
from helpers.checked_answers import JSON_ANSWERS, good

CONSTANTS = st.sampled_from([0, 1, 0.0, 1.0, True, False, None, "", "error", [], {}, 6163, 6163.0, "6163", [1], [True]])
RULES: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(["object", "array", "string", "integer", "boolean", "number", "null", ["string", "null"]]),
    "const": CONSTANTS,
    "minimum": st.integers(-2, 2),
    "required": st.lists(st.sampled_from("ab"), unique=True),
    "enum": st.lists(CONSTANTS, min_size=1),
    "x-own": CONSTANTS,
}
INNER = st.fixed_dictionaries({}, optional=RULES)
PROPERTIES = st.dictionaries(st.sampled_from("ab"), INNER)
SCHEMAS = st.fixed_dictionaries({}, optional=RULES | {"properties": PROPERTIES, "items": INNER})
VALUES = CONSTANTS | st.dictionaries(st.sampled_from("ab"), CONSTANTS | st.lists(CONSTANTS, max_size=2))


@given(SCHEMAS, VALUES)
@example({"type": "integer"}, True)
@example({"type": "integer"}, 1.0)
@example({"properties": {"a": {"const": 1}}}, {"a": 1.0})
@example({"minimum": 1}, True)
@example({"items": {"type": "string"}}, ["a", 1])
def test_what_holds_has_no_departure(schema: dict[str, Any], value: object) -> None:
    assert not (holds(value, schema) and departures(value, schema))


@given(st.sampled_from(sorted(JSON_ANSWERS)), st.data())
def test_a_departure_from_a_derived_schema_is_seen(name: str, data: st.DataObject) -> None:
    """Of a body in which one key was lost or has another value, the quick look says what the library says."""
    body, schema = good(JSON_ANSWERS[name]), JSON_ANSWERS[name].schema or {}
    key = data.draw(st.sampled_from(sorted(body)))
    changed = {**body, key: data.draw(VALUES)} if data.draw(st.booleans()) else {k: body[k] for k in body if k != key}
    assert errors(changed, schema) == [] or departures(changed, schema)
    assert holds(changed, schema) == (not departures(changed, schema))


@pytest.mark.parametrize("name", sorted(JSON_ANSWERS))
def test_a_good_body_is_seen_at_once(name: str) -> None:
    """Else each run would load the library, which takes as long as a hundred checks."""
    assert holds(good(JSON_ANSWERS[name]), JSON_ANSWERS[name].schema or {})


def test_the_library_is_not_asked_about_a_good_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contracts.check.schema.departures", lambda *_: pytest.fail("it was asked"))
    for name, answer in JSON_ANSWERS.items():
        assert errors(good(answer), answer.schema or {}) == [], name
