"""Removes what earlier, interrupted runs left: names that their journals have open, and names on a target's list."""

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from contracts.case.cleanup import clock, remove, still_there, to_come, unanswered
from contracts.catalog.cases import cases
from contracts.catalog.release import load
from contracts.check.snapshot import UnclearError, snapshot
from contracts.report.verdict_file import FILE as VERDICT
from contracts.safety.guard import Guard, RefusedError
from contracts.safety.journal import FILE as JOURNAL
from contracts.safety.journal import PREFIX, RUN_ID, Header, Journal, Names, header, is_of_run, left_over
from contracts.safety.run_folder import LOCK, is_claimed
from contracts.settings.settings import ASSUMED, Settings, SettingsError, label
from contracts.target.connect import Probe, open_client, probe
from contracts.target.listing import Reader, UnreadableError, projects, workflow_names
from contracts.target.target import Subject, Target, Workspace
from contracts.text.frozen import dataclass
from contracts.text.message import Message, msg

RUNS = Path("runs")
JOURNALS = "journal*.jsonl"
"""The journals in a folder: that of its last run, and those of earlier ones that it set aside."""
OLD = timedelta(seconds=Settings().run_timeout, hours=1)
"""Age from which a name on the target's list is taken for a leftover: a younger run may be under way, for as long as
`--run-timeout` allows where nobody sets it."""
HOURS = OLD // timedelta(hours=1)
QUIET_SECONDS = 600.0
"""How long the journal of a run without a verdict must be silent before the run is taken for ended."""

CLEAN, BAD_SETTINGS, UNREACHABLE, LEFT = 0, 4, 6, 7
_NOWHERE = Workspace(project="", env_name="", service="", service_module="", repo="", branch="")
"""A sweep makes nothing, so it needs no place to make it in."""
NEVER: Mapping[str, datetime] = {}
_STEM = rf"{PREFIX}-(?P<run>{RUN_ID})-(?:main|gw\d+)-\d+"

Echo = Callable[[str], None]


@dataclass(frozen=True)
class Journalled:
    """What one journal has open.

    journal: its file.
    header: how it begins, None where it is of no run of this suite; then it has nothing.
    names: names of this run's own form, with their projects.
    late: those with requests whose answer never came, and until when the server may be at work on them.
    foreign: other names in it; they are never touched.
    """

    journal: Path
    header: Header | None
    names: Mapping[str, str]
    foreign: Sequence[str] = ()
    late: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def run(self) -> str:
        """The name of the run's folder."""
        return self.journal.parent.name

    @property
    def at_work(self) -> bool:
        """Whether the run holds the lock of its folder."""
        return is_claimed(self.journal.parent)

    @property
    def may_be_at_work(self) -> bool:
        """Whether there is no lock to tell, as of a run before there were locks, and the journal is young."""
        age = time.time() - self.journal.stat().st_mtime
        known = (self.journal.parent / LOCK).exists() or (self.journal.parent / VERDICT).exists()
        return age < QUIET_SECONDS and not known


@cache
def _name() -> re.Pattern[str]:
    """Return what the names that a run makes look like: some cases add a tail of their own."""
    tails = {case.request.name.partition("{name}")[2] for case in cases(ASSUMED)} - {""}
    return re.compile(rf"{_STEM}(?:x*|{'|'.join(map(re.escape, sorted(tails)))})", re.ASCII)


def run_ids(names: Sequence[str]) -> list[str]:
    """Return the ids of the runs that made those of `names` that have the suite's own form."""
    return sorted({match["run"] for name in names if (match := _name().fullmatch(name))})


def read(journal: Path) -> Journalled:
    """Return what stands in a journal on disk; it is input like any other, so only its run's own names count."""
    begun = None if journal.is_symlink() else header(journal)
    if begun is None:
        return Journalled(journal, None, {})
    names, late = left_over(journal)
    own = {name: project for name, project in names.items() if is_of_run(name, begun.run)}
    return Journalled(journal, begun, own, [name for name in names if name not in own], late)


