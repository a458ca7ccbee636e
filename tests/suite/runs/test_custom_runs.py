"""Whole runs over custom workflows: accepted where the page is kept, or with just what a release is known to break."""

import pytest

from contracts.catalog.release import load
from contracts.run.deviations import known
from helpers.whole_runs import Runs

RELEASE = ("--release", "5.0.0", "--profile", "acceptance")
ON_SERVER = (*RELEASE, "--behaviour", "5.0.0")
CROSS_TALK = "concurrency/own-descriptions"
"""Which of many answers at once are mixed up is the server's affair."""


def expected() -> set[str]:
    """Return the cases that a server of the release is known to break."""
    return {case for row in known(load("5.0.0"), None) for case in row.shows if "*" not in case}


def test_a_perfect_server_is_accepted(runs: Runs) -> None:
    """On the stand-in that keeps the page everything holds, and nothing is left."""
    ran = runs(*RELEASE)
    assert (ran.code, ran.verdict["verdict"], ran.verdict["leaks"]) == (0, "accepted", [])
    assert set(ran.results.values()) == {"held"}
    assert len(ran.results) > 600


def test_a_server_of_the_release_is_accepted_with_just_its_deviations(runs: Runs) -> None:
    """Each known deviation shows in each case that it names, and nothing else does."""
    ran = runs(*ON_SERVER)
    assert (ran.code, ran.verdict["verdict"], ran.verdict["leaks"]) == (0, "accepted", [])
    shown = {case for case, result in ran.results.items() if result == "known"}
    assert shown - {CROSS_TALK} == expected() - {CROSS_TALK}
    assert {result for case, result in ran.results.items() if case not in shown} == {"held"}


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one-process", "two-workers"])
def test_who_knows_of_no_deviations_rejects_just_these_cases(runs: Runs, workers: tuple[str, ...]) -> None:
    """Without its list the same server is rejected, for the same cases in every order."""
    ran = runs(*ON_SERVER, "--deviations", "none", *workers)
    assert (ran.code, ran.verdict["verdict"]) == (1, "rejected")
    assert {case for case, result in ran.results.items() if result != "held"} - {CROSS_TALK} == expected() - {
        CROSS_TALK
    }
