"""Whoever's token is the main one, the verdict is right, and says what such a user cannot show."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from contracts.standin.process import start
from helpers.processes import HANG, contracts
from helpers.whole_runs import run

WHO_MATTERS = "by- or rights or waits or rejected or whole-life"
"""Cases that a user's rights make a difference to, and some that they do not."""
SHOWS_NOTHING = "the token is a system administrator's, so permissions were not tested"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with start("5.0.0") as stand_in:
        yield stand_in.base_url


def token(address: str, who: str) -> str:
    return requests.get(f"{address}/_standin/token/{who}", timeout=HANG).text


@pytest.mark.parametrize("who", ["member", "project-admin", "admin"])
def test_who_may_do_all_is_told_the_same(address: str, who: str, tmp_path: Path) -> None:
    """An ordinary member, the project's administrator and the system's: accepted, and of the last it is said."""
    ran = run(tmp_path, "--base-url", address, "-k", WHO_MATTERS, ZADIG_TOKEN=token(address, who))
    assert (ran.code, ran.verdict["verdict"], ran.verdict["leaks"]) == (0, "accepted", []), ran.output
    assert ran.verdict["run"]["release"] == "5.0.0"
    assert len(ran.results) > 80
    assert any(note.startswith(SHOWS_NOTHING) for note in ran.verdict["run"]["notes"]) == (who == "admin")
    assert (f"note: {SHOWS_NOTHING}" in " ".join(ran.output.split())) == (who == "admin")
    looked = contracts("doctor", "--base-url", address, ZADIG_TOKEN=token(address, who))
    assert looked.code == 0
    assert ("so permissions will not be tested" in looked.output) == (who == "admin")


@pytest.mark.parametrize("who", ["viewer", "nobody"])
def test_who_may_not_do_it_is_no_reason_to_reject(address: str, who: str, tmp_path: Path) -> None:
    """Nothing is tried, and the rights that lack are named: a role is at fault, and not the server."""
    ran = run(tmp_path, "--base-url", address, "--profile", "smoke", ZADIG_TOKEN=token(address, who))
    assert (ran.code, ran.verdict["verdict"]) == (6, "inconclusive")
    assert "lacks create_workflow, edit_workflow, run_workflow in project nginx" in ran.output
    looked = contracts("doctor", "--base-url", address, ZADIG_TOKEN=token(address, who))
    assert looked.code == 1
    assert "lacks create_workflow, edit_workflow, run_workflow in project nginx" in looked.output
