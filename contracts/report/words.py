"""The texts of report.html in English and Chinese, from one catalogue."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("words.toml")


@dataclass(frozen=True)
class Word:
    """One text in both languages; `one` is the English for a single thing, where it differs."""

    en: str
    zh: str
    one: str = ""

    def filled(self, **values: Any) -> "Word":
        """Return it with values put in for {names}; `n` decides on singular and plural."""
        english = self.one if self.one and values.get("n") == 1 else self.en
        return Word(_fill(english, values), _fill(self.zh, values))


@dataclass(frozen=True)
class Words:
    """The catalogue: texts by name, and the sentences of verdict.json that have a Chinese counterpart."""

    texts: Mapping[str, Word]
    sentences: Sequence[tuple[re.Pattern[str], str]]

    def sentence(self, text: str) -> Word:
        """Return a sentence of the suite's own in both languages; one that nobody translated stays as it is."""
        for pattern, chinese in self.sentences:
            if match := pattern.fullmatch(text):
                return Word(text, _fill(chinese, match.groupdict()))
        return Word(text, text)


def load() -> Words:
    """Return the catalogue."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    sentences = [(_pattern(row["en"]), row["zh"]) for row in data.pop("sentences")]
    texts = {f"{part}.{name}": Word(**row) for part, rows in data.items() for name, row in rows.items()}
    return Words(texts, sentences)


def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", template)
    joined = "".join(re.escape(piece) if i % 2 == 0 else f"(?P<{piece}>.+)" for i, piece in enumerate(pieces))
    return re.compile(joined, re.DOTALL)


def _fill(template: str, values: Mapping[str, Any]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: str(values.get(found[1], found[0])), template)
