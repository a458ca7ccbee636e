"""Finds out where on a live target the cases may work. It only reads, and it never guesses.

What a setting names is taken as it is, the project apart: a workflow made in a project that does not exist, or that is
still in onboarding, could never be removed. Of what is not set there must be exactly one. The calls are known from the
public source alone, so an answer of another shape only means that the setting has to be given.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import quote

from contracts.catalog import Release, load
from contracts.client import Client, Request
from contracts.settings import PREFIX, Settings, SettingsError, option
from contracts.strictjson import NotStrictError, parse
from contracts.target import Place

SHOWN = 5
"""Candidates that a message names."""

DEFAULT_BRANCH = "main"
SCOPE = "projectName"
WHAT = {
    "project": "project",
    "outsider_project": "project",
    "env_name": "environment",
    "service": "service with a build",
    "service_module": "module with a build",
    "repo": "repository",
}
"""What each setting names, in words."""


class NoPlaceError(SettingsError):
    """Something that the cases need is not there, or there is more than one of it: what was found, and what to do."""

    def __init__(self, finding: str, advice: str) -> None:
        super().__init__(f"{finding}; {advice}")
        self.finding, self.advice = finding, advice


class UnreadPlaceError(NoPlaceError):
    """It could not be read whether something that the cases need is there."""


class UnreadableError(Exception):
    """A call that could not be read; the text says which and what came. `status` is None where nothing came."""

    def __init__(self, text: str, status: int | None) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Project:
    """A project of the target; in onboarding its workflows cannot be deleted."""

    name: str
    onboarding: bool = False


@dataclass(frozen=True)
class Environment:
    """An environment of a project."""

    name: str
    production: bool = False


@dataclass(frozen=True)
class Module:
    """A service module with the repositories of its build, and the branch that the build has for each."""

    service: str
    name: str
    repos: Mapping[str, str] = field(default_factory=dict)


class Reader:
    """Reads lists of a target by the names of the release's support calls."""

    def __init__(self, client: Client, release: Release) -> None:
        self._client = client
        self._release = release

    def get(self, call: str, query: Mapping[str, str], name: str = "") -> Any:
        """Return the JSON value that a call answers, `name` in its path; raises UnreadableError for anything else."""
        path = re.sub(r":\w+", quote(name, safe=""), self._release.support[call].path)
        request = Request("GET", path, query)
        exchange = self._client.send(request)
        what = f"GET {path} answered HTTP {exchange.status}"
        if exchange.failure is not None:
            raise UnreadableError(f"GET {path}: {exchange.failure.text}", exchange.status)
        if exchange.status != 200:
            refused = ", the token's user may not read it" if exchange.status in (401, 403) else ""
            raise UnreadableError(f"{what}{refused}", exchange.status)
        try:
            return parse(exchange.body)
        except NotStrictError:
            raise UnreadableError(f"{what}, but no JSON", exchange.status) from None

    def rows(self, call: str, query: Mapping[str, str], name: str = "") -> list[Mapping[str, Any]]:
        """Return the objects of a list that a call answers, bare or under `data` or `projects`; `null` is none."""
        value = self.get(call, query, name)
        if isinstance(value, dict):
            value = value.get("data", value.get("projects", value))
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise UnreadableError(f"GET {self._release.support[call].path} answered in a shape that is not known", 200)
        return value


def place(settings: Settings, client: Client) -> Place:
    """Return where the cases may work; raises SettingsError, one line, where that is not settled."""
    reader = Reader(client, load(settings.release))
    project = _usable_project(settings, reader)
    env_name = settings.env_name or the_environment(settings, reader, project)
    service, name, repo, branch = settings.service, settings.service_module, settings.repo, None
    if not (service and name and repo):
        service, name, repo, branch = the_build(settings, reader, project)
    return Place(
        project=project,
        env_name=env_name,
        service=service,
        service_module=name,
        repo=repo,
        branch=settings.branch or branch or DEFAULT_BRANCH,
        failing_branch=settings.failing_branch,
        hanging_branch=settings.hanging_branch,
        other_project=settings.outsider_project,
    )


def _usable_project(settings: Settings, reader: Reader) -> str:
    try:
        project = the_project(settings, reader)
    except UnreadPlaceError:
        if settings.project is None:
            raise
        return settings.project
    if project.onboarding:
        raise in_onboarding(project)
    return project.name


def the_project(settings: Settings, reader: Reader) -> Project:
    """Return the project to work in; that of the outsider, where one is set, must be there as well."""
    try:
        found = {project.name: project for project in projects(reader)}
    except UnreadableError as error:
        _unreadable("projects", error, "project")
    create = "create a project with an environment, a service and its build in Zadig's console"
    if settings.outsider_project is not None:
        _pick(settings, "outsider_project", found, "the target", create)
    return found[_pick(settings, "project", found, "the target", create)]


def in_onboarding(project: Project) -> NoPlaceError:
    """Return why a project in onboarding is no place to work in."""
    advice = "finish it in Zadig's console or set --project to another project"
    return NoPlaceError(f"project {project.name} is in onboarding, so its workflows could not be deleted again", advice)


