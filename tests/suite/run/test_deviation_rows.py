"""Rows of deviations from a run: what is written is known in the next one, and what is gone is taken out."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contracts.__main__ import main
from contracts.catalog.release import load, releases
from contracts.run.deviations import DeviationsError, hold, known
from helpers.verdicts import CRASH, WRONG, case, verdict
from helpers.verdicts import write as write_run

UNTIL = date(2026, 7, 1)
IDS = ("cancel-task/no-such-task", "cancel-task/no-such-workflow", "start-task/body-null")
BROKEN = verdict(
    case(IDS[0], "breach", breaches=(WRONG,)),
    case(IDS[1], "breach", breaches=(WRONG,)),
    case(IDS[2], "breach", breaches=(CRASH, WRONG)),
    case("cancel-task/queued-task"),
)


def deviations(*words: object) -> Result:
    return CliRunner().invoke(main, ["deviations", *map(str, words)])


def shows(file: Path) -> dict[str, dict[str, list[str]]]:
    return {name: row["shows"] for name, row in tomllib.loads(file.read_text(encoding="utf-8")).items()}


def test_what_is_written_is_known(tmp_path: Path) -> None:
    """One row for each kind of trouble, with exactly what shows; a second call adds rows of other names."""
    run, file = write_run(tmp_path / "run", BROKEN), tmp_path / "mine.toml"
    done = deviations("add", run, "--file", file, "--expires", "2026-07-01", "--source", "a server")
    assert done.exit_code == 0, done.output
    wrong, crash = ["wrong-constant:$.code"], ["status:500", "wrong-constant:$.code"]
    assert list(shows(file).values()) == [dict.fromkeys(IDS[:2], wrong), {IDS[2]: crash}]
    rows = {row.id: row for row in known(load("1.7.0"), str(file))}
    row = rows["cancel-task-no-such-task"]
    assert (row.source, row.since, row.expires, row.releases) == ("a server", "1.7.0", UNTIL, ("1.7.0",))
    assert deviations("add", run, IDS[2], "--file", file).exit_code == 0
    assert [*shows(file)][2:] == ["start-task-body-null-2"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("cancel-task/no-such-tsk", "did you mean 'cancel-task/no-such-task'", id="no-such-case"),
        pytest.param("cancel-task/queued-task", "has no breach and no drift in this run", id="held"),
    ],
)
def test_what_shows_nothing_is_not_written(name: str, said: str, tmp_path: Path) -> None:
    done = deviations("add", write_run(tmp_path / "run", BROKEN), name, "--file", tmp_path / "mine.toml")
    assert done.exit_code == 4
    assert said in done.output
    assert not (tmp_path / "mine.toml").exists()


def told(name: str, **cases: Any) -> dict[str, Any]:
    """Return what a verdict tells of a deviation."""
    about = {"means": "", "source": "", "since": "1.7.0", "expires": "2026-07-01"}
    return {"id": name, "seen": [], "fixed": [], **about, **cases}


def test_what_is_gone_is_taken_out(tmp_path: Path) -> None:
    """A row whose cases all hold goes as a whole, one of several cases alone, and comments stay."""
    file = tmp_path / "mine.toml"
    deviations("add", write_run(tmp_path / "run", BROKEN), "--file", file)
    file.write_text("# mine\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    first, second = shows(file)
    gone = [told(first, seen=[IDS[0]], fixed=[IDS[1]]), told(second, fixed=[IDS[2]])]
    found = [case(IDS[0], "known", deviation=first), case(IDS[1], fixed=first), case(IDS[2], fixed=second)]
    run = write_run(tmp_path / "later", verdict(*found, deviations=gone))
    done = deviations("prune", run, "--file", file)
    assert done.exit_code == 0, done.output
    assert shows(file) == {first: {IDS[0]: ["wrong-constant:$.code"]}}
    assert file.read_text(encoding="utf-8").startswith("# mine\n")
    same = verdict(case(IDS[0], "known", deviation=first), deviations=[told(first, seen=[IDS[0]])])
    assert "still shows" in deviations("prune", write_run(tmp_path / "same", same), "--file", file).output


def test_a_run_that_knew_of_no_row_tells_nothing_of_them(tmp_path: Path) -> None:
    """As one without --deviations: that it shows nothing of them does not mean that they show."""
    file = tmp_path / "mine.toml"
    deviations("add", write_run(tmp_path / "run", BROKEN), "--file", file)
    done = deviations("prune", write_run(tmp_path / "other", verdict(case())), "--file", file)
    assert (done.exit_code, "run again with --deviations" in done.output) == (4, True)
    assert "still shows" in deviations("prune", tmp_path / "run", "--file", file).output


@pytest.mark.parametrize(
    ("name", "signatures", "said"),
    [
        pytest.param("cancel-task/no-such-tsk", ["status:500"], "did you mean 'cancel-task/no-such-task'", id="id"),
        pytest.param("cancel-tsk/*", ["status:500"], "no case 'cancel-tsk/*'", id="pattern"),
        pytest.param(IDS[0], ["statis:500"], "there is no 'statis'; did you mean 'status'?", id="kind"),
        pytest.param(IDS[0], ["status:400"], "returns 400 as expected, so this can never show", id="own-status"),
        pytest.param(IDS[0], [], "has no signature; add at least one", id="nothing"),
    ],
)
def test_a_row_that_nothing_can_show_is_an_error(name: str, signatures: list[str], said: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        f'[x]\nmeans = "m"\nreleases = ["1.7.0"]\nsource = "s"\nsince = "1.7.0"\nexpires = 2026-07-01\n'
        f'[x.shows]\n"{name}" = {signatures}\n',
        encoding="utf-8",
    )
    with pytest.raises(DeviationsError) as error:
        known(load("1.7.0"), str(file))
    assert said in str(error.value)


@pytest.mark.parametrize("release", releases())
def test_the_shipped_rows_can_all_show(release: str) -> None:
    """No row that comes with the suite names a case that is not there, or what it could never show."""
    for row in known(load(release), None):
        hold(row, load(release))