def named_run(run: str, base_url: str, echo: Echo) -> list[Journalled]:
    """Return what the journals in the folder of a run, named by it or by its id, have open.

    Raises SettingsError where none of them is of a run on this target, or a run is at work there.
    """
    folder = next((folder for folder in (Path(run), RUNS / run) if (folder / JOURNAL).is_file()), None)
    if folder is None:
        missing = "run {run}: no {file} there; give a folder, or the id of a run below {folder}/"
        raise SettingsError(missing, run, JOURNAL, RUNS)
    if is_claimed(folder):
        raise SettingsError("run {run}: is still running, and removes what it created itself", run)
    journals = [read(path) for path in sorted(folder.glob(JOURNALS))]
    headers = [journal.header for journal in journals if journal.header is not None]
    if not headers:
        raise SettingsError("run {run}: its journal belongs to no run of this suite; try --by-prefix instead", run)
    if not any(_same(begun.base_url, base_url) for begun in headers):
        elsewhere = "run {run} was on {there}, not on {here}; set --base-url to sweep it there"
        raise SettingsError(elsewhere, run, headers[0].base_url, base_url)
    return [journal for journal in journals if _is_on(journal, base_url, echo)]


def every_run(base_url: str, echo: Echo, left: list[str]) -> Iterator[Journalled]:
    """Yield all runs with something open on this target, and say which others have something open.

    Those of which nobody can tell whether they are over are `left`.
    """
    for path in sorted(RUNS.glob(f"*/{JOURNALS}")):
        journal = read(path)
        if journal.header is None and path.lstat().st_size == 0:  # killed before its first request
            continue
        if journal.header is None:
            echo(msg("run {run}: not swept, its journal belongs to no run of this suite", journal.run))
        elif (journal.names or journal.foreign) and _is_on(journal, base_url, echo):
            if journal.at_work:
                echo(msg("run {run}: not swept, it is still running, and removes what it created itself", journal.run))
            elif journal.may_be_at_work:
                left.append(msg("run {run}: may still be running; name it to sweep it anyway", journal.run))
            else:
                yield journal


def _is_on(journal: Journalled, base_url: str, echo: Echo) -> bool:
    """Whether a run was on this target, and if not, or where names in its journal are not its own, say so."""
    there = journal.header.base_url if journal.header else ""
    if not there or not _same(there, base_url):
        echo(msg("run {run}: not swept, it was on {there}", journal.run, there))
        return False
    for name in journal.foreign:
        echo(msg("run {run}: {name} was not made by it: not touched", journal.run, name))
    return True


def _same(one: str, other: str) -> bool:
    """Whether two base URLs are of one server."""

    def parts(url: str) -> tuple[object, ...]:
        try:
            split = urlsplit(url)
            port = split.port or {"http": 80, "https": 443}.get(split.scheme)
        except ValueError:  # a journal may hold what is no URL
            return (url,)
        return split.scheme, split.hostname, port, split.path.rstrip("/")

    return parts(one) == parts(other)


