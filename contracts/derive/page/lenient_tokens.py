"""Parts of a sample that hold nothing: space, comments, texts, numbers and words, read leniently."""

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.derive.page.findings import Note

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
WORDS: Final[dict[str, Any]] = {
    "true": True,
    "false": False,
    "null": None,
    "True": True,
    "False": False,
    "None": None,
    "nil": None,
    "undefined": None,
}

Liberty = Note
"""Takes a liberty as a note does, with its offset in the text instead of a line."""


@dataclass
class Reader:
    """A text and how far it is read; ``depth``: how many brackets are open there."""

    text: str
    liberty: Liberty
    at: int = 0
    depth: int = 0
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


def read_string(reader: Reader) -> str:
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
        if quote == '"':
            return _whole(reader, json.loads(f'"{raw}"'), start)
    except ValueError:
        reader.liberty("json-escape/form", start)
    return _whole(reader, _ESCAPE.sub(lambda found: _unescaped(found[1]), raw), start)


def _unescaped(code: str) -> str:
    return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPED.get(code, code)


def _whole(reader: Reader, text: str, start: int) -> str:
    """Return a text that can be written as UTF-8."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if whole != text:
        reader.liberty("json-escape/half", start)
    return whole


def read_number(reader: Reader, word: str, start: int) -> int | float | str:
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
