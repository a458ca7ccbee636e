"""The same verdict every time: whole runs again and again on one stand-in, which ends as empty as it began.

They run with `-m stability` only. ZCT_STABILITY says how often, two times where it is not set; 50 takes half an hour.
"""

import os
from collections import Counter
from pathlib import Path

import pytest
import requests
from whole_runs import run

from contracts.standin.process import start

TIMES = int(os.environ.get("ZCT_STABILITY", "2"))
PROFILES = {"regression": ("--profile", "regression", "-n", "8"), "nightly": ("--profile", "nightly", "-n", "8")}


@pytest.mark.stability
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("behaviour", ["perfect", "1.7.0"])
def test_the_verdict_is_the_same_every_time(behaviour: str, profile: str, tmp_path: Path) -> None:
    """Every run is accepted with every planned case told, whatever was sent at the same time; nothing is left."""
    seen: Counter[tuple[int, str, int, int]] = Counter()
    with start(behaviour) as stand_in:
        for number in range(TIMES):
            ran = run(tmp_path / str(number), "--base-url", stand_in.base_url, *PROFILES[profile])
            counts = ran.verdict["counts"]
            told = counts["held"] + counts["known"]
            seen[ran.code, ran.verdict["verdict"], told, counts["planned"]] += 1
            assert ran.code == 0, f"run {number + 1} of {TIMES}, after {dict(seen)}: {ran.output[-3000:]}"
        held = requests.get(f"{stand_in.base_url}/_standin/state", timeout=10).json()["workflows"]
    assert list(seen.values()) == [TIMES]
    ((_, _, told, planned),) = seen
    assert (told, held) == (planned, [])
