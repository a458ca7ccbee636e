"""The calls by which a client finds out what a Zadig has: projects, environments, services, builds, registries.

They only read, in the shapes of the public source. Every project has the one service, with one build, of the seed.
"""

import json
from pathlib import Path
from string import Template
from typing import Any

from contracts.standin import auth, errors, seed
from contracts.standin.routes import Call, Route, World

_SHAPES = Template(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
HELD: dict[str, dict[str, Any]] = {
    project: json.loads(_SHAPES.substitute(vars(seed), ADMIN=auth.ADMIN, project=project))
    for project in seed.ENVIRONMENTS
}
"""Project to what is answered about it, by kind."""


def list_projects(_world: World, call: Call) -> object:
    """Return all projects; about each one key, two where the query asks for `brief`, or all for `detailed`."""
    keys = {"brief": 2, "detailed": None}.get(call.query.get("verbosity", ""), 1)
    return [dict([*held["project"].items()][:keys]) for held in HELD.values()]


def list_environments(_world: World, call: Call) -> object:
    """Return the environments of the query's project."""
    if not call.query_project:
        raise errors.NOT_AN_ARGUMENT(complaint="")
    return _held(call.query_project, "environments")


def list_services(_world: World, call: Call) -> object:
    """Return the services of the query's project. `total` stays 0, as in the source."""
    return {"data": _held(call.query_project, "services"), "total": 0}


def list_builds(_world: World, call: Call) -> object:
    """Return the builds of the query's project; their repositories are not in this list."""
    return _held(call.query_project, "builds")


def get_build(_world: World, call: Call) -> object:
    """Return one build with its repositories, which are those that a preset of its project has."""
    for build, made in zip(_held(call.query_project, "builds"), _held(call.query_project, "presets"), strict=True):
        if build["name"] == call.name:
            return build | {"repos": made["repos"]}
    raise errors.NOT_AN_ARGUMENT(complaint=errors.NO_DOCUMENTS)


def preset(_world: World, call: Call) -> object:
    """Return the service modules of the path's project with the repositories of their builds."""
    call.need(call.params["project"])
    return _held(call.params["project"], "presets")


def list_registries(_world: World, _call: Call) -> object:
    """Return the registries, their keys emptied."""
    return _held(seed.PROJECT, "registries")


ROUTES: tuple[Route, ...] = (
    Route("GET", "/project/projects", auth.LOGIN, list_projects),
    # The gateway lets anybody through who may create, edit or run workflows; here a user has all of them or none.
    Route("GET", "/environment/environments", auth.RUN, list_environments),
    Route("GET", "/service/services", auth.GET_SERVICE, list_services),
    Route("GET", "/build/build", auth.GET_BUILD, list_builds),
    Route("GET", "/build/build/{name}", auth.GET_BUILD, get_build),
    Route("GET", "/workflow/workflow/preset/{project}", auth.EDIT, preset),
    Route("GET", "/system/registry", auth.LOGIN, list_registries),
)
"""Everything served below a prefix besides the calls on workflows and tasks."""


def _held(project: str, kind: str) -> list[dict[str, Any]]:
    held: list[dict[str, Any]] = HELD.get(project, {}).get(kind, [])
    return held
