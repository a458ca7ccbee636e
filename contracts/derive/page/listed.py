"""What the text in a cell lists: the values that a parameter can have, and whether it is required."""

import re
from typing import Any, Final

from contracts.derive.page.vocabulary import REQUIRED, plain

_LONGEST: Final = 1000
"""A longer text is prose, whatever it lists."""
_BREAK: Final = re.compile(r"<br\s*/?>|\n", re.IGNORECASE)
_VALUE: Final = r"`?[A-Za-z0-9_][A-Za-z0-9_.-]*`?"
_ITEM: Final = rf"{_VALUE}(?:\s*[(（][^()（）]*[)）])?"
_BETWEEN: Final = r"\s*(?:(?:[,，、/|;；]|或者?|和|以及|\bor\b|\band\b)\s*)+"
_LIST: Final = re.compile(rf"{_ITEM}(?:{_BETWEEN}{_ITEM})+")
_FIRST: Final = re.compile(_VALUE)
_GLOSSED: Final = re.compile(rf"({_VALUE})\s*[-—:：=]\s*\S.*")
_INTRODUCED: Final = re.compile(
    r"(?:可选值|取值|枚举值?|包括|支持|值(?:可以)?(?:是|为)|\b(?:one of|values(?: are)?|can be|supports?|supported))"
    r"[\s:：是为包括]*",
    re.IGNORECASE,
)
_COLON: Final = re.compile(r"[:：]\s*")
_GLOSS: Final = re.compile(r"[(（][^()（）]*[)）]")
_OPENING: Final = re.compile(r"[:：,，;；。(（]")
_ANSWERS: Final = frozenset({"是", "否", "yes", "no", "y", "n", "true", "false"})
"""Words that say whether something is required only where that was asked."""


def listed_values(cell: str, kind: str | None) -> list[Any]:
    """Return the values that the description of a parameter lists, as far as nothing but a list is there; else none.

    ``kind`` is the type of such a value in JSON Schema. A list is introduced by a word for it, or has a line for each
    value, or consists of code.
    """
    if len(cell) > _LONGEST or kind not in ("string", "integer"):
        return []
    lines = [line.strip() for line in _BREAK.split(cell) if line.strip()]
    words = _glossed(lines) or _glossed(lines[1:]) or _in_line(" ".join(lines))
    values = list(dict.fromkeys(word.strip("`") for word in words))
    if kind == "string":
        return values
    return [int(value) for value in values] if all(re.fullmatch(r"-?\d{1,18}", value) for value in values) else []


def _glossed(lines: list[str]) -> list[str]:
    """Return the value at the start of each line, if there are several and each goes on with what it means."""
    matches = [_GLOSSED.fullmatch(line) for line in lines]
    return [match[1] for match in matches if match] if len(matches) > 1 and all(matches) else []


def _in_line(text: str) -> list[str]:
    text = text.rstrip("。.")
    if text.startswith("`") and _FIRST.fullmatch(text):
        return [text]
    for opening, code in ((_INTRODUCED, False), (_COLON, True)):
        for match in opening.finditer(text):
            rest = text[match.end() :].strip()
            if _LIST.fullmatch(rest):
                words = _FIRST.findall(_GLOSS.sub("", rest))
                words = [word for word in words if word not in ("or", "and")]
                if not code or all(word.startswith("`") for word in words):
                    return words
    return []


def said_required(description: str) -> bool | None:
    """Return whether a description begins with, or has in brackets, that the parameter is required; None if neither."""
    opening = _OPENING.split(description[:_LONGEST], maxsplit=1)[0]
    for words in (opening, *_GLOSS.findall(description[:_LONGEST])):
        word = plain(words.strip("()（）"))
        if word in REQUIRED and word not in _ANSWERS:
            return REQUIRED[word]
    return None
