"""Sub-models: tables under a heading of their own that describe the type of a parameter."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from contracts.derive.page.findings import Note
from contracts.derive.page.sections import Page, Section
from contracts.derive.page.tables import Parameter, TypeWord, read_tables
from contracts.derive.page.vocabulary import MODEL_ENDINGS, TYPES, plain

_SLUG: Final = re.compile(r"[^\w-]+")


@dataclass(frozen=True)
class Model:
    """A sub-model: its name, the words by which links and type words refer to it, and its section."""

    name: str
    words: frozenset[str]
    section: Section


def models_of(sections: Iterable[Section]) -> list[Model]:
    """Return the sub-models among sections: those of unknown kind with a title and a table."""
    found: list[Model] = []
    for section in sections:
        if section.kind is not None or not section.title or not section.tables:
            continue
        name = _without_ending(section.title)
        slug = _SLUG.sub("-", section.title.strip().casefold()).strip("-")
        words = {plain(name), slug, *([section.anchor.casefold()] if section.anchor else [])}
        found.append(Model(name or section.title, frozenset(words), section))
    return found


def _without_ending(title: str) -> str:
    endings = (ending for ending in MODEL_ENDINGS if title.lower().endswith(ending))
    return title[: -len(next(endings, "")) or None].strip()


@dataclass
class Models:
    """The sub-models that an operation can refer to, its own first, and the rows of those that it does refer to.

    ``lines`` says where the sub-model of each name stands; ``used`` has the lines of all that were referred to.
    """

    own: Mapping[str, Model]
    others: Mapping[str, Model]
    note: Note
    rows: dict[str, list[Parameter]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)

    def resolve(self, rows: Sequence[Parameter]) -> None:
        """Look up the types of rows that name a sub-model, and of the rows of these; each doubt is a finding."""
        pending = list(rows)
        while pending:
            row = pending.pop()
            word: TypeWord | None = row.pop("word", None)
            model = None if word is None or word.known else self._model(word, row)
            if word is None:
                continue
            if model is not None:
                row["type"] = "array" if word.arrays else "object"
                row["model"] = name = self._name(model)
                if name not in self.rows:
                    self.rows[name] = read_tables(model.section.tables, "model", self.note, ("name", "type"))
                    pending += self.rows[name]
            elif not word.known:
                self.note("unknown-type", row["line"], name=row["name"][:60])
            if word.arrays == 1 and (items := "object" if model else TYPES.get(plain(word.word))):
                row["items"] = items

    def _model(self, word: TypeWord, row: Parameter) -> Model | None:
        candidates = [text for text in (word.anchor, word.word) if text]
        for models in (self.own, self.others):
            for text in candidates:
                if (model := models.get(text.casefold()) or models.get(plain(text))) is not None:
                    self.used.add(model.section.line)
                    if models is self.others:
                        self.note("sub-model-elsewhere", row["line"], name=row["name"][:60], other=model.section.line)
                    return model
        return None

    def _name(self, model: Model) -> str:
        """Return a name for the model that no other of this operation has."""
        same = model.name in self.rows and self.lines.get(model.name) != model.section.line
        name = f"{model.name}-{model.section.line}" if same else model.name
        self.lines[name] = model.section.line
        return name


def index(models: Iterable[Model]) -> dict[str, Model]:
    """Return word to sub-model; the first that has a word keeps it."""
    found: dict[str, Model] = {}
    for model in models:
        for word in sorted(model.words):
            found.setdefault(word, model)
    return found


def all_models(page: Page) -> dict[str, Model]:
    """Return the sub-models of a whole page, for types that refer to another operation's."""
    return index(models_of(section for part in page.parts for section in part.sections))
