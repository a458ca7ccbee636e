"""What changed between two contracts, and whether a client of the API that worked before may break by it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.derive.contract.contract import Answer, Contract, Operation
from contracts.derive.contract.schemas import URL_PLACES, Schema, all_samples, body_schema, constants, has_body, united
from contracts.derive.page.names import shape

HARMLESS: Final = frozenset({"operation added", "answer added", "description changed"})
"""Kinds of change that never break a client. Any other is decided by what was and is there."""

REQUEST, ANSWER = True, False


@dataclass(frozen=True)
class ContractChange:
    """One change: its kind, where it is, what is there before and after (None for nothing), and whether it breaks."""

    kind: str
    where: str
    before: Any
    after: Any
    breaking: bool


@dataclass(frozen=True)
class _Key:
    """One parameter or key: its JSON types, whether it must be sent or is always answered, and its default."""

    types: tuple[str, ...]
    required: bool
    default: Any = None

    def __str__(self) -> str:
        words = [" or ".join(self.types) or "any type", "required" if self.required else "optional"]
        return ", ".join([*words, *([f"default {self.default!r}"] if self.default is not None else [])])


def diff(before: Contract, after: Contract) -> tuple[ContractChange, ...]:
    """Return all changes by operation, breaking ones first within each.

    Operations are the same by name, or else by method and path, or else by their error codes; answers by name, or
    else by their code, or else by their keys. Path parameters are the same by their place: their names are not sent.
    """
    changes: list[ContractChange] = []
    for one, other in _pairs(before.operations, after.operations, (_address, _error_codes)):
        if one is not None and other is not None:
            changes += sorted(_operation(one, other), key=lambda change: not change.breaking)
        elif one is not None:
            changes.append(_change("operation removed", one.name, _address(one), None))
        elif other is not None:
            changes.append(_change("operation added", other.name, None, _address(other)))
    return tuple(changes)


def _change(kind: str, where: str, before: Any, after: Any) -> ContractChange:
    return ContractChange(kind, where, before, after, kind not in HARMLESS)


def _pairs(
    old: Sequence[Any], new: Sequence[Any], marks: Sequence[Callable[[Any], object]]
) -> list[tuple[Any | None, Any | None]]:
    """Return what belongs together, in the order of names: by name, or by a mark that no other one has."""
    pairs: list[tuple[Any | None, Any | None]] = []
    left, right = list(old), list(new)
    for mark in (lambda item: item.name, *marks):
        for one in list(left):
            rivals = [item for item in left if mark(item) == mark(one)]
            same = [item for item in right if mark(item) == mark(one)]
            if mark(one) and len(rivals) == len(same) == 1:
                pairs.append((one, same[0]))
                left.remove(one)
                right.remove(same[0])
    pairs += [*((one, None) for one in left), *((None, other) for other in right)]
    return sorted(pairs, key=lambda pair: str(getattr(pair[0] or pair[1], "name", "")))


def _address(operation: Operation) -> str:
    return shape(operation.method, operation.path)


def _error_codes(operation: Operation) -> frozenset[int]:
    """Return the codes of an operation's errors, without those such as 400 that say nothing about it."""
    return frozenset(code for answer in operation.answers if (code := _code(answer)) is not None and code > 999)


