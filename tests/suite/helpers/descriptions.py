"""OpenAPI descriptions: those of the releases, of rows made up for a test, and what refers to what in them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.catalog import release as catalog
from contracts.derive.contract.contract import Answer, Contract, Operation
from contracts.derive.contract.openapi import openapi
from contracts.derive.observed import Observed

OF_PRODUCTS = tuple(name for name in catalog.releases() if catalog.load(name).api == "aslan")
"""The releases of which each answer of each operation is known; others have calls that no server was seen to answer."""
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}


def file(release: str) -> Path:
    """Return the description of a release."""
    return catalog.SCHEMAS / catalog.data_of(release).parent.name / release / "openapi.json"


def content(release: str) -> dict[str, Any]:
    """Return what it says."""
    whole: dict[str, Any] = json.loads(file(release).read_text(encoding="utf-8"))
    return whole


def operations(whole: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the operations by name."""
    return {entry["operationId"]: entry for _, _, entry in addresses(whole)}


def addresses(whole: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and entry of each operation."""
    for path, item in whole["paths"].items():
        yield from ((path, method, entry) for method, entry in item.items() if method in METHODS)


def responses(whole: dict[str, Any], operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the responses of an operation by status, those that all share put in."""
    found = operation["responses"].items()
    return {status: resolved(whole, row["$ref"]) if "$ref" in row else row for status, row in found}


def resolved(whole: dict[str, Any], reference: str) -> Any:
    """Return what a reference inside the description leads to."""
    start, *keys = reference.split("/")
    assert start == "#", f"{reference} leads out of the description"
    value: Any = whole
    for key in keys:
        value = value[key]
    return value


def references(value: Any) -> Iterator[str]:
    """Yield all references."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from [inner] if key == "$ref" else references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def made_up(*rows: tuple[str, str, tuple[str, ...]], **binding: Any) -> dict[str, Any]:
    """Return the description of operations: each has name, ``METHOD /path`` and the names of its answers."""
    contract = Contract("9.9.0", "page.md", tuple(_operation(*row) for row in rows))
    return openapi(contract, Observed("9.9.0", ("9.9.0",)), binding)


def _operation(name: str, request: str, answers: tuple[str, ...]) -> Operation:
    method, path = request.split(" ")
    names = [part[1:] for part in path.split("/") if part.startswith(":")]
    return Operation(
        name=name,
        release="9.9.0",
        method=method,
        path=path,
        line=1,
        source=None,
        parameters=tuple(
            {"name": each, "in": "path", "type": "string", "required": True, "default": None, "line": 2}
            for each in names
        ),
        prefix=not path.startswith("/openapi/"),
        bodies=({"key": name},),
        body_lines=(3, 4),
        body_facts=None,
        answers=tuple(
            Answer(answer, "9.9.0", None, ({answer: name},), "As on the page.", None, (5, 6), kind=answer)
            for answer in answers
        ),
    )
