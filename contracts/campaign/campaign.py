"""The campaign: every breakage in front of a server of its own, and what the suite said about each."""

import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from contracts.breakages.apis import APIS
from contracts.breakages.breakage import Breakage, Forward, Memory, Request, Response
from contracts.campaign.judge import GOOD, Judgement, Result, RunEnd, judge
from contracts.campaign.plan import THOROUGH, Job, Plan, aimed, rerun, sees_most
from contracts.campaign.pool import Over, run_all
from contracts.text.errors import InputError

RUNS = "runs"
"""The folder below the campaign's own that holds the folders of its runs."""
BROKEN = (Result.DID_NOT_RUN, Result.DID_NOTHING)
"""Results that say nothing about the suite: the campaign itself, or the breakage, is at fault."""
UNCOUNTED = (*BROKEN, Result.NOT_SHOWN)
"""Results of breakages of which no share was to be seen."""
UNSEEN = (Result.SURVIVED, Result.MISREPORTED)
"""Results of breakages that the profile did not see for what they are."""
Progress = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""What a label and a number of runs make: a block in which each call says that one more is over."""


async def _wrong(request: Request, forward: Forward, _: Memory) -> Response:
    """Do nothing for any operation, and answer as a server that always crashes."""
    return _CRASH if request.operation in APIS[request.api].operations else await forward(request)


_FINE, _CRASH = Response(200, body=b'{"message":"success"}'), Response(500)
FORCED = Breakage(
    name="campaign/every/any/forced-failure",
    family="campaign",
    operation="*",
    answer="*",
    says="The operations answer what they promise.",
    kinds=frozenset({"status", "empty-body"}),
    act=_wrong,
    before=_FINE,
    after=_CRASH,
)
"""What any run must be rejected for: else none of its results would mean anything."""


_NEVER = Judgement(Result.DID_NOT_RUN, "the campaign was interrupted before")
_NOTHING = RunEnd()


class CampaignError(InputError):
    """The campaign would show nothing; one line says why."""


@dataclass(frozen=True)
class CampaignRow:
    """One breakage or benign change, and what became of it.

    end: what its run left. later: what the thorough profile said where this one noticed nothing. folder: of the run,
    where it is kept.
    """

    change: Breakage
    judgement: Judgement = _NEVER
    end: RunEnd = _NOTHING
    later: Judgement | None = None
    folder: Path | None = None


@dataclass
class Campaign:
    """A campaign under way or over.

    at_once: how many runs may be under way. rows: by the name of the breakage, in the order of the plan. seconds: how
    long it took.
    """

    plan: Plan
    out: Path
    at_once: int
    rows: dict[str, CampaignRow] = field(default_factory=dict)
    interrupted: bool = False
    seconds: float = 0.0

    @property
    def rate(self) -> float | None:
        """The share of breakages that were killed, in percent; None where none of them ran."""
        results = [row.judgement.result for row in self.rows.values() if row.change.kinds]
        counted = [result for result in results if result not in UNCOUNTED]
        return 100 * counted.count(Result.KILLED) / len(counted) if counted else None

    def count(self, *results: Result) -> int:
        """Return how many came to one of these results."""
        return sum(row.judgement.result in results for row in self.rows.values())

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
    started = time.monotonic()
    campaign = Campaign(plan, out, at_once, {job.name: CampaignRow(job.change) for job in plan.jobs if job.change})
    try:
        _run(campaign, progress)
        _look_again(campaign, progress)
    except KeyboardInterrupt:
        campaign.interrupted = True
    campaign.seconds = round(time.monotonic() - started, 1)
    return campaign


def _run(campaign: Campaign, progress: Progress) -> None:
    """See that the suite accepts the server as it is, and rejects one that always fails; run all jobs meanwhile.

    Those that are to be aimed wait for the run without a change, which shows what each case meets.
    """
    options = campaign.plan.options
    clean, forced = (
        Job(change, options.level, options.upstream, behaviour=options.acts_as)
        for change in (None, replace(FORCED, api=options.api))
    )
    later = [job for job in campaign.plan.jobs if job.needs_aim]

    def over(job: Job, end: RunEnd) -> Sequence[Job]:
        if job not in (clean, forced):
            return _judged(campaign, job, end)
        if why := _distrust(job, end):
            raise CampaignError(f"{why}; see {_folder(campaign, job)}")
        _remove(campaign, job)
        return [aimed(one, end.verdict["cases"]) for one in later] if job is clean and end.verdict else []

    first = [clean, forced, *(job for job in campaign.plan.jobs if not job.needs_aim)]
    _run_all(campaign, first, "campaign", len(campaign.plan.jobs), progress, over)


def _distrust(job: Job, end: RunEnd) -> str:
    """Return why one of the checks did not come out as it must, in one line; empty where it did."""
    if job.change is not None:
        judgement = judge(job.change, end)
        failed = judgement.result is not Result.KILLED
        return f"a server that always fails was not rejected: {judgement.reason}" if failed else ""
    if end.verdict is None:
        return f"the clean run did not run: {end.trouble}"
    if end.verdict["exit"] != 0:
        return f"the clean run was not accepted, it is {end.verdict['verdict']}: {'; '.join(end.verdict['reasons'])}"
    return ""


def _judged(campaign: Campaign, job: Job, end: RunEnd) -> Sequence[Job]:
    """Judge a run, and keep its folder where somebody may want to look at it, or to sweep up after.

    A breakage that the cases at which its run was aimed do not find out has all of them before it is judged.
    """
    change = campaign.rows[job.name].change
    judgement = judge(change, end)
    if wider := _wider(campaign, job, judgement):
        return wider
    judgement = _on_one_look(job, judgement)
    left = bool(job.upstream and end.verdict and end.verdict["leaks"])
    folder = _folder(campaign, job) if judgement.result not in GOOD or left else None
    if folder is None:
        _remove(campaign, job)
    campaign.rows[job.name] = CampaignRow(change, judgement, end, folder=folder)
    return []


def _wider(campaign: Campaign, job: Job, judgement: Judgement) -> Sequence[Job]:
    """Return the run on all cases of a breakage that those do not find out at which it was aimed."""
    if not (job.hasty and job.cases) or judgement.result is Result.KILLED:
        return []
    _remove(campaign, job)
    return [replace(job, cases=frozenset())]


def _on_one_look(job: Job, judgement: Judgement) -> Judgement:
    """Return what a change that did nothing comes to where there is no second look and this one does not see all."""
    if judgement.idle and rerun(job) is None and not sees_most(job.profile):
        result = Result.SURVIVED if job.change and job.change.kinds else Result.SILENT
        return Judgement(result, f"under {job.profile} it never came to act")
    return judgement


def _look_again(campaign: Campaign, progress: Progress) -> None:
    """Let the thorough profile look at what was not noticed, or never came to act: that tells who would see it."""
    judged = {name: row.judgement for name, row in campaign.rows.items()}
    missed = {name for name, judgement in judged.items() if judgement.result in UNSEEN or judgement.idle}
    jobs = [second for job in campaign.plan.jobs if job.name in missed and (second := rerun(job))]
    clean = Job(None, THOROUGH, second=True, behaviour=campaign.plan.options.acts_as)

    def over(job: Job, end: RunEnd) -> Sequence[Job]:
        if job is clean:
            _remove(campaign, job)
            return [aimed(one, end.verdict["cases"] if end.verdict else ()) for one in jobs]
        row = campaign.rows[job.name]
        later = judge(row.change, end)
        if wider := _wider(campaign, job, later):
            return wider
        campaign.rows[job.name] = _in_the_light_of(row, later, end)
        _remove(campaign, job)
        return []

    if jobs:
        _run_all(campaign, [clean], "why they survived", len(jobs), progress, over)


def _in_the_light_of(row: CampaignRow, later: Judgement, end: RunEnd) -> CampaignRow:
    """Return a row with what the thorough profile adds: who sees the breakage, or that it does act somewhere."""
    judgement = row.judgement
    if judgement.result is Result.DID_NOTHING:
        if end.applied == 0:
            return replace(row, later=later)
        if not row.change.kinds:
            return replace(row, judgement=later, end=end, later=later)
        judgement = replace(judgement, result=Result.SURVIVED, reason="it never came to act")
    seen = f"{later.by[0].case} ({later.by[0].level}) sees it" if later.result is Result.KILLED else ""
    reason = f"{judgement.reason}; {seen or f'{THOROUGH} too: {later.result}'}"
    return replace(row, judgement=replace(judgement, reason=reason), later=later)


def _run_all(campaign: Campaign, jobs: Sequence[Job], label: str, planned: int, progress: Progress, over: Over) -> None:
    """Run jobs, by which so many changes are judged, and call `over` with each of them and what its run left."""
    with progress(label, planned) as one_more:

        def over_and_shown(job: Job, end: RunEnd) -> Sequence[Job]:
            further = over(job, end)
            again = any(one.name == job.name for one in further)  # with all cases now
            if job.name in campaign.rows and not again:
                one_more()
            return further

        run_all(jobs, campaign.out / RUNS, campaign.at_once, over_and_shown)


def _folder(campaign: Campaign, job: Job) -> Path:
    return campaign.out / RUNS / job.folder


def _remove(campaign: Campaign, job: Job) -> None:
    shutil.rmtree(_folder(campaign, job), ignore_errors=True)