def the_environment(settings: Settings, reader: Reader, project: str) -> str:
    """Return the environment to deploy to; a production environment only where it is set by name."""
    try:
        found = environments(reader, project)
    except UnreadableError as error:
        _unreadable(f"environments of project {project}", error, "env_name")
    usual = [item.name for item in found if not item.production or item.name == settings.env_name]
    if found and not usual:
        finding = f"project {project} has production environments only: {_some(item.name for item in found)}"
        raise NoPlaceError(finding, "create another one, or set --env-name if the cases may deploy to one of these")
    create = f"create an environment in project {project}"
    return _pick(settings, "env_name", usual, f"project {project}", create)


def the_build(settings: Settings, reader: Reader, project: str) -> tuple[str, str, str, str]:
    """Return service, service module, repository and branch of the build that tasks are to run."""
    try:
        found = [module for module in modules(reader, project) if module.repos]
    except UnreadableError as error:
        _unreadable(f"builds of project {project}", error, "service", "service_module", "repo")
    create = "" if found else f"create a build with a repository for one of: {_services(reader, project)}"
    service = _pick(settings, "service", [module.service for module in found], f"project {project}", create)
    of_service = {module.name: module for module in found if module.service == service}
    name = _pick(settings, "service_module", of_service, f"service {service}", create)
    repos = of_service[name].repos
    repo = _pick(settings, "repo", repos, f"the build of {service}/{name}", create)
    return service, name, repo, repos[repo]


def projects(reader: Reader) -> list[Project]:
    """Return the projects of the target."""
    rows = reader.rows("list-projects", {"verbosity": "detailed"})
    return [Project(row["name"], row.get("onboard") is True) for row in _having(rows, "name")]


def environments(reader: Reader, project: str) -> list[Environment]:
    """Return the environments of a project."""
    rows = [{"name": row.get("env_name"), **row} for row in reader.rows("list-environments", {SCOPE: project})]
    return [Environment(row["name"], row.get("production") is True) for row in _having(rows, "name")]


def modules(reader: Reader, project: str) -> list[Module]:
    """Return the service modules of a project; those without a build have no repositories."""
    try:
        rows = reader.rows("workflow-preset", {SCOPE: project}, project)
        return [_module(row.get("target"), row.get("repos")) for row in rows]
    except UnreadableError:  # it asks for another right than the builds do, and was not always there
        builds = reader.rows("list-builds", {SCOPE: project})
    found = []
    for build in _having(builds, "name"):
        repos = reader.get("get-build", {SCOPE: project}, build["name"])
        found += [_module(target, _at(repos, "repos")) for target in _at(build, "targets") or []]
    return found


def has_default_registry(reader: Reader) -> bool:
    """Whether a registry is the default one. Only the list is asked for: other calls give the keys away."""
    return any(row.get("is_default") is True for row in reader.rows("list-registries", {}))


def workflow_names(reader: Reader, project: str) -> list[str]:
    """Return the names of a project's workflows; a server may list those of other projects as well."""
    rows = _having(reader.rows("list-workflows", {SCOPE: project}), "name")
    owners = [row.get("projectName", row.get("product_tmpl_name", project)) for row in rows]
    return [row["name"] for row, owner in zip(rows, owners, strict=True) if owner == project]


def _module(target: object, repos: object) -> Module:
    service, name = _at(target, "service_name"), _at(target, "service_module")
    if not (isinstance(service, str) and isinstance(name, str) and isinstance(repos, list | None)):
        raise UnreadableError("the builds came in a shape that is not known", 200)
    rows = _having([repo for repo in repos or [] if isinstance(repo, dict)], "repo_name")
    return Module(service, name, {row["repo_name"]: str(row.get("branch") or DEFAULT_BRANCH) for row in rows})


def _at(value: object, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _having(rows: Sequence[Mapping[str, Any]], key: str) -> list[Mapping[str, Any]]:
    """Return the rows with a text under `key`; UnreadableError where there are rows and none has one."""
    found = [row for row in rows if isinstance(row.get(key), str) and row[key]]
    if rows and not found:
        raise UnreadableError(f"the answer came in a shape that is not known: no {key} in it", 200)
    return found


def _services(reader: Reader, project: str) -> str:
    """Return the services of a project as words, for the advice on what to create."""
    try:
        return _some(
            row["service_name"] for row in _having(reader.rows("list-services", {SCOPE: project}), "service_name")
        )
    except UnreadableError:
        return "its services"


def _pick(settings: Settings, name: str, found: Iterable[str], where: str, create: str) -> str:
    """Return what the setting `name` says, if it is among `found`, or else the only one there."""
    what, given = WHAT[name], getattr(settings, name)
    candidates = sorted(set(found))
    setting = f"set {option(name)} ({PREFIX}{name.upper()}) to one of them"
    if given in candidates:
        return str(given)
    if not candidates:
        raise NoPlaceError(f"{where} has no {what}", create)
    if given is not None:
        raise NoPlaceError(f"{where} has no {what} {given!r}; there are: {_some(candidates)}", setting)
    if len(candidates) > 1:
        raise NoPlaceError(f"{where} has more than one {what}: {_some(candidates)}", setting)
    return candidates[0]


def _some(names: Iterable[str]) -> str:
    every = sorted(set(names))
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more or "no service, so create one first"


def _unreadable(what: str, error: UnreadableError, *settings: str) -> NoReturn:
    names = ", ".join(f"{option(name)} ({PREFIX}{name.upper()})" for name in settings)
    raise UnreadPlaceError(f"{what} could not be read: {error}", f"set {names}") from None
