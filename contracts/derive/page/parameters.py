"""Rows of tables held against the request line and the samples of their operation."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.derive.page.findings import Note
from contracts.derive.page.names import path_parameters
from contracts.derive.page.request import Request
from contracts.derive.page.tables import Parameter
from contracts.text.strict_json import json_type


def url_parameters(rows: Sequence[Parameter], request: Request, others: set[str], note: Note) -> list[Parameter]:
    """Return the path and query parameters of an operation, from its request line and the rows of its tables.

    Where a table has another name for a path parameter, the path wins. ``others`` are names of further requests of the
    same operation; rows for these alone are left out. Every departure is a finding.
    """
    path = path_parameters(request.path)
    query = dict(request.query)
    known = {*path, *query}
    kept = [dict(row) for row in rows if row["name"] in known or row["name"] not in others]
    _rename(kept, path, known, note)
    by_name: dict[str, Parameter] = {}
    for row in kept:
        name = row["name"]
        if name in by_name:
            note("parameter-listed-twice", row["line"], name=name[:60])
            continue
        by_name[name] = row
        if name not in known:
            note("parameter-not-in-request", row["line"], name=name[:60])
        elif name in query and name not in path and row["in"] == "path":
            note("query-listed-as-path", row["line"], name=name[:60])
        elif name in path and row["in"] == "query":
            note("path-listed-as-query", row["line"], name=name[:60])
        row["in"] = "path" if name in path else "query"
        if name in path and not row["required"]:
            note("path-parameter-optional", row["line"], name=name[:60])
            row["required"] = True
    for name in dict.fromkeys((*path, *query)):
        if name not in by_name:
            note("parameter-not-listed", request.line, name=name[:60])
            by_name[name] = {
                "name": name,
                "in": "path" if name in path else "query",
                "type": "string",
                "required": name in path,
                "default": query.get(name),
                "line": request.line,
            }
    if len(set(path)) < len(path):
        note("path-parameter-twice", request.line)
    order = {name: at for at, name in reversed(list(enumerate((*path, *query))))}
    return sorted(by_name.values(), key=lambda row: order.get(row["name"], len(order)))


def _rename(rows: Sequence[Parameter], path: Sequence[str], known: set[str], note: Note) -> None:
    """Give rows of a path table the path's names where all that do not fit can be matched one to one."""
    listed = {row["name"] for row in rows}
    unknown = [row for row in rows if row["in"] == "path" and row["name"] not in known]
    unlisted = [name for name in path if name not in listed]
    if len(unknown) != len(unlisted):
        return
    for row, name in zip(unknown, unlisted, strict=True):
        note("parameter-renamed", row["line"], name=row["name"][:60], path=name[:60])
        row["name"] = name


def body_parameters(rows: Sequence[Parameter], samples: Sequence[Any], note: Note) -> list[Parameter]:
    """Return the rows of the body's table, held against the body samples, if there are any."""
    parameters = [{**row, "in": "body"} for row in rows]
    keys: dict[str, set[str | None]] = {}
    for sample in samples:
        for key, value in sample.items() if isinstance(sample, Mapping) else ():
            keys.setdefault(key, set()).add(json_type(value))
    for row in parameters:
        name = row["name"]
        kinds = {kind for kind in keys.get(name, set()) if kind is not None}
        if samples and name not in keys:
            note("parameter-not-in-sample/body", row["line"], name=name[:60])
        elif row["type"] is not None and kinds and row["type"] not in kinds:
            kind = min(kinds)
            note("type-differs-from-sample/body", row["line"], type=row["type"], name=name[:60], kind=kind)
            row["type"] = kind
    return parameters


def note_tables(
    rows: Sequence[Parameter],
    samples: Sequence[Any],
    models: Mapping[str, Sequence[Parameter]],
    note: Note,
    top: bool = True,
) -> None:
    """Note where rows, and those of their sub-models, and samples do not have the same keys; no sample, no doubt.

    Without ``top``, only the sub-models are held against the samples.
    """
    pending = [(rows, [item for sample in samples for item in _objects(sample)], top)]
    while pending:
        listed, objects, aloud = pending.pop()
        if not listed or not objects:
            continue
        by_key: dict[str, list[Any]] = {}
        for item in objects:
            for key, value in item.items():
                by_key.setdefault(key, []).append(value)
        missing = len(by_key.keys() - {row["name"] for row in listed})
        if missing and aloud:
            note("keys-not-listed", listed[0]["line"], missing=missing, count=len(by_key))
        for row in listed:
            if row["name"] not in by_key and not aloud:
                continue
            if row["name"] not in by_key:
                note("parameter-not-in-sample/answer", row["line"], name=row["name"][:60])
            elif "model" in row:
                below = [item for value in by_key[row["name"]] for item in _objects(value)]
                if not below and any(value not in (None, [], "") for value in by_key[row["name"]]):
                    note("type-differs-from-sample/model", row["line"], name=row["name"][:60])
                pending.append((models[row["model"]], below, True))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the object that a value is, or those that are the items of an array, however deep."""
    level = [value]
    while level:
        yield from (item for item in level if isinstance(item, dict))
        level = [item for each in level if isinstance(each, list) for item in each]
