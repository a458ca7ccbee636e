"""Cases of a team's own run beside those of the suite, as docs/own-cases.md shows them, word for word."""

from datetime import date
from pathlib import Path

import pytest

from contracts.report.gate import gate
from helpers.documents import fences, read
from helpers.processes import called
from helpers.whole_runs import run

OURS = {"cancel-task/id-with-zeros-before-it", "team/cancel-and-restart"}
NARROW = ("-k", "zeros or team/ or no-such-task")


@pytest.fixture(scope="module", name="team")
def team_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the document."""
    folder = tmp_path_factory.mktemp("team")
    shown = {fence.language: fence.text for fence in fences(read("docs/own-cases.md"))}
    (folder / "team.toml").write_text(shown["toml"], encoding="utf-8")
    (folder / "test_team.py").write_text(shown["python"], encoding="utf-8")
    return folder


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "workers"])
def test_rows_and_flows(options: tuple[str, ...], team: Path, tmp_path: Path) -> None:
    """They hold, are planned, are part of the profile, and stand in verdict.json; a gate takes them as any other."""
    ran = run(tmp_path, str(team / "test_team.py"), "--cases", str(team / "team.toml"), *NARROW, *options)
    assert ran.code == 0, ran.output
    assert ran.having("held") >= OURS
    assert len(ran.results) > len(OURS)
    assert ran.verdict["plan"]["profile"]["cases"] >= len(ran.results) + len(ran.verdict["plan"]["unselected"])
    assert gate([Path(ran.folder)], date(2026, 1, 3), selection=True)[1].exit == 0
    assert gate([Path(ran.folder)], date(2026, 1, 3))[1].exit == 6


def test_a_row_is_red_where_a_server_is_wrong_and_can_be_done_again(team: Path, tmp_path: Path) -> None:
    """`again` knows where it came from."""
    breaks = team / "wrong.toml"
    text = (team / "team.toml").read_text(encoding="utf-8").replace('"success"', '"no-such-task"')
    breaks.write_text(text, encoding="utf-8")
    ran = run(tmp_path, "--cases", str(breaks), "-k", "zeros")
    assert (ran.code, ran.results) == (1, {"cancel-task/id-with-zeros-before-it": "breach"})
    assert f"--cases {breaks}" in ran.output
    done = called("again", ran.folder, "cancel-task/id-with-zeros-before-it")
    assert (done.code, "still broken: cancel-task/id-with-zeros-before-it" in done.output) == (1, True)


def test_a_row_that_does_not_hold_together_ends_with_4(team: Path, tmp_path: Path) -> None:
    (team / "wrong.toml").write_text("[stop-task.x]\ngiven = 'workflow'\n", encoding="utf-8")
    ran = run(tmp_path, "--cases", str(team / "wrong.toml"), "--lang", "zh")
    assert (ran.code, "没有操作 'stop-task'" in ran.output, (tmp_path / "run").exists()) == (4, True, False), ran.output
