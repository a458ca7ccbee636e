"""The quick look at a body never passes what the library does not, and passes whatever a good server answers."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.catalog.release import ROOT
from contracts.check.holds import holds
from contracts.check.schema import errors
from helpers.checked_answers import JSON_ANSWERS, good

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))
CONSTANTS = st.sampled_from([0, 1, 0.0, 1.0, True, False, None, "", "error", [], {}, 6163, 6163.0, "6163", [1], [True]])
RULES: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(["object", "array", "string", "integer", "boolean", "number", "null", ["string", "null"]]),
    "const": CONSTANTS,
    "minimum": st.integers(-2, 2),
    "required": st.lists(st.sampled_from("ab"), unique=True),
    "enum": st.lists(CONSTANTS, min_size=1),
    "x-own": CONSTANTS,
}


def _with_inner(schemas: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    inner = {"properties": st.dictionaries(st.sampled_from("ab"), schemas), "items": schemas}
    return st.fixed_dictionaries({}, optional=RULES | inner)


ANY_SCHEMA = st.recursive(st.fixed_dictionaries({}, optional=RULES), _with_inner, max_leaves=4)
ANY_VALUE = VALUES | CONSTANTS | st.dictionaries(st.sampled_from("ab"), CONSTANTS | st.lists(CONSTANTS, max_size=2))


@given(ANY_SCHEMA, ANY_VALUE)
@example({"type": "integer"}, True)
@example({"type": "integer"}, 1.0)
@example({"const": 1}, True)
@example({"properties": {"a": {"const": 1}}}, {"a": 1.0})
@example({"minimum": 1}, True)
@example({"required": ["a"]}, {})
@example({"items": {"type": "string"}}, ["a", 1])
def test_what_holds_has_no_errors(schema: dict[str, Any], value: object) -> None:
    """Whatever the schema and the value are: no departure passes unseen."""
    assert not (holds(value, schema) and errors(value, schema))


@given(st.sampled_from(sorted(JSON_ANSWERS)), st.data())
def test_a_departure_from_a_derived_schema_is_seen(name: str, data: st.DataObject) -> None:
    """Of a body in which one key was lost or has another value, the quick look says what the library says."""
    answer = JSON_ANSWERS[name]
    body, schema = good(answer), answer.schema or {}
    key = data.draw(st.sampled_from(sorted(body)))
    changed = {other: value for other, value in body.items() if other != key}
    if data.draw(st.booleans()):
        changed[key] = data.draw(ANY_VALUE)
    assert holds(changed, schema) == (not errors(changed, schema))


@pytest.mark.parametrize("name", sorted(JSON_ANSWERS))
def test_a_good_body_is_seen_at_once(name: str) -> None:
    """Else each run would load the library, which is most of what a check takes."""
    assert holds(good(JSON_ANSWERS[name]), JSON_ANSWERS[name].schema or {})


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"minimum": 1}, 1),
        ({"items": {"type": "integer"}}, [1, 2]),
        ({"type": "array", "items": {"properties": {"a": {"const": 1}}}}, [{"a": 1}, {}]),
        ({"type": "boolean", "title": "a", "$id": "b"}, True),
    ],
)
def test_each_rule_is_known(schema: dict[str, Any], value: object) -> None:
    """What is well within a rule is no doubt."""
    assert holds(value, schema)


def test_checks_of_good_bodies_do_without_the_library() -> None:
    """A run in which all holds never loads it, which takes as long as a hundred checks."""
    script = (
        "import sys; from helpers.checked_answers import *;"
        "assert all(held(a, exchange(a)).breaches == () for a in ANSWERS.values());"
        "sys.exit('jsonschema' in sys.modules)"
    )
    suite = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{suite}"},
        check=False,
    )
    assert done.returncode == 0


@pytest.mark.parametrize("schema", [{"maximum": 3}, {"type": ["integer", "null"]}, {"properties": {"a": True}}, True])
def test_a_schema_with_more_in_it_is_left_to_the_library(schema: Any) -> None:
    """What is not known here is no reason to pass a value."""
    assert not holds({"a": 2} if isinstance(schema, dict) and "properties" in schema else 2, schema)
