"""Finds out where on a live target the cases may work. It only reads, and it never guesses.

What no call of the release is sent is not looked for. What a setting names must be among what there is, or each case
would fail for it; where nothing of its kind can be read, or is there, it is taken as it is, the project apart: a
workflow made in a project that does not exist, or that is still in onboarding, could never be removed. Of what is not
set there must be exactly one.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn, TypeVar

from contracts.catalog.binding import ENVIRONMENT, SERVICE
from contracts.catalog.release import load
from contracts.http.client import Client
from contracts.settings.settings import NOT_OUTSIDE, OUTSIDE, PREFIX, Settings, SettingsError, label, option
from contracts.target import listing
from contracts.target.listing import DEFAULT_BRANCH, Project, Reader, UnreadableError
from contracts.target.target import Workspace
from contracts.text.message import about, msg

Build = tuple[str | None, str | None, str | None, str | None]
"""Service, module, repository and branch of a build."""
Found = TypeVar("Found")

PROJECTS = ("project", "outsider_project")
SHOWN = 5
"""Candidates that a message names."""

WHAT = {
    "project": msg("project"),
    "outsider_project": msg("project"),
    "env_name": msg("environment"),
    "service": msg("service with a build"),
    "service_module": msg("module with a build"),
    "repo": msg("repository"),
}
"""What each setting names, in words."""


class NoWorkspaceError(SettingsError):
    """Something that the cases need is not there, or there is more than one of it: what was found, and what to do."""

    def __init__(self, finding: str, advice: str) -> None:
        super().__init__(msg("{finding}; {advice}", finding, advice))
        self.finding, self.advice = finding, advice


class UnreadWorkspaceError(NoWorkspaceError):
    """It could not be read whether something that the cases need is there."""


def discover_workspace(settings: Settings, client: Client) -> Workspace:
    """Return where the cases may work; raises SettingsError, one line, where that is not settled."""
    reader = Reader(client, load(settings.known_release))
    with ThreadPoolExecutor() as looks:  # side by side where the project is set
        usable = looks.submit(_usable_project, settings, reader)
        project = settings.project or usable.result()
        env_name = looks.submit(_usable_environment, settings, reader, project)
        build = looks.submit(_usable_build, settings, reader, project)
    project, environment = usable.result(), env_name.result()
    service, name, repo, branch = build.result()
    return Workspace(
        project=project,
        env_name=environment or "",
        service=service or "",
        service_module=name or "",
        repo=repo or "",
        branch=settings.branch or branch or DEFAULT_BRANCH,
        failing_branch=settings.failing_branch,
        hanging_branch=settings.hanging_branch,
        other_project=settings.outsider_project,
    )


def _looked_up(look: Callable[[], Found], given: Found | None) -> Found:
    """Return what a look finds; where it cannot be read, what settings give."""
    try:
        return look()
    except UnreadWorkspaceError:
        if given is None:
            raise
        return given


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


def _usable_environment(settings: Settings, reader: Reader, project: str) -> str | None:
    if not reader.sends(ENVIRONMENT):
        return settings.env_name
    return _looked_up(lambda: the_environment(settings, reader, project), settings.env_name)


def _usable_build(settings: Settings, reader: Reader, project: str) -> Build:
    given: Build = (settings.service, settings.service_module, settings.repo, None)
    if not reader.sends(SERVICE):
        return given
    return _looked_up(lambda: the_build(settings, reader, project), given if all(given[:3]) else None)


def the_project(settings: Settings, reader: Reader) -> Project:
    """Return the project to work in; that of the outsider, where one is set, must be there as well."""
    try:
        found = {project.name: project for project in listing.projects(reader)}
    except UnreadableError as error:
        _unreadable(msg("projects"), error, "project")
    create = msg("create a project with an environment, a service and its build in Zadig's console")
    if settings.outsider_project is not None:
        _pick(settings, "outsider_project", found, msg("the target"), create)
    name = _pick(settings, "project", found, msg("the target"), create)
    if name == settings.outsider_project:
        raise NoWorkspaceError(about(label("outsider_project"), NOT_OUTSIDE.put(name)), OUTSIDE)
    return found[name]


def in_onboarding(project: Project) -> NoWorkspaceError:
    """Return why a project in onboarding is no place to work in."""
    finding = "project {project} is in onboarding, where workflows cannot be deleted"
    advice = msg("finish onboarding in Zadig's console, or set --project to another project")
    return NoWorkspaceError(msg(finding, project.name), advice)


def the_environment(settings: Settings, reader: Reader, project: str) -> str:
    """Return the environment to deploy to; a production environment only where it is set by name."""
    try:
        found = listing.environments(reader, project)
    except UnreadableError as error:
        _unreadable(msg("environments of project {project}", project), error, "env_name")
    usual = [item.name for item in found if not item.production or item.name == settings.env_name]
    if found and not usual:
        names = _some(item.name for item in found)
        raise NoWorkspaceError(
            msg("project {project} has production environments only: {names}", project, names),
            msg("create another one, or set --env-name if the cases may deploy to one of these"),
        )
    create = msg("create an environment in project {project}", project)
    return _pick(settings, "env_name", usual, msg("project {project}", project), create)


def the_build(settings: Settings, reader: Reader, project: str) -> Build:
    """Return service, service module, repository and branch of the build that tasks are to run."""
    try:
        found = [module for module in listing.modules(reader, project) if module.repos]
    except UnreadableError as error:
        _unreadable(msg("builds of project {project}", project), error, "service", "service_module", "repo")
    create: str = ""
    if not found:
        create = msg("create a build with a repository for one of: {names}", _services(reader, project))
    services = [module.service for module in found]
    service = _pick(settings, "service", services, msg("project {project}", project), create)
    of_service = {module.name: module for module in found if module.service == service}
    name = _pick(settings, "service_module", of_service, msg("service {service}", service), create)
    repos = of_service[name].repos if name in of_service else {}
    repo = _pick(settings, "repo", repos, msg("the build of {service}/{module}", service, name), create)
    return service, name, repo, repos.get(repo)


def _services(reader: Reader, project: str) -> str:
    """Return the services of a project as words, for the advice on what to create."""
    try:
        return _some(listing.service_names(reader, project))
    except UnreadableError:
        return msg("its services")


def _pick(settings: Settings, name: str, found: Iterable[str], where: str, create: str) -> str:
    """Return what the setting `name` says, if it is among `found`, or else the only one there."""
    what, given = WHAT[name], getattr(settings, name)
    candidates = sorted(set(found))
    variable = f"{PREFIX}{name.upper()}"
    setting = msg("set {option} ({variable}) to one of them", option(name), variable)
    if given in candidates:
        return str(given)
    if not candidates and given is not None and name not in PROJECTS:
        return str(given)
    if not candidates:
        raise NoWorkspaceError(msg("{where} has no {what}", where, what), create)
    if given is not None:
        unknown = "{where} has no {what} {given}; available: {names}"
        names = _some(candidates)
        raise NoWorkspaceError(msg(unknown, where, what, repr(given), names), setting)
    if len(candidates) > 1:
        several = "{where} has more than one {what}: {names}"
        raise NoWorkspaceError(msg(several, where, what, _some(candidates)), setting)
    return candidates[0]


def _some(names: Iterable[str]) -> str:
    every = sorted(set(names))
    shown = ", ".join(every[:SHOWN]) or msg("no service, so create one first")
    return msg("{names} and {n} more", shown, len(every) - SHOWN) if len(every) > SHOWN else shown


def _unreadable(what: str, error: UnreadableError, *settings: str) -> NoReturn:
    names = ", ".join(f"{option(name)} ({PREFIX}{name.upper()})" for name in settings)
    raise UnreadWorkspaceError(
        msg("{what} could not be read: {why}", what, error.message), msg("set {names}", names)
    ) from None
