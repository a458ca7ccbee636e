"""Parameter tables: rows held against the path, the query and the body sample of their operation."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.derive.page import Section, Table
from contracts.derive.sample import Note
from contracts.derive.words import COLUMNS, NO_DEFAULT, PLACES, REQUIRED, TYPES

Parameter = dict[str, Any]
"""A parameter as documented.json has it: name, in, type, required, default, line."""


def url_parameters(
    sections: Sequence[Section], path: Sequence[str], query: Sequence[str], line: int, note: Note
) -> list[Parameter]:
    """Return the path and query parameters of an operation, from its request line and its tables.

    ``path`` and ``query`` are the names that the request at ``line`` has; where a table has another name for a path
    parameter, the path wins. Every departure is a finding.
    """
    rows = [row for section in sections for row in _rows(section, note)]
    unknown = [row for row in rows if row["name"] not in (*path, *query)]
    unlisted = [name for name in path if name not in {row["name"] for row in rows}]
    for row, name in zip(list(unknown), list(unlisted), strict=False):
        note(
            "parameter-renamed",
            row["line"],
            f"The table says {row['name']} where the path says :{name}; the path's name is kept.",
        )
        row["name"] = name
        unknown.remove(row)
        unlisted.remove(name)
    for row in unknown:
        note(
            "parameter-not-in-request",
            row["line"],
            f"The request line has no parameter {row['name']}; it is kept as a query parameter.",
        )
    for row in rows:
        place = "path" if row["name"] in path else "query"
        if row["in"] == "path" and place == "query" and row not in unknown:
            note(
                "query-listed-as-path",
                row["line"],
                f"{row['name']} is a query parameter and is listed among the path parameters.",
            )
        row["in"] = place
        if place == "path" and not row["required"]:
            note("path-parameter-optional", row["line"], f"{row['name']} is part of the path; it is kept as required.")
            row["required"] = True
    listed = {row["name"] for row in rows}
    for name in (*path, *query):
        if name not in listed:
            note("parameter-not-listed", line, f"No table lists the parameter {name}; it is taken as a string.")
            place = "path" if name in path else "query"
            rows.append(
                {
                    "name": name,
                    "in": place,
                    "type": "string",
                    "required": place == "path",
                    "default": None,
                    "line": line,
                }
            )
    order = (*path, *query)
    return sorted(rows, key=lambda row: order.index(row["name"]) if row["name"] in order else len(order))


def body_parameters(section: Section | None, sample: Any, line: int, note: Note) -> list[Parameter]:
    """Return the parameters of the body's table, held against the body sample (None if there is none)."""
    if section is None:
        if sample is not None:
            note("no-table", line, "The body has a sample and no table; none of its keys counts as required.")
        return []
    rows = [{**row, "in": "body"} for row in _rows(section, note)]
    keys: Mapping[str, Any] = sample if isinstance(sample, dict) else {}
    for row in rows:
        if sample is not None and row["name"] not in keys:
            note("parameter-not-in-sample", row["line"], f"The body sample has no key {row['name']}.")
        elif sample is not None and row["type"] not in (None, json_type(keys[row["name"]])):
            found = json_type(keys[row["name"]])
            note(
                "type-differs-from-sample",
                row["line"],
                f"The table says {row['type']} for {row['name']}, the sample has {found}; the sample's type is kept.",
            )
            row["type"] = found
    listed = len({row["name"] for row in rows} & set(keys))
    if section.tables and listed < len(keys):
        note(
            "body-table-incomplete",
            section.tables[0].line,
            f"The table lists {listed} of the {len(keys)} keys of the body sample.",
        )
    return rows


def json_type(value: Any) -> str | None:
    """Return the JSON Schema type of a value; None for null, which says nothing about the type."""
    if value is None:
        return None
    kinds = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"))
    return next(name for kind, name in kinds if isinstance(value, kind))


def _rows(section: Section, note: Note) -> list[Parameter]:
    """Return the rows of a section's tables, with the section's kind as their place unless a column names it."""
    if not section.tables:
        note("no-table", section.line, "This section lists parameters and has no table.")
    rows: dict[str, Parameter] = {}
    for table in section.tables:
        for row in _table(table, str(section.kind), note):
            if row["name"] in rows:
                note("parameter-listed-twice", row["line"], f"{row['name']} is listed twice; the first row is kept.")
            rows.setdefault(row["name"], row)
    return list(rows.values())


def _table(table: Table, place: str, note: Note) -> list[Parameter]:
    columns = [COLUMNS.get("".join(title.split()).casefold()) for title in table.columns]
    for at, column in enumerate(columns, 1):
        if column is None:
            note("unknown-column", table.line, f"Column {at} of the table has an unknown heading; it is not read.")
    for column in ("name", "type", "required"):
        if column not in columns:
            note("no-column", table.line, f"The table has no column for the {column} of a parameter.")
    if "in" not in columns:
        note("no-in-column", table.line, "The table does not say where each parameter is sent.")
    if "name" not in columns:
        return []
    named: list[Parameter] = []
    for row in table.rows:
        cells = dict(zip(columns, row.cells, strict=False))
        if cells["name"]:
            named.append(_row(cells, row.line, place, note))
        else:
            note("row-without-name", row.line, "The row names no parameter; it is not read.")
    return named


def _row(cells: Mapping[str | None, str], line: int, place: str, note: Note) -> Parameter:
    name = cells["name"]
    kind = TYPES.get(cells.get("type", "").casefold())
    if "type" in cells and kind is None:
        note("unknown-type", line, f"The type of {name} is no known type word; any type is accepted.")
    required = REQUIRED.get(cells.get("required", "").casefold())
    if "required" in cells and required is None:
        note("unknown-required-word", line, f"It is not clear whether {name} is required; it is taken as optional.")
    where = cells.get("in", place).casefold()
    if where not in PLACES:
        note("unknown-place", line, f"Where {name} is sent is no known word; it is taken from the section.")
        where = place
    try:
        default = _default(cells.get("default", ""), kind)
    except ValueError:
        default = cells["default"]
        note("default-of-another-type", line, f"The default of {name} is not of its type; it is kept as text.")
    return {"name": name, "in": where, "type": kind, "required": bool(required), "default": default, "line": line}


def _default(cell: str, kind: str | None) -> Any:
    """Return the default as a value of its type; raises ValueError if it is none."""
    if cell in NO_DEFAULT:
        return None
    if kind == "boolean" and cell.casefold() in ("true", "false"):
        return cell.casefold() == "true"
    if kind == "integer":
        return int(cell)
    return float(cell) if kind == "number" else cell
