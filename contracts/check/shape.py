"""What of a stored workflow is compared: what was documented or is sent, at every depth; other keys may move."""

from collections.abc import Mapping
from typing import Any

from contracts.catalog.pointer import pointed
from contracts.catalog.release import Release


def shape(release: Release, key: str) -> Any:
    """Return an example of what stands under a key of a workflow, made of all that page and facts say of it."""
    create, find = release.call("create"), release.call("find")
    pointer = release.binding.stored.get(key, f"/{key}")
    known = [(create.sample or {}).get(key), create.usual.get(key)]
    known += [found for answer in find.answers.values() for found in pointed(answer.sample, pointer)]
    whole = None
    for example in known:
        whole = _both(whole, example)
    return whole


def part(value: Any, example: Any) -> Any:
    """Return of a value what an example has too; all of it where the example says nothing of what is in it."""
    if isinstance(value, Mapping) and isinstance(example, Mapping) and example:
        return {key: part(value[key], example[key]) for key in value.keys() & example.keys()}
    if isinstance(value, list) and isinstance(example, list) and example:
        item = None
        for each in example:
            item = _both(item, each)
        return [part(each, item) for each in value]
    return value


def _both(one: Any, other: Any) -> Any:
    """Return an example that has what either has."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {key: _both(one.get(key), other.get(key)) for key in (*one, *other)}
    if isinstance(one, list) and isinstance(other, list):
        return [*one, *other]
    return other if one is None else one
