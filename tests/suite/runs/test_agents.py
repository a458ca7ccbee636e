"""Agents are quicker than a case looks: whole runs against a server whose agents take tasks when they like.

The server is a stand-in that is taken for a live Zadig, with four agents. One short run by default; with `-m stability`
all profiles on both behaviours, ZCT_STABILITY times each, two where it is not set.
"""

import os
from pathlib import Path

import pytest

from contracts.standin.app import create_app
from helpers.live_target import live
from helpers.whole_runs import Ran, run

AGENTS = 4
TIMES = int(os.environ.get("ZCT_STABILITY", "2"))
BRANCHES = ("--failing-branch", "fails", "--hanging-branch", "hangs")
DEVIATIONS = {"perfect": ("--deviations", "none"), "1.7.0": ()}
"""The behaviours, and which deviations are known of each: the perfect one has none, as acceptance looks for them."""


def run_with_agents(folder: Path, behaviour: str, chance: int, *options: str) -> tuple[Ran, set[str]]:
    """Return a run against a server of a behaviour, whose agents come by chance, and what is left there."""
    app = create_app(behaviour, "real", agents=AGENTS, chance=chance)
    with live(inner=app) as zadig:
        token = {"ZADIG_TOKEN": zadig.tokens["admin"]}
        ran = run(folder, "--base-url", zadig.url, *BRANCHES, *DEVIATIONS[behaviour], *options, **token)
        return ran, zadig.names()


def test_a_smoke_run_beside_agents_is_accepted(tmp_path: Path) -> None:
    """What an agent does between two requests is no breach, and nothing is blocked by it."""
    ran, left = run_with_agents(tmp_path, "1.7.0", 1, "--profile", "smoke", "--release", "1.7.0")
    assert ran.code == 0, ran.output[-3000:]
    assert left == set()


@pytest.mark.stability
@pytest.mark.parametrize("profile", ["regression", "nightly", "acceptance"])
@pytest.mark.parametrize("behaviour", DEVIATIONS)
def test_runs_beside_agents_are_accepted_every_time(behaviour: str, profile: str, tmp_path: Path) -> None:
    """Every run ends in the verdict accepted, with exactly the known deviations, and leaves nothing."""
    for chance in range(TIMES):
        folder = tmp_path / str(chance)
        ran, left = run_with_agents(folder, behaviour, chance, "--profile", profile, "--release", "1.7.0")
        assert ran.code == 0, f"run {chance + 1} of {TIMES}: {ran.output[-3000:]}"
        assert left == set(), f"run {chance + 1} of {TIMES}"
