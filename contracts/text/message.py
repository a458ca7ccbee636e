"""What the suite says, as template and values: English that can still be said in another language.

A message is made where there is something to say, and it is its English text. A text of a server is only ever a value
of one: it is put in printable, and never read as a template.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from contracts.text.printable import printable

Value: TypeAlias = str | int | Sequence[str]
NAME = re.compile(r"\{(\w+)(?:\|([^{}]{1,3}))?\}")
"""Where a value goes in: `{name}`, or `{name|; }` for several, with what stands between them."""
NO_VALUES: Mapping[str, Value] = {}


class Message(str):
    """A text in English, made from a template and values, which may be messages themselves."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str, values: Mapping[str, Value] = NO_VALUES) -> "Message":
        """Return the message with its values put in; a name without a value stays as it stands."""
        made = super().__new__(cls, filled(template, values, str))
        made.template, made.values = template, values
        return made

    def put(self, *values: object) -> "Message":
        """Return the message with these values in it."""
        return msg(self.template, *values)


def msg(template: str, /, *values: object) -> Message:
    """Return a message. `template` is a literal, by which its translation is found; values go in in their order."""
    names = (match[1] for match in NAME.finditer(template))
    return Message(template, {name: _value(value) for name, value in zip(names, values, strict=False)})


def _value(value: object) -> Value:
    return value if isinstance(value, str | int | list | tuple) else str(value)


def about(what: object, template: str, /, *values: object) -> Message:
    """Return a message with what it is about in front of it; instead of a template there may be a message."""
    return msg("{what}: {why}", what, template if isinstance(template, Message) else msg(template, *values))


def filled(template: str, values: Mapping[str, Value], shown: Callable[[str], str]) -> str:
    """Return a template with its values put in, each message among them as `shown` shows it, each other text printable.

    Whoever has a template filled may have had a value from a server: this is where all that is said comes by.
    """

    def put(match: re.Match[str]) -> str:
        value = values.get(match[1], match[0])
        if isinstance(value, list | tuple):
            return (match[2] or "").join(map(text, value))
        return text(value) if isinstance(value, str) else str(value)

    def text(value: str) -> str:
        return shown(value) if isinstance(value, Message) else printable(value)

    return NAME.sub(put, template)


def changed(text: str, change: Callable[[str], str]) -> str:
    """Return a text as `change` makes it; a message stays one where it comes to the same, value by value."""
    plain = change(str(text))
    if not isinstance(text, Message):
        return plain
    made = Message(change(text.template), {name: _changed(value, change) for name, value in text.values.items()})
    return made if made == plain else plain


def _changed(value: Value, change: Callable[[str], str]) -> Value:
    if isinstance(value, str):
        return changed(value, change)
    return value if isinstance(value, int) else [changed(one, change) for one in value]


def to_plain(data: Any) -> Any:
    """Return JSON data with template and values beside each message in it, under a key of their own.

    Beside `reason` stands `reason_message`; beside a list `reasons`, where it has messages, `reason_messages`.
    """
    if isinstance(data, Mapping):
        deep = {key: value for key, value in data.items() if type(value) not in _LEAVES}
        beside = {_beside(key, value): _parts(value) for key, value in deep.items() if _has_messages(value)}
        return {**data, **{key: to_plain(value) for key, value in deep.items()}, **beside}
    if isinstance(data, list | tuple):
        return [to_plain(one) for one in data]
    return str(data) if isinstance(data, Message) else data


def from_plain(data: Any) -> Any:
    """Return what `to_plain` was given; where a text and what stands beside it do not agree, the text alone."""
    if isinstance(data, list):
        return [from_plain(one) for one in data]
    if not isinstance(data, Mapping):
        return data
    made = {key: value if type(value) in _LEAVES else from_plain(value) for key, value in data.items()}
    for beside in (key for key in data if key.endswith(("_message", "_messages"))):
        name, _, several = beside.rpartition("_message")
        key = name + several if name + several in data else name
        whole = _made(made.pop(beside))
        made |= {key: whole} if key in data and whole == data[key] else {}
    return made


_LEAVES = frozenset({str, int, float, bool, type(None)})


def _beside(key: str, value: Any) -> str:
    return f"{key}_message" if isinstance(value, str) else f"{key.removesuffix('s')}_messages"


def _has_messages(value: Any) -> bool:
    return isinstance(value, Message) or (isinstance(value, list | tuple) and any(map(_has_messages, value)))


def _parts(value: Value) -> Any:
    if isinstance(value, Message):
        return {"template": value.template, "values": {name: _parts(one) for name, one in value.values.items()}}
    return [_parts(one) for one in value] if isinstance(value, list | tuple) else value


def _made(parts: Any) -> Any:
    """Return what parts are of, None for what is none. A name that stood twice could let a text outgrow its file."""
    if isinstance(parts, list):
        return [_made(one) for one in parts]
    if not isinstance(parts, Mapping):
        return parts
    template, values = str(parts.get("template")), parts.get("values")
    names = [match[1] for match in NAME.finditer(template)]
    if not isinstance(values, Mapping) or len({*names}) < len(names):
        return None
    made = {name: _made(one) for name, one in values.items()}
    return Message(template, made) if all(map(_is_value, made.values())) else None


def _is_value(value: Any) -> bool:
    """Whether something read from a file can go into a template."""
    return isinstance(value, str | int) or (isinstance(value, list) and all(isinstance(one, str) for one in value))
