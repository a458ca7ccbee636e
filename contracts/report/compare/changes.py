"""What changed from one answer to another, key by key, without what differs from run to run anyway."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contracts.text.frozen import dataclass

NAME, RUN, ID, TARGET, TIME = "<workflow>", "<run>", "<id>", "<target>", "<time>"
_ID = r"\d{8}t\d{6}-[a-z0-9]{4}"
_NAMES = re.compile(rf"zct-{_ID}-[a-z0-9]+-\d+")
_RUNS = re.compile(_ID)
_IDS = re.compile(r"(?<![0-9a-fA-F])[0-9a-f]{24}(?![0-9a-fA-F])")
_TIMES = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_IS_TIME = re.compile(r".*(?:time|_at|timestamp|date)", re.IGNORECASE)
"""Keys whose numbers are times: of creation, start and end of a task."""
_CUT = re.compile(r"… \([\d,]+ characters in all\)\Z")
_KINDS = {dict: "object", list: "list", str: "text", bool: "true or false", int: "number", float: "number"}
Plain = Callable[[str], str]


@dataclass(frozen=True)
class CaseChange:
    """One difference of two answers; `what`: added, removed, type or value. `was`, `now`: as JSON, empty: not there."""

    case: str
    path: str
    what: str
    was: str
    now: str


def changes(case: str, old: Mapping[str, Any], new: Mapping[str, Any], hosts: tuple[str, str]) -> Iterator[CaseChange]:
    """Yield how the exchange `new` differs from `old` (evidence of the same case), `hosts` being the two targets'."""
    plain_old, plain_new = _plain(hosts[0]), _plain(hosts[1])
    for path in ("status", "content_type", "failure"):
        was, now = (_normal(side[path], plain) for side, plain in ((old, plain_old), (new, plain_new)))
        if was != now:
            yield _value(case, path, was, now)
    yield from _differ(case, "$", _body(old["body"], plain_old), _body(new["body"], plain_new))


def _plain(host: str) -> Plain:
    """Return a function that puts placeholders for what is a run's own into a text."""
    # Where names end differs from case to case, so what follows the name of a workflow stays.
    pattern = re.compile(rf"(?:https?://)?(?<![\w.-]){re.escape(host)}(?![\w.-])") if host else None

    def plain(text: str) -> str:
        text = pattern.sub(TARGET, text) if pattern else text
        return _TIMES.sub(TIME, _IDS.sub(ID, _RUNS.sub(RUN, _NAMES.sub(NAME, text))))

    return plain


def _body(body: str, plain: Plain) -> Any:
    """Return a body as JSON where it is, else as text; one that was cut ends where the cut is."""
    try:
        return _normal(json.loads(body), plain)
    except (ValueError, RecursionError):
        return plain(_CUT.sub("…", body))


def _normal(value: Any, plain: Plain, key: str = "") -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return {plain(name): _normal(inner, plain, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_normal(inner, plain, key) for inner in value]
    if isinstance(value, int | float) and not isinstance(value, bool) and value and _IS_TIME.fullmatch(key):
        return TIME
    return value


def _differ(case: str, path: str, old: Any, new: Any) -> Iterator[CaseChange]:
    if _kind(old) != _kind(new):
        yield CaseChange(case, path, "type", f"{_kind(old)} {_json(old)}", f"{_kind(new)} {_json(new)}")
    elif isinstance(old, Mapping):
        for key in {**old, **new}:
            inner = f"{path}.{key}"
            if key not in new:
                yield CaseChange(case, inner, "removed", _json(old[key]), "")
            elif key not in old:
                yield CaseChange(case, inner, "added", "", _json(new[key]))
            else:
                yield from _differ(case, inner, old[key], new[key])
    elif isinstance(old, list) and len(old) == len(new):
        for index, (was, now) in enumerate(zip(old, new, strict=True)):
            yield from _differ(case, f"{path}[{index}]", was, now)
    elif isinstance(old, str) and old.endswith("…") and new.endswith("…"):  # cut: at which sign hangs on the names
        shortest = min(len(old), len(new)) - 1
        if old[:shortest] != new[:shortest]:
            yield _value(case, path, old, new)
    elif old != new:
        yield _value(case, path, old, new)


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "null")


def _value(case: str, path: str, was: Any, now: Any) -> CaseChange:
    return CaseChange(case, path, "value", _json(was), _json(now))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
