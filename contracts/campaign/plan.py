"""What a campaign is to do: which changes, in what order, and the run that each of them needs."""

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from contracts.breakages.breakage import Breakage
from contracts.catalog.cases import cases
from contracts.profiles import LEVELS, PROFILES, runs_at
from contracts.text.errors import InputError

FILE = "campaign.json"
VERSION = 1
RELEASE = "1.7.0"
"""The release whose contract the changes break."""
USUAL, THOROUGH = "regression", "nightly"
"""The profile of a campaign, and the one that sees most: that of the short form, where each breakage must be killed."""
WELL = ("killed", "silent")
"""The results of changes that need no further look."""


class PlanError(InputError):
    """What was asked for cannot be done; one line says why and what to do."""


@dataclass(frozen=True)
class CampaignOptions:
    """What was asked for. `behind` is the address of a Zadig to put the changes in front of; empty: a stand-in each."""

    only: tuple[str, ...] = ()
    family: str = ""
    profile: str | None = None
    failed_from: Path | None = None
    short: bool = False
    behind: str = ""

    @property
    def level(self) -> str:
        """The profile that the cases are run with."""
        return self.profile or (THOROUGH if self.short else USUAL)


@dataclass(frozen=True)
class Job:
    """One run: pytest on the cases in front of a change, or of none. `cases`: the only ones to run; empty: all.

    `behind` as in CampaignOptions. `hasty`: the run ends with the first breach that is expected, and waits for no
    answer long.
    """

    change: Breakage | None
    profile: str
    behind: str = ""
    cases: frozenset[str] = frozenset()

    @property
    def hasty(self) -> bool:
        """Whether a breakage is in front: its run need not go on once it is told, and it may hang."""
        return self.change is not None and bool(self.change.kinds)


@dataclass(frozen=True)
class Plan:
    """The changes of a campaign, one job each; and what to say about those that are left out."""

    wish: CampaignOptions
    jobs: tuple[Job, ...]
    notes: tuple[str, ...] = ()


def plan(wish: CampaignOptions, changes: Mapping[str, Breakage]) -> Plan:
    """Return what is to be done of all `changes`; raises PlanError where a pattern or a file names none of them."""
    chosen, notes = dict(changes), []
    for pattern in wish.only:
        if not any(fnmatchcase(name, pattern) for name in changes):
            raise PlanError(f"--only: no change is called {pattern!r}{_near(pattern, changes)}")
    if wish.only:
        chosen = {name: it for name, it in chosen.items() if any(fnmatchcase(name, pattern) for pattern in wish.only)}
    if wish.family:
        families = sorted({change.family for change in changes.values()})
        if wish.family not in families:
            raise PlanError(f"--family: there is no {wish.family!r}, only {', '.join(families)}")
        chosen = {name: change for name, change in chosen.items() if change.family == wish.family}
    if wish.failed_from is not None:
        failed = _failed(wish.failed_from)
        if unknown := failed - changes.keys():
            notes.append(f"no changes any more, though {wish.failed_from} names them: {', '.join(sorted(unknown))}")
        chosen = {name: change for name, change in chosen.items() if name in failed}
    if wish.short:
        chosen = _one_each(chosen)
    if wish.behind:
        kept = {name: change for name, change in chosen.items() if change.live}
        if len(kept) < len(chosen):
            notes.append(f"left out, because they may stand in front of a stand-in only: {len(chosen) - len(kept)}")
        chosen = kept
    return Plan(wish, tuple(_job(change, wish) for change in chosen.values()), tuple(notes))


def again(job: Job) -> Job | None:
    """Return the run that tells why a change was not noticed, all cases that there are; None where that was all."""
    if job.behind or (sees_most(job.profile) and not job.cases):
        return None  # on a live target all cases take hours
    return Job(job.change, THOROUGH)


def sees_most(profile: str) -> bool:
    """Whether there is no case that a profile leaves out."""
    return PROFILES[profile] == PROFILES[THOROUGH]


def one_each(release: str, profile: str) -> frozenset[str]:
    """Return one case for each operation and answer, of the least level that there is."""
    found: dict[tuple[str, str], str] = {}
    for case in sorted(cases(release), key=lambda case: LEVELS.index(case.level)):
        if runs_at(case.level, PROFILES[profile]):
            found.setdefault((case.operation, case.answer.name), case.id)
    return frozenset(found.values())


def _job(change: Breakage, wish: CampaignOptions) -> Job:
    few = wish.short and not change.kinds
    return Job(change, wish.level, wish.behind, one_each(RELEASE, wish.level) if few else frozenset())


def _one_each(changes: Mapping[str, Breakage]) -> dict[str, Breakage]:
    """Return the first breakage by name of each family and operation, and all benign changes."""
    found: dict[object, Breakage] = {}
    for name in sorted(changes):
        change = changes[name]
        found.setdefault((change.family, change.operation) if change.kinds else name, change)
    return {change.name: change for change in found.values()}


def _failed(path: Path) -> set[str]:
    try:
        told: Any = json.loads(path.read_text(encoding="utf-8"))
        if told["version"] != VERSION:
            raise PlanError(f"--failed-from: {path} is of version {told['version']!r}, this reads {VERSION}")
        return {row["name"] for row in told["changes"] if row["result"] not in WELL}
    except OSError as error:
        raise PlanError(f"--failed-from: {path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, PlanError):
            raise
        raise PlanError(f"--failed-from: {path} is no {FILE} of a campaign") from None


def _near(pattern: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(pattern, list(names), n=3)
    return f"; near it: {', '.join(near)}" if near else ""
