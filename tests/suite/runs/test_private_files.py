"""What a run and the commands about it write is for its owner alone, or for a group where a setting says so."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from contracts.catalog.release import ROOT
from helpers.processes import environment, run

WRITERS = (
    ["report", "runs/one", "--allure", "results-later"],
    ["bundle", "runs/one"],
    ["merge", "runs/one", "--out", "runs/merged"],
    ["history"],
)
"""The commands that write beside a run."""


def _open_to_all(command: Sequence[str], folder: Path, **more: str) -> int:
    """Run a command where new files would be anybody's to read and write."""
    shell = ["/bin/sh", "-c", 'umask 0; exec "$@"', "sh", sys.executable, "-m", *command]
    return run(shell, folder, environment(PYTHONPATH=str(ROOT)) | more).code


def _modes(folder: Path) -> set[tuple[str, str]]:
    """Return the kinds of what is in a folder, with their rights; the lock is nobody else's in any case."""
    found = [path for path in folder.rglob("*") if path.name != "run.lock"]
    return {("folder" if path.is_dir() else "file", f"{path.stat().st_mode & 0o777:o}") for path in found}


@pytest.mark.parametrize(
    ("how", "options", "wanted"),
    [
        pytest.param({}, [], {("folder", "700"), ("file", "600")}, id="owner"),
        pytest.param({"ZADIG_READABLE_BY": "group"}, [], {("folder", "750"), ("file", "640")}, id="group-by-variable"),
        pytest.param({}, ["--readable-by", "group"], {("folder", "750"), ("file", "640")}, id="group-by-option"),
    ],
)
def test_what_is_written_is_for_whom_the_setting_says(
    how: dict[str, str], options: list[str], wanted: set[tuple[str, str]], tmp_path: Path
) -> None:
    """Verdict, reports, journal, junit and allure's results of a run with workers, then bundle, merged run, history."""
    pytest_itself = ["pytest", "-q", "-c", str(ROOT / "pytest.ini"), "--rootdir", str(ROOT), str(ROOT / "tests/api")]
    sinks = ["--run-dir", "runs/one", "--alluredir", "results", "--junit-xml", "pytest.xml", "-p", "no:cacheprovider"]
    smoke = [*pytest_itself, "--profile", "smoke", "-n", "2", *sinks, *options]
    assert _open_to_all(smoke, tmp_path, **how) == 0
    assert _modes(tmp_path) == wanted
    for command in WRITERS:
        assert _open_to_all(["contracts", *command, *options], tmp_path, **how) == 0
    assert _modes(tmp_path) == wanted
    names = {path.name for path in tmp_path.rglob("*")}
    assert names > {"verdict.json", "journal.jsonl", "junit.xml", "report.html", "evidence.zip", "history.html"}


def test_a_folder_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    """A run may be told to work in somebody's folder; what it makes there is its owner's all the same."""
    (tmp_path / "one").mkdir(0o755)
    (tmp_path / "one").chmod(0o755)
    command = ["pytest", "-q", "-c", str(ROOT / "pytest.ini"), "--rootdir", str(ROOT), str(ROOT / "tests/api")]
    assert _open_to_all([*command, "--profile", "smoke", "--run-dir", "one", "-p", "no:cacheprovider"], tmp_path) == 0
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o755
    assert _modes(tmp_path / "one") == {("file", "600")}
