"""A tolerant reader of JSON: what people write on pages, read as they mean it, with a note on each liberty.

It takes all that JSON5 allows, and ``#`` comments, ``...`` for more of the same, missing commas, quotes and brackets,
several values one after the other, and keys that come twice. It runs once over the text, whatever stands there.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.derive.page.findings import Note
from contracts.text.errors import InputError

_SPACE: Final = re.compile(r"[\s\ufeff]+")
_COMMENT: Final = re.compile(r"(?:#|//)[^\n]*|/\*")
_MORE: Final = re.compile(r"\.{3,}|…+")
NUMBER: Final = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F]{1,300}|(?:\d{1,300}(?:\.\d{0,300})?|\.\d{1,300})(?:[eE][+-]?\d{1,5})?)"
)
BARE: Final = re.compile(r"[^\s,:：{}\[\]\"'#]+")
_TEXT: Final = {quote: re.compile(rf"(?:[^{quote}\\\n]+|\\.)*", re.DOTALL) for quote in "\"'"}
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
DEEPEST: Final = 64
"""How deep a value may be nested."""
_WIDEST: Final = 500
_END: Final = re.compile(r"[\s,\]}#/]|$")
_STRAY_KEY: Final = re.compile(r"\s*([\w.$-]+)\s*[:：]\s*")
WORDS: Final[Mapping[str, Any]] = {
    **{"true": True, "True": True, "false": False, "False": False},
    **dict.fromkeys(("null", "None", "nil", "undefined")),
}

Liberty = Note
"""Takes a liberty as a note does, with its offset in the text instead of a line."""


@dataclass
class JsonReader:
    """A text and how far it is read; ``open``: where the brackets stand that are open there."""

    text: str
    liberty: Liberty
    at: int = 0
    open: list[int] = field(default_factory=list)
    pairs: list[tuple[str, Any]] = field(default_factory=list)
    """The pairs of the outermost object that was read last, with keys that come twice."""
    twice: list[tuple[int, str]] = field(default_factory=list)
    """Where in that object a key comes again."""

    def peek(self) -> str:
        """Return the next character after space, comments and dots, or an empty text at the end."""
        while self.at < len(self.text):
            if match := _SPACE.match(self.text, self.at):
                self.at = match.end()
            elif match := _COMMENT.match(self.text, self.at):
                start, self.at = self.at, match.end()
                if match[0] == "/*":
                    end = self.text.find("*/", self.at)
                    self.at = len(self.text) if end < 0 else end + 2
                self.liberty("json-comment", start)
            elif match := _MORE.match(self.text, self.at):
                self.liberty("json-dots", self.at)
                self.at = match.end()
            else:
                return self.text[self.at]
        return ""


def read_string(reader: JsonReader) -> str:
    """Read a text in quotes; a line break ends it, as JSON has none inside."""
    start, quote = reader.at, reader.text[reader.at]
    text = _TEXT[quote].match(reader.text, start + 1)
    at = text.end() if text else start + 1
    raw = reader.text[start + 1 : at]
    if reader.text[at : at + 1] == quote:
        reader.at = at + 1
    else:
        reader.liberty("json-quote-missing/text", start)
        body = raw.rstrip().rstrip(",")
        reader.at, raw = start + 1 + len(body), body
    if quote == "'":
        reader.liberty("json-single-quotes", start)
    try:
        value = json.loads(f'"{raw}"') if quote == '"' else _ESCAPE.sub(_unescaped, raw)
    except ValueError:
        reader.liberty("json-escape/form", start)
        value = _ESCAPE.sub(_unescaped, raw)
    # Half a character cannot be written as UTF-8.
    encodable: str = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if encodable != value:
        reader.liberty("json-escape/half", start)
    return encodable


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPED.get(code, code)


def read_number(reader: JsonReader, word: str, start: int) -> int | float | str:
    """Return the number that a word stands for; a text if it is too large for one."""
    try:
        value: int | float = json.loads(word)
    except ValueError:
        value = int(word, 16) if "x" in word.lower() else float(word) if set(word) & set(".eE") else int(word)
        reader.liberty("json-number/form", start, number=word[:40])
    if isinstance(value, float) and not math.isfinite(value):
        reader.liberty("json-number/large", start, number=word[:40])
        return word
    return value


class NotJsonError(InputError):
    """The text is nothing like JSON."""


def values(text: str, liberty: Liberty) -> list[Any]:
    """Return the values of a text, one after the other; raises NotJsonError if it has none."""
    reader = JsonReader(text, liberty)
    samples: list[Any] = []
    while (char := reader.peek()) != "":
        start = reader.at
        if char in ",;]}:：":
            reader.at += 1
            liberty("json-stray-mark/alone", start, mark=char)
        elif char in "\"'" and _starts_pair(reader):
            liberty("json-not-opened", start)
            reader.open = [start]
            samples += _split(reader, start, _object(reader, start))
            reader.open = []
        elif char in "{[\"'":
            samples += _split(reader, start, _value(reader))
        else:
            line = text.find("\n", start)
            reader.at = len(text) if line < 0 else line
            liberty("json-text", start)
    if not samples:
        raise NotJsonError("nothing in it is JSON")
    if len(samples) > 1:
        liberty("json-several", 0, count=len(samples))
    return samples


def _starts_pair(reader: JsonReader) -> bool:
    """Return whether a text in quotes is a key, without reading it."""
    ahead = JsonReader(reader.text, lambda *_, **__: None, reader.at)
    read_string(ahead)
    return ahead.peek() in (":", "：")


def _split(reader: JsonReader, start: int, value: Any) -> list[Any]:
    """Return the values that an object whose keys all come again and again stands for; else the value itself."""
    twice, reader.twice = reader.twice, []
    if not isinstance(value, dict) or not twice:
        return [value]
    objects: list[dict[str, Any]] = [{}]
    for key, item in reader.pairs:
        if key in objects[-1]:
            objects.append({})
        objects[-1][key] = item
    if all(len(one) == len(value) for one in objects):
        reader.liberty("json-keys-repeated", start, count=len(objects))
        return objects
    for position, key in twice:
        reader.liberty("json-key-twice", position, key=key[:40])
    return [value]


def _value(reader: JsonReader) -> Any:
    char = reader.peek()
    start = reader.at
    if char in ("{", "["):
        reader.open.append(start)
        if len(reader.open) > DEEPEST:
            raise NotJsonError(f"it is nested more than {DEEPEST} deep")
        reader.at += 1
        value: Any = _object(reader, start) if char == "{" else _array(reader, start)
        reader.open.pop()
        return value
    if char and char in "\"'":
        return read_string(reader)
    number = NUMBER.match(reader.text, start)
    if number and _END.match(reader.text, number.end()):
        reader.at = number.end()
        return read_number(reader, number[0], start)
    bare = BARE.match(reader.text, start)
    if bare is None:
        reader.liberty("json-no-value/value", start)
        return None
    reader.at = bare.end()
    word = bare[0]
    if word not in ("true", "false", "null"):
        reader.liberty(f"json-bare-word/{'constant' if word in WORDS else 'text'}", start, word=word[:40])
    return WORDS.get(word, word)


def _object(reader: JsonReader, start: int) -> dict[str, Any]:
    pairs: list[tuple[str, Any]] = []
    keys: set[str] = set()
    while not _closes(reader, start, "}", bool(pairs)):
        position = reader.at
        key = _key(reader)
        if key is None:
            continue
        if key in keys and len(reader.open) == 1:
            reader.twice.append((position, key))
        elif key in keys:
            reader.liberty("json-key-twice", position, key=key[:40])
        keys.add(key)
        pairs.append((key, _value(reader)))
    reader.pairs = pairs
    return dict(pairs)


def _key(reader: JsonReader) -> str | None:
    """Return the next key and pass its colon; None, after a note, if what stands there is none."""
    start = reader.at
    if reader.text[start] in "\"'":
        key = read_string(reader)
        lost = _STRAY_KEY.fullmatch(key)
        if lost and reader.peek() not in (":", "："):
            reader.liberty("json-quote-missing/key", start, key=lost[1][:40])
            reader.at = reader.text.rfind(reader.text[start], start, reader.at)
            return lost[1]
    elif bare := BARE.match(reader.text, start):
        key = bare[0]
        reader.at = bare.end()
        reader.liberty("json-bare-key", start, key=key[:40])
    else:
        reader.at += 1
        reader.liberty("json-stray-mark/key", start, mark=reader.text[start])
        return None
    if reader.peek() in (":", "："):
        reader.at += 1
        return key
    reader.liberty("json-no-value/key", start, key=key[:40])
    return None


def _array(reader: JsonReader, start: int) -> list[Any]:
    items: list[Any] = []
    while not _closes(reader, start, "]", bool(items)):
        if reader.text[reader.at] in ":：":
            reader.liberty("json-stray-mark/colon", reader.at)
            reader.at += 1
            continue
        items.append(_value(reader))
    return items


def _closes(reader: JsonReader, start: int, bracket: str, some: bool) -> bool:
    """Pass commas and the closing bracket of what opened at ``start``; return whether it is closed.

    A bracket of the other kind closes this one too, as long as something around it is open: it belongs to that, unless
    it stands below the line of this one. An object as the next key of an object is the next item of the array around.
    """
    commas: list[int] = []
    while reader.peek() == ",":
        commas.append(reader.at)
        reader.at += 1
    char = reader.peek()
    for position in commas[0 if char in ("]", "}", "") or not some else 1 :]:
        reader.liberty("json-trailing-comma", position)
    if char == "":
        reader.liberty("json-not-closed/end", start, bracket=bracket)
        return True
    if char in "]}":
        if char == bracket:
            reader.at += 1
        elif len(reader.open) > 1 and not _stands_below(reader):
            reader.liberty("json-not-closed/before", start, bracket=bracket, mark=char)
        else:
            reader.liberty("json-stray-mark/bracket", reader.at, mark=char, bracket=bracket)
            reader.at += 1
        return True
    if char == "{" and bracket == "}" and some and any(reader.text[at] == "[" for at in reader.open):
        reader.liberty("json-not-closed/before", start, bracket=bracket, mark=char)
        return True
    if some and not commas:
        reader.liberty("json-no-comma", reader.at)
    return False


def _stands_below(reader: JsonReader) -> bool:
    """Return whether the next character opens a line, right below the line of the innermost open bracket alone."""
    outer, inner = (_before(reader.text, at) for at in reader.open[-2:])
    here = _before(reader.text, reader.at)
    return not here.strip() and len(here) == _indent(inner) != _indent(outer)


def _before(text: str, at: int) -> str:
    """Return what stands before an offset on its line; no line is indented so far that more of it counted."""
    return text[max(0, at - _WIDEST) : at].rpartition("\n")[2]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
