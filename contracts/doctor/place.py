"""Whether the target has what the cases need, as far as that can be told by reading."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from contracts.catalog.binding import ENVIRONMENT, SERVICE
from contracts.catalog.cases import cases, own_cases
from contracts.catalog.release import load
from contracts.doctor.finding import Finding, fail, ok, warn
from contracts.paths import COMMAND
from contracts.run.deviations import known
from contracts.run.plan import limited
from contracts.safety.journal import PREFIX
from contracts.settings.settings import AUTO, Settings
from contracts.sweep.sweep import run_ids
from contracts.target import discovery
from contracts.target.discovery import NoWorkspaceError, UnreadWorkspaceError
from contracts.target.listing import (
    Reader,
    UnreadableError,
    has_default_registry,
    lacking,
    projects,
    rights,
    workflow_names,
)
from contracts.target.recognition import Told
from contracts.text.errors import InputError
from contracts.text.message import msg

SHOWN = 5
BY_HAND = msg("check in Zadig's console that it exists")


def access(settings: Settings, reader: Reader, *, authorizes: bool) -> Finding:
    """Find out whether the token is accepted, by one read that every known user may make."""
    if not authorizes:
        return warn(
            "access",
            msg("{prefix} is aslan's own port, which asks for no token", settings.api_prefix),
            msg(
                "the authorization cases are skipped; use the gateway's {prefix} to run them",
                load(settings.known_release).binding.prefixes[0],
            ),
        )
    try:
        projects(reader)
    except UnreadableError as error:
        why = error.message
        if error.status == 401:
            anew = msg("copy the token again; see the line about it")
            return fail("access", why, anew)
        if error.status == 403:
            return fail(
                "access",
                msg("the token is valid, but has no permission to read: {why}", why),
                msg("give its user a role"),
            )
        return warn(
            "access", msg("cannot be determined: {why}", why), msg("start a run with --profile smoke to find out")
        )
    return ok("access", msg("the token is accepted"))


def place_findings(settings: Settings, reader: Reader) -> Iterator[Finding]:
    """Yield what is there of project, environment, build, registry and rights, and what earlier runs left."""
    name = settings.project
    try:
        project = discovery.the_project(settings, reader)
    except UnreadWorkspaceError as error:
        yield _unread("project", [settings.project], error)
    except NoWorkspaceError as error:
        yield fail("project", error.finding, error.advice)
        return
    else:
        name = project.name
        yield ok("project", msg("{name} exists", name))
        out = ok("onboarding", msg("onboarding is finished"))
        trouble = discovery.in_onboarding(project)
        yield fail("onboarding", trouble.finding, trouble.advice) if project.onboarding else out
    if name is None:
        return
    sends = load(settings.known_release).binding.sends
    there = msg("{name} exists")
    if sends(ENVIRONMENT):
        yield _found(
            "environment", [settings.env_name], lambda: there.put(discovery.the_environment(settings, reader, name))
        )
    if sends(SERVICE):
        wanted = [settings.service, settings.service_module, settings.repo]
        yield _found("build", wanted, lambda: _build(settings, reader, name))
        yield _registry(reader)
    yield from _workflows(reader, name)


def release(settings: Settings, told: Told) -> Finding:
    """Say which release a run would test, what showed it, and how sure that is."""
    if settings.release == AUTO:
        if not told.release:
            return fail("release", told.how, msg("no run starts without it"))
        return ok("release", told.how)
    if told.release in ("", settings.release):
        return ok("release", msg("{release} is set", settings.release))
    other = msg("{release} is set, but the target looks different: {how}", settings.release, told.how)
    return ok("release", other) if not told.certain else warn("release", other, msg("set --release auto, or another"))


def handed_in(settings: Settings) -> Iterator[Finding]:
    """Yield what of a team's own cases, deviations and limits does not go with the release."""
    contract, there = load(settings.release), cases(settings.release)
    correct = msg("correct it, or leave the setting out")
    try:
        there += own_cases(settings.release, settings.cases) if settings.cases is not None else ()
    except InputError as error:
        yield fail("cases", error.message, correct)
    try:
        known(contract, settings.deviations, there)
    except InputError as error:
        yield fail("deviations", error.message, correct)
    try:
        limited(settings, contract)
    except InputError as error:
        yield fail("limits", error.message, correct)


