"""The words that pages use, from vocabulary.toml, and what HTTP and the gateway add to them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from contracts.text import toml

PREFIX: Final = "/api/aslan"
"""What the gateway puts in front of every path; the operations are kept without it."""
WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})
"""Methods whose requests usually have no body."""

_WORDS: Final = toml.read(Path(__file__).with_name("vocabulary.toml"))


def plain(text: str) -> str:
    """Return a heading or word as the tables below have it: lower case, no spaces, no colon at its end."""
    return "".join(text.split()).strip("：:").casefold()


def _meanings(table: str) -> dict[str, str]:
    return {plain(word): meaning for meaning, words in _WORDS[table].items() for word in words}


_SAME: Final = {word: one for one, words in _WORDS["same_words"].items() for word in words}
_WORD: Final = re.compile(rf"(?<![a-z])(?:{'|'.join(_SAME)})(?![a-z])")


def section_kind(title: str) -> str | None:
    """Return what a section of this heading holds, or None if SECTIONS does not know it."""
    return SECTIONS.get(plain(_WORD.sub(lambda word: _SAME[word[0]], title.casefold())))


SECTIONS: Final[Mapping[str, str]] = _meanings("sections")
"""Section heading, as `plain` gives it, to what the section holds."""
SAMPLES: Final[Mapping[str, str]] = _WORDS["samples"]
"""Section that has samples, to what they are samples of."""
COLUMNS: Final[Mapping[str, str]] = _meanings("columns")
"""Column heading of a parameter table, as `plain` gives it, to what the column holds."""
TYPES: Final[Mapping[str, str]] = _meanings("types")
"""Type word of a table, as `plain` gives it, to the type of JSON Schema."""
ANY: Final = frozenset(_WORDS["any_type"])
"""Type words that say on purpose that any type is right."""
REQUIRED: Final[Mapping[str, bool]] = {word: meaning == "yes" for word, meaning in _meanings("required").items()}
"""What a table says about whether a parameter is required."""
NO_DEFAULT: Final = frozenset(_WORDS["no_default"])
"""Cells, in lower case, that say that there is no default."""
MODEL_ENDINGS: Final[tuple[str, ...]] = tuple(_WORDS["model_endings"])
"""What may follow the name of a sub-model in its heading."""
MESSAGES: Final[Mapping[int, str]] = {int(code): message for code, message in _WORDS["messages"].items()}
"""Code of an error to its message, as servers say it."""
NOUNS: Final[Mapping[str, list[str]]] = _WORDS["nouns"]
"""A path, in lower case, has one of these words exactly where the heading has one of those behind it."""
