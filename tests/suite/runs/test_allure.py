"""Allure results of cases: how many there are, how they ended, and that allure reads them."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.catalog.release import ROOT
from contracts.report.export.allure import write
from contracts.report.verdict_rules import Result
from helpers.allure_samples import LIVE, assert_whole, every, outcome, verdict, written
from helpers.whole_runs import Runs


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        pytest.param(
            every(), {"passed": 2, "failed": 2, "broken": 1, "skipped": 3, "unknown": 1}, id="everything-happened"
        ),
        pytest.param(
            every(replace(LIVE, drift="warn")),
            {"passed": 3, "failed": 1, "broken": 1, "skipped": 3, "unknown": 1},
            id="drift-is-only-warned-of",
        ),
        pytest.param(verdict(outcome(Result.HELD)), {"passed": 1}, id="accepted"),
        pytest.param(verdict(not_run=["a/b", "a/c"]), {"unknown": 2}, id="nothing-ran"),
        pytest.param(verdict(), {}, id="nothing-planned"),
    ],
)
def test_each_case_has_one_result(found: dict[str, Any], counts: dict[str, int], tmp_path: Path) -> None:
    """There is one result for each planned case, with the status that pytest would give it."""
    made = written(found, tmp_path)
    assert set(made) == {*(case["case"] for case in found["cases"]), *found["not_run"]}
    assert Counter(result["status"] for result in made.values()) == counts


def test_the_counts_of_a_whole_run_agree(runs: Runs, tmp_path: Path) -> None:
    """A run that breaks and drifts has as many failed and passed results as its verdict and pytest say."""
    ran = runs("--behaviour", "1.7.0", "--deviations", "none")
    counts = ran.verdict["counts"]
    made = written(ran.verdict, tmp_path)
    statuses = Counter(result["status"] for result in made.values())
    assert statuses == {"passed": counts["held"], "failed": counts["breach"] + counts["drift"]}
    assert f"{statuses['failed']} failed, {statuses['passed']} passed" in ran.output


def test_everything_that_happens_has_the_shape(tmp_path: Path) -> None:
    """Whatever became of a case, its result is one that allure reads."""
    write(every(), tmp_path, root=ROOT)
    assert_whole(tmp_path)


def test_a_whole_run_has_the_shape(runs: Runs, tmp_path: Path) -> None:
    """The results of a real run are such that allure reads them."""
    write(runs("--behaviour", "1.7.0", "--deviations", "none").verdict, tmp_path, root=ROOT)
    assert_whole(tmp_path)


def test_a_second_run_in_the_folder_adds_to_it(tmp_path: Path) -> None:
    """Results that are there already stay; whoever wants them gone says --clean-alluredir."""
    for _ in range(2):
        write(every(), tmp_path, root=ROOT)
    assert len(list(tmp_path.glob("*-result.json"))) == 2 * len(every()["cases"]) + 2