def is_old(name: str, echo: Echo) -> bool:
    """Whether a listed name is of a run that is over; of names with the prefix that are not, say why."""
    match = _name().fullmatch(name)
    if match is None:
        if name.startswith(f"{PREFIX}-"):
            echo(msg("not touched: {name} has the prefix, but not the form of a name that a run makes", name))
        return False
    try:
        made = datetime.strptime(match["run"].partition("-")[0], "%Y%m%dt%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    if datetime.now(UTC) - made < OLD:
        echo(msg("not touched: {name} is from a run less than {n} hours ago, which may still be running", name, HOURS))
        return False
    return True


def sweep(settings: Settings, runs: Sequence[str], *, dry_run: bool, by_prefix: bool, echo: Echo) -> int:
    """Remove what `runs` (none given: all below runs/) left on the target of the settings; return the exit code.

    With `by_prefix` also what the target lists under names of the suite's own form. With `dry_run` nothing is changed.
    Raises SettingsError where it is not settled what to sweep.
    """
    base_url = settings.base_url
    if base_url is None:
        raise SettingsError("{variable} is missing; set it to the Zadig to sweep", label("base_url"))
    named = [journal for run in runs for journal in named_run(run, base_url, echo)]
    left: list[str] = []
    chosen = named if runs else list(every_run(base_url, echo, left))
    look = probe(settings, base_url)
    if look.trouble:
        echo(look.trouble)
        return BAD_SETTINGS if look.answered else UNREACHABLE
    settings = replace(settings, release=look.release or settings.release)
    for found in chosen:
        echo(msg("run {run}: {count} open in its journal", found.run, _count(found.names)))
        with _opened(settings, look, found.journal, found.names, found.late) as target:
            left += _clear(target, found.names, dry_run=dry_run, echo=echo)
    if by_prefix:
        left += _sweep_list(settings, look, dry_run=dry_run, echo=echo)
    for reason in left:
        echo(msg("left: {why}", reason))
    if not (chosen or by_prefix or left):
        echo(msg("nothing to sweep on this target"))
    return (LEFT if probe(settings, base_url).answered else UNREACHABLE) if left else CLEAN


@contextmanager
def _opened(
    settings: Settings, look: Probe, journal: Path, names: Mapping[str, str], late: Mapping[str, datetime] = NEVER
) -> Iterator[Target]:
    """Yield the target with a guard that lets only `names` be changed."""
    held = Journal(journal)
    for name, project in names.items():
        held.adopt(name, project, late.get(name))
    release = load(settings.known_release)
    guard = Guard(held, set(names.values()), release, stand_in=False)
    client = open_client(settings, look.base_url, look.stand_in, guard, prefix=settings.api_prefix)
    yield Target(client, release, _NOWHERE, Names("sweep", "main"), held)
    client.close()


def _clear(target: Target, names: Mapping[str, str], *, dry_run: bool, echo: Echo) -> list[str]:
    """Remove what is there under `names`, or with `dry_run` say what is; return what would not go."""
    reasons: list[str] = []
    for name, project in names.items():
        subject = Subject(name, project)
        if target.breaker.stopped:
            reasons.append(still_there(subject, msg("not tried, the target stopped responding")).why)
            continue
        late = target.journal.late(name)
        try:
            held = snapshot(target, subject)
            reason = None if dry_run else remove(target, subject, held, looks_again=True)
        except (UnclearError, RefusedError) as error:  # refused: a name that could not be sent unchanged
            reasons.append(still_there(subject, error.message).why)
            continue
        unfinished = sum(state in target.release.lifecycle.unfinished for state in held.tasks.values())
        what = msg("{name} in project {project}, {n} of its tasks not finished", name, project, unfinished)
        if dry_run:
            echo(msg("would remove {what}", what) if held.workflow else msg("does not exist: {name}", name))
            if to_come(late):
                echo(still_there(subject, unanswered(late)).why)
        elif reason is not None:
            reasons.append(reason.why)
        elif held.workflow:
            echo(msg("removed {what}", what))
        elif late is not None:
            over = "no longer exists: {name}; since {time} no request about it can still be carried out"
            echo(msg(over, name, clock(late)))
        else:
            echo(msg("no longer exists: {name}", name))
    return reasons


def _sweep_list(settings: Settings, look: Probe, *, dry_run: bool, echo: Echo) -> list[str]:
    """Remove what the target lists under old names of the suite's own form; no other name is touched."""
    client = open_client(settings, look.base_url, look.stand_in, prefix=settings.api_prefix)
    reader = Reader(client, load(settings.known_release))
    names: dict[str, str] = {}
    reasons = []
    for project in _projects(settings, reader):
        try:
            listed = workflow_names(reader, project)
        except UnreadableError as error:
            if error.status == 403 and settings.project is None:
                echo(msg("project {project}: not checked, the token's user has no permission to read there", project))
            else:
                reasons.append(msg("project {project}: its workflows could not be read: {why}", project, error.message))
            continue
        names |= {name: project for name in listed if is_old(name, echo)}
    echo(msg("{count} on the target's list from runs more than {n} hours ago", _count(names), HOURS))
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


def _count(names: Mapping[str, str]) -> Message:
    return msg("{n} name" if len(names) == 1 else "{n} names", len(names))
