"""Tables to rows: what each column holds and what each cell says, sub-models included.

A sub-model is a table under a heading of its own that describes the type of a parameter.
"""

import itertools
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from contracts.derive.page.blocks import BOLD, Fence, Table, TableRow
from contracts.derive.page.findings import Note
from contracts.derive.page.listed import listed_values, said_required
from contracts.derive.page.names import PLACES, Parameter, assumed, parameter
from contracts.derive.page.samples import Sample, read_samples
from contracts.derive.page.sections import Section
from contracts.derive.page.vocabulary import ANY, COLUMNS, MODEL_ENDINGS, NO_DEFAULT, REQUIRED, TYPES, plain
from contracts.text.frozen import dataclass

_TAG: Final = re.compile(r"<[^<>]*>")
_LINK: Final = re.compile(r"\[((?:\[\]){0,9}[^\[\]]*)\]\(([^()]*)\)")
_ARRAYS: Final = re.compile(r"^(?:\[\]\s*)+")
_NAME: Final = re.compile(r"[\w.$\[\]-]+")
_SLUG: Final = re.compile(r"[^\w-]+")
_NESTED: Final = re.compile(r"[\w$-]+(?:\[\]){0,9}\.[\w$-][\w.$\[\]-]*")
_DEEPEST: Final = 20
_PROSE: Final = re.compile(r"[^\x00-\x7f]|\S\s+\S")
_LITERAL: Final = re.compile(r"""[`"'].*[`"']""")


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
                text = "column-by-cells" if meanings[at] else "unknown-column"
                note(text, table.line, number=at + 1, meaning=meanings[at])
        elif meanings[at] in meanings[:at]:
            note("column-twice", table.line, meaning=meanings[at])
            meanings[at] = None
    return _unswapped(meanings, rows, table, note), rows


def _unswapped(
    meanings: Sequence[str | None], rows: Sequence[TableRow], table: Table, note: Note
) -> Sequence[str | None]:
    """Return what columns hold where two of them have the headings of each other, as one of them shows by itself."""
    shown = [_by_cells([row.cells[at] for row in rows if len(row.cells) > at]) for at in range(len(meanings))]
    swapped = list(meanings)
    for meaning in ("type", "required"):
        at = meanings.index(meaning) if meaning in meanings else None
        others = [
            other
            for other, kind in enumerate(meanings)
            if shown[other] == meaning and kind in ("description", "default", "required", "type") and kind != meaning
        ]
        if at is not None and shown[at] != meaning and len(others) == 1 and swapped[at] == meaning:
            swapped[at], swapped[others[0]] = swapped[others[0]], swapped[at]
            note("columns-swapped", table.line, one=meaning, other=meanings[others[0]])
    return swapped


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
    description = text_of(cells.get("description", ""))
    required = REQUIRED.get(plain(text_of(cells.get("required", ""))))
    if "required" in cells and required is None:
        note("unknown-required-word", row.line, name=name[:60])
    elif "required" not in cells:
        required = said_required(description)
    where = cells.get("in", place).strip().casefold()
    if where not in PLACES and where != place:
        note("unknown-place", row.line, name=name[:60])
        where = place
    default, text = None, text_of(cells.get("default", ""))
    try:
        default = _default(text, kind)
    except ValueError:
        note("default-of-another-type", row.line, name=name[:60])
        default = text
    if isinstance(default, str) and _PROSE.search(text) and not _LITERAL.fullmatch(cells["default"].strip()):
        note("default-is-prose", row.line, name=name[:60])
        default, description = None, "; ".join(filter(None, (description, text)))
    listed: Parameter = {"description": " ".join(description.split())} if description else {}
    if word and (values := listed_values(cells.get("description", ""), TYPES.get(plain(word.word)))):
        listed["enum"] = values
    row_of = parameter(name, where, kind, bool(required), default, row.line)
    unsaid = {"required": required is None and place != "answer", "default": place in PLACES and "default" not in cells}
    return {**assumed(row_of, *(facet for facet in unsaid if unsaid[facet])), **listed, "word": word}


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
    """A sub-model.

    name: its name.
    words: by what links and type words refer to it.
    sections: where it stands; the first has its heading.
    """

    name: str
    words: frozenset[str]
    sections: tuple[Section, ...]

    @property
    def line(self) -> int:
        """The line of its heading."""
        return self.sections[0].line

    @property
    def fences(self) -> list[Fence]:
        """The fences that show it, where no table lists its keys."""
        return [] if self.sections[0].tables else [fence for section in self.sections for fence in section.fences]


def models_of(sections: Iterable[Section]) -> list[Model]:
    """Return the sub-models among sections: those of unknown kind with a title and a table.

    One that a link can name by its anchor may have fences in place of a table, under headings in bold of their own too.
    """
    groups: list[list[Section]] = []
    current: list[Section] | None = None
    for section in sections:
        if section.kind is not None or not section.title:
            current = None
        elif section.tables:
            groups.append([section])
            current = None
        elif section.level < BOLD:
            current = [section] if section.anchor else None
            groups += [current] if current else []
        elif current:
            current.append(section)
    shown = [group for group in groups if group[0].tables or any(section.fences for section in group)]
    return [_model(group) for group in shown]


