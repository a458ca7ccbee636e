"""Removes what earlier, interrupted runs left on the target."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from contracts.case.cleanup import UNFINISHED, remove, still_there
from contracts.catalog.release import load
from contracts.check.state import Snapshot, UnclearError, snapshot
from contracts.safety.journal import FILE as JOURNAL
from contracts.safety.journal import Guard, Journal, Names, RefusedError
from contracts.settings.settings import Settings, SettingsError, label
from contracts.sweep.leftovers import Echo, every_run, is_old, named_run
from contracts.target.connect import Probe, open_client, probe
from contracts.target.listing import Reader, UnreadableError, projects, workflow_names
from contracts.target.target import Subject, Target, Workspace
from contracts.text.message import Message, msg

CLEAN, BAD_SETTINGS, UNREACHABLE, LEFT = 0, 4, 6, 7
_NOWHERE = Workspace(project="", env_name="", service="", service_module="", repo="", branch="")
"""A sweep makes nothing, so it needs no place to make it in."""


def sweep(settings: Settings, runs: Sequence[str], *, dry_run: bool, by_prefix: bool, echo: Echo) -> int:
    """Remove what `runs` (none given: all below runs/) left on the target of the settings; return the exit code.

    With `by_prefix` also what the target lists under names of the suite's own form. With `dry_run` nothing is changed.
    Raises SettingsError where it is not settled what to sweep.
    """
    base_url = settings.base_url
    if base_url is None:
        raise SettingsError("{variable} is missing; set it to the Zadig to sweep", label("base_url"))
    chosen = [named_run(run, base_url) for run in runs] or list(every_run(base_url, echo))
    look = probe(settings, base_url)
    if look.trouble:
        echo(look.trouble)
        return BAD_SETTINGS if look.answered else UNREACHABLE
    left: list[str] = []
    for found in chosen:
        echo(msg("run {run}: {count} open in its journal", found.run, _count(found.names)))
        with _opened(settings, look, found.journal, found.names) as target:
            left += _clear(target, found.names, dry_run=dry_run, echo=echo)
    if by_prefix:
        left += _sweep_list(settings, look, dry_run=dry_run, echo=echo)
    for reason in left:
        echo(msg("left: {why}", reason))
    if not (chosen or by_prefix):
        echo(msg("nothing to sweep on this target"))
    return (LEFT if _alive(settings, base_url) else UNREACHABLE) if left else CLEAN


@contextmanager
def _opened(settings: Settings, look: Probe, journal: Path, names: Mapping[str, str]) -> Iterator[Target]:
    """Yield the target with a guard that lets only `names` be changed."""
    held = Journal(journal)
    for name, project in names.items():
        held.adopt(name, project)
    guard = Guard(held, set(names.values()), stand_in=False)
    client = open_client(settings, look.base_url + settings.api_prefix, look.stand_in, guard)
    yield Target(client, load(settings.known_release), _NOWHERE, Names("sweep", "main"), held)
    client.close()


def _clear(target: Target, names: Mapping[str, str], *, dry_run: bool, echo: Echo) -> list[str]:
    """Remove what is there under `names`, or with `dry_run` say what is; return what would not go."""
    reasons: list[str] = []
    for name, project in names.items():
        subject = Subject(name, project)
        if target.breaker.stopped:
            reasons.append(still_there(subject, msg("not tried, the target answers no more")))
            continue
        try:
            held = snapshot(target, subject)
        except UnclearError as error:
            reasons.append(still_there(subject, error.message))
            continue
        unfinished = sum(state in UNFINISHED for state in held.tasks.values())
        what = msg("{name} in project {project}, {n} of its tasks not at an end", name, project, unfinished)
        if dry_run:
            echo(msg("would remove {what}", what) if held.workflow else msg("not there: {name}", name))
        elif (reason := _gone(target, subject, held)) is not None:
            reasons.append(reason)
        else:
            echo(msg("removed {what}", what) if held.workflow else msg("not there any more: {name}", name))
    return reasons


def _gone(target: Target, subject: Subject, held: Snapshot) -> str | None:
    try:
        return remove(target, subject, held)
    except RefusedError as error:  # a name that could not be sent unchanged
        return still_there(subject, error.message)


def _sweep_list(settings: Settings, look: Probe, *, dry_run: bool, echo: Echo) -> list[str]:
    """Remove what the target lists under old names of the suite's own form; no other name is touched."""
    client = open_client(settings, look.base_url + settings.api_prefix, look.stand_in)
    reader = Reader(client, load(settings.known_release))
    names: dict[str, str] = {}
    reasons = []
    for project in _projects(settings, reader):
        try:
            listed = workflow_names(reader, project)
        except UnreadableError as error:
            if error.status == 403 and settings.project is None:
                echo(msg("project {project}: not looked at, the token's user may not read there", project))
            else:
                reasons.append(msg("project {project}: its workflows could not be read: {why}", project, error.message))
            continue
        names |= {name: project for name in listed if is_old(name, echo)}
    echo(msg("{count} on the target's list from runs more than an hour ago", _count(names)))
    client.close()
    with (
        tempfile.TemporaryDirectory() as folder,
        _opened(settings, look, Path(folder) / JOURNAL, names) as target,
    ):
        return reasons + _clear(target, names, dry_run=dry_run, echo=echo)


def _projects(settings: Settings, reader: Reader) -> list[str]:
    if settings.project is not None:
        return [settings.project]
    try:
        return [project.name for project in projects(reader)]
    except UnreadableError as error:
        raise SettingsError("projects could not be read: {why}; set --project", error.message) from None


def _alive(settings: Settings, base_url: str) -> bool:
    return probe(settings, base_url).answered


def _count(names: Mapping[str, str]) -> Message:
    return msg("{n} name" if len(names) == 1 else "{n} names", len(names))
