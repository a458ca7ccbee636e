"""The bodies of create and start: the shapes that they are decoded into, and what is made of them."""

from collections.abc import Mapping
from typing import Any

from contracts.standin.decode import Shape

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
