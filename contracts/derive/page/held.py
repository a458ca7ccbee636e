"""Rows of tables against samples: what one of them says and the other does not, or says otherwise, is a finding."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.derive.page.findings import Note
from contracts.derive.page.names import Parameter
from contracts.derive.page.samples import values_by_key
from contracts.text.strict_json import json_type


def hold(
    rows: Sequence[Parameter],
    samples: Sequence[Any],
    models: Mapping[str, Sequence[Parameter]],
    note: Note,
    place: str,
) -> None:
    """Hold rows, and those of their sub-models, against samples, where there are any; ``place`` is body or answer.

    A type that the sample shows is the right one; rows that say otherwise are changed.
    """
    pending = [(rows, list(_objects(samples)), place)] if samples else []
    while pending:
        listed, objects, where = pending.pop()
        if not listed or (not objects and where != "body"):
            continue
        by_key = values_by_key(objects)
        missing = len(by_key.keys() - {row["name"] for row in listed})
        if missing and where != "body":  # what of its keys a body lists is told with the body
            note("keys-not-listed", listed[0]["line"], missing=missing, count=len(by_key))
        for row in listed:
            values = by_key.get(row["name"], [])
            if row["required"] and len(values) < len(objects) and place == "body":
                note("parameter-not-in-sample/required", row["line"], name=row["name"][:60])
            elif not values:
                text = "parameter-not-in-sample/body" if where == "body" else "parameter-not-in-sample/answer"
                note(text, row["line"], name=row["name"][:60])
            _hold_values(row, values, note)
            if "model" in row:
                pending.append((models[row["model"]], list(_objects(values)), "model"))


def _hold_values(row: Parameter, values: Sequence[Any], note: Note) -> None:
    name = row["name"][:60]
    kinds = {kind for value in values if (kind := json_type(value)) is not None}
    others = kinds - {row["type"], "integer" if row["type"] == "number" else None}
    if row["type"] is not None and others == kinds and kinds:
        if "model" in row and not kinds <= {"object", "array"}:
            if any(value not in ("", None) for value in values):
                note("type-differs-from-sample/model", row["line"], name=name)
            return
        kind = min(kinds)
        note("type-differs-from-sample/type", row["line"], type=row["type"], name=name, kind=kind)
        row["type"] = kind
        if kind != "array":
            row.pop("items", None)
    elif "model" in row and any(value not in ("", None, []) for value in values) and not any(_objects(values)):
        note("type-differs-from-sample/model", row["line"], name=name)
    shown = [item for value in values for item in (value if isinstance(value, list) else [value]) if item is not None]
    if "enum" in row and any(item not in row["enum"] for item in shown):
        note("value-not-listed", row["line"], name=name)
        del row["enum"]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the object that a value is, or those that are the items of an array, however deep."""
    level = [value]
    while level:
        yield from (item for item in level if isinstance(item, dict))
        level = [item for each in level if isinstance(each, list) for item in each]
