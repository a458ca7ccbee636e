"""Allure results of a whole run: as many as its verdict counts, read by allure, and without a token."""

import re
from collections import Counter
from pathlib import Path

import pytest

from helpers.allure_samples import assert_whole, written
from helpers.whole_runs import Ran, Runs


@pytest.fixture
def rejected(runs: Runs) -> Ran:
    """A run that breaks and drifts."""
    return runs("--behaviour", "1.7.0", "--deviations", "none")


def test_the_counts_of_a_whole_run_agree(rejected: Ran, tmp_path: Path) -> None:
    """A run that breaks and drifts has as many failed and passed results as its verdict and pytest say."""
    counts = rejected.verdict["counts"]
    made = written(rejected.verdict, tmp_path)
    statuses = Counter(result["status"] for result in made.values())
    assert statuses == {"passed": counts["held"], "failed": counts["breach"] + counts["drift"]}
    assert f"{statuses['failed']} failed, {statuses['passed']} passed" in rejected.output


def test_a_whole_run_has_the_shape(rejected: Ran, tmp_path: Path) -> None:
    written(rejected.verdict, tmp_path)
    assert_whole(tmp_path)


def test_no_file_shows_a_token(rejected: Ran, tmp_path: Path) -> None:
    """Where a request was authorized, only the name of the variable is shown."""
    written(rejected.verdict, tmp_path)
    text = "\n".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    values = set(re.findall(r"(?i)bearer\s+([^\s\"\\]+)", text))
    assert {"$ZADIG_TOKEN", "$ZADIG_OUTSIDER_TOKEN"} <= values
    assert {value for value in values if not value.startswith("$")} <= {"garbage"}  # a case's own
    assert not re.search(r"\beyJ[\w-]+\.", text)  # how each token of the stand-in begins
