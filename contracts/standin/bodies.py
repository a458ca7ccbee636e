"""The bodies of create and start: read as Go reads JSON into typed structs, and what is made of them.

Unknown keys are ignored, and absent ones become zero.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from contracts.standin.errors import UNREADABLE_BODY
from contracts.text.strict_json import no_constant

Shape = Any
"""`str`, `bool`, `int`; `object` for any value; `[shape]` for an array of it; `{key: shape}` for an object."""

INT64 = range(-(2**63), 2**63)
_STAGE = {
    "enabled": bool,
    "modules": [{"target": {"product_name": str, "service_name": str, "service_module": str, "key": str}}],
}
WORKFLOW: Mapping[str, Shape] = {
    "name": str,
    "enabled": bool,
    "product_tmpl_name": str,
    "team": str,
    "env_name": str,
    "description": str,
    "notify_ctl": {"enabled": bool, "weChat_webHook": str, "notify_type": [str]},
    "build_stage": _STAGE,
    "artifact_stage": _STAGE,
    "hook_ctl": {"enabled": bool, "items": [object]},
}
START: Mapping[str, Shape] = {
    "workflow_name": str,
    "product_tmpl_name": str,
    "namespace": str,
    "targets": [
        {
            "name": str,
            "service_name": str,
            "product_name": str,
            "build": {"repos": [{"repo_name": str, "branch": str, "pr": int}]},
        }
    ],
}


def as_stored(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body without what the server does not keep: `weChat_webHook`, and the `key` of each target."""
    stored = {**body, "notify_ctl": _without(body["notify_ctl"], "weChat_webHook")}
    for stage in ("build_stage", "artifact_stage"):
        if stored[stage] is not None:
            modules = [module and {"target": _without(module["target"], "key")} for module in stored[stage]["modules"]]
            stored[stage] = {**stored[stage], "modules": modules}
    return stored


def _without(value: dict[str, Any] | None, dropped: str) -> dict[str, Any] | None:
    return value and {key: inner for key, inner in value.items() if key != dropped}


def branches(targets: list[dict[str, Any] | None]) -> list[str]:
    """Return the branches that the targets of a start body build, in their order."""
    builds = [target["build"] for target in targets if target and target["build"]]
    return [repo["branch"] for build in builds for repo in build["repos"] if repo]


def int64(text: str) -> int | None:
    """Return an integer of 64 bits as Go's ParseInt reads it, ASCII digits with an optional sign; None for another."""
    if len(text) <= 64 and re.fullmatch(r"[+-]?[0-9]+", text) and int(text) in INT64:
        return int(text)
    return None


def decode(body: bytes, shape: Mapping[str, Shape]) -> dict[str, Any]:
    """Decode a body into every key of `shape`; absent or null objects become None, and other values their zero.

    Raises ZadigError (`EOF`) for anything but one JSON object whose known keys have the right types.
    """
    try:
        value = json.loads(body.decode("utf-8", "replace"), parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise UNREADABLE_BODY() from None
    if not isinstance(value, dict):
        raise UNREADABLE_BODY()
    return _fields(value, shape)


def _fields(value: dict[str, Any], shape: Mapping[str, Shape]) -> dict[str, Any]:
    return {key: _typed(value.get(key), inner) for key, inner in shape.items()}


def _typed(value: Any, shape: Shape) -> Any:
    """Return the value if it has the shape, the shape's zero for None; ZadigError otherwise."""
    if shape is object:
        return value
    if isinstance(shape, list):
        return [_typed(item, shape[0]) for item in _of_type(value, list)]
    if isinstance(shape, Mapping):
        return None if value is None else _fields(_of_type(value, dict), shape)
    value = _of_type(value, shape)
    if shape is str:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # without lone surrogates
    if shape is int and value not in INT64:
        raise UNREADABLE_BODY()
    return value


def _of_type(value: Any, kind: type) -> Any:
    if value is None:
        return kind()
    if type(value) is not kind:
        raise UNREADABLE_BODY()
    return value
