"""The campaign: every change in front of a server of its own, and what the suite said about each."""

import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from contracts.breakages.breakage import Breakage
from contracts.campaign.judge import Judgement, Result, RunEnd, judge
from contracts.campaign.plan import THOROUGH, Job, Plan, again, sees_most
from contracts.campaign.pool import run_all
from contracts.campaign.sanity import broken, checks
from contracts.text.errors import InputError

RUNS = "runs"
"""The folder below the campaign's own that holds the folders of its runs."""
SECOND = f".{THOROUGH}"
"""What the folder of a second look has behind its name."""
GOOD = (Result.KILLED, Result.SILENT)
BROKEN = (Result.DID_NOT_RUN, Result.DID_NOTHING)
"""Results that say nothing about the suite: the campaign itself, or the change, is at fault."""
UNSEEN = (Result.SURVIVED, Result.MISREPORTED)
"""Results of breakages that the profile did not see for what they are."""
Progress = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""What a label and a number of runs make: a block in which each call says that one more is over."""


class CampaignError(InputError):
    """The campaign would tell nothing; one line says why."""


@dataclass(frozen=True)
class CampaignRow:
    """One change and what became of it. `later`: what the thorough profile said where this one noticed nothing."""

    change: Breakage
    judged: Judgement
    ended: RunEnd
    later: Judgement | None = None
    folder: Path | None = None


@dataclass
class Campaign:
    """A campaign under way or over: its rows, in the order of the plan in the end. `seconds` is how long it took."""

    plan: Plan
    out: Path
    at_once: int
    rows: list[CampaignRow] = field(default_factory=list)
    interrupted: bool = False
    seconds: float = 0.0

    @property
    def rate(self) -> float | None:
        """The share of breakages that were killed, in percent; None where none of them ran."""
        counted = [row.judged.result for row in self.rows if row.change.kinds and row.judged.result not in BROKEN]
        return 100 * counted.count(Result.KILLED) / len(counted) if counted else None

    def count(self, *results: Result) -> int:
        """Return how many changes came to one of these results."""
        return sum(row.judged.result in results for row in self.rows)

    def exit(self, least: float) -> int:
        """Return the exit code: 0 at least that percentage killed and none a false alarm, 1 not so, 2 interrupted,
        3 the campaign itself is at fault."""
        if self.interrupted:
            return 2
        if self.count(*BROKEN):
            return 3
        return int(bool(self.count(Result.FALSE_ALARM)) or (self.rate is not None and self.rate < least))


def run_campaign(plan: Plan, out: Path, at_once: int, progress: Progress) -> Campaign:
    """Run all that is planned, and return what came of it, also where Ctrl-C ends it before.

    Raises CampaignError where the suite does not accept the server as it is, or does not reject a broken one.
    """
    campaign, started = Campaign(plan, out, at_once), time.monotonic()
    try:
        _check(campaign, progress)
        _run(campaign, progress)
        _look_again(campaign, progress)
    except KeyboardInterrupt:
        campaign.interrupted = True
    done = {row.change.name: row for row in campaign.rows}
    never = Judgement(Result.DID_NOT_RUN, "the campaign was interrupted before")
    named = [job.change for job in plan.jobs if job.change is not None]
    campaign.rows = [done.get(change.name) or CampaignRow(change, never, RunEnd()) for change in named]
    campaign.seconds = round(time.monotonic() - started, 1)
    return campaign


def _check(campaign: Campaign, progress: Progress) -> None:
    """See that the suite accepts the server as it is, and rejects one that always fails."""

    def must_hold(job: Job, ended: RunEnd) -> None:
        if why := broken(job, ended):
            raise CampaignError(f"{why}; see {_folder(campaign, job)}")
        shutil.rmtree(_folder(campaign, job), ignore_errors=True)

    _run_each(campaign, checks(campaign.plan.wish), must_hold, "checks", progress)


def _run(campaign: Campaign, progress: Progress) -> None:
    """Run what is planned."""

    def note(job: Job, ended: RunEnd) -> None:
        if job.change is not None:
            judged = _on_one_look(job, judge(job.change, ended))
            campaign.rows.append(CampaignRow(job.change, judged, ended, folder=_kept(campaign, job, judged, ended)))

    _run_each(campaign, campaign.plan.jobs, note, "campaign", progress)


def _on_one_look(job: Job, judged: Judgement) -> Judgement:
    """Return what a change that did nothing comes to where there is no second look and this one does not see all."""
    if judged.result is Result.DID_NOTHING and judged.asked and again(job) is None and not sees_most(job.profile):
        result = Result.SURVIVED if job.change and job.change.kinds else Result.SILENT
        return replace(judged, result=result, reason=f"under {job.profile} it never came to act")
    return judged


def _look_again(campaign: Campaign, progress: Progress) -> None:
    """Let all cases run on what was not noticed, or never came to act: that tells why this profile does not see it."""
    missed = {
        row.change.name: place
        for place, row in enumerate(campaign.rows)
        if row.judged.result in UNSEEN or (row.judged.result is Result.DID_NOTHING and row.judged.asked)
    }
    jobs = [second for job in campaign.plan.jobs if job.change and job.change.name in missed and (second := again(job))]

    def add(job: Job, ended: RunEnd) -> None:
        if job.change is not None:
            place = missed[job.change.name]
            campaign.rows[place] = _in_the_light_of(campaign.rows[place], judge(job.change, ended), ended)
        shutil.rmtree(_folder(campaign, job, SECOND), ignore_errors=True)

    _run_each(campaign, jobs, add, "why they survived", progress, SECOND)


def _in_the_light_of(row: CampaignRow, later: Judgement, ended: RunEnd) -> CampaignRow:
    """Return a row with what the thorough profile adds: who sees the breakage, or that it does act somewhere."""
    judged = row.judged
    if judged.result is Result.DID_NOTHING:
        if ended.applied == 0:
            return replace(row, later=later)
        if not row.change.kinds:
            return replace(row, judged=later, ended=ended, later=later)
        judged = replace(judged, result=Result.SURVIVED, reason="it never came to act")
    seen = f"{later.by[0].case} ({later.by[0].level}) sees it" if later.result is Result.KILLED else ""
    reason = f"{judged.reason}; {seen or f'{THOROUGH} too: {later.result}'}"
    return replace(row, judged=replace(judged, reason=reason), later=later)


def _run_each(
    campaign: Campaign,
    jobs: Sequence[Job],
    then: Callable[[Job, RunEnd], None],
    label: str,
    progress: Progress,
    suffix: str = "",
) -> None:
    if not jobs:
        return
    runs = run_all(jobs, lambda job: _folder(campaign, job, suffix), campaign.at_once)
    with progress(label, len(jobs)) as one_more, closing(runs):
        for job, ended in runs:
            then(job, ended)
            one_more()


def _folder(campaign: Campaign, job: Job, suffix: str = "") -> Path:
    name = job.change.name.replace("/", ".") if job.change else "clean"
    return campaign.out / RUNS / f"{name}{suffix}"


def _kept(campaign: Campaign, job: Job, judged: Judgement, ended: RunEnd) -> Path | None:
    """Return the folder of a run that somebody may want to look at, or to sweep up after; remove any other."""
    folder = _folder(campaign, job)
    left = bool(job.behind and ended.verdict and ended.verdict["leaks"])
    if judged.result not in GOOD or left:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    return None
