"""Stable names of operations, by method and path template, and their parameters."""

import re
from pathlib import Path
from typing import Any

from contracts.derive.errors import DeriveError, read_toml

PLACES = ("body", "header", "path", "query")
"""Where a parameter can be."""
Parameter = dict[str, Any]
"""A parameter as documented.json has it: what `parameter` gives.

Where the table says more: ``description``, ``enum``, the values that the value or each item can have, ``items``, the
type of an array's items, and ``model``, the name of the sub-model that the value, or each item, is. Where it
says less: ``assumed``, which of the type, required and default it does not say.
"""
_PARAMETER = re.compile(r":(\w+)|\{\w*\}")


def parameter(name: str, place: str, kind: str | None, required: bool, default: Any, line: int | None) -> Parameter:
    """Return a parameter: ``kind`` is its type in JSON Schema, None for any, ``line`` that of the page or None."""
    return {"name": name, "in": place, "type": kind, "required": required, "default": default, "line": line}


def assumed(row: Parameter, *facets: str) -> Parameter:
    """Return a parameter of which these are not said by its page: of ``type``, ``required`` and ``default``."""
    return {**row, "assumed": sorted(facets)} if facets else row


def path_parameters(path: str) -> tuple[str, ...]:
    """Return the names of the parameters of a path template such as ``/id/:id``, in order."""
    return tuple(match[1] for match in _PARAMETER.finditer(path))


def shape(method: str, path: str) -> str:
    """Return what identifies an operation: ``DELETE /id/{}``, with every path parameter as ``{}``."""
    return f"{method} {_PARAMETER.sub('{}', path)}"


def folded(name: str) -> str:
    """Return a name in the form that all its spellings have: task_id is taskId."""
    return re.sub(r"[\W_]", "", name.casefold())


def mechanical_name(method: str, path: str) -> str:
    """Return a name for an operation that operations.toml does not list: ``delete-id-id``."""
    return "-".join(re.findall(r"[a-z0-9]+", f"{method} {path}".lower()))


def load_names(path: Path) -> dict[str, str]:
    """Return shape to name, from a file with one row ``name = "METHOD /path/{}"`` per operation.

    One that has moved has a list of such texts.
    Raises DeriveError for a file that cannot be read, a row of another form, and two names of one operation.
    """
    rows = read_toml(path, path.name, "a TOML file in UTF-8")
    names: dict[str, str] = {}
    for name, value in (
        (name, each) for name, row in rows.items() for each in (row if isinstance(row, list) else [row])
    ):
        if not isinstance(value, str) or not re.fullmatch(r"[A-Z]+ /\S*", value):
            raise DeriveError(f'{path.name}: {name}: write the operation as "METHOD /path/{{}}"')
        if value in names:
            raise DeriveError(f"{path.name}: {name} and {names[value]} name the same operation: remove one of them")
        names[value] = name
    return names
