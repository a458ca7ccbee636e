"""The engine knows a workflow's life, not an API: no path, key, code or text of a Zadig stands in its code."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from contracts.catalog.binding import ROLES
from contracts.catalog.lifecycle import MEANINGS
from contracts.catalog.pointer import parts
from contracts.catalog.release import Operation, Release, load, releases
from contracts.check.breach import Kind
from contracts.http.trace import Step
from contracts.paths import PACKAGE
from contracts.settings.settings import Settings
from contracts.target.target import Workspace

ENGINE = ("case", "check", "target", "safety", "run", "sweep", "doctor")
MODULES = sorted(path for folder in ENGINE for path in (PACKAGE / folder).rglob("*.py"))
TEMPLATES = {"name", "id", "project", "scope", "env", "service", "service_module", "repo", "branch"}
SCHEMA = {"type", "items", "properties", "required", "const"}
OTHERS = {"max", "created", "address", "registry", "source", "steps", "version"}
"""Words that samples have too: a measure of latency, what tells one breach of the creates at once from others, findings
of the doctor, and keys of the suite's own files."""


@dataclass(frozen=True)
class Known:
    """What an API consists of, as far as its data has it.

    words: its parameters, keys, states and calls. paths: fixed parts of its paths. codes, texts: of its errors.
    """

    words: frozenset[str]
    paths: frozenset[str]
    codes: frozenset[int]
    texts: frozenset[str]


def keys(value: Any) -> Iterator[str]:
    """Yield every key of a sample."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield key
        yield from keys(inner)
    for inner in value if isinstance(value, list) else ():
        yield from keys(inner)


def own_words() -> set[str]:
    """Return what the suite itself calls things: roles, meanings, settings, kinds, and the names in bindings."""
    places = {place for name in releases() for role in load(name).binding.roles.values() for place in role.at}
    named = {each.name for kind in (Workspace, Settings, Step) for each in fields(kind)}
    return {*ROLES, *MEANINGS, *TEMPLATES, *places, *named, *map(str, Kind), *SCHEMA, *OTHERS}


def words_of(release: Release) -> Iterator[str]:
    binding = release.binding
    yield from (*release.lifecycle.words, *binding.always, binding.code, binding.description, binding.padded)
    for places in (binding.usual, *binding.calls.values()):
        yield from (*places.path, *places.query)
        yield from (part for key in places.body for part in (parts(key) if key.startswith("/") else [key]))
    for role in binding.roles.values():
        yield from (part for pointers in role.at.values() for pointer in pointers for part in parts(pointer))
    for call in calls_of(release):
        yield from (call.name, *(item["name"] for item in call.parameters), *keys(call.sample))
        yield from (key for answer in call.answers.values() for key in (*keys(answer.sample), *answer.values))


def calls_of(release: Release) -> list[Operation]:
    return [*release.operations.values(), *release.support.values()]


@cache
def known() -> Known:
    """Return what is in the data of all releases."""
    every = [load(name) for name in releases()]
    calls = [call for release in every for call in calls_of(release)]
    answers = [answer for call in calls for answer in call.answers.values()]
    errors = [answer.sample for answer in answers if answer.code is not None]
    texts = [text for answer in answers for text in (answer.description, answer.text)]
    texts += [value for error in errors for value in error.values() if isinstance(value, str)]
    return Known(
        frozenset(word for release in every for word in words_of(release)) - own_words() - {"*"},
        frozenset(f"/{part}" for call in calls for part in call.path.split("/") if part and part[0] != ":"),
        frozenset(answer.code for answer in answers if answer.code is not None and answer.code > 599),
        frozenset(text for text in texts if text),
    )


def literals(source: str) -> Iterator[tuple[int, Any]]:
    """Yield line and value of each constant of a module, its docstrings apart."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in said and not isinstance(node.value, bool):
            value = node.value
            yield node.lineno, value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def of_an_api(source: str, api: Known) -> list[tuple[int, Any]]:
    """Return what of an API stands in a module, with its line."""
    return [(line, value) for line, value in literals(source) if _is_of(value, api)]


def _is_of(value: Any, api: Known) -> bool:
    if not isinstance(value, str):
        return value in api.codes if isinstance(value, int) else False
    long = [text for text in api.texts if " " in text or re.search(r"[^\x00-\x7f]", text)]
    return (
        value in api.words
        or value in api.texts - own_words()
        or any(part in value for part in (*api.paths, *long))
        or any(word in api.words for word in re.findall(r"[\w-]*[_-][\w-]*", value))
    )


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(PACKAGE))) for path in MODULES])
def test_nothing_of_an_api_stands_in_the_engine(path: Path) -> None:
    """What a call is, where names stand in it and what it says are rows in contracts/apis, and no code."""
    assert of_an_api(path.read_text(encoding="utf-8"), known()) == []


@pytest.mark.parametrize(
    "planted",
    [
        pytest.param('"/workflow/workflow"', id="path"),
        pytest.param('f"{prefix}/workflow/workflowtask/{name}"', id="path-with-a-value"),
        pytest.param('{"projectName": project}', id="query-key"),
        pytest.param('body["workflow_name"]', id="body-key"),
        pytest.param('value.get("task_id")', id="key-of-an-answer"),
        pytest.param("6163", id="code"),
        pytest.param('"mongo: no documents in result"', id="text"),
        pytest.param(
            'b"\\xe5\\x8f\\x96\\xe6\\xb6\\x88\\xe4\\xbb\\xbb\\xe5\\x8a\\xa1\\xe5\\xa4\\xb1\\xe8\\xb4\\xa5"', id="bytes"
        ),
        pytest.param('release.operations["cancel-task"]', id="call"),
        pytest.param('"delete-workflow answered {came}"', id="call-in-a-message"),
    ],
)
def test_what_is_of_an_api_is_found(planted: str) -> None:
    """However it is written, it does not escape the test above."""
    api = replace(known(), texts=known().texts | {"取消任务失败"})
    assert of_an_api(f"x = {planted}\n", api) != []
