"""What must hold before any result is believed: the suite accepts the server as it is, and rejects one that fails."""

from contracts.breakages.breakage import Breakage, Forward, Memory, Request, Response
from contracts.campaign.judge import Result, RunEnd, judge
from contracts.campaign.plan import CampaignOptions, Job
from contracts.catalog.cases import EFFECTS


async def _wrong(asked: Request, forward: Forward, _memory: Memory) -> Response:
    """Do nothing for the four operations, and answer as a server that always crashes."""
    whole = await forward(asked) if asked.operation not in EFFECTS else None
    return whole or _CRASH


_FINE, _CRASH = Response(200, body=b'{"message":"success"}'), Response(500)
FORCED = Breakage(
    name="campaign/every/any/forced-failure",
    family="campaign",
    operation="*",
    answer="*",
    says="The four operations answer what they promise.",
    kinds=frozenset({"status", "empty-body"}),
    act=_wrong,
    before=_FINE,
    after=_CRASH,
)
"""What any run must be rejected for: else none of its results would mean anything."""


def checks(wish: CampaignOptions) -> tuple[Job, Job]:
    """Return the run without a change, and the one with a change that nothing can miss."""
    return Job(None, wish.level, wish.behind), Job(FORCED, wish.level, wish.behind)


def broken(job: Job, ended: RunEnd) -> str:
    """Return why one of the checks did not come out as it must, in one line; empty where it did."""
    if job.change is not None:
        judged = judge(job.change, ended)
        failed = judged.result is not Result.KILLED
        return f"a server that always fails was not rejected: {judged.reason}" if failed else ""
    if ended.verdict is None:
        return f"the clean run did not run: {ended.trouble}"
    if ended.verdict["exit"] != 0:
        return (
            f"the clean run was not accepted, it is {ended.verdict['verdict']}: {'; '.join(ended.verdict['reasons'])}"
        )
    return ""
