"""Whole runs over custom workflows: accepted where the page is kept, or with just what a release is known to break.

By default every release on its own servers, and the newest and the oldest on the perfect one; all with `-m stability`.
"""

import pytest

from contracts.catalog.release import load
from contracts.run.deviations import known
from helpers.whole_runs import Ran, Runs

RELEASES = ("5.0.0", "4.3.0", "3.4.1", "3.0.0", "2.3.0")
BETWEEN = RELEASES[1:-1]
each_release = pytest.mark.parametrize(
    "release",
    [pytest.param(name, marks=pytest.mark.stability) if name in ("3.0.0", "3.4.1") else name for name in RELEASES],
)
"""Two are rows on the releases beside them, and run with `-m stability`."""
CROSS_TALK = {"cross-talk"}
"""Which of many answers at once are mixed up is the server's affair, and that of other workers."""


def of(release: str) -> tuple[str, ...]:
    return ("--release", release, "--profile", "acceptance")


def expected(release: str) -> set[str]:
    """Return the cases that a server of the release is known to break whenever it is asked, exploring apart."""
    rows = [row.shows.items() for row in known(load(release), None)]
    return {case for shows in rows for case, shown in shows if shown != CROSS_TALK and not case.startswith("explore/")}


def broken(ran: Ran) -> set[str]:
    """Return the cases that did not hold, but for those in which answers were mixed up."""
    wrong = [case for case in ran.verdict["cases"] if case["result"] != "held"]
    return {case["case"] for case in wrong if {row["signature"] for row in case["breaches"]} != CROSS_TALK}


@pytest.mark.parametrize(
    "release",
    [pytest.param(name, marks=pytest.mark.stability) if name in BETWEEN else name for name in RELEASES],
)
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
    assert broken(ran) <= expected(release) <= {case for case, result in ran.results.items() if result != "held"}
    assert set(ran.results.values()) == {"held", "known"}


def test_a_case_takes_eight_requests_at_most(runs: Runs) -> None:
    """On average, looking at the state before and after and removing what was made among them."""
    cases = [case for case in runs(*of("5.0.0"), "--behaviour", "5.0.0").verdict["cases"] if case["level"] != "nightly"]
    assert len(cases) > 500
    assert sum(len(case["steps"]) for case in cases) / len(cases) <= 8


@pytest.mark.parametrize(
    ("release", "workers"),
    [
        pytest.param("5.0.0", (), id="one-process", marks=pytest.mark.stability),
        pytest.param("5.0.0", ("-n", "2"), id="two-workers"),
        pytest.param("2.3.0", (), id="older", marks=pytest.mark.stability),
    ],
)
def test_who_knows_of_no_deviations_rejects_just_these_cases(
    runs: Runs, release: str, workers: tuple[str, ...]
) -> None:
    """Without its list the same server is rejected, for the same cases in every order."""
    ran = runs(*of(release), "--behaviour", release, "--deviations", "none", *workers)
    assert (ran.code, ran.verdict["verdict"]) == (1, "rejected")
    assert broken(ran) <= expected(release) <= {case for case, result in ran.results.items() if result != "held"}
