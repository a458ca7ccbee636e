"""Whole runs over custom workflows: accepted where the page is kept, or with just what a release is known to break."""

import pytest

from contracts.catalog.release import load
from contracts.run.deviations import known
from helpers.whole_runs import Runs

RELEASES = ("5.0.0", "4.3.0")
each_release = pytest.mark.parametrize("release", RELEASES)
CROSS_TALK = "concurrency/own-descriptions"
"""Which of many answers at once are mixed up is the server's affair."""


def of(release: str) -> tuple[str, ...]:
    return ("--release", release, "--profile", "acceptance")


def expected(release: str) -> set[str]:
    """Return the cases that a server of the release is known to break."""
    return {case for row in known(load(release), None) for case in row.shows if "*" not in case}


@each_release
def test_a_perfect_server_is_accepted(runs: Runs, release: str) -> None:
    """On the stand-in that keeps the page everything holds, and nothing is left."""
    ran = runs(*of(release))
    assert (ran.code, ran.verdict["verdict"], ran.verdict["leaks"]) == (0, "accepted", [])
    assert set(ran.results.values()) == {"held"}
    assert len(ran.results) > 550


@each_release
def test_a_server_of_the_release_is_accepted_with_just_its_deviations(runs: Runs, release: str) -> None:
    """Each known deviation shows in each case that it names, and nothing else does."""
    ran = runs(*of(release), "--behaviour", release)
    assert (ran.code, ran.verdict["verdict"], ran.verdict["leaks"]) == (0, "accepted", [])
    shown = {case for case, result in ran.results.items() if result == "known"}
    assert shown - {CROSS_TALK} == expected(release) - {CROSS_TALK}
    assert {result for case, result in ran.results.items() if case not in shown} == {"held"}


@pytest.mark.parametrize(
    ("release", "workers"),
    [
        pytest.param("5.0.0", (), id="one-process"),
        pytest.param("5.0.0", ("-n", "2"), id="two-workers"),
        pytest.param("4.3.0", (), id="older"),
    ],
)
def test_who_knows_of_no_deviations_rejects_just_these_cases(
    runs: Runs, release: str, workers: tuple[str, ...]
) -> None:
    """Without its list the same server is rejected, for the same cases in every order."""
    ran = runs(*of(release), "--behaviour", release, "--deviations", "none", *workers)
    assert (ran.code, ran.verdict["verdict"]) == (1, "rejected")
    broken = {case for case, result in ran.results.items() if result != "held"}
    assert broken - {CROSS_TALK} == expected(release) - {CROSS_TALK}
