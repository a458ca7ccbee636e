"""`again RUN CASE`: one case once more, against what it is meant for and nothing else."""

from pathlib import Path

import pytest

from helpers.processes import contracts
from helpers.whole_runs import Runs

BROKEN = ("create-workflow/documented-body", "create-workflow/body-null", "restart-task/queued-task")
"""Cases that release 1.7.0 breaks: by an answer, by a crash, by the state that is left."""


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_stays_so_until_it_is_fixed(case: str, runs: Runs) -> None:
    """On the behaviour of the run it says what is broken still, and on a perfect one that it is fixed."""
    red = runs("--behaviour", "1.7.0", "--deviations", "none")
    still = contracts("again", red.folder, case)
    assert (still.code, still.output.splitlines()[0]) == (1, f"still broken: {case}")
    fixed = contracts("again", red.folder, case, "--behaviour", "perfect", "--lang", "zh")
    assert (fixed.code, fixed.output) == (0, f"已修复：{case} 符合约定\n")


def test_no_token_goes_where_only_a_verdict_leads(runs: Runs, tmp_path: Path) -> None:
    """A verdict is no setting: its address is asked only where somebody else names it too."""
    red = runs("--behaviour", "1.7.0", "--deviations", "none")
    text = (Path(red.folder) / "verdict.json").read_text(encoding="utf-8")
    (tmp_path / "verdict.json").write_text(text.replace('"embedded": true', '"embedded": false'), encoding="utf-8")
    done = contracts("again", str(tmp_path), BROKEN[0])
    assert (done.code, "add --base-url http://127.0.0.1" in done.output) == (4, True)


def test_a_case_that_is_not_there(runs: Runs) -> None:
    """The nearest are named."""
    red = runs("--behaviour", "1.7.0", "--deviations", "none")
    done = contracts("again", red.folder, "create-workflow/body-nul")
    assert (done.code, "did you mean 'create-workflow/body-null" in done.output) == (4, True)
