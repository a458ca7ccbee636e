"""Observed facts as data, and the templates in which they name what was sent."""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.derive.errors import DeriveError

JSON_TYPE: Final = "application/json; charset=utf-8"
NAMES: Final[Mapping[str, str]] = {
    "name": ".+",
    "project": ".+",
    "env": ".+",
    "id": r"-?\d+",
    "method": "[A-Z]+",
    "prefix": "(?:/[^/]+)*",
    "path": "/.*",
}
"""What a template may name, and what stands there in a sample."""


@dataclass(frozen=True)
class Answer:
    """One answer: where ``documented`` is set, the page's sample of that kind is its body.

    ``body`` is ``json``, ``text`` or ``empty``. ``description``, ``text`` and ``values`` are templates over NAMES.
    ``release`` is the one whose observed.toml has the row. ``also`` are further statuses that something in front of
    the server may answer with instead; then nothing else of the answer is known. ``body`` may be ``any`` too.
    """

    name: str
    release: str
    status: int
    source: str
    means: str
    body: str
    content_type: str | None
    documented: str | None = None
    sample: Any = None
    text: str | None = None
    description: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    minimum: Mapping[str, int] = field(default_factory=dict)
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Body:
    """Facts of a request body: a sample where no page has one, keys that a page lacks, JSON paths not given back."""

    source: str
    sample: Any = None
    undocumented: Mapping[str, Any] = field(default_factory=dict)
    not_kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """The rows of one operation; ``method``, ``path`` and ``parameters`` are None where the page has them."""

    name: str
    release: str
    answers: Mapping[str, Answer]
    source: str | None = None
    method: str | None = None
    path: str | None = None
    parameters: tuple[Mapping[str, Any], ...] | None = None
    body: Body | None = None


@dataclass(frozen=True)
class TaskStates:
    """The states of a task, and those that it does not leave by itself."""

    source: str
    states: tuple[str, ...]
    final: tuple[str, ...]


@dataclass(frozen=True)
class Observed:
    """All observed facts of a release, those of its base included. ``lineage`` is the release, its base, and so on."""

    release: str
    lineage: tuple[str, ...]
    operations: Mapping[str, Operation]
    answers: Mapping[str, Answer]
    support: Mapping[str, Operation]
    task_states: TaskStates | None


def template_names(template: str) -> list[str]:
    """Return what a template such as ``task {id}`` names; raises ValueError if it cannot be read."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


def check_sample(answer: Answer, sample: Any, where: str) -> None:
    """Raise DeriveError, naming ``where``, if a sample does not say what the templates of its answer say."""
    templates = {**answer.values, **({"description": answer.description} if answer.description is not None else {})}
    for key, template in templates.items():
        value = sample.get(key) if isinstance(sample, dict) else None
        if not isinstance(value, str) or not re.fullmatch(_pattern(template), value):
            raise DeriveError(f"{where}: {key} is {value!r} in the sample, which is not of the form {template!r}")
    for key, least in answer.minimum.items():
        value = sample.get(key) if isinstance(sample, dict) else None
        if not isinstance(value, int) or value < least:
            raise DeriveError(f"{where}: {key} is {value!r} in the sample, which is not a number from {least} on")


def _pattern(template: str) -> str:
    parts = string.Formatter().parse(template)
    return "".join(re.escape(text) + (NAMES[name] if name else "") for text, name, _, _ in parts)
