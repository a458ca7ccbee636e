"""What a request names, read as leniently as any server might read it, so that no name is overlooked."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from contracts.http.client import Request
from contracts.text.errors import InputError

_TASK = r"/workflow/workflowtask/id/(?P<id>[^/]*)/pipelines/(?P<of_task>[^/]*)(?:/restart)?/?"
_ONE = r"/workflow/workflow(?:task)?/(?P<one>[^/]+)/?"
_ALL = re.compile(r"/workflow/workflow(?:task)?/?")
_PATHS = re.compile(f"{_TASK}|{_ONE}")
_WORDS = frozenset({"", "workflow", "workflowtask", "id", "pipelines", "restart"})
_NOWHERE = "no-such"
"""How a part of a path begins that makes it a path of no Zadig."""
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)
_NAME_KEYS = frozenset({"name", "workflow_name"})


class UnclearPathError(InputError):
    """A path that servers may read in different ways, or that is none of those that the suite changes things at."""


@dataclass(frozen=True)
class RequestNames:
    """The names in a request.

    names, projects: of workflows and projects; None stands for one that is no text.
    whole: its body is one JSON object, after which more may stand.
    of_all: its path has no name.
    """

    names: tuple[str | None, ...]
    projects: tuple[str | None, ...]
    whole: bool
    of_all: bool


def names_in(request: Request) -> RequestNames:
    """Return what `request` names; raises UnclearPathError where its path does not tell."""
    in_path = _path_names(request.path)
    whole, pairs = _pairs(request.body or b"")
    texts = [(key.casefold(), value if isinstance(value, str) else None) for key, value in pairs if value is not None]
    names = (*in_path, *(value for key, value in texts if key in _NAME_KEYS))
    projects = tuple(value for key, value in texts if key == "product_tmpl_name")
    return RequestNames(names, projects, whole, not in_path)


def _path_names(path: str) -> list[str]:
    if re.search(r"[?#\\\s\x00-\x1f\x7f]", path) or {".", ".."} & set(unquote(unquote(path)).split("/")):
        raise UnclearPathError("this path can be read in several ways")
    match = _PATHS.fullmatch(path)
    if match is not None and "/" not in unquote(unquote(match["id"] or "")):
        return [unquote(match["of_task"] or match["one"] or "")]
    parts = [unquote(part) for part in path.split("/")]
    if any(part.startswith(_NOWHERE) for part in parts):
        return [part for part in parts if part not in _WORDS and not part.startswith(_NOWHERE) and not part.isdecimal()]
    if _ALL.fullmatch(path):
        return []
    raise UnclearPathError("the suite changes nothing at such a path")


class _Object(list[tuple[str, Any]]):
    """All pairs of a JSON object, with those whose key stands twice."""


def _pairs(body: bytes) -> tuple[bool, list[tuple[str, Any]]]:
    """Return whether a body is a JSON object, and the pairs of keys and values that stand outermost in it.

    Go's reader, for one, takes keys in any case, the last of two, broken UTF-8, and whatever stands behind the value.
    """
    text = body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    decoder = json.JSONDecoder(object_pairs_hook=_Object, parse_int=float, parse_float=float, strict=False)
    try:
        value, end = decoder.raw_decode(text)
    except (ValueError, RecursionError):
        return False, list(_scan(text))
    return isinstance(value, _Object), [*_outermost(value), *_scan(text[end:])]


def _outermost(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, _Object):
        yield from value
    elif isinstance(value, list):
        for inner in value:
            yield from _outermost(inner)


def _scan(text: str) -> Iterator[tuple[str, str]]:
    """Yield whatever looks like a key with a text in what is not JSON."""
    for key, value in _PAIR.findall(text):
        yield _unescaped(key), _unescaped(value)


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text
