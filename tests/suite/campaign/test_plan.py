"""Which changes a campaign runs by itself: those that its profile can see."""

import pytest

from contracts.breakages.catalog import benign, breakages
from contracts.campaign.plan import EXPLORED, CampaignOptions, plan

CHANGES = {**breakages(), **benign()}


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
