"""Agents are quicker than a case looks: whole runs against a server whose agents take tasks when they like.

The server is a stand-in that is taken for a live Zadig, with four agents. One short run by default; with `-m stability`
all profiles on all behaviours, ZCT_STABILITY times each, two where it is not set.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from contracts.standin.app import create_app
from helpers.live_target import BOTH, TODAY, live
from helpers.whole_runs import Ran, run

AGENTS = 4
TIMES = int(os.environ.get("ZCT_STABILITY", "2"))
BRANCHES = ("--failing-branch", "fails", "--hanging-branch", "hangs")
BEHAVIOURS: Mapping[str, tuple[str, ...]] = {
    "perfect": ("--release", "1.7.0", "--deviations", "none"),
    "1.7.0": ("--release", "1.7.0"),
    "perfect-5.0": ("--release", "5.0.0", "--deviations", "none"),
    "5.0.0": ("--release", "5.0.0"),
}
"""The behaviours, and how each is run: the perfect ones have no deviations, as acceptance looks for them."""


def run_with_agents(folder: Path, behaviour: str, chance: int, *options: str) -> tuple[Ran, set[str]]:
    """Return a run against a server of a behaviour, whose agents come by chance, and what is left there."""
    app = create_app(behaviour, "real", agents=AGENTS, chance=chance)
    with live(inner=app, prefixes=TODAY if behaviour.endswith(("5.0", "5.0.0")) else BOTH) as zadig:
        token = {"ZADIG_TOKEN": zadig.tokens["admin"]}
        ran = run(folder, "--base-url", zadig.url, *BRANCHES, *BEHAVIOURS[behaviour], *options, **token)
        return ran, zadig.names()


@pytest.mark.parametrize("behaviour", ["1.7.0", "perfect-5.0"])
def test_a_smoke_run_beside_agents_is_accepted(behaviour: str, tmp_path: Path) -> None:
    """What an agent does between two requests is no breach, and nothing is blocked by it or refused by the guard."""
    ran, left = run_with_agents(tmp_path, behaviour, 1, "--profile", "smoke")
    assert ran.code == 0, ran.output[-3000:]
    assert left == set()


@pytest.mark.stability
@pytest.mark.parametrize("profile", ["regression", "nightly", "acceptance"])
@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_runs_beside_agents_are_accepted_every_time(behaviour: str, profile: str, tmp_path: Path) -> None:
    """Every run ends in the verdict accepted, with exactly the known deviations, and leaves nothing."""
    for chance in range(TIMES):
        folder = tmp_path / str(chance)
        ran, left = run_with_agents(folder, behaviour, chance, "--profile", profile)
        assert ran.code == 0, f"run {chance + 1} of {TIMES}: {ran.output[-3000:]}"
        assert left == set(), f"run {chance + 1} of {TIMES}"
