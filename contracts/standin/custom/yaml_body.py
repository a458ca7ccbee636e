"""The body of create and update: the first YAML document of a request, read as Go reads YAML into typed structs.

JSON is YAML too. Unknown keys are ignored, absent ones become zero, a number is taken where a text is asked for, and
what follows the first document is never looked at. PyYAML is imported by the first body, because a start has none.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.standin.bodies import INT64, Shape
from contracts.standin.errors import UnreadableError

DEEPEST = 200
"""Levels that are read; Go's decoder gives up at 10,000 and says so."""
SPARE_NODES = 100_000
"""How many more values than were written aliases may make of a document."""
_TAG = "tag:yaml.org,2002:"


def read(body: bytes, shape: Mapping[str, Shape]) -> dict[str, Any]:
    """Decode a body into every key of `shape`; an empty body and null are an object without keys.

    Raises UnreadableError with what Go's decoder says.
    """
    import yaml

    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(body)
        document = _Composer(yaml, loader)
        root = document.root()
        value = _Decoder(loader, document.nodes + SPARE_NODES).decode(root, shape)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + isinstance(error, yaml.scanner.ScannerError)  # Go's count, odd as it is
        raise UnreadableError(f"yaml: {f'line {line}: ' if line else ''}{error.problem}") from None
    except yaml.YAMLError:
        raise UnreadableError("yaml: control characters are not allowed") from None
    return {key: zero(inner) for key, inner in shape.items()} if value is None else value


class _Composer:
    """Makes nodes of the events of the first document; counts them, and lets none be deeper than Go's decoder does."""

    def __init__(self, yaml: Any, loader: Any) -> None:
        self._yaml, self._loader = yaml, loader
        self._anchors: dict[str, Any] = {}
        self.nodes = 0

    def root(self) -> Any:
        """Return the node of the first document, None where there is none."""
        self._loader.get_event()
        if self._loader.check_event(self._yaml.StreamEndEvent):
            return None
        self._loader.get_event()
        return self._node(0)

    def _node(self, depth: int) -> Any:
        event = self._loader.get_event()
        if isinstance(event, self._yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise UnreadableError(f"yaml: unknown anchor '{event.anchor}' referenced")
            return self._anchors[event.anchor]
        if depth > DEEPEST:
            raise UnreadableError("yaml: exceeded max depth of 10000")
        self.nodes += 1
        node = self._node_of(event, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _node_of(self, event: Any, depth: int) -> Any:
        yaml, untagged = self._yaml, event.tag in (None, "!")
        if isinstance(event, yaml.ScalarEvent):
            tag = self._loader.resolve(yaml.ScalarNode, event.value, event.implicit) if untagged else event.tag
            return yaml.ScalarNode(tag, event.value, event.start_mark)
        if isinstance(event, yaml.SequenceStartEvent):
            items = list(self._until(yaml.SequenceEndEvent, depth + 1))
            return yaml.SequenceNode(f"{_TAG}seq", items, event.start_mark)
        flat = list(self._until(yaml.MappingEndEvent, depth + 1))
        return yaml.MappingNode(f"{_TAG}map", list(zip(flat[::2], flat[1::2], strict=True)), event.start_mark)

    def _until(self, end: Any, depth: int) -> Iterable[Any]:
        while not self._loader.check_event(end):
            yield self._node(depth)
        self._loader.get_event()


class _Decoder:
    """Makes values of nodes by a shape; `budget` is how many values it makes at most."""

    def __init__(self, loader: Any, budget: int) -> None:
        self._loader, self._budget = loader, budget

    def decode(self, node: Any, shape: Shape) -> Any:
        """Return the value of a node, the zero of the shape for null."""
        self._budget -= 1
        if self._budget < 0:
            raise UnreadableError("yaml: document contains excessive aliasing")
        if node is None or node.tag == f"{_TAG}null":
            return zero(shape)
        if shape is object:
            return self._anything(node)
        if isinstance(shape, list) and node.id == "sequence":
            return [self.decode(item, shape[0]) for item in node.value]
        if isinstance(shape, Mapping) and node.id == "mapping":
            keys = self._keys(node)
            return {key: self.decode(keys.get(key), inner) for key, inner in shape.items()}
        if node.id == "scalar" and isinstance(shape, type):
            return self._scalar(node, shape)
        raise _misfit(node, shape)

    def _scalar(self, node: Any, shape: Shape) -> Any:
        if shape is str:
            return node.value
        kind = node.tag.removeprefix(_TAG)
        if shape is bool and kind == "bool":
            return self._loader.construct_yaml_bool(node)
        if shape is int and kind in ("int", "float"):
            number = self._number(node, kind)
            if number is not None and number == math.floor(number) and int(number) in INT64:
                return int(number)
        raise _misfit(node, shape)

    def _anything(self, node: Any) -> Any:
        if node.id == "sequence":
            return [self.decode(item, object) for item in node.value]
        if node.id == "mapping":
            return {key: self.decode(inner, object) for key, inner in self._keys(node).items()}
        kind = node.tag.removeprefix(_TAG)
        if kind == "bool":
            return self._loader.construct_yaml_bool(node)
        number = self._number(node, kind) if kind in ("int", "float") else None
        return node.value if number is None else number

    def _number(self, node: Any, kind: str) -> int | float | None:
        """Return a finite number; None for another scalar, and for what only an older YAML takes for a number."""
        read_number = self._loader.construct_yaml_int if kind == "int" else self._loader.construct_yaml_float
        try:
            number: int | float = read_number(node)
        except ValueError:
            return None
        return number if math.isfinite(number) else None

    def _keys(self, node: Any) -> dict[str, Any]:
        """Return the values of a mapping by key, those that are merged into it last."""
        keys: dict[str, Any] = {}
        lines: dict[str, int] = {}
        merged: list[Any] = []
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if key.tag == f"{_TAG}merge":
                merged += value.value if value.id == "sequence" else [value]
                continue
            if name in keys:
                said = f'mapping key "{name}" already defined at line {lines[name]}'
                raise UnreadableError(f"yaml: unmarshal errors:\n  line {line}: {said}")
            keys[name], lines[name] = value, line
        for other in merged:
            self._budget -= 1 + len(other.value)
            if other.id != "mapping" or self._budget < 0:
                raise UnreadableError("yaml: map merge requires map or sequence of maps as the value")
            keys = self._keys(other) | keys
        return keys


def zero(shape: Shape) -> Any:
    """Return what stands for an absent value: None for objects and anything, else an empty one."""
    return None if shape is object or isinstance(shape, Mapping) else [] if isinstance(shape, list) else shape()


def _misfit(node: Any, shape: Shape) -> UnreadableError:
    kind = {"sequence": "!!seq", "mapping": "!!map"}.get(node.id, f"!!{node.tag.removeprefix(_TAG)}")
    shown = f" `{node.value if len(node.value) <= 10 else node.value[:7] + '...'}`" if node.id == "scalar" else ""
    names = {str: "string", int: "int", bool: "bool"}
    into = (
        names[shape]
        if isinstance(shape, type)
        else "[]interface {}"
        if isinstance(shape, list)
        else "models.WorkflowV4"
    )
    line = node.start_mark.line + 1
    return UnreadableError(f"yaml: unmarshal errors:\n  line {line}: cannot unmarshal {kind}{shown} into {into}")
