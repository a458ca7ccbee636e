"""The calls by which a client finds out what a Zadig has: projects, environments, services, builds, registries.

They only read, in the shapes of the public source. Every project has the one service, with one build, of the seed.
"""

import json
from pathlib import Path
from typing import Any

from contracts.standin import auth, errors, seed
from contracts.standin.routes import Call, Route, World

SHAPES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
"""What is answered, without the names; of a project `minimal` has the first key, `brief` two, `detailed` all."""
REPOSITORY = SHAPES["repository"] | {"repo_name": seed.REPOSITORY, "branch": seed.BRANCH}


def list_projects(world: World, call: Call) -> object:
    """Return all projects, with as much about each as `verbosity` asks for."""
    verbosity = call.query.get("verbosity", "minimal")
    return [_project(name, sorted(envs), verbosity) for name, envs in world.store.environments.items()]


def list_environments(world: World, call: Call) -> object:
    """Return the environments of the query's project."""
    project = _named_project(call)
    names = sorted(world.store.environments.get(project, ()))
    return [SHAPES["environment"] | {"projectName": project, "name": name, "updateBy": auth.ADMIN} for name in names]


def list_services(world: World, call: Call) -> object:
    """Return the services of the query's project. `total` stays 0, as in the source."""
    project = call.query_project
    service = {
        "service_name": seed.SERVICE,
        "source": "spock",
        "type": "k8s",
        "product": [project],
        "product_name": project,
        "containers": [{"name": seed.SERVICE_MODULE, "image": f"{seed.SERVICE}:latest"}],
        "visibility": "private",
    }
    return {"data": [service] if project in world.store.environments else [], "total": 0}


def list_builds(world: World, call: Call) -> object:
    """Return the builds of the query's project; their repositories are not in this list."""
    project = call.query_project
    return [_build(project)] if project in world.store.environments else []


def get_build(world: World, call: Call) -> object:
    """Return one build with its repositories."""
    build = _build(call.query_project)
    if call.query_project not in world.store.environments or call.name != build["name"]:
        raise errors.NOT_AN_ARGUMENT(complaint=errors.NO_DOCUMENTS)
    return build | {"repos": [REPOSITORY]}


def preset(world: World, call: Call) -> object:
    """Return the service modules of the path's project with the repositories of their builds."""
    project = call.params["project"]
    call.need(project)
    if project not in world.store.environments:
        return []
    deploy = {"env": f"{seed.SERVICE}/{seed.SERVICE_MODULE}", "type": "k8s", "product_name": project}
    return [{"target": _target(project), "build_module_vers": [], "deploy": [deploy], "repos": [REPOSITORY]}]


def list_registries(_world: World, _call: Call) -> object:
    """Return the registries, their keys emptied."""
    return [SHAPES["registry"]]


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


def _project(name: str, envs: list[str], verbosity: str) -> dict[str, Any]:
    project = SHAPES["project"] | {"name": name, "envs": envs, "alias": name, "updatedBy": auth.ADMIN}
    return dict([*project.items()][: {"brief": 2, "detailed": len(project)}.get(verbosity, 1)])


def _named_project(call: Call) -> str:
    if not call.query_project:
        raise errors.NOT_AN_ARGUMENT(complaint="")
    return call.query_project


def _target(project: str) -> dict[str, str]:
    return {"product_name": project, "service_name": seed.SERVICE, "service_module": seed.SERVICE_MODULE}


def _build(project: str) -> dict[str, Any]:
    name, targets = f"{seed.SERVICE_MODULE}-build", [_target(project)]
    build: dict[str, Any] = SHAPES["build"] | {"name": name, "targets": targets}
    return build | {"update_by": auth.ADMIN, "productName": project}
