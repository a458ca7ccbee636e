"""The same verdict every time: whole runs again and again on one stand-in, which ends as empty as it began.

They run with `-m stability` only. ZCT_STABILITY says how often, two times where it is not set; 50 takes half an hour.
"""

import os
from pathlib import Path

import pytest
import requests

from contracts.standin.process import start
from helpers.processes import HANG
from helpers.whole_runs import run

TIMES = int(os.environ.get("ZCT_STABILITY", "2"))
AT_ONCE = {"threads": ("--in-flight", "12"), "processes": ("-n", "8")}


@pytest.mark.stability
@pytest.mark.parametrize("at_once", AT_ONCE)
@pytest.mark.parametrize("profile", ["regression", "nightly"])
@pytest.mark.parametrize("behaviour", ["perfect", "1.7.0"])
def test_the_verdict_is_the_same_every_time(behaviour: str, profile: str, at_once: str, tmp_path: Path) -> None:
    """Every run says of each case what a run with one case at a time says, and is accepted; nothing is left."""
    with start(behaviour) as stand_in:
        target = ("--base-url", stand_in.base_url, "--profile", profile)
        alone = run(tmp_path / "alone", *target, "--in-flight", "1")
        assert (alone.code, alone.having("breach", "drift", "crashed", "blocked", "unreachable")) == (0, set())
        assert len(alone.results) == alone.verdict["counts"]["planned"]
        for number in range(1, TIMES + 1):
            ran = run(tmp_path / str(number), *target, *AT_ONCE[at_once])
            assert ran.code == 0, f"run {number} of {TIMES}: {ran.output[-3000:]}"
            assert ran.results == alone.results, f"run {number} of {TIMES}"
        held = requests.get(f"{stand_in.base_url}/_standin/state", timeout=HANG).json()["workflows"]
    assert held == []
