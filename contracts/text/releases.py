"""Names of releases, such as 1.7.0, and their order."""

import re
from collections.abc import Iterable


def is_release(name: str) -> bool:
    """Whether a text is the name of a release."""
    return re.fullmatch(r"\d+\.\d+\.\d+", name) is not None


def in_order(names: Iterable[str]) -> list[str]:
    """Return the releases among names, each once, from the oldest to the newest: 1.10.0 comes after 1.9.0."""
    return sorted(set(filter(is_release, names)), key=lambda name: [int(number) for number in name.split(".")])