def slug(title: str) -> str:
    """Return how a link names a heading that has no anchor of its own."""
    return _SLUG.sub("-", title.strip().casefold()).strip("-")


def _model(sections: Sequence[Section]) -> Model:
    section = sections[0]
    title = section.title
    ending = next((ending for ending in MODEL_ENDINGS if title.lower().endswith(ending)), "")
    name = title[: -len(ending) or None].strip()
    words = {plain(name), slug(title), *([section.anchor.casefold()] if section.anchor else [])}
    return Model(name or title, frozenset(words), tuple(sections))


@dataclass(frozen=True)
class Models:
    """The sub-models to which rows refer.

    rows: of each by name, what its table lists.
    samples: of each by name that has no table, its samples.
    lines: those of all headings under which they stand.
    """

    rows: dict[str, list[Parameter]] = field(default_factory=dict)
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)


Index = Mapping[str, Model]
"""Sub-models by the words that refer to them; an anchor has a ``#`` before it."""


def resolve(listed: Sequence[list[Parameter]], own: Index, others: Index, note: Note) -> Models:
    """Look up the types of rows that name a sub-model, and of the rows of these; each doubt is a finding.

    ``own`` are the sub-models of the operation, which come first, ``others`` those of the page.
    """
    found = Models()
    names: dict[int, str] = {}
    nearby = {model.line for model in own.values()}
    pending = [row for rows in reversed(listed) for row in _nested(rows, found.rows)]
    while pending:
        row = pending.pop()
        word: TypeWord | None = row.pop("word", None)
        if word is None:
            continue
        model = None if word.known else _referred(word, own, others)
        if model is None and not word.known:
            note("unknown-type", row["line"], name=row["name"][:60])
        if model is not None:
            if model.line not in nearby:
                note("sub-model-elsewhere", row["line"], name=row["name"][:60], other=model.line)
            row["type"] = "array" if word.arrays else "object"
            if model.line not in names:
                names[model.line] = name = _free(model.name, found.rows)
                found.lines.update(section.line for section in model.sections)
                found.rows[name] = read_tables(model.sections[0].tables, "model", note)
                pending += _nested(found.rows[name], found.rows)
                if fences := model.fences:
                    found.samples[name] = [sample for fence in fences for sample in read_samples(fence, note)]
            row["model"] = names[model.line]
        if word.arrays == 1 and (items := "object" if model else TYPES.get(plain(word.word))):
            row["items"] = items
    return found


def _nested(rows: list[Parameter], models: dict[str, list[Parameter]]) -> list[Parameter]:
    """Put rows such as ``list[].key`` below the row ``list``, as those of a sub-model; return all that there are."""
    kept = {row["name"]: row for row in rows if not _is_nested(row)}
    below: dict[str, list[Parameter]] = {}
    for row in filter(_is_nested, rows):
        first, _, rest = row["name"].partition(".")
        name, arrays = first.rstrip("[]"), first.endswith("]")
        above = kept.setdefault(name, parameter(name, row["in"], None, row["required"], None, row["line"]))
        if name not in below:
            above.pop("word", None)
            above |= {"type": "array", "items": "object"} if arrays else {"type": "object"}
            above["model"] = _free(name, models)
            below[name] = models[above["model"]] = []
        below[name].append({**row, "name": rest, "in": "model"})
    rows[:] = kept.values()
    return [*rows, *(row for inner in below.values() for row in _nested(inner, models))]


def _free(name: str, taken: Container[str]) -> str:
    """Return a name for a sub-model that no other has."""
    numbered = (f"{name}-{number}" for number in itertools.count(2))
    return next(free for free in itertools.chain([name], numbered) if free not in taken)


def _is_nested(row: Parameter) -> bool:
    return row["name"].count(".") <= _DEEPEST and _NESTED.fullmatch(row["name"]) is not None


def _referred(word: TypeWord, own: Index, others: Index) -> Model | None:
    """Return the sub-model that a type word means: by its anchor wherever that stands, else by its name."""
    texts = [f"#{word.anchor.casefold()}"] if word.anchor else []
    texts += [text for part in filter(None, (word.anchor, word.word)) for text in (part.casefold(), plain(part))]
    return next((models[text] for text in texts for models in (own, others) if text in models), None)


def index(models: Iterable[Model]) -> dict[str, Model]:
    """Return word to sub-model; the first that has a word keeps it."""
    by_word: dict[str, Model] = {}
    for model in models:
        anchor = model.sections[0].anchor
        for word in (*sorted(model.words), *([f"#{anchor.casefold()}"] if anchor else [])):
            by_word.setdefault(word, model)
    return by_word
