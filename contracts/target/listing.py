"""Reads what a target lists: projects, environments, builds, registries, workflows.

The calls are known from the public source alone, so they are read leniently, and an answer of another shape is an error
with a line of its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from contracts.catalog.release import Release
from contracts.http.client import Client, Request
from contracts.text.errors import TargetError
from contracts.text.message import about, msg
from contracts.text.strict_json import NotStrictError, is_page, parse

DEFAULT_BRANCH = "main"
SCOPE = "projectName"


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
        if exchange.failure is not None:
            raise UnreadableError(about(f"GET {path}", exchange.failure.text), exchange.status)
        what = msg("GET {url} answered HTTP {status}", path, exchange.status)
        if exchange.status in (401, 403):
            raise UnreadableError(msg("{what}, the token's user may not read it", what), exchange.status)
        if exchange.status != 200:
            raise UnreadableError(what, exchange.status)
        try:
            return parse(exchange.body)
        except NotStrictError:
            page = "{what}, but no JSON: an HTML page; is this the address and prefix of Zadig's API?"
            other = msg(page if is_page(exchange.body) else "{what}, but no JSON", what)
            raise UnreadableError(other, exchange.status) from None

    def rows(self, call: str, query: Mapping[str, str], name: str = "") -> list[Mapping[str, Any]]:
        """Return the objects of a list that a call answers, bare or under `data` or `projects`; `null` is none."""
        value = self.get(call, query, name)
        if isinstance(value, dict):
            value = value.get("data", value.get("projects", value))
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            path = self._release.support[call].path
            raise UnreadableError(msg("GET {path} answered in a shape that is not known", path), 200)
        return value


def projects(reader: Reader) -> list[Project]:
    """Return the projects of the target."""
    rows = reader.rows("list-projects", {"verbosity": "detailed"})
    return [Project(row["name"], row.get("onboard") is True) for row in having(rows, "name")]


def environments(reader: Reader, project: str) -> list[Environment]:
    """Return the environments of a project."""
    rows = [{"name": row.get("env_name"), **row} for row in reader.rows("list-environments", {SCOPE: project})]
    return [Environment(row["name"], row.get("production") is True) for row in having(rows, "name")]


def modules(reader: Reader, project: str) -> list[Module]:
    """Return the service modules of a project; those without a build have no repositories."""
    try:
        rows = reader.rows("workflow-preset", {SCOPE: project}, project)
        return [_module(row.get("target"), row.get("repos")) for row in rows]
    except UnreadableError:  # it asks for another right than the builds do, and was not always there
        builds = reader.rows("list-builds", {SCOPE: project})
    found = []
    for build in having(builds, "name"):
        repos = reader.get("get-build", {SCOPE: project}, build["name"])
        found += [_module(target, _at(repos, "repos")) for target in _at(build, "targets") or []]
    return found


def has_default_registry(reader: Reader) -> bool:
    """Whether a registry is the default one. Only the list is asked for: other calls give the keys away."""
    return any(row.get("is_default") is True for row in reader.rows("list-registries", {}))


def workflow_names(reader: Reader, project: str) -> list[str]:
    """Return the names of a project's workflows; a server may list those of other projects as well."""
    rows = having(reader.rows("list-workflows", {SCOPE: project}), "name")
    owners = [row.get("projectName", row.get("product_tmpl_name", project)) for row in rows]
    return [row["name"] for row, owner in zip(rows, owners, strict=True) if owner == project]


def _module(target: object, repos: object) -> Module:
    service, name = _at(target, "service_name"), _at(target, "service_module")
    if not (isinstance(service, str) and isinstance(name, str) and isinstance(repos, list | None)):
        raise UnreadableError(msg("the builds came in a shape that is not known"), 200)
    rows = having([repo for repo in repos or [] if isinstance(repo, dict)], "repo_name")
    return Module(service, name, {row["repo_name"]: str(row.get("branch") or DEFAULT_BRANCH) for row in rows})


def _at(value: object, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def having(rows: Sequence[Mapping[str, Any]], key: str) -> list[Mapping[str, Any]]:
    """Return the rows with a text under `key`; UnreadableError where there are rows and none has one."""
    found = [row for row in rows if isinstance(row.get(key), str) and row[key]]
    if rows and not found:
        raise UnreadableError(msg("the answer came in a shape that is not known: no {key} in it", key), 200)
    return found
