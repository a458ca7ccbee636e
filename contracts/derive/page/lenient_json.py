"""A tolerant reader of JSON: what people write on pages, read as they mean it, with a note on each liberty.

It takes all that JSON5 allows, and ``#`` comments, ``...`` for more of the same, missing commas, quotes and brackets,
several values one after the other, and keys that come twice. It runs once over the text, whatever stands there.
"""

import re
from typing import Any, Final

from contracts.derive.page.lenient_tokens import BARE, NUMBER, WORDS, Liberty, Reader, read_number, read_string
from contracts.text.errors import InputError

DEEPEST: Final = 64
"""How deep a value may be nested."""

_END: Final = re.compile(r"[\s,\]}#/]|$")
_STRAY_KEY: Final = re.compile(r"\s*([\w.$-]+)\s*[:：]\s*")


class NotJsonError(InputError):
    """The text is nothing like JSON."""


def values(text: str, liberty: Liberty) -> list[Any]:
    """Return the values of a text, one after the other; raises NotJsonError if it has none."""
    reader = Reader(text, liberty)
    found: list[Any] = []
    while (char := reader.peek()) != "":
        start = reader.at
        if char in ",;]}:：":
            reader.at += 1
            liberty("json-stray-mark", start, f"A {char} closes or separates nothing", "it is left out")
        elif char in "\"'" and _starts_pair(reader):
            liberty("json-not-opened", start, "An opening { is missing in the JSON sample", "it is there")
            reader.depth = 1
            found += _split(reader, start, _object(reader, start))
            reader.depth = 0
        elif char in "{[\"'":
            found += _split(reader, start, _value(reader))
        else:
            line = text.find("\n", start)
            reader.at = len(text) if line < 0 else line
            liberty("json-text", start, "Text that is no JSON stands beside the sample", "it is left out")
    if not found:
        raise NotJsonError("nothing in it is JSON")
    if len(found) > 1:
        liberty("json-several", 0, f"The fence has {len(found)} JSON samples", "each is a sample of the same thing")
    return found


def _starts_pair(reader: Reader) -> bool:
    """Return whether a text in quotes is a key, without reading it."""
    ahead = Reader(reader.text, lambda *_: None, reader.at)
    read_string(ahead)
    return ahead.peek() in (":", "：")


def _split(reader: Reader, start: int, value: Any) -> list[Any]:
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
        what = f"The keys of the object come {len(objects)} times"
        reader.liberty("json-keys-repeated", start, what, "it stands for as many samples")
        return objects
    for position, key in twice:
        _note_twice(reader, position, key)
    return [value]


def _note_twice(reader: Reader, position: int, key: str) -> None:
    what = f"The JSON sample has the key {key[:40]!r} twice in one object"
    reader.liberty("json-key-twice", position, what, "the last value counts")


def _value(reader: Reader) -> Any:
    char = reader.peek()
    start = reader.at
    if char in ("{", "["):
        reader.depth += 1
        if reader.depth > DEEPEST:
            raise NotJsonError(f"it is nested more than {DEEPEST} deep")
        reader.at += 1
        value: Any = _object(reader, start) if char == "{" else _array(reader, start)
        reader.depth -= 1
        return value
    if char and char in "\"'":
        return read_string(reader)
    number = NUMBER.match(reader.text, start)
    if number and _END.match(reader.text, number.end()):
        reader.at = number.end()
        return read_number(reader, number[0], start)
    bare = BARE.match(reader.text, start)
    if bare is None:
        reader.liberty("json-no-value", start, "A value is missing in the JSON sample", "it is null")
        return None
    reader.at = bare.end()
    word = bare[0]
    if word not in ("true", "false", "null"):
        what = f"The word {word[:40]!r} stands in the JSON sample without quotes"
        reader.liberty("json-bare-word", start, what, "it is a constant" if word in WORDS else "it is a text")
    return WORDS.get(word, word)


def _object(reader: Reader, start: int) -> dict[str, Any]:
    pairs: list[tuple[str, Any]] = []
    keys: set[str] = set()
    while not _closes(reader, start, "}", bool(pairs)):
        position = reader.at
        key = _key(reader)
        if key is None:
            continue
        if key in keys and reader.depth == 1:
            reader.twice.append((position, key))
        elif key in keys:
            _note_twice(reader, position, key)
        keys.add(key)
        pairs.append((key, _value(reader)))
    reader.pairs = pairs
    return dict(pairs)


def _key(reader: Reader) -> str | None:
    """Return the next key and pass its colon; None, after a note, if what stands there is none."""
    start = reader.at
    if reader.text[start] in "\"'":
        key = read_string(reader)
        lost = _STRAY_KEY.fullmatch(key)
        if lost and reader.peek() not in (":", "："):
            reader.liberty(
                "json-quote-missing", start, f"A quote is missing after the key {lost[1][:40]!r}", "it is there"
            )
            reader.at = reader.text.rfind(reader.text[start], start, reader.at)
            return lost[1]
    elif bare := BARE.match(reader.text, start):
        key = bare[0]
        reader.at = bare.end()
        reader.liberty("json-bare-key", start, f"The key {key[:40]!r} has no quotes", "it is a key")
    else:
        reader.at += 1
        reader.liberty("json-stray-mark", start, f"A {reader.text[start]} stands where a key should", "it is left out")
        return None
    if reader.peek() in (":", "："):
        reader.at += 1
        return key
    reader.liberty("json-no-value", start, f"The key {key[:40]!r} has no value", "it is left out")
    return None


def _array(reader: Reader, start: int) -> list[Any]:
    items: list[Any] = []
    while not _closes(reader, start, "]", bool(items)):
        if reader.text[reader.at] in ":：":
            reader.liberty("json-stray-mark", reader.at, "A colon stands between items", "it is left out")
            reader.at += 1
            continue
        items.append(_value(reader))
    return items


def _closes(reader: Reader, start: int, bracket: str, some: bool) -> bool:
    """Pass commas and the closing bracket of what opened at ``start``; return whether it is closed.

    A bracket of the other kind closes this one too, as long as something around it is open.
    """
    commas: list[int] = []
    while reader.peek() == ",":
        commas.append(reader.at)
        reader.at += 1
    char = reader.peek()
    for position in commas[0 if char in ("]", "}", "") or not some else 1 :]:
        reader.liberty("json-trailing-comma", position, "The JSON sample has a comma too many", "it is left out")
    if char == "":
        reader.liberty("json-not-closed", start, f"A closing {bracket} is missing in the JSON sample", "it ends there")
        return True
    if char in "]}":
        if char == bracket:
            reader.at += 1
        elif reader.depth > 1:
            reader.liberty(
                "json-not-closed", start, f"A closing {bracket} is missing in the JSON sample", f"it is before {char}"
            )
        else:
            reader.liberty("json-stray-mark", reader.at, f"A {char} stands for {bracket}", f"{bracket} is meant")
            reader.at += 1
        return True
    if some and not commas:
        reader.liberty("json-no-comma", reader.at, "A comma is missing in the JSON sample", "it is there")
    return False
