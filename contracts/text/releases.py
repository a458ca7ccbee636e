"""Names of releases, such as 1.7.0, their order, and what is otherwise from one of them on."""

import re
from collections.abc import Iterable, Mapping
from typing import Any


def is_release(name: str) -> bool:
    """Whether a text is the name of a release."""
    return re.fullmatch(r"\d+\.\d+\.\d+", name) is not None


def numbers(name: str) -> list[int]:
    """Return what releases are ordered by: 1.10.0 comes after 1.9.0."""
    return [int(number) for number in name.split(".")]


def in_order(names: Iterable[str]) -> list[str]:
    """Return the releases among names, each once, from the oldest to the newest."""
    return sorted(set(filter(is_release, names)), key=numbers)


def of_release(data: Mapping[str, Any], lineage: Iterable[str]) -> dict[str, Any]:
    """Return a file's tables with what its releases, the oldest first, say otherwise."""
    whole = {key: value for key, value in data.items() if key != "releases"}
    for release in lineage:
        whole = _merged(whole, data.get("releases", {}).get(release, {}))
    return whole


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(below[key], value) if isinstance(value, dict) and isinstance(below.get(key), dict) else value
        for key, value in above.items()
    }
    return {**below, **both}
