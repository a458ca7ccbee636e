"""What a client sends and reads, key by key, as far as anything says it, and which of these keys moved."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from contracts.derive.contract.contract import Answer, Operation
from contracts.derive.contract.schemas import URL_PLACES, Schema, answered, body_schema, has_body
from contracts.derive.page.names import folded
from contracts.text.frozen import dataclass


@dataclass(frozen=True)
class Key:
    """One parameter, key of a body, or key of an answer.

    name: what it is called, "" for what has no name.
    place: where it stands, as a person says it.
    types: its JSON types; none where any is right.
    required: whether it must be sent, or is always answered.
    default: its default.
    unsaid: which of type, required and default nothing says, so that they are only assumed.
    """

    name: str
    place: str
    types: tuple[str, ...]
    required: bool
    default: Any = None
    unsaid: frozenset[str] = frozenset()

    def __str__(self) -> str:
        words = [" or ".join(self.types) or "any type"]
        words += [] if "required" in self.unsaid else ["required" if self.required else "optional"]
        return ", ".join([*words, *([f"default {self.default!r}"] if self.default is not None else [])])

    def differs(self, other: "Key") -> frozenset[str]:
        """Return which of type, required and default both say, and differently."""
        unsaid = self.unsaid | other.unsaid
        # A default whose type nothing says was read as a text.
        written = (lambda default: str(default).casefold()) if "type" in unsaid else (lambda default: default)
        same = {
            "type": self.types == other.types,
            "required": self.required == other.required,
            "default": written(self.default) == written(other.default),
        }
        return frozenset(facet for facet, is_same in same.items() if not is_same and facet not in unsaid)


Row = Mapping[str, Any]
_UNLISTED: Final[Row] = {"assumed": ("required", "default")}
"""Stands for a key that no table lists."""
Keys = Mapping[str, Key]
"""Keys by their places; the parameters of a path by their order, because their names are not sent."""


def sent_keys(old: Operation, new: Operation) -> tuple[Keys, Keys]:
    """Return what each of two operations takes. Parameters of a path that both name have the order of the first."""
    names = [[row["name"] for row in operation.parameters if row["in"] == "path"] for operation in (old, new)]
    order = names[0] if sorted(names[0]) == sorted(names[1]) else names[1]
    return _sent(old, names[0]), _sent(new, order)


def _sent(operation: Operation, order: Sequence[str]) -> dict[str, Key]:
    keys: dict[str, Key] = {}
    for row in operation.parameters:
        if (place := row["in"]) in URL_PLACES:
            said = f"{place} {row['name']}"
            types = () if row["type"] is None else (row["type"],)
            unsaid = frozenset((*row.get("assumed", ()), *(() if types else ("type",))))
            label = f"path {order.index(row['name']) + 1}" if place == "path" else said
            keys[label] = Key(row["name"], said, types, row["required"], row["default"], unsaid)
    if has_body(operation):
        rows = [row for row in operation.parameters if row["in"] == "body"]
        keys |= keys_of(body_schema(operation), "body $", rows, operation.models)
    return keys


def answered_keys(operation: Operation, answer: Answer) -> Keys:
    """Return what an answer of an operation has. Where it has no sample, nothing says that a key is always there."""
    keys = keys_of(answered(operation, answer), "$")
    if answer.samples:
        return keys
    return {label: replace(key, unsaid=key.unsaid | {"required"}) for label, key in keys.items()}


def keys_of(
    schema: Schema,
    at: str,
    rows: Sequence[Row] | None = None,
    models: Mapping[str, Sequence[Row]] | None = None,
    this: Key | None = None,
) -> dict[str, Key]:
    """Return all that a schema describes, from ``at`` on.

    ``rows`` are those of the table that lists the keys of what is sent, and ``models`` those of its sub-models: of any
    other key, nothing says whether it is required. Of what is answered there are none, because the samples say it.
    ``this`` is what is known of the place itself.
    """
    kind = schema.get("type", ())
    types = (kind,) if isinstance(kind, str) else tuple(kind)
    this = this or Key("", at, (), required=True)
    unsaid = this.unsaid if types else this.unsaid | {"type"}
    keys = {at: replace(this, place=at, types=types, default=schema.get("default"), unsaid=unsaid)}
    listed = {row["name"]: row for row in rows or ()}
    for name, inner in schema.get("properties", {}).items():
        row = listed.get(name, _UNLISTED)
        assumed = frozenset(row.get("assumed", ())) if rows is not None else frozenset()
        key = Key(name, "", (), name in schema.get("required", ()), unsaid=assumed)
        below = None if rows is None else (models or {}).get(row.get("model", ""), ())
        keys |= keys_of(inner, f"{at}.{name}", below, models, key)
    return keys | (keys_of(schema["items"], f"{at}[*]", rows, models) if "items" in schema else {})


def moved(old: Keys, new: Keys) -> dict[str, str]:
    """Return from where to where keys moved: those whose name went from one place alone, and came to one alone."""
    gone, there = old.keys() - new.keys(), new.keys() - old.keys()
    went, came = _by_name(old, gone), _by_name(new, there)
    pairs = {names[0]: came[name][0] for name, names in went.items() if len(names) == len(came.get(name, ())) == 1}
    return {
        one: other
        for one, other in pairs.items()
        if "type" not in old[one].differs(new[other]) and not (is_below(one, gone) and is_below(other, there))
    }


def is_below(label: str, labels: Collection[str]) -> bool:
    """Whether one of some keys has this one in it."""
    return any(label.startswith((f"{above}.", f"{above}[")) for above in labels)


def after_moves(old: Keys, moves: Mapping[str, str]) -> Keys:
    """Return keys as they would be if they, with all that is in them, were where they moved to."""
    keys: dict[str, Key] = {}
    for label, key in old.items():
        one = next((one for one in moves if label == one or is_below(label, (one,))), None)
        keys[label if one is None else moves[one] + label.removeprefix(one)] = key
    return keys


def _by_name(keys: Keys, labels: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for label in sorted(labels):
        if name := folded(keys[label].name):
            found.setdefault(name, []).append(label)
    return found
