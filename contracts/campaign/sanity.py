"""What must hold before any result is believed: the suite accepts the server as it is, and rejects one that fails."""

from contracts.breakages.breakage import Answered, Asked, Change, Forward, Memory
from contracts.campaign.judge import Ended, Result, judge
from contracts.campaign.plan import Job, Wish
from contracts.catalog.cases import EFFECTS


async def _wrong(asked: Asked, forward: Forward, _memory: Memory) -> Answered:
    """Do nothing for the four operations, and answer as a server that always crashes."""
    whole = await forward(asked) if asked.operation not in EFFECTS else None
    return whole or _CRASH


_FINE, _CRASH = Answered(200, body=b'{"message":"success"}'), Answered(500)
FORCED = Change(
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


def checks(wish: Wish) -> tuple[Job, Job]:
    """Return the run without a change, and the one with a change that nothing can miss."""
    return Job(None, wish.level, wish.behind), Job(FORCED, wish.level, wish.behind)


def broken(job: Job, ended: Ended) -> str:
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
