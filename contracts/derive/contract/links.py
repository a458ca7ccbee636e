"""What operations hand on to each other, as the binding of their API says: links, and examples out of the samples.

The binding names what plays a role, such as create, and where {name}, {id} and {project} stand in what is sent.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from contracts.derive.contract.contract import Answer, Contract, Operation
from contracts.derive.page.names import folded
from contracts.text.strict_json import json_type

Binding = Mapping[str, Any]
"""The tables of binding.toml as they are for a release."""
Named = Callable[[Operation, str, str], str]
"""Operation, place and name of a parameter to what it is called in the description."""
_WORDS: Final = {"{name}": "name", "{id}": "id", "{project}": "project", "{scope}": "project"}
MEANINGS: Final = {
    "name": "Name of the workflow.",
    "id": "Id of the task, as its start answered it.",
    "project": "Name of the project.",
}
"""What identifies a workflow or a task, and what it means."""
_NEEDED: Final = frozenset({"name", "id"})
"""Without these nothing can be done with a workflow or a task; a project is handed on where it is known."""
_FROM: Final = ("create", "start")
"""Roles that make what others need."""
_PLAIN: Final[Mapping[str | None, Any]] = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
"""What is sent for a parameter of a type where nothing better is known."""


def _role(binding: Binding, operation: Operation) -> tuple[str, Mapping[str, Any]]:
    """Return the role that an operation plays and its row; both empty where it plays none."""
    rows: Mapping[str, Mapping[str, Any]] = binding.get("roles", {})
    return next(((name, row) for name, row in rows.items() if row.get("call") == operation.name), ("", {}))


def _pointers(row: Mapping[str, Any], word: str) -> list[str]:
    """Return where the answer of a role has what a word names, by JSON pointers: of several, the first one there."""
    said = row.get(word, [])
    return [said] if isinstance(said, str) else [*said]


def word_of(binding: Binding, operation: Operation, place: str, key: str) -> str | None:
    """Return the word of MEANINGS for what is sent at a place under a key, or None."""
    own: Mapping[str, Any] = binding.get("calls", {}).get(operation.name, {})
    rows: Mapping[str, str] = {**binding.get(place, {}), **own.get(place, {})}
    return _WORDS.get(rows.get(f"/{key}") or rows.get(key, ""))  # a pointer goes before a key that may stand anywhere


def _takes(binding: Binding, operation: Operation) -> Iterator[tuple[str, str, str]]:
    """Yield word, place and key of all with which an operation is told what it is about."""
    body = operation.body if isinstance(operation.body, dict) else {}
    places = [(row["in"], row["name"]) for row in operation.parameters if row["in"] != "body"]
    for place, key in (*places, *(("body", key) for key in body)):
        if word := word_of(binding, operation, place, key):
            yield word, place, key


def links(contract: Contract, binding: Binding, operation: Operation, named: Named) -> dict[str, Any]:
    """Return the links of the success of an operation, by the operations that take what it made.

    ``named`` says what a parameter is called in the description.
    """
    role, row = _role(binding, operation)
    if role not in _FROM:
        return {}
    given = {
        word: f"$request.{_place(operation, place, key, named)}" for word, place, key in _takes(binding, operation)
    }
    if pointers := _pointers(row, "id"):
        given["id"] = f"$response.body#{pointers[0]}"
    found: dict[str, Any] = {}
    for other in contract.operations:
        needed = {word for word, _, _ in _takes(binding, other)} & _NEEDED
        if other.name != operation.name and _role(binding, other)[0] != "create" and needed and needed <= given.keys():
            found[other.name] = _link(binding, other, given, named)
    return found


def _place(operation: Operation, place: str, key: str, named: Named) -> str:
    return f"body#/{key}" if place == "body" else f"{place}.{named(operation, place, key)}"


def _link(binding: Binding, other: Operation, given: Mapping[str, str], named: Named) -> dict[str, Any]:
    """Return the link to an operation: its parameters, and its sample as body with what is handed on put in."""
    link: dict[str, Any] = {"operationId": other.name, "parameters": {}}
    for word, place, key in _takes(binding, other):
        if word in given and place != "body":
            link["parameters"][_place(other, place, key, named)] = given[word]
        elif word in given:
            link.setdefault("requestBody", copy.deepcopy(other.body))[key] = f"{{{given[word]}}}"
    return link


def example(contract: Contract, binding: Binding, operation: Operation, row: Mapping[str, Any]) -> Any:
    """Return a value for a parameter: its default, or what the samples of the release have for it, or a plain one."""
    word, kind = word_of(binding, operation, row["in"], row["name"]), row["type"]
    found = [row["default"], *(_handed(contract, binding, word) if word else ()), *_like(contract, row["name"])]
    if kind == "string":
        found = [value if value is None or isinstance(value, str) else str(value) for value in found]
    listed = row.get("enum", ()) if kind != "array" else ()
    fitting = [value for value in found if value is not None and kind in (None, json_type(value))]
    if listed:
        return next((value for value in fitting if value in listed), listed[0])
    return next(iter(fitting), _PLAIN.get(kind, row["name"]))


def _handed(contract: Contract, binding: Binding, wanted: str) -> Iterator[Any]:
    """Yield what samples have where operations take or answer a word."""
    for operation in contract.operations:
        yield from (
            operation.body[key]
            for word, place, key in _takes(binding, operation)
            if (word, place) == (wanted, "body") and _is_plain(operation.body[key])
        )
        for pointer in _pointers(_role(binding, operation)[1], wanted):
            samples = [answer.sample for answer in operation.answers if is_success(answer)]
            yield from (sample[pointer[1:]] for sample in samples if isinstance(sample, dict) and pointer[1:] in sample)


def _like(contract: Contract, name: str) -> Iterator[Any]:
    """Yield the plain values that samples have under a name, however it is written: task_id is taskId."""
    pending: list[Any] = []
    for operation in contract.operations:
        pending += [operation.body, *(answer.sample for answer in operation.answers if is_success(answer))]
    while pending:
        value = pending.pop(0)
        if isinstance(value, dict):
            yield from (inner for key, inner in value.items() if folded(key) == folded(name) and _is_plain(inner))
        pending += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _is_plain(value: Any) -> bool:
    return value not in ("", None) and not isinstance(value, (dict, list))


def is_success(answer: Answer) -> bool:
    """Whether an answer is the success of its operation."""
    return answer.kind == "success" or (answer.status is not None and 200 <= answer.status < 300)
