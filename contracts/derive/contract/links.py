"""What operations hand on to each other: the links of the OpenAPI description, and example values from the samples."""

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from contracts.derive.contract.contract import Answer, Contract, Operation
from contracts.text import toml
from contracts.text.strict_json import json_type

_TABLE: Final = toml.read(Path(__file__).with_suffix(".toml"))
WORDS: Final[Mapping[str, str]] = _TABLE["words"]
"""What identifies a workflow or a task, and what each of these words means."""
_NEEDED: Final = frozenset({"name", "id"})
"""Without these nothing can be done with a workflow or a task; a project is handed on where it is known."""
Named = Callable[[Operation, str, str], str]
"""Operation, place and name of a parameter to what it is called in the description."""
_PLAIN: Final[Mapping[str | None, Any]] = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
"""What is sent for a parameter of a type where nothing better is known."""


def links(contract: Contract, operation: Operation, named: Named) -> dict[str, Any]:
    """Return the links of the success of an operation, by the operations that take what it made.

    ``named`` says what a parameter is called in the description.
    """
    if "role" not in _row(operation):
        return {}
    takes = _row(operation).get("takes", {}).items()
    given = {word: f"$request.{_expression(operation, places[0], named)}" for word, places in takes}
    given |= {word: f"$response.body#{pointer}" for word, pointer in _row(operation).get("answers", {}).items()}
    return {
        other.name: _link(other, given, named)
        for other in contract.operations
        if other.name != operation.name
        and _row(other).get("role") != "create"
        and _NEEDED & _row(other).get("takes", {}).keys()
        and _NEEDED & _row(other)["takes"].keys() <= given.keys()
    }


def _row(operation: Operation) -> Mapping[str, Any]:
    row: Mapping[str, Any] = _TABLE["operations"].get(operation.name, {})
    return row


def _expression(operation: Operation, place: str, named: Named) -> str:
    where, _, key = place.partition(" ")
    return f"body#/{key}" if where == "body" else f"{where}.{named(operation, where, key)}"


def _link(other: Operation, given: Mapping[str, str], named: Named) -> dict[str, Any]:
    """Return the link to an operation: its parameters, and its sample as body with what is handed on put in."""
    link: dict[str, Any] = {"operationId": other.name, "parameters": {}}
    body = copy.deepcopy(other.body) if isinstance(other.body, dict) else {}
    handed = {place: given[word] for word, places in _row(other)["takes"].items() if word in given for place in places}
    for place, expression in handed.items():
        where, _, key = place.partition(" ")
        if where == "body":
            body[key] = f"{{{expression}}}"
        else:
            link["parameters"][_expression(other, place, named)] = expression
    if any(place.startswith("body ") for place in handed):
        link["requestBody"] = body
    return link


def word_of(operation: Operation, row: Mapping[str, Any]) -> str | None:
    """Return the word of WORDS for what a parameter takes, or None."""
    place = f"{row['in']} {row['name']}"
    return next((word for word, places in _row(operation).get("takes", {}).items() if place in places), None)


def example(contract: Contract, operation: Operation, row: Mapping[str, Any]) -> Any:
    """Return a value for a parameter: its default, or what the samples of the release have for it, or a plain one."""
    word, kind = word_of(operation, row), row["type"]
    found = [row["default"], *(_handed(contract, word) if word else ()), *_like(contract, row["name"])]
    if kind == "string":
        found = [value if value is None or isinstance(value, str) else str(value) for value in found]
    fitting = (value for value in found if value is not None and kind in (None, json_type(value)))
    return next(fitting, _PLAIN.get(kind, row["name"]))


def _handed(contract: Contract, word: str) -> Iterator[Any]:
    """Yield what samples have where operations take or answer a word."""
    for operation in contract.operations:
        for place in _row(operation).get("takes", {}).get(word, ()):
            where, _, key = place.partition(" ")
            if where == "body" and isinstance(operation.body, dict):
                yield operation.body.get(key)
        if pointer := _row(operation).get("answers", {}).get(word):
            yield from (answer.sample.get(pointer[1:]) for answer in operation.answers if is_success(answer))


def _like(contract: Contract, name: str) -> Iterator[Any]:
    """Yield the plain values that samples have under a name, however it is written: task_id is taskId."""
    pending: list[Any] = []
    for operation in contract.operations:
        pending += [operation.body, *(answer.sample for answer in operation.answers if is_success(answer))]
    while pending:
        value = pending.pop(0)
        if isinstance(value, dict):
            yield from (inner for key, inner in value.items() if _folded(key) == _folded(name) and _is_plain(inner))
        pending += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _is_plain(value: Any) -> bool:
    return value not in ("", None) and not isinstance(value, (dict, list))


def is_success(answer: Answer) -> bool:
    """Whether an answer is the success of its operation."""
    return answer.kind == "success" or (answer.status is not None and 200 <= answer.status < 300)
