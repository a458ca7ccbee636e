"""Whether the target has what the cases need, as far as that can be told by reading."""

from collections.abc import Callable, Iterator, Sequence

from contracts.doctor.finding import Finding, fail, ok, warn
from contracts.paths import COMMAND
from contracts.safety.journal import PREFIX
from contracts.settings.settings import Settings
from contracts.sweep.leftovers import run_ids
from contracts.target.discovery import (
    NoWorkspaceError,
    UnreadWorkspaceError,
    in_onboarding,
    the_build,
    the_environment,
    the_project,
)
from contracts.target.listing import Reader, UnreadableError, has_default_registry, projects, workflow_names

SHOWN = 5
BY_HAND = "see in Zadig's console that it is there"


def access(settings: Settings, reader: Reader, *, authorizes: bool) -> Finding:
    """Find out whether the token is accepted, by one read that every known user may make."""
    if not authorizes:
        return warn(
            "access",
            f"{settings.api_prefix} is aslan's own port, which asks for no token",
            "the cases of authorization are left out; use the gateway's /api/aslan to run them",
        )
    try:
        projects(reader)
    except UnreadableError as error:
        if error.status == 401:
            return fail("access", f"the token is refused: {error}", "copy the token anew; see the finding on it")
        if error.status == 403:
            return fail("access", f"the token is known, but may not read: {error}", "give its user a role")
        return warn("access", f"cannot be told: {error}", "start a run with --profile smoke to find out")
    return ok("access", "the token is accepted")


def place_findings(settings: Settings, reader: Reader) -> Iterator[Finding]:
    """Yield what is there of project, environment, build, registry and rights, and what earlier runs left."""
    name = settings.project
    try:
        project = the_project(settings, reader)
    except UnreadWorkspaceError as error:
        yield _unread("project", [settings.project], error)
    except NoWorkspaceError as error:
        yield fail("project", error.finding, error.advice)
        return
    else:
        name = project.name
        yield ok("project", f"{name} is there")
        yield from _onboarding(project.onboarding, in_onboarding(project))
    if name is None:
        return
    yield _found("environment", [settings.env_name], lambda: f"{the_environment(settings, reader, name)} is there")
    wanted = [settings.service, settings.service_module, settings.repo]
    yield _found("build", wanted, lambda: _build(settings, reader, name))
    yield _registry(reader)
    yield from _workflows(reader, name)


def release(settings: Settings) -> Finding:
    """Say which release is taken for granted: servers of 1.7 to 1.9 have no call that tells."""
    known = settings.known_release
    return ok("release", f"{known} is assumed: servers do not say theirs", "set --release if it is another")


def _onboarding(there: bool, trouble: NoWorkspaceError) -> Iterator[Finding]:
    yield fail("onboarding", trouble.finding, trouble.advice) if there else ok("onboarding", "the project is out of it")


def _build(settings: Settings, reader: Reader, project: str) -> str:
    service, module, repo, branch = the_build(settings, reader, project)
    return f"{service}/{module} from repository {repo}, branch {settings.branch or branch}, is there"


def _found(check: str, wanted: Sequence[str | None], find: Callable[[], str]) -> Finding:
    try:
        return ok(check, find())
    except UnreadWorkspaceError as error:
        return _unread(check, wanted, error)
    except NoWorkspaceError as error:
        return fail(check, error.finding, error.advice)


def _unread(check: str, wanted: Sequence[str | None], error: NoWorkspaceError) -> Finding:
    if all(wanted):
        return warn(check, f"{'/'.join(filter(None, wanted))} is taken as set: {error.finding}", BY_HAND)
    return fail(check, error.finding, error.advice)


def _registry(reader: Reader) -> Finding:
    try:
        there = has_default_registry(reader)
    except UnreadableError as error:
        return warn("registry", f"registries could not be read: {error}", "see that there is a default one")
    if there:
        return ok("registry", "there is a default one")
    return fail("registry", "there is no default registry, so no task can be started", "make one the default in Zadig")


def _workflows(reader: Reader, project: str) -> Iterator[Finding]:
    try:
        names = workflow_names(reader, project)
    except UnreadableError as error:
        if error.status == 403:
            advice = "give it a role that may read, create, run and delete workflows there"
            yield fail("rights", f"the token's user may not read workflows in {project}", advice)
        else:
            yield warn("rights", f"workflows in {project} could not be read: {error}", "check the user's role")
        return
    rest = "the right to create, run and delete them cannot be told without trying"
    yield ok("rights", f"workflows in {project} can be read; {rest}")
    ours = [name for name in names if name.startswith(f"{PREFIX}-")]
    if not ours:
        yield ok("leftovers", f"none of earlier runs in {project}")
        return
    runs = run_ids(ours)
    shown = ", ".join(runs[-SHOWN:]) or "none, by their names"
    shown = f"{shown} and {len(runs) - SHOWN} more" if len(runs) > SHOWN else shown
    text = f"{len(ours)} workflows of the suite's in {project}, of runs: {shown}"
    yield warn("leftovers", text, f"{COMMAND} sweep [--by-prefix] removes those of runs that are over")
