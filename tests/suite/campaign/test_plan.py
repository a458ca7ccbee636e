"""A campaign runs what its profile can see, and first the cases that can see it, as a run without any change has
recorded it."""

import pytest

from contracts.breakages.breakage import Breakage, Forward, Memory, Request, Response
from contracts.breakages.catalog import benign, breakages
from contracts.campaign.plan import EXPLORED, LIFE, CampaignOptions, Job, aimed, plan

CHANGES = {**breakages(), **benign()}

FINE = Response(200)
CLEAN = [
    {"case": case, "operation": operation, "steps": [{"phase": "request", "call": call, "answer": answer}]}
    for case, operation, call, answer in [
        ("cancel-task/queued", "cancel-task", "cancel-task", "success"),
        ("cancel-task/none", "cancel-task", "cancel-task", "no-such-task"),
        ("start-task/then-cancelled", "start-task", "cancel-task", "success"),
        ("concurrency/cancels", "concurrency", "cancel-task", ""),
        ("concurrency/creates-of-one-name", "concurrency", "create-workflow", ""),
        (LIFE, "flow", "cancel-task", "success"),
    ]
]


async def _act(request: Request, forward: Forward, _: Memory) -> Response:
    return await forward(request)


def change(operation: str, answer: str, *kinds: str, of: frozenset[str] = frozenset()) -> Breakage:
    """Return a change of an answer."""
    return Breakage("a/b/c/d", "a", operation, answer, "", frozenset(kinds), _act, FINE, FINE, of=of)


def test_a_breakage_is_looked_for_where_its_operation_gets_its_answer() -> None:
    """Cases of its operation with its answer, concurrent ones with its operation, and one life come first."""
    job = aimed(Job(change("cancel-task", "success", "status"), "nightly"), CLEAN)
    assert job.cases == {"cancel-task/queued", "concurrency/cancels", LIFE}


def test_a_benign_change_keeps_all_cases_unless_it_was_given_few() -> None:
    """Of few cases those stay that get what it acts on, and one life; who has all of them keeps all."""
    harmless = change("*", "*", of=frozenset({"no-such-task"}))
    few = frozenset({"cancel-task/queued", "cancel-task/none"})
    assert aimed(Job(harmless, "nightly", cases=few), CLEAN).cases == {"cancel-task/none", LIFE}
    assert aimed(Job(harmless, "nightly"), CLEAN).cases == frozenset()


@pytest.mark.parametrize("upstream", ["", "http://127.0.0.1:1"], ids=["stand-in", "live"])
def test_a_benign_change_gets_the_case_that_it_names(upstream: str) -> None:
    """Where the few cases of the short form do not have what it acts on, a row names one that does, on any target."""
    race, case = "benign/lost-race", "concurrency/creates-of-one-name"
    (job,) = plan(CampaignOptions(only=(race,), short=True, upstream=upstream), CHANGES).jobs
    assert case in aimed(job, CLEAN).cases


def test_in_front_of_a_live_zadig_a_run_is_whole() -> None:
    """What it leaves there is told by one run, so there is no other before it."""
    job = Job(change("cancel-task", "success", "status"), "nightly", "http://127.0.0.1:1")
    assert aimed(job, CLEAN) is job


@pytest.mark.parametrize("api", ["aslan", "openapi"])
@pytest.mark.parametrize("profile", [None, "nightly", "explore"])
def test_what_is_explored_is_for_that_profile_alone(profile: str | None, api: str) -> None:
    """Breakages that only explored lives see are run where lives are explored, and no others there."""
    planned = plan(CampaignOptions(api=api, profile=profile), CHANGES)
    families = {job.change.family for job in planned.jobs if job.change}
    assert (families & EXPLORED) == (EXPLORED if profile == "explore" else set())
    assert (families <= EXPLORED) == (profile == "explore")


def test_what_is_named_is_run_whatever_sees_it() -> None:
    """Who names a family or a change gets it under every profile."""
    assert plan(CampaignOptions(family="lives"), CHANGES).jobs
    assert plan(CampaignOptions(only=("state/*",), profile="explore"), CHANGES).jobs
