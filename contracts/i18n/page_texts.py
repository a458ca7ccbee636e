"""The texts of report.html in English and Chinese, from one catalogue."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from contracts.text import toml
from contracts.text.frozen import dataclass

FILE = Path(__file__).with_name("page.toml")


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


@cache
def load() -> Mapping[str, Word]:
    """Return the texts of the page by name."""
    data = toml.read(FILE)
    return {f"{part}.{name}": Word(**row) for part, rows in data.items() for name, row in rows.items()}


def _fill(template: str, values: Mapping[str, Any]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: str(values.get(found[1], found[0])), template)
