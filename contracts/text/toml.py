"""TOML: read strictly (every key is asked for by name, and one that nobody asked for is an error), and written."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

import tomli

from contracts.text import files
from contracts.text.errors import InputError, of_system
from contracts.text.frozen import dataclass
from contracts.text.message import about

_TYPES: Mapping[type, str] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


_LONG = re.compile(r"0[xob][0-9A-Fa-f_]{3000}")
"""A number that no error could show: Python writes none of so many digits."""


class NotTomlError(InputError):
    """A file is not TOML, or has what nobody writes; the text says why, and where."""


def read(path: Path) -> dict[str, Any]:
    """Return the content of a file; raises OSError, or NotTomlError with the line that is no TOML."""
    try:
        text = files.text(path, files.TOML)
        if _LONG.search(text):
            raise NotTomlError("it has a number of thousands of digits")
        return tomli.loads(text)
    except UnicodeDecodeError:
        raise NotTomlError("it is not UTF-8") from None
    except tomli.TOMLDecodeError as error:
        why = of_system(error.msg)
        raise NotTomlError("{what} at line {line} column {column}", why, error.lineno, error.colno) from None
    except (ValueError, RecursionError) as error:  # nested too deep, or a number of thousands of digits
        raise NotTomlError(str(error).partition(";")[0]) from None


def handed_in(path: Path, refusal: type[InputError]) -> dict[str, Any]:
    """Return the content of a file of somebody's own; raises the refusal, which names it, where it cannot be read."""
    try:
        return read(path)
    except OSError as error:
        raise refusal(about(path, "cannot be read: {why}", of_system(error.strerror))) from None
    except NotTomlError as error:
        raise refusal(about(path, "is not TOML: {why}", error.message)) from None


@dataclass(frozen=True)
class TomlTable:
    """One table that is read key by key.

    data: its content.
    where: where it stands, such as `1.7.0/observed.toml: operations.cancel-task`.
    refusal: makes the exception of a line that says what is wrong.
    read: the keys that were asked for.
    """

    data: Mapping[str, Any]
    where: str
    refusal: Callable[[str], Exception]
    read: set[str] = field(default_factory=set)

    def error(self, text: str) -> Exception:
        """Return an exception that says where this table stands."""
        return self.refusal(f"{self.where}: {text}")

    def under(self, data: Any, name: str) -> "TomlTable":
        """Return something below this table as a table; raises the refusal if it is none."""
        where = f"{self.where}.{name}" if ": " in self.where else f"{self.where}: {name}"
        if not isinstance(data, dict):
            raise self.refusal(f"{where}: must be a table")
        return TomlTable(data, where, self.refusal)

    def anything(self, key: str) -> Any:
        """Return the value of a key, or None."""
        self.read.add(key)
        return self.data.get(key)

    def optional(self, kind: type, key: str, then: Callable[[Any], Any] = lambda value: value) -> Any:
        """Return the value of a key, which must be of this type, passed through `then`; or None."""
        value = self.anything(key)
        if value is None:
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(f"{key} must be {_TYPES[kind]}")
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
        table = self.below(key)
        return {name: table.required(kind, name) for name in table.data}

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

    def below(self, key: str) -> "TomlTable":
        """Return the table under a key, which may be left out."""
        value = self.anything(key)
        return self.under({} if value is None else value, key)

    def nested(self, data: Any, name: str, then: Callable[["TomlTable"], Any]) -> Any:
        """Return what `then` makes of something below this table, each key of which it must read; None for nothing."""
        if data is None:
            return None
        table = self.under(data, name)
        value = then(table)
        table.done()
        return value

    def tables(self, key: str) -> Iterator[tuple[str, "TomlTable"]]:
        """Yield name and table of each table under a key; all keys of one must be read before the next is asked for."""
        table = self.below(key)
        for name, data in table.data.items():
            row = table.under(data, name)
            yield name, row
            row.done()

    def done(self, besides: bool = False) -> None:
        """Raise the refusal for a key that was never read; `besides`: only for one close to a key that was."""
        for key in self.data:
            if key not in self.read:
                import difflib  # seldom needed, and long to load

                close = difflib.get_close_matches(key, sorted(self.read - set(self.data)), n=1)
                if close or not besides:
                    hint = f": did you mean {close[0]}?" if close else ": remove it"
                    raise self.error(f"unknown key {key}{hint}")


def table(path: Sequence[str], rows: Mapping[str, Any]) -> str:
    """Return a table as text: its heading, and one line per key. What TOML cannot say, null, is left out."""
    lines = [f"[{'.'.join(map(_key, path))}]"]
    lines += [f"{_key(name)} = {value(item)}" for name, item in rows.items() if item is not None]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else value(name)


def value(item: Any) -> str:
    """Return a JSON value on one line."""
    if isinstance(item, Mapping):
        rows = [f"{_key(name)} = {value(inner)}" for name, inner in item.items() if inner is not None]
        return f"{{ {', '.join(rows)} }}" if rows else "{}"
    if isinstance(item, list | tuple):
        return f"[{', '.join(value(inner) for inner in item if inner is not None)}]"
    # A text of JSON is one of TOML too, but for the one control character that JSON lets stand.
    return json.dumps(item, ensure_ascii=False).replace("\x7f", "\\u007f")


def comment(text: str) -> str:
    """Return a text as lines of comment."""
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())
