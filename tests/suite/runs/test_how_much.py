"""How much a run does to a target is what the READMEs say."""

from pathlib import Path

import pytest

from contracts.catalog.release import ROOT
from helpers.documents import READMES
from helpers.live_target import live
from helpers.whole_runs import run

ROWS = {"smoke": 0, "regression": 1}
"""Profiles that need no agent and no further token, and their rows in the table."""


def told(document: str, row: int) -> tuple[int, int]:
    """Return cases and requests of a row of the table."""
    table = (ROOT / document).read_text(encoding="utf-8").split("|---|---:|---:|---:|---:|\n", 1)[1].splitlines()
    _, cases, requests, *_ = table[row].strip("| ").replace(",", "").split(" | ")
    return int(cases), int(requests)


@pytest.mark.parametrize("profile", ROWS)
def test_requests_are_as_many_as_told(profile: str, tmp_path: Path) -> None:
    """Cases are counted exactly; of the requests that a server gets, the README has the number to two digits."""
    with live() as zadig:
        zadig.app.seen.clear()
        ran = run(tmp_path, "--base-url", zadig.url, "--profile", profile, ZADIG_TOKEN=zadig.tokens["member"])
        requests = sum(not path.startswith("/_standin") for _, path, _ in zadig.app.seen)
    for document in READMES:
        assert told(document, ROWS[profile]) == (ran.verdict["counts"]["planned"], pytest.approx(requests, rel=0.02))
