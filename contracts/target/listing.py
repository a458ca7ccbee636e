"""Reads what a target lists: projects, environments, builds, registries, workflows.

The calls are known from the public source alone, so they are read leniently, and an answer of another shape is an error
with a line of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from contracts.catalog.binding import Role
from contracts.catalog.release import Release
from contracts.http.client import Client
from contracts.target.requests import reading
from contracts.text.errors import TargetError
from contracts.text.frozen import dataclass
from contracts.text.message import about, msg
from contracts.text.strict_json import NotStrictError, is_page, parse

DEFAULT_BRANCH = "main"
UNKNOWN = object()
"""What is found where nothing is in its place."""


class UnreadableError(TargetError):
    """A call that could not be read; the text says which and what came. `status` is None where nothing came."""

    def __init__(self, text: str, status: int | None) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Project:
    """A project of the target.

    onboarding: its workflows cannot be deleted.
    """

    name: str
    onboarding: bool = False


@dataclass(frozen=True)
class Environment:
    """An environment of a project."""

    name: str
    production: bool = False


@dataclass(frozen=True)
class Module:
    """A service module.

    service, name: which one.
    repos: the repositories of its build, with the branch that the build has for each.
    """

    service: str
    name: str
    repos: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rights:
    """What the token's user may do in a project.

    administrator: of the system, whom nothing is refused. missing: what the cases need and he may not do.
    """

    administrator: bool
    missing: tuple[str, ...] = ()


class Reader:
    """Reads lists of a target by the roles of the release's calls."""

    def __init__(self, client: Client, release: Release) -> None:
        self._client = client
        self._release = release

    def role(self, role: str) -> Role:
        """Return where things stand in the answer of a role; raises UnreadableError where no call plays it."""
        if self._release.lacks([role]):
            raise UnreadableError(msg("release {release} has no call to {role}", self._release.name, role), None)
        return self._release.binding.roles[role]

    def path(self, role: str) -> str:
        """Return the path of a role's call, as a template."""
        return self._release.call(role).path

    @property
    def needed(self) -> tuple[str, ...]:
        """What the token's user must be allowed to do."""
        return self._release.binding.rights

    def sends(self, placeholder: str) -> bool:
        """Whether any call of the release is sent what a placeholder stands for."""
        return self._release.binding.sends(placeholder)

    def get(self, role: str, project: str = "", name: str = "") -> Any:
        """Return the JSON value that a role answers, of a project or a thing in it; raises UnreadableError."""
        self.role(role)
        request = reading(self._release, role, project, name)
        exchange = self._client.send(request)
        if exchange.failure is not None:
            raise UnreadableError(about(f"GET {request.path}", exchange.failure.text), exchange.status)
        what = msg("GET {url} returned HTTP {status}", request.path, exchange.status)
        if exchange.status == 401:  # whoever it is: no right is missing
            raise UnreadableError(msg("{what}, so the token is refused", what), exchange.status)
        if exchange.status == 403:
            raise UnreadableError(msg("{what}, the token's user has no permission to read it", what), exchange.status)
        if exchange.status != 200:
            raise UnreadableError(what, exchange.status)
        try:
            return parse(exchange.body)
        except NotStrictError:
            page = "{what}, but an HTML page instead of JSON; is this the address and prefix of Zadig's API?"
            other = msg(page if is_page(exchange.body) else "{what}, but not JSON", what)
            raise UnreadableError(other, exchange.status) from None

    def rows(self, role: str, project: str = "", having: str = "") -> list[Mapping[str, Any]]:
        """Return the objects of the list that a role answers, those that have a text at `having`; `null` is none."""
        value = self.role(role).list(self.get(role, project), UNKNOWN)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise UnreadableError(msg("GET {path} returned an unknown structure", self.path(role)), 200)
        return having_text(value, self.role(role), having) if having else value


def projects(reader: Reader) -> list[Project]:
    """Return the projects of the target."""
    role = reader.role("projects")
    rows = reader.rows("projects", having="name")
    return [Project(role.get(row, "name"), role.get(row, "onboarding") is True) for row in rows]


def environments(reader: Reader, project: str) -> list[Environment]:
    """Return the environments of a project."""
    role = reader.role("environments")
    rows = reader.rows("environments", project, "name")
    return [Environment(role.get(row, "name"), role.get(row, "production") is True) for row in rows]


def service_names(reader: Reader, project: str) -> list[str]:
    """Return the names of a project's services."""
    role = reader.role("services")
    return [role.get(row, "name") for row in reader.rows("services", project, "name")]


def modules(reader: Reader, project: str) -> list[Module]:
    """Return the service modules of a project; those without a build have no repositories."""
    try:
        role = reader.role("modules")
        return [_module(role, row, role, row) for row in reader.rows("modules", project)]
    except UnreadableError:  # it asks for another right than the builds do, and was not always there
        rows, of_list, of_one = reader.rows("builds", project, "name"), reader.role("builds"), reader.role("build")
    found = []
    for row in rows:
        build = reader.get("build", project, of_list.get(row, "name"))
        found += [_module(of_list, target, of_one, build) for target in of_list.get(row, "targets") or []]
    return found


def has_default_registry(reader: Reader) -> bool:
    """Whether a registry is the default one. Only the list is asked for: other calls give the keys away."""
    role = reader.role("registries")
    return any(role.get(row, "default") is True for row in reader.rows("registries"))


def rights(reader: Reader, project: str) -> Rights:
    """Return what the token's user may do in a project."""
    role, value = reader.role("rights"), reader.get("rights", project)
    administrator, held = role.get(value, "administrator"), role.get(value, "rights") or ()
    if not isinstance(administrator, bool) or not isinstance(held, list | tuple):
        raise UnreadableError(msg("GET {path} returned an unknown structure", reader.path("rights")), 200)
    if administrator or role.get(value, "owner") is True:
        return Rights(administrator)
    return Rights(False, tuple(right for right in reader.needed if right not in held))


def lacking(project: str, found: Rights) -> str:
    """Return what the token's user may not do, and what to do about it."""
    lacks = "the token's user lacks {rights|, } in project {project}; give it a role that has them"
    return msg(lacks, found.missing, project)


def workflow_names(reader: Reader, project: str) -> list[str]:
    """Return the names of a project's workflows; a server may list those of other projects as well."""
    role = reader.role("list")
    rows = reader.rows("list", project, "name")
    return [role.get(row, "name") for row in rows if role.get(row, "project", project) == project]


def _module(of_module: Role, module: Any, of_repos: Role, build: Any) -> Module:
    """Return a module, and the repositories of its build."""
    service, name = of_module.get(module, "service"), of_module.get(module, "module")
    repos = of_repos.get(build, "repos")
    if not (isinstance(service, str) and isinstance(name, str) and isinstance(repos, list | None)):
        raise UnreadableError(msg("the list of builds has an unknown structure"), 200)
    rows = having_text([repo for repo in repos or [] if isinstance(repo, dict)], of_repos, "repo")
    branches = {of_repos.get(row, "repo"): str(of_repos.get(row, "branch") or DEFAULT_BRANCH) for row in rows}
    return Module(service, name, branches)


def having_text(rows: Sequence[Mapping[str, Any]], role: Role, place: str) -> list[Mapping[str, Any]]:
    """Return the rows with a text at a place; UnreadableError where there are rows and none has one."""
    found = [row for row in rows if isinstance(role.get(row, place), str) and role.get(row, place)]
    if rows and not found:
        key = role.key(place)
        raise UnreadableError(msg("the response has an unknown structure: no {key} in it", key), 200)
    return found
