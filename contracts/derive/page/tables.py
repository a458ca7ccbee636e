"""Tables to rows: what each column holds and what each cell says, sub-models included.

A sub-model is a table under a heading of its own that describes the type of a parameter.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.derive.page.blocks import Table, TableRow
from contracts.derive.page.findings import Note
from contracts.derive.page.names import PLACES, Parameter, assumed, parameter
from contracts.derive.page.sections import Section
from contracts.derive.page.vocabulary import ANY, COLUMNS, MODEL_ENDINGS, NO_DEFAULT, REQUIRED, TYPES, plain

_TAG: Final = re.compile(r"<[^<>]*>")
_LINK: Final = re.compile(r"\[((?:\[\]){0,9}[^\[\]]*)\]\(([^()]*)\)")
_ARRAYS: Final = re.compile(r"^(?:\[\]\s*)+")
_NAME: Final = re.compile(r"[\w.$\[\]-]+")
_SLUG: Final = re.compile(r"[^\w-]+")


@dataclass(frozen=True)
class TypeWord:
    """What the type cell of a row says: a type word, how many arrays are around it, and the anchor that it links to."""

    word: str
    arrays: int
    anchor: str | None

    @property
    def known(self) -> bool:
        """Whether this is a type of its own, not the name of a sub-model."""
        return plain(self.word) in TYPES or plain(self.word) in ANY or plain(self.word).startswith("map[")

    @property
    def kind(self) -> str | None:
        """The type of JSON Schema; None if it is any, or that of a sub-model."""
        if self.arrays:
            return "array"
        return "object" if plain(self.word).startswith("map[") else TYPES.get(plain(self.word))


def text_of(cell: str) -> str:
    """Return what a cell says, without tags, links and the marks of code and bold."""
    return _TAG.sub(" ", _LINK.sub(r"\1", cell)).replace("`", "").strip().strip("*").strip()


def type_word(cell: str) -> TypeWord:
    """Read a type cell such as ``string``, ``[]int``, ``[][Name](#anchor)`` or ``[[]Name](#anchor)``."""
    link = _LINK.search(cell)
    anchor = link[2].rpartition("#")[2] if link and "#" in link[2] else None
    text = text_of(cell)
    word = _ARRAYS.sub("", text)
    return TypeWord(word, text.count("[]", 0, len(text) - len(word)), anchor)


def read_tables(tables: Sequence[Table], place: str, note: Note) -> list[Parameter]:
    """Return the rows of tables that stand under one heading; a name that comes again is a finding.

    ``place`` is where the parameters are, unless a column says so; it can also be ``answer`` or ``model``.
    A row has ``word``, the TypeWord of its type cell, until its sub-model is looked up.
    """
    rows: dict[str, Parameter] = {}
    above: Sequence[str | None] = ()
    for table in tables:
        if above and table.columns:
            note("second-table", table.line)
        columns, listed = _columns(table, above, note)
        if not listed:
            note("table-empty", table.line)
        above = columns
        for column in ("name", "type", "required") if place in PLACES else ("name", "type"):
            if column not in columns:
                note(f"no-column/{column}", table.line)
        if "in" not in columns and place in PLACES:
            note("no-in-column", table.line)
        for row in listed if "name" in columns else ():
            cells = {column: cell for column, cell in zip(columns, row.cells, strict=False) if column}
            name = text_of(cells.get("name", ""))
            if not name:
                note("row-without-name", row.line)
            elif COLUMNS.get(plain(name)) == "name" and plain(cells.get("type", "")) in COLUMNS:
                note("headings-as-row", row.line)
            elif name in rows:
                note("parameter-listed-twice", row.line, name=name[:60])
            else:
                rows[name] = _parameter(name, cells, row, place, note)
    return list(rows.values())


def _columns(table: Table, above: Sequence[str | None], note: Note) -> tuple[Sequence[str | None], Sequence[TableRow]]:
    """Return what each column holds, and the rows: by its heading, and in doubt by its cells; a doubt is a finding."""
    titles, rows = table.columns, table.rows
    if not titles and rows and sum(plain(text_of(cell)) in COLUMNS for cell in rows[0].cells) > 1:
        note("no-line-of-dashes", table.line)
        titles, rows = rows[0].cells, rows[1:]
    width = len(titles) or max((len(row.cells) for row in rows), default=0)
    if not titles and len(above) == width:
        note("table-broken/rows", table.line)
        return above, rows
    if not titles:
        note("no-column-headings", table.line)
    meanings = [COLUMNS.get(plain(text_of(title))) for title in titles] or [None] * width
    for at in range(width):
        by_cells = _by_cells([row.cells[at] for row in rows if len(row.cells) > at])
        # Translated pages call the column of types "Required", beside the one that is.
        misnamed = meanings[at] == "required" and by_cells == "type" and "type" not in meanings
        if meanings[at] is None or misnamed:
            meanings[at] = by_cells if by_cells not in meanings or misnamed else None
            if meanings[at] is None and at == 0 and "name" not in meanings:
                meanings[at] = "name"
            if titles:
                text = "unknown-column/known" if meanings[at] else "unknown-column/nothing"
                note(text, table.line, number=at + 1, meaning=meanings[at])
        elif meanings[at] in meanings[:at]:
            note("column-twice", table.line, meaning=meanings[at])
            meanings[at] = None
    return meanings, rows


def _by_cells(cells: Sequence[str]) -> str | None:
    """Return what a column holds if every cell says so by itself."""
    texts = [cell for cell in cells if cell]
    if texts and all(plain(text_of(cell)) in REQUIRED for cell in texts):
        return "required"
    if texts and all((word := type_word(cell)).known or word.arrays or word.anchor for cell in texts):
        return "type"
    return None


def _parameter(name: str, cells: Mapping[str, str], row: TableRow, place: str, note: Note) -> Parameter:
    if not _NAME.fullmatch(name):
        note("odd-name", row.line, name=name[:60])
    word = type_word(cells["type"]) if "type" in cells else None
    kind = word.kind if word else None
    required = REQUIRED.get(plain(text_of(cells.get("required", ""))))
    if "required" in cells and required is None:
        note("unknown-required-word", row.line, name=name[:60])
    where = cells.get("in", place).strip().casefold()
    if where not in PLACES and where != place:
        note("unknown-place", row.line, name=name[:60])
        where = place
    try:
        default = _default(text_of(cells.get("default", "")), kind)
    except ValueError:
        default = text_of(cells["default"])
        note("default-of-another-type", row.line, name=name[:60])
    unsaid = {"required": required is None, "default": "default" not in cells} if place in PLACES else {}
    listed = parameter(name, where, kind, bool(required), default, row.line)
    return {**assumed(listed, *(facet for facet, is_unsaid in unsaid.items() if is_unsaid)), "word": word}


def _default(cell: str, kind: str | None) -> Any:
    """Return the default as a value of its type; raises ValueError if it is none."""
    if cell.casefold() in NO_DEFAULT:
        return None
    if kind == "boolean" and cell.casefold() in ("true", "false"):
        return cell.casefold() == "true"
    if kind == "integer":
        return int(cell)
    if kind == "number":
        value = float(cell)
        if value - value != 0:
            raise ValueError(cell)
        return value
    return cell


@dataclass(frozen=True)
class Model:
    """A sub-model: its name, the words by which links and type words refer to it, and its section."""

    name: str
    words: frozenset[str]
    section: Section


def models_of(sections: Iterable[Section]) -> list[Model]:
    """Return the sub-models among sections: those of unknown kind with a title and a table."""
    models: list[Model] = []
    for section in sections:
        if section.kind is None and (title := section.title) and section.tables:
            ending = next((ending for ending in MODEL_ENDINGS if title.lower().endswith(ending)), "")
            name = title[: -len(ending) or None].strip()
            slug = _SLUG.sub("-", title.strip().casefold()).strip("-")
            words = {plain(name), slug, *([section.anchor.casefold()] if section.anchor else [])}
            models.append(Model(name or title, frozenset(words), section))
    return models


def resolve(
    listed: Sequence[Sequence[Parameter]], own: Mapping[str, Model], others: Mapping[str, Model], note: Note
) -> tuple[dict[str, list[Parameter]], set[int]]:
    """Look up the types of rows that name a sub-model, and of the rows of these; each doubt is a finding.

    ``own`` are the sub-models of the operation, which come first, ``others`` those of the page, by their words.
    Returns the rows of those that are referred to, by name, and the lines where they stand.
    """
    models: dict[str, list[Parameter]] = {}
    names: dict[int, str] = {}
    pending = [row for rows in reversed(listed) for row in rows]
    while pending:
        row = pending.pop()
        word: TypeWord | None = row.pop("word", None)
        if word is None:
            continue
        model = None
        if not word.known:
            model = _referred(word, own)
            if model is None and (model := _referred(word, others)) is not None:
                note("sub-model-elsewhere", row["line"], name=row["name"][:60], other=model.section.line)
            elif model is None:
                note("unknown-type", row["line"], name=row["name"][:60])
        if model is not None:
            row["type"] = "array" if word.arrays else "object"
            line = model.section.line
            if line not in names:
                names[line] = name = f"{model.name}-{line}" if model.name in models else model.name
                models[name] = read_tables(model.section.tables, "model", note)
                pending += models[name]
            row["model"] = names[line]
        if word.arrays == 1 and (items := "object" if model else TYPES.get(plain(word.word))):
            row["items"] = items
    return models, set(names)


def _referred(word: TypeWord, models: Mapping[str, Model]) -> Model | None:
    texts = filter(None, (word.anchor, word.word))
    return next(filter(None, (models.get(text.casefold()) or models.get(plain(text)) for text in texts)), None)


def index(models: Iterable[Model]) -> dict[str, Model]:
    """Return word to sub-model; the first that has a word keeps it."""
    by_word: dict[str, Model] = {}
    for model in models:
        for word in sorted(model.words):
            by_word.setdefault(word, model)
    return by_word