def _code(answer: Answer) -> int | None:
    code = answer.sample.get("code") if isinstance(answer.sample, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _operation(old: Operation, new: Operation) -> Iterator[ContractChange]:
    name = old.name
    if old.method != new.method:
        yield _change("method changed", name, old.method, new.method)
    if shape("", old.path) != shape("", new.path):
        yield _change("path changed", name, old.path, new.path)
    yield from _keys("parameter", name, _url_keys(old), _url_keys(new), REQUEST)
    before, after = ({} if not has_body(item) else keys_of(body_schema(item)) for item in (old, new))
    yield from _keys("body key", f"{name} body", before, after, REQUEST)
    marks = (_code, lambda answer: frozenset(keys_of(_schema(answer))))
    for one, other in _pairs(old.answers, new.answers, marks):
        if one is not None and other is not None:
            yield from _answer(f"{name}/{one.name}", one, other)
        elif one is not None:
            yield _change("answer removed", f"{name}/{one.name}", _summary(one), None)
        elif other is not None:
            yield _change("answer added", f"{name}/{other.name}", None, _summary(other))


def _answer(where: str, old: Answer, new: Answer) -> Iterator[ContractChange]:
    if None not in (old.status, new.status) and old.status != new.status:
        yield _change("status changed", where, old.status, new.status)
    yield from _keys("answer key", where, keys_of(_schema(old)), keys_of(_schema(new)), ANSWER)
    before, after = ({key: item.sample[key] for key in constants(*all_samples(item))} for item in (old, new))
    for key in before:
        if key in after and before[key] != after[key]:
            kind = f"{key} changed" if key in ("code", "message") else "constant changed"
            yield _change(kind, f"{where} $.{key}", before[key], after[key])
    if _description(old) != _description(new):
        yield _change("description changed", where, _description(old), _description(new))


def _schema(answer: Answer) -> Schema:
    return united(all_samples(answer), required=True)


def _summary(answer: Answer) -> Any:
    """Return what tells an answer from others: its code and message, or the whole sample."""
    telling = {key: answer.sample[key] for key in constants(answer.sample) if key != "type"}
    return telling or answer.sample


def _description(answer: Answer) -> Any:
    """Return the text of an error that is no constant: the observed template, or else what the sample says."""
    if answer.fact is not None and answer.fact.description is not None:
        return answer.fact.description
    return answer.sample.get("description") if isinstance(answer.sample, dict) else None


def _keys(
    what: str, where: str, old: Mapping[str, _Key], new: Mapping[str, _Key], sent: bool
) -> Iterator[ContractChange]:
    """Yield what changed of parameters or keys; ``sent``: a client sends them and does not read them."""
    for key in sorted(old.keys() | new.keys()):
        one, other = old.get(key), new.get(key)
        place = f"{where} {key}"
        if one == other or any(
            _above(key, item) and (item in old) != (item in new) for item in old.keys() | new.keys()
        ):
            continue  # what is below a key that came or went came or went with it
        if one is None:
            yield ContractChange(f"{what} added", place, None, str(other), sent and bool(other and other.required))
        elif other is None:
            yield ContractChange(f"{what} removed", place, str(one), None, True)
        else:
            yield ContractChange(f"{what} changed", place, str(one), str(other), _breaks(one, other, sent))


def _breaks(old: _Key, new: _Key, sent: bool) -> bool:
    """Whether a key that is there before and after breaks a client: of two types that are known, or by being required.

    What is sent must not become required, and what is answered must not become optional.
    """
    retyped = bool(old.types and new.types) and old.types != new.types
    return (
        retyped or old.default != new.default or (new.required > old.required if sent else new.required < old.required)
    )


def _above(key: str, other: str) -> bool:
    return key.startswith((f"{other}.", f"{other}["))


def _url_keys(operation: Operation) -> dict[str, _Key]:
    keys: dict[str, _Key] = {}
    for place in URL_PLACES:
        for at, row in enumerate((row for row in operation.parameters if row["in"] == place), 1):
            name = at if place == "path" else row["name"]
            types = () if row["type"] is None else (row["type"],)
            keys[f"{place} {name}"] = _Key(types, row["required"], row["default"])
    return keys


def keys_of(schema: Schema, at: str = "$", required: bool = True) -> dict[str, _Key]:
    """Return JSON path to key of all that a schema describes, from ``$`` on."""
    kind = schema.get("type", ())
    keys = {at: _Key((kind,) if isinstance(kind, str) else tuple(kind), required, schema.get("default"))}
    for name, inner in schema.get("properties", {}).items():
        keys |= keys_of(inner, f"{at}.{name}", name in schema.get("required", ()))
    return keys | (keys_of(schema["items"], f"{at}[*]") if "items" in schema else {})
