"""Which part of a stored workflow is compared: all that page, facts or what is sent say of it, at every depth."""

from typing import Any

import pytest

from contracts.catalog.release import load
from contracts.check.shape import part, shape

PARTS: list[tuple[str, Any, Any, Any]] = [
    # name, value, example, what is compared of the value
    ("a-value", 1, 2, 1),
    ("nothing-is-known", {"a": 1}, None, {"a": 1}),
    ("of-an-object-nothing", {"a": 1}, {}, {"a": 1}),
    ("of-a-list-nothing", [{"a": 1}], [], [{"a": 1}]),
    ("another-type", [1], {"a": 1}, [1]),
    ("keys", {"a": 1, "b": 2}, {"a": 0, "c": 0}, {"a": 1}),
    ("in-depth", {"a": {"b": 1, "c": 2}}, {"a": {"b": 0}}, {"a": {"b": 1}}),
    ("items", [{"a": 1, "b": 2}, {"b": 3}], [{"a": 0}], [{"a": 1}, {}]),
    ("items-of-several-examples", [{"a": 1, "b": 2, "c": 3}], [{"a": 0}, {"b": 0}], [{"a": 1, "b": 2}]),
    (
        "items-of-one-key",
        [{"a": {"b": 1, "c": 2, "d": 3}}],
        [{"a": {"b": 0}}, {"a": {"c": 0}}],
        [{"a": {"b": 1, "c": 2}}],
    ),
    ("items-of-lists", [[{"a": 1, "b": 2, "c": 3}]], [[{"a": 0}], [{"b": 0}]], [[{"a": 1, "b": 2}]]),
    ("items-of-which-one-is-null", [{"a": 1, "b": 2}], [None, {"a": 0}], [{"a": 1}]),
]


@pytest.mark.parametrize(("value", "example", "wanted"), [pytest.param(*row, id=name) for name, *row in PARTS])
def test_what_an_example_has_too_is_compared(value: Any, example: Any, wanted: Any) -> None:
    assert part(value, example) == wanted


def test_an_example_has_what_any_source_says() -> None:
    """What is sent, what is usual, and what was found are put together."""
    release = load("1.7.0")
    (module,) = part([{"target": {"key": 1, "service_name": 2, "more": 3}}], shape(release, "build_stage")["modules"])
    assert module == {"target": {"key": 1, "service_name": 2}}
    assert shape(release, "hook_ctl") == {"enabled": False, "items": []}
    assert shape(release, "nobody-knows-it") is None


def test_what_is_found_under_another_name_is_looked_at_there() -> None:
    release = load("5.0.0")
    assert shape(release, "created_by") == "admin"
    assert shape(release, "project") == "demo"
