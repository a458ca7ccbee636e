"""Finds out where on a live target the cases may work. It only reads, and it never guesses.

What a setting names is taken as it is, the project apart: a workflow made in a project that does not exist, or that is
still in onboarding, could never be removed. Of what is not set there must be exactly one. What cannot
be read only means that its setting has to be given.
"""

from collections.abc import Iterable
from typing import NoReturn

from contracts.catalog.release import load
from contracts.http.client import Client
from contracts.i18n.translate import say, translated
from contracts.settings.settings import PREFIX, Settings, SettingsError, option
from contracts.target.listing import (
    DEFAULT_BRANCH,
    SCOPE,
    Project,
    Reader,
    UnreadableError,
    environments,
    having,
    modules,
    projects,
)
from contracts.target.target import Workspace

SHOWN = 5
"""Candidates that a message names."""

WHAT = {
    "project": "project",
    "outsider_project": "project",
    "env_name": "environment",
    "service": "service with a build",
    "service_module": "module with a build",
    "repo": "repository",
}
"""What each setting names, in words."""


class NoWorkspaceError(SettingsError):
    """Something that the cases need is not there, or there is more than one of it: what was found, and what to do."""

    def __init__(self, finding: str, advice: str) -> None:
        super().__init__(f"{finding}; {advice}")
        self.finding, self.advice = finding, advice

    def told(self, lang: str) -> str:
        """Return both in a language."""
        finding, advice = (translated(part, lang) for part in (self.finding, self.advice))
        return say(lang, "{finding}; {advice}", finding=finding, advice=advice)


class UnreadWorkspaceError(NoWorkspaceError):
    """It could not be read whether something that the cases need is there."""


def discover_workspace(settings: Settings, client: Client) -> Workspace:
    """Return where the cases may work; raises SettingsError, one line, where that is not settled."""
    reader = Reader(client, load(settings.known_release))
    project = _usable_project(settings, reader)
    env_name = settings.env_name or the_environment(settings, reader, project)
    service, name, repo, branch = settings.service, settings.service_module, settings.repo, None
    if not (service and name and repo):
        service, name, repo, branch = the_build(settings, reader, project)
    return Workspace(
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
    except UnreadWorkspaceError:
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


def in_onboarding(project: Project) -> NoWorkspaceError:
    """Return why a project in onboarding is no place to work in."""
    advice = "finish it in Zadig's console or set --project to another project"
    return NoWorkspaceError(
        f"project {project.name} is in onboarding, so its workflows could not be deleted again", advice
    )


def the_environment(settings: Settings, reader: Reader, project: str) -> str:
    """Return the environment to deploy to; a production environment only where it is set by name."""
    try:
        found = environments(reader, project)
    except UnreadableError as error:
        _unreadable(f"environments of project {project}", error, "env_name")
    usual = [item.name for item in found if not item.production or item.name == settings.env_name]
    if found and not usual:
        finding = f"project {project} has production environments only: {_some(item.name for item in found)}"
        raise NoWorkspaceError(finding, "create another one, or set --env-name if the cases may deploy to one of these")
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


def _services(reader: Reader, project: str) -> str:
    """Return the services of a project as words, for the advice on what to create."""
    try:
        return _some(
            row["service_name"] for row in having(reader.rows("list-services", {SCOPE: project}), "service_name")
        )
    except UnreadableError:
        return "its services"


def _pick(settings: Settings, name: str, found: Iterable[str], where: str, create: str) -> str:
    """Return what the setting `name` says, if it is among `found`, or else the only one there."""
    what, given = WHAT[name], getattr(settings, name)
    candidates = sorted(set(found))
    variable = f"{PREFIX}{name.upper()}"
    setting = f"set {option(name)} ({variable}) to one of them"
    if given in candidates:
        return str(given)
    if not candidates:
        raise NoWorkspaceError(f"{where} has no {what}", create)
    if given is not None:
        raise NoWorkspaceError(f"{where} has no {what} {given!r}; there are: {_some(candidates)}", setting)
    if len(candidates) > 1:
        raise NoWorkspaceError(f"{where} has more than one {what}: {_some(candidates)}", setting)
    return candidates[0]


def _some(names: Iterable[str]) -> str:
    every = sorted(set(names))
    shown = ", ".join(every[:SHOWN]) or "no service, so create one first"
    return f"{shown} and {len(every) - SHOWN} more" if len(every) > SHOWN else shown


def _unreadable(what: str, error: UnreadableError, *settings: str) -> NoReturn:
    names = ", ".join(f"{option(name)} ({PREFIX}{name.upper()})" for name in settings)
    raise UnreadWorkspaceError(f"{what} could not be read: {error}", f"set {names}") from None
