"""What a request names, read as leniently as any server might read it, so that no name is overlooked.

Where names stand in a path, a query and a body is what the binding says of all calls that change something.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from typing import Any
from urllib.parse import unquote

from contracts.catalog.binding import NAME, PROJECT, SCOPE
from contracts.catalog.pointer import parts
from contracts.catalog.release import Operation, Release
from contracts.http.exchange import SAFE_METHODS, Request
from contracts.text.errors import InputError
from contracts.text.frozen import dataclass

_NOWHERE = "no-such"
"""How a part of a path begins that makes it a path of no server."""
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)
_LINE = r"""(?m)(?:^|[{,\[-])[ \t]*(?:"([^"\\]*)"|'([^']*)'|([\w./-]+))[ \t]*:(?=\s|$)[ \t]*(.*)"""
"""What looks like a key of YAML, with the rest of its line."""
_TRICKS = r"(?m)(?:^|[\s:,\[{-])(?:[&*!|>?%`@]|<<)|^(?:---|\.\.\.)|[\\\t\x85\u2028\u2029]|^ +[^\s:#-][^:\n]*$"
"""What makes YAML say something that does not stand there: anchors, aliases, tags, merges, blocks, documents, escapes,
texts of several lines."""


class UnclearError(InputError):
    """A request that servers may read in different ways, or at a path at which the suite changes nothing."""


class HiddenError(UnclearError):
    """A body in which names may be hidden."""


@dataclass(frozen=True)
class RequestNames:
    """The names in a request.

    names, projects: of workflows and projects; None stands for one that is no text.
    whole: its body is one object, after which more may stand.
    of_all: neither its path nor its query has a name.
    calls: the calls that have such a path.
    """

    names: tuple[str | None, ...]
    projects: tuple[str | None, ...]
    whole: bool
    of_all: bool
    calls: tuple[Operation, ...]


class Places:
    """Where names stand in the requests of a release that change something."""

    def __init__(self, release: Release) -> None:
        self._binding = binding = release.binding
        support = (call for call in release.support.values() if call.method not in SAFE_METHODS)
        self._calls = [(call, *self._pattern(call)) for call in (*release.operations.values(), *support)]
        self._methods: dict[str, set[str]] = defaultdict(set)
        for call, _, _ in self._calls:
            self._methods[call.path].add(call.method)
        self._words = {part for call, _, _ in self._calls for part in call.path.split("/") if part[:1] != ":"}
        self._names = _Keys(binding.keys("query", NAME), binding.keys("body", NAME))
        self._projects = _Keys(binding.keys("query", PROJECT, SCOPE), binding.keys("body", PROJECT))

    def _pattern(self, call: Operation) -> tuple[re.Pattern[str], list[str]]:
        """Return what the path of a call looks like, and which of its parameters name a workflow."""
        templates, names = self._binding.places(call.name).path, []
        pieces = []
        for part in call.path.split("/")[1:]:
            if part[:1] != ":":
                pieces.append(re.escape(part))
                continue
            is_name = NAME in templates.get(part[1:], "")
            names += [part[1:]] if is_name else []
            pieces.append(f"(?P<{part[1:]}>[^/]{'+' if is_name else '*'})")
        return re.compile(f"/{'/'.join(pieces)}/?"), names

    def names_in(self, request: Request) -> RequestNames:
        """Return what `request` names; raises UnclearError where it does not tell."""
        in_path, calls = self._path_names(request.method.upper(), request.path)
        query = {key.casefold(): value for key, value in request.query.items()}
        addressed = (*in_path, *(query[key] for key in self._names.query if key in query))
        read = calls or [call for call, _, _ in self._calls]
        yaml = any(self._binding.places(call.name).yaml for call in read)
        whole, pairs = _pairs(request.body or b"", self._names.keys | self._projects.keys, yaml=yaml)
        names = (*addressed, *self._names.of(pairs))
        projects = (*(query[key] for key in self._projects.query if key in query), *self._projects.of(pairs))
        return RequestNames(names, projects, whole, not addressed, tuple(calls))

    def _path_names(self, method: str, path: str) -> tuple[list[str], list[Operation]]:
        if re.search(r"[?#\\\s\x00-\x1f\x7f]", path) or {".", ".."} & set(unquote(unquote(path)).split("/")):
            raise UnclearError("this path can be read in several ways")
        found: dict[str, None] = {}
        calls = []
        bare = path.removesuffix("/")
        fixed = self._methods.get(bare, ())
        for call, pattern, names in self._calls:
            if fixed and call.path != bare and (method in fixed or call.method != method):
                continue  # a path without parameters goes before one with them
            match = pattern.fullmatch(path)
            others = {key: value for key, value in match.groupdict().items() if key not in names} if match else {}
            if match is not None and not any("/" in unquote(unquote(value)) for value in others.values()):
                found |= {unquote(match[key]): None for key in names}
                calls.append(call)
        if calls:
            return list(found), calls
        segments = [unquote(part) for part in path.split("/")]
        if any(part.startswith(_NOWHERE) for part in segments):
            words = {*self._words, ""}
            return [
                each for each in segments if not (each in words or each.startswith(_NOWHERE) or each.isdecimal())
            ], []
        raise UnclearError("the suite changes nothing at such a path")


@dataclass(frozen=True)
class _Pair:
    """A key of a body and its value; `inner`: it stands in another object, not outermost."""

    key: str
    value: Any
    inner: bool


class _Keys:
    """The keys of queries and bodies under which something is named, in any case."""

    def __init__(self, query: Iterable[str], body: Iterable[str]) -> None:
        self.query = {key.casefold() for key in query}
        pointers = [parts(key) if key.startswith("/") else [key] for key in body]
        self.keys = {pointer[-1].casefold() for pointer in pointers}
        self._anywhere = {pointer[-1].casefold() for pointer in pointers if len(pointer) > 1}

    def of(self, pairs: Iterable[_Pair]) -> Iterator[str | None]:
        """Yield what a body has under them, None for what is no text; null names nothing."""
        for pair in pairs:
            keys = self._anywhere if pair.inner else self.keys
            if pair.key.casefold() in keys and pair.value is not None:
                yield pair.value if isinstance(pair.value, str) else None


class _Object(list[tuple[str, Any]]):
    """All pairs of a JSON object, with those whose key stands twice."""


_DECODER = json.JSONDecoder(object_pairs_hook=_Object, parse_int=float, parse_float=float, strict=False)


def _pairs(body: bytes, keys: Set[str], *, yaml: bool) -> tuple[bool, list[_Pair]]:
    """Return whether a body is an object, and its pairs of keys and values, of JSON just those of these keys.

    Go's reader, for one, takes keys in any case, the last of two, broken UTF-8, and whatever stands behind the value.
    """
    text = body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return _of_yaml(text) if yaml else (False, list(_scan(text)))
    if yaml and not isinstance(value, _Object | list):
        return _of_yaml(text)
    rest = _of_yaml(text[end:])[1] if yaml else []
    return isinstance(value, _Object), [*_each(value, keys), *_scan(text[end:]), *rest]


def _each(value: Any, keys: Set[str], inner: bool = False) -> Iterator[_Pair]:
    if isinstance(value, _Object):
        for key, below in value:
            if key.casefold() in keys:
                yield _Pair(key, below, inner)
            if isinstance(below, list):
                yield from _each(below, keys, inner=True)
    elif isinstance(value, list):
        for below in value:
            yield from _each(below, keys, inner)


def _scan(text: str) -> Iterator[_Pair]:
    """Yield whatever looks like a key with a text in what is not JSON."""
    for key, value in _PAIR.findall(text):
        yield _Pair(_unescaped(key), _unescaped(value), inner=False)


def _of_yaml(text: str) -> tuple[bool, list[_Pair]]:
    """Return whether YAML that is no JSON is an object, and whatever looks like a key in it.

    Only plain YAML is read; what could make a reader see a name that does not stand there is refused.
    """
    text = text.replace("\r", "\n")
    if re.search(_TRICKS, text):
        raise HiddenError("this body is YAML that can be read in several ways")
    keys = [_key(match) for match in re.finditer(_LINE, text)]
    outermost = min((column for column, _, _ in keys), default=0)
    pairs, holds = [], False  # whether the last of the outermost keys holds those further right
    for column, key, rest in keys:
        inner = holds and column > outermost and text[:1] != "{"
        pairs.append(_Pair(key, _scalar(rest), inner))
        holds = holds if inner else _scalar(rest) == {}
    return bool(pairs) and text[:1] not in "[-", pairs


def _key(match: re.Match[str]) -> tuple[int, str, str]:
    """Return the column of a key, the key and the rest of its line."""
    group = next(number for number in (1, 2, 3) if match[number] is not None)
    start = match.start(group) - (group != 3)  # where its quote stands
    return start - match.string.rfind("\n", 0, start), match[group], match[4]


def _scalar(rest: str) -> Any:
    """Return the text that a value of YAML is; of one that has no end in its line, an object to be no text."""
    rest = re.sub(r"\s#.*", "", rest).strip().rstrip(",]} ")
    if rest in ("~", "null"):
        return None
    if not rest or rest[0] in "[{":
        return {}
    if rest[0] in "\"'":
        return rest[1:-1] if len(rest) > 1 and rest[-1] == rest[0] else {}
    return rest


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text
