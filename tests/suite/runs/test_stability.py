"""The same verdict every time: whole runs again and again on one stand-in, which ends as empty as it began.

They run with `-m stability` only. ZCT_STABILITY says how often, two times where it is not set; 50 takes half an hour
for a behaviour of product workflows, and seven minutes for one of custom workflows.
"""

import os
from itertools import product
from pathlib import Path

import pytest
import requests

from contracts.catalog.release import releases
from contracts.standin.defects import CUSTOM_RELEASES, RELEASE_OF
from contracts.standin.process import start
from helpers.processes import HANG
from helpers.whole_runs import Ran, run

TIMES = int(os.environ.get("ZCT_STABILITY", "2"))
FEWER = -(-TIMES // 10)
"""What both options together show that often is looked at a tenth as often for each of them alone."""
PRODUCT = {"threads": (("--in-flight", "12"), TIMES), "processes": (("-n", "8"), TIMES)}
CUSTOM = {
    "both": (("-n", "4", "--in-flight", "12"), TIMES),
    "threads": (("--in-flight", "12"), FEWER),
    "processes": (("-n", "4"), FEWER),
}
RUNS = [
    *product(("perfect", "1.7.0"), ("regression", "nightly"), PRODUCT.items()),
    *product((name for name in CUSTOM_RELEASES if RELEASE_OF[name] in releases()), ("regression",), CUSTOM.items()),
]
"""Each behaviour with the profiles that it is run with, and how: many cases at once, and how many times."""
MIXED_UP = {"cross-talk"}


@pytest.mark.stability
@pytest.mark.parametrize(
    ("behaviour", "profile", "at_once", "times"),
    [pytest.param(name, profile, *runs, id=f"{name}-{profile}-{how}") for name, profile, (how, runs) in RUNS],
)
def test_the_verdict_is_the_same_every_time(
    behaviour: str, profile: str, at_once: tuple[str, ...], times: int, tmp_path: Path
) -> None:
    """Every run says of each case what a run with one case at a time says, and is accepted; nothing is left."""
    with start(behaviour) as stand_in:
        target = ("--base-url", stand_in.base_url, "--profile", profile)
        alone = run(tmp_path / "alone", *target, "--in-flight", "1", "--isolate")
        assert (alone.code, alone.having("breach", "drift", "crashed", "blocked", "unreachable")) == (0, set())
        assert len(alone.results) == alone.verdict["counts"]["planned"]
        for number in range(1, times + 1):
            ran = run(tmp_path / str(number), *target, *at_once)
            assert ran.code == 0, f"run {number} of {times}: {ran.output[-3000:]}"
            assert said(ran) == said(alone), f"run {number} of {times}"
        held = requests.get(f"{stand_in.base_url}/_standin/state", timeout=HANG).json()["workflows"]
    assert held == []


def said(ran: Ran) -> dict[str, str]:
    """Return what a run says of each case; that answers got mixed up is no word about a case, for it takes others."""
    mixed = [
        case["case"] for case in ran.verdict["cases"] if {row["signature"] for row in case["breaches"]} == MIXED_UP
    ]
    return ran.results | dict.fromkeys(mixed, "held")