def edition(settings: Settings, stand_in: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield which edition of Zadig it is, where that makes a difference to a case; only a stand-in tells."""
    if any(case.licence for case in cases(settings.release)):
        seen = (
            msg("{licence}, as reported by the stand-in", stand_in["licence"])
            if "licence" in stand_in
            else msg("unknown")
        )
        yield ok("edition", seen, msg("cases that depend on the licence run on a stand-in only"))


def _build(settings: Settings, reader: Reader, project: str) -> str:
    service, module, repo, branch = discovery.the_build(settings, reader, project)
    there = "{service}/{module} from repository {repo}, branch {branch}, exists"
    return msg(there, service, module, repo, settings.branch or branch)


def _found(check: str, wanted: Sequence[str | None], find: Callable[[], str]) -> Finding:
    try:
        return ok(check, find())
    except UnreadWorkspaceError as error:
        return _unread(check, wanted, error)
    except NoWorkspaceError as error:
        return fail(check, error.finding, error.advice)


def _unread(check: str, wanted: Sequence[str | None], error: NoWorkspaceError) -> Finding:
    if all(wanted):
        names = "/".join(filter(None, wanted))
        return warn(check, msg("{names} is used as set, unchecked: {why}", names, error.finding), BY_HAND)
    return fail(check, error.finding, error.advice)


def _registry(reader: Reader) -> Finding:
    try:
        there = has_default_registry(reader)
    except UnreadableError as error:
        text = msg("registries could not be read: {why}", error.message)
        return warn("registry", text, msg("make sure that there is a default one"))
    if there:
        return ok("registry", msg("there is a default one"))
    text = msg("there is no default registry, so no task can be started")
    return fail("registry", text, msg("set a default one in Zadig"))


def _workflows(reader: Reader, project: str) -> Iterator[Finding]:
    try:
        names = workflow_names(reader, project)
    except UnreadableError as error:
        if error.status == 403:
            text = msg("the token's user has no permission to read workflows in {project}", project)
            yield fail(
                "rights", text, msg("give the user a role that may read, create, run and delete workflows there")
            )
        else:
            text = msg("workflows in {project} could not be read: {why}", project, error.message)
            yield warn("rights", text, msg("check the user's role"))
        return
    yield _rights(reader, project)
    ours = [name for name in names if name.startswith(f"{PREFIX}-")]
    if not ours:
        yield ok("leftovers", msg("nothing left from earlier runs in {project}", project))
        return
    runs = run_ids(ours)
    shown = ", ".join(runs[-SHOWN:]) or msg("unknown")
    if len(runs) > SHOWN:
        shown = msg("{names} and {n} more", shown, len(runs) - SHOWN)
    text = msg("{n} workflows of this suite in {project}, from runs: {runs}", len(ours), project, shown)
    yield warn("leftovers", text, msg("{command} sweep [--by-prefix] removes those of finished runs", COMMAND))


def _rights(reader: Reader, project: str) -> Finding:
    """Find out whether the token's user may do what the cases do."""
    try:
        found = rights(reader, project)
    except UnreadableError:
        rest = msg("whether they may be created, run and deleted cannot be determined without trying")
        return ok("rights", msg("workflows in {project} can be read; {rest}", project, rest))
    if found.missing:
        return fail("rights", lacking(project, found), msg("nothing can be tested without them"))
    if found.administrator:
        admin = msg("the token is a system administrator's, so permissions will not be tested")
        return warn("rights", admin, msg("use the token of an ordinary member of {project}", project))
    may = msg(
        "the token's user has the permissions that the cases need in {project}, and is not a system administrator",
        project,
    )
    return ok("rights", may)
