"""What a campaign is to do: which changes, in what order, and the run that each of them needs."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from contracts.breakages.apis import APIS
from contracts.breakages.breakage import Breakage
from contracts.campaign.judge import GOOD, acts_on, gets_its_answer, is_at
from contracts.catalog.cases import cases
from contracts.profiles import EXPLORE, LEVELS, PROFILES, runs_at
from contracts.standin.defects import RELEASE_OF
from contracts.text import files
from contracts.text.errors import InputError
from contracts.text.frozen import dataclass
from contracts.text.message import msg
from contracts.text.near import near

FILE = "campaign.json"
VERSION = 1
LIFE = "flows/one-life"
"""The case that has most operations in it."""
USUAL, THOROUGH = "regression", "nightly"
"""The profile of a campaign, and the one that sees most: that of the short form, where each breakage must be killed."""

EXPLORED = frozenset({"lives", "bodies"})
"""Families of what shows only where it is explored: the others are for other profiles, unless somebody names them."""


class PlanError(InputError):
    """The options cannot be followed; one line says why and what to do."""


@dataclass(frozen=True)
class CampaignOptions:
    """What a campaign is to be.

    api: whose contract they break. behaviour: of the stand-in, where it is not the perfect one: then benign changes
    alone. only: patterns of names. family: the only one. profile: which cases run.
    failed_from: a campaign.json of which only what is not well is run. short: one breakage of each family and
    operation. upstream: the address of a Zadig to put the changes in front of; empty: a stand-in each.
    """

    api: str = "aslan"
    behaviour: str = ""
    only: tuple[str, ...] = ()
    family: str = ""
    profile: str | None = None
    failed_from: Path | None = None
    short: bool = False
    upstream: str = ""

    @property
    def level(self) -> str:
        """The profile that the cases are run with."""
        return self.profile or (THOROUGH if self.short else USUAL)

    @property
    def release(self) -> str:
        """The release whose contract they break."""
        return RELEASE_OF[self.acts_as]

    @property
    def acts_as(self) -> str:
        """The behaviour of the stand-in."""
        return self.behaviour or APIS[self.api].behaviour


@dataclass(frozen=True)
class Job:
    """One run: pytest on the cases in front of a change, or of none.

    profile, upstream: as in CampaignOptions. behaviour: of its stand-in. cases: the only ones to run; empty: all.
    second: whether the change had a run before.
    """

    change: Breakage | None
    profile: str
    upstream: str = ""
    cases: frozenset[str] = frozenset()
    second: bool = False
    behaviour: str = "perfect"

    @property
    def release(self) -> str:
        """The release that its cases are of."""
        return RELEASE_OF[self.behaviour]

    @property
    def name(self) -> str:
        """That of the change."""
        return self.change.name if self.change else "clean"

    @property
    def folder(self) -> str:
        """The name of the folder of its run."""
        return self.name.replace("/", ".") + (f".{self.profile}" if self.second else "")

    @property
    def hasty(self) -> bool:
        """Whether the run ends with the first breach that is expected, and waits for no answer long.

        That is so with a breakage: there is no more to learn, and it may hang.
        """
        return self.change is not None and bool(self.change.kinds)

    @property
    def needs_aim(self) -> bool:
        """Whether its cases follow from what a run without a change meets."""
        return not self.upstream and (self.hasty or bool(self.change and self.change.of and self.cases))

    @property
    def life_first(self) -> bool:
        """Whether one life of a workflow tells most: where looks at it are broken, other cases come to nothing."""
        call = APIS[self.change.api].calls.get(self.change.operation) if self.change and self.hasty else None
        return call is not None and call.method == "GET"


@dataclass(frozen=True)
class Plan:
    """What a campaign runs.

    jobs: one for each change. notes: what to say about those that are left out.
    """

    options: CampaignOptions
    jobs: tuple[Job, ...]
    notes: tuple[str, ...] = ()


def plan(options: CampaignOptions, changes: Mapping[str, Breakage]) -> Plan:
    """Return what is to be done of all `changes`; raises PlanError where a pattern or a file names none of them."""
    for name in options.only:
        if name in changes and changes[name].api != options.api:
            raise PlanError(f"--only: {name!r} is about another API; add --api {changes[name].api}")
    changes = {name: change for name, change in changes.items() if change.api == options.api}
    notes: list[str] = []
    names = _asked_for(options, changes)
    if options.failed_from is not None:
        failed = _failed(options.failed_from)
        if unknown := failed - changes.keys():
            notes.append(f"no changes any more, though {options.failed_from} names them: {', '.join(sorted(unknown))}")
        names &= failed
    chosen = {name: change for name, change in changes.items() if name in names}
    chosen = _seen_by(options, chosen)
    if options.behaviour:  # what breaks a contract was thought up for the server that keeps it
        chosen = {name: change for name, change in chosen.items() if not change.kinds}
    if options.short:
        chosen = _one_each(chosen)
    if options.upstream:
        kept = {name: change for name, change in chosen.items() if change.live}
        if len(kept) < len(chosen):
            notes.append(f"left out, because they may stand in front of a stand-in only: {len(chosen) - len(kept)}")
        chosen = kept
    jobs = (
        Job(change, options.level, options.upstream, _few(options, change), behaviour=options.acts_as)
        for change in chosen.values()
    )
    return Plan(options, tuple(jobs), tuple(notes))


def _seen_by(options: CampaignOptions, changes: Mapping[str, Breakage]) -> dict[str, Breakage]:
    """Return the changes that a profile can see, where nobody says which are wished for."""
    every = bool(options.only or options.family or options.failed_from)
    explored = options.level == EXPLORE
    return {name: change for name, change in changes.items() if every or (change.family in EXPLORED) == explored}


def _asked_for(options: CampaignOptions, changes: Mapping[str, Breakage]) -> set[str]:
    """Return the names of the changes that the patterns and the family leave, all where there are none."""
    names = set(changes)
    for pattern in options.only:
        if not any(fnmatchcase(name, pattern) for name in changes):
            hint = near(pattern, changes, msg("a name is written like {name}", next(iter(changes))))
            raise PlanError("--only: no change is called {name}; {hint}", repr(pattern), hint)
    if options.only:
        names = {name for name in changes if any(fnmatchcase(name, pattern) for pattern in options.only)}
    if options.family:
        families = sorted({change.family for change in changes.values()})
        if options.family not in families:
            raise PlanError("--family: there is no {name}, only {names}", repr(options.family), ", ".join(families))
        names &= {name for name, change in changes.items() if change.family == options.family}
    return names


def aimed(job: Job, clean: Iterable[Mapping[str, Any]]) -> Job:
    """Return a run on those cases alone that a change can reach, by the outcomes of a run without any.

    For a breakage those are the cases that get its answer at its own operation, the concurrent ones that have that, and
    one life of a workflow: most are found out there, and what is not found has all cases before it is judged. A benign
    change that has but some cases keeps those of them that get what it acts on, the case that it names, and one life.
    """
    change = job.change
    if change is None or not job.needs_aim:
        return job
    if not change.kinds:
        reached = {row["case"] for row in clean if row["case"] in job.cases and acts_on(row, change)}
        return replace(job, cases=frozenset(reached | {LIFE}))
    at_once = {row["case"] for row in clean if row["operation"] == "concurrency" and is_at(row, change)}
    gets = {
        row["case"] for row in clean if gets_its_answer(row, change) and (row["case"] == LIFE or is_at(row, change))
    }
    return replace(job, cases=frozenset(gets | at_once))


def rerun(job: Job) -> Job | None:
    """Return the run that tells why a change was not noticed, all cases that there are; None where that was all."""
    if job.upstream or (sees_most(job.profile) and not job.cases):
        return None  # on a live target all cases take hours
    return Job(job.change, THOROUGH, second=True, behaviour=job.behaviour)


def sees_most(profile: str) -> bool:
    """Whether there is no case that a profile leaves out."""
    return PROFILES[profile] == PROFILES[THOROUGH]


def _few(options: CampaignOptions, change: Breakage) -> frozenset[str]:
    """Return the only cases that a change has; none where it has all."""
    if change.kinds or not options.short:
        return frozenset()
    named = {case for case in change.of if "/" in case}  # the others are calls and answers
    return one_each(options.release, options.level, status=not change.of) | named | {LIFE}


@cache
def one_each(release: str, profile: str, *, status: bool = False) -> frozenset[str]:
    """Return one case for each operation and answer, or status, of the least level that there is."""
    first: dict[tuple[str, object], str] = {}
    for case in sorted(cases(release), key=lambda case: LEVELS.index(case.level)):
        if runs_at(case.level, PROFILES[profile]):
            answer = case.answer.status if status else case.answer.name
            first.setdefault((case.operation, answer), case.id)
    return frozenset(first.values())


def _one_each(changes: Mapping[str, Breakage]) -> dict[str, Breakage]:
    """Return the first breakage by name of each family and operation, and all benign changes."""
    first: dict[object, Breakage] = {}
    for name in sorted(changes):
        change = changes[name]
        first.setdefault((change.family, change.operation) if change.kinds else name, change)
    return {change.name: change for change in first.values()}


def _failed(path: Path) -> set[str]:
    try:
        earlier: Any = json.loads(files.text(path, files.VERDICT))
        if earlier["version"] == VERSION:
            return {row["name"] for row in earlier["changes"] if row["result"] not in GOOD}
    except OSError as error:
        raise PlanError(f"--failed-from: {path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise PlanError(f"--failed-from: {path} is no {FILE} of a campaign") from None
    raise PlanError(f"--failed-from: {path} is of version {earlier['version']!r}, this reads {VERSION}")
