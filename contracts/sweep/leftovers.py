"""What earlier runs may have left: names that their journals have open, and names on a target's list."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from contracts.catalog.cases import cases
from contracts.report.verdict_file import FILE as VERDICT
from contracts.safety.journal import FILE as JOURNAL
from contracts.safety.journal import PREFIX, left_open
from contracts.settings.settings import ASSUMED, SettingsError
from contracts.text.message import msg

RUNS = Path("runs")
OLD = timedelta(hours=1)
"""Age from which a name on the target's list is taken for a leftover: a younger run may be under way."""
QUIET_SECONDS = 600.0
"""How long the journal of a run without a verdict must be silent before the run is taken for ended."""

_STEM = rf"{PREFIX}-(?P<run>(?P<time>\d{{8}}t\d{{6}})-[a-z0-9]{{4}})-(?:main|gw\d+)-\d+"

Echo = Callable[[str], None]


@dataclass(frozen=True)
class Journalled:
    """What one journal has open: names with their projects, and the target that the run was for, where it says so."""

    journal: Path
    base_url: str | None
    names: Mapping[str, str]

    @property
    def run(self) -> str:
        """The name of the run's folder."""
        return self.journal.parent.name

    @property
    def under_way(self) -> bool:
        """Whether the run may still be going on."""
        age = time.time() - self.journal.stat().st_mtime
        return age < QUIET_SECONDS and not (self.journal.parent / VERDICT).exists()


@cache
def _name() -> re.Pattern[str]:
    """Return what the names that a run makes look like: some cases add a tail of their own."""
    tails = {case.request.name.partition("{name}")[2] for case in cases(ASSUMED)} - {""}
    return re.compile(rf"{_STEM}(?:x*|{'|'.join(map(re.escape, sorted(tails)))})", re.ASCII)


def run_ids(names: Sequence[str]) -> list[str]:
    """Return the ids of the runs that made those of `names` that have the suite's own form."""
    return sorted({match["run"] for name in names if (match := _name().fullmatch(name))})


def read(journal: Path) -> Journalled:
    """Return what stands in a journal on disk."""
    with journal.open(encoding="utf-8", errors="replace") as lines:
        first = lines.readline()
    try:
        begun = json.loads(first)
    except ValueError:
        begun = None
    base_url = begun.get("base_url") if isinstance(begun, dict) else None
    return Journalled(journal, base_url if isinstance(base_url, str) else None, left_open(journal))


def named_run(run: str, base_url: str) -> Journalled:
    """Return what a run named by its folder or id has open; raises SettingsError where it is not for this target."""
    folder = next((folder for folder in (Path(run), RUNS / run) if (folder / JOURNAL).is_file()), None)
    if folder is None:
        missing = "run {run}: no {file} there; name a folder, or the id of a run below {folder}/"
        raise SettingsError(missing, run, JOURNAL, RUNS)
    found = read(folder / JOURNAL)
    if found.base_url is None:
        raise SettingsError("run {run}: its journal does not say which target it was for; try --by-prefix instead", run)
    if not _same(found.base_url, base_url):
        elsewhere = "run {run} was on {there}, not on {here}; set --base-url to sweep it there"
        raise SettingsError(elsewhere, run, found.base_url, base_url)
    return found


def every_run(base_url: str, echo: Echo) -> Iterator[Journalled]:
    """Yield all runs with something open on this target, and say which others have something open."""
    for journal in sorted(RUNS.glob(f"*/{JOURNAL}")):
        found = read(journal)
        if not found.names:
            continue
        if found.base_url is None or not _same(found.base_url, base_url):
            there = found.base_url or msg("a target that it does not name")
            echo(msg("run {run}: not swept, it was on {there}", found.run, there))
        elif found.under_way:
            echo(msg("run {run}: not swept, it may still be under way; name it to sweep it all the same", found.run))
        else:
            yield found


def _same(one: str, other: str) -> bool:
    """Whether two base URLs are of one server."""

    def parts(url: str) -> tuple[object, ...]:
        split = urlsplit(url)
        port = split.port or {"http": 80, "https": 443}.get(split.scheme)
        return split.scheme, split.hostname, port, split.path.rstrip("/")

    return parts(one) == parts(other)


def is_old(name: str, echo: Echo) -> bool:
    """Whether a listed name is of a run that is over; of names with the prefix that are not, say why."""
    match = _name().fullmatch(name)
    if match is None:
        if name.startswith(f"{PREFIX}-"):
            echo(msg("not touched: {name} has the prefix, but is not of the form that a run makes", name))
        return False
    try:
        made = datetime.strptime(match["time"], "%Y%m%dt%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    if datetime.now(UTC) - made < OLD:
        echo(msg("not touched: {name} is of a run less than an hour ago", name))
        return False
    return True
