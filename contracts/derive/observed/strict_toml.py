"""Strict reading of TOML tables: every key is asked for by name, and one that nobody asked for is an error."""

import difflib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.derive.errors import DeriveError

_WORDS: Mapping[type, str] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


@dataclass(frozen=True)
class Reader:
    """One table and where it stands, such as ``1.7.0/observed.toml: operations.cancel-task``."""

    data: Mapping[str, Any]
    where: str
    asked: set[str] = field(default_factory=set)

    def error(self, text: str) -> DeriveError:
        """Return an error that says where this table stands."""
        return DeriveError(f"{self.where}: {text}")

    def under(self, data: Any, name: str) -> "Reader":
        """Return a reader for something below this table; raises DeriveError if it is no table."""
        where = f"{self.where}.{name}" if ": " in self.where else f"{self.where}: {name}"
        if not isinstance(data, dict):
            raise DeriveError(f"{where}: must be a table")
        return Reader(data, where)

    def anything(self, key: str) -> Any:
        """Return the value of a key, or None."""
        self.asked.add(key)
        return self.data.get(key)

    def optional(self, kind: type, key: str, then: Callable[[Any], Any] = lambda value: value) -> Any:
        """Return the value of a key, which must be of this type, passed through ``then``; or None."""
        value = self.anything(key)
        if value is None:
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(f"{key} must be {_WORDS[kind]}")
        return then(value)

    def required(self, kind: type, key: str) -> Any:
        """Return the value of a key that must be there and of this type."""
        value = self.optional(kind, key)
        if value is None:
            # A misspelled key is the likelier reason, so it is named first.
            self.done(besides=True)
            raise self.error(f"{key} is missing: add it")
        return value

    def text(self, key: str) -> str:
        """Return a text that must be there and not be empty."""
        value: str = self.required(str, key)
        if not value.strip():
            raise self.error(f"{key} is empty: fill it in")
        return value

    def optional_text(self, key: str) -> str | None:
        """Return a text, or None."""
        value: str | None = self.optional(str, key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, which may be left out."""
        values: list[Any] = self.optional(list, key) or []
        if not all(isinstance(value, str) for value in values):
            raise self.error(f"{key} must be a list of texts")
        return tuple(values)

    def by_name(self, kind: type, key: str) -> dict[str, Any]:
        """Return a table whose values are all of this type, which may be left out."""
        table = self.optional_table(key)
        return {} if table is None else {name: table.required(kind, name) for name in table.data}

    def json(self, key: str) -> Any:
        """Return a value that JSON can say as well, or None."""
        value = self.anything(key)
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError):
            raise self.error(f"{key} has a date or a number that JSON has not") from None
        return value

    def choice(self, key: str, words: Sequence[str]) -> str | None:
        """Return one of these words, or None."""
        value = self.optional_text(key)
        if value is not None and value not in words:
            raise self.error(f"{key} = {value!r}: it can be {' or '.join(words)}")
        return value

    def optional_table(self, key: str) -> "Reader | None":
        """Return a reader of the table under a key, or None."""
        value = self.anything(key)
        return None if value is None else self.under(value, key)

    def tables(self, key: str) -> Iterator[tuple[str, "Reader"]]:
        """Yield name and reader of each table under a key."""
        table = self.optional_table(key)
        if table is not None:
            for name, data in table.data.items():
                yield name, table.under(data, name)

    def done(self, besides: bool = False) -> None:
        """Raise DeriveError for a key that was never asked for; ``besides``: only for one close to a key asked for."""
        for key in self.data:
            if key not in self.asked:
                close = difflib.get_close_matches(key, sorted(self.asked - set(self.data)), n=1)
                if close or not besides:
                    hint = f": did you mean {close[0]}?" if close else ": remove it"
                    raise self.error(f"unknown key {key}{hint}")
