"""A run's folder has one owner at a time; what stands in it is neither believed nor lost."""

import json
import os
from pathlib import Path

import pytest

from contracts.safety.journal import FILE, SUITE, Journal, left_open
from contracts.safety.run_folder import LOCK, RunFolderError, claim, is_claimed, release

ONE, OTHER = "20260101t000000-aaaa", "20260102t000000-bbbb"


def test_one_run_at_a_time(tmp_path: Path) -> None:
    lock = claim(tmp_path / "run", ONE)
    assert is_claimed(tmp_path / "run")
    with pytest.raises(RunFolderError, match="another run is using it"):
        claim(tmp_path / "run", OTHER)
    os.close(lock)
    assert not is_claimed(tmp_path / "run")
    os.close(claim(tmp_path / "run", OTHER))


@pytest.mark.parametrize("made", [True, False])
def test_what_came_to_nothing_leaves_nothing(made: bool, tmp_path: Path) -> None:
    """A run that was refused takes its lock along; a folder that was there before stays, and so does what is in it."""
    release(tmp_path / "run", claim(tmp_path / "run", ONE), made=made)
    assert [path.name for path in tmp_path.iterdir()] == ([] if made else ["run"])
    release(tmp_path, claim(tmp_path, ONE), made=False)
    assert (tmp_path / LOCK).exists() != made


def test_the_journal_of_an_earlier_run_is_set_aside(tmp_path: Path) -> None:
    """What an earlier run left open stays its own, to be swept, and the new run begins a journal of its own."""
    journal = Journal(tmp_path / FILE)
    journal.begin(ONE, "https://one.example")
    journal.open(f"zct-{ONE}-main-1", "nginx")
    os.close(claim(tmp_path, OTHER))
    assert not (tmp_path / FILE).exists()
    assert left_open(tmp_path / f"journal.{ONE}.jsonl") == {f"zct-{ONE}-main-1": "nginx"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps({"event": "open", "name": "prod-release", "project": "nginx"}), id="no-header"),
        pytest.param(json.dumps({"event": "run", "run": "../x", "base_url": "", "suite": SUITE}), id="path-as-id"),
        pytest.param("[" * 100_000, id="nested-deep"),
        pytest.param("no JSON", id="no-json"),
    ],
)
def test_a_journal_of_no_run_is_refused(text: str, tmp_path: Path) -> None:
    """A folder with something else in it is left as it is."""
    (tmp_path / FILE).write_text(text)
    with pytest.raises(RunFolderError, match="belongs to no run of this suite"):
        claim(tmp_path, ONE)
    assert (tmp_path / FILE).read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("name", [LOCK, FILE])
def test_a_planted_link_is_not_followed(name: str, tmp_path: Path) -> None:
    """Neither lock nor journal is written through a link."""
    theirs = tmp_path / "theirs"
    theirs.write_text("precious")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / name).symlink_to(theirs)
    with pytest.raises(RunFolderError):
        claim(tmp_path / "run", ONE)
    assert theirs.read_text() == "precious"


def test_a_journal_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("precious")
    (tmp_path / FILE).symlink_to(tmp_path / "theirs")
    with pytest.raises(OSError, match="symbolic"):
        Journal(tmp_path / FILE)
    assert (tmp_path / "theirs").read_text() == "precious"
