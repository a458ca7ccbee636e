"""`make run` without a target runs the page that the project began with and today's; with one, that target alone."""

import os
import re
import shutil
from pathlib import Path

import pytest

from contracts.catalog.release import ROOT
from helpers.processes import environment, run

BOTH = ["tests/api --release 1.7.0", "tests/api --release 5.0.0"]
ONE = ["tests/api"]
PYTEST = """#!/bin/sh
echo "ran: $*"
case "$*" in *1.7.0*) exit $FIRST;; *) exit $LAST;; esac
"""


def made(folder: Path, first: int = 0, last: int = 0, **settings: str) -> tuple[int, list[str]]:
    """Return the exit code of the recipe, and the arguments of each pytest, which only ends with a code."""
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "pytest").write_text(PYTEST)
    (folder / "pytest").chmod(0o700)
    (folder / "ready").touch()
    command = ["make", "-C", str(folder), "-o", "ready", "READY=ready", f"BIN={folder}", "run"]
    done = run(command, env=environment(PATH=os.environ["PATH"], FIRST=str(first), LAST=str(last), **settings))
    code = re.search(r"Error (\d+)$", done.output, re.MULTILINE)
    return int(code[1]) if code else done.code, re.findall(r"^ran: (.*)$", done.output, re.MULTILINE)


@pytest.mark.parametrize(
    ("first", "last", "worse"),
    [(0, 0, 0), (1, 0, 1), (0, 1, 1), (6, 1, 1), (1, 6, 1), (7, 6, 6), (0, 7, 7), (4, 6, 4), (9, 0, 1)],
)
def test_both_are_run_and_the_worse_decides(tmp_path: Path, first: int, last: int, worse: int) -> None:
    assert made(tmp_path, first, last) == (worse, BOTH)


@pytest.mark.parametrize("name", ["BASE_URL", "RELEASE", "API", "BEHAVIOUR"])
def test_what_is_said_is_run_alone(tmp_path: Path, name: str) -> None:
    """Also where it is empty, for which pytest has an error of its own."""
    assert made(tmp_path, 1, 6, **{f"ZADIG_{name}": "x"}) == (6, ONE)
    assert made(tmp_path, 1, 6, **{f"ZADIG_{name}": ""}) == (6, ONE)


@pytest.mark.parametrize("line", ['base_url = "https://zadig.example.com"', '  "release" = "1.8.0"'])
def test_what_a_file_says_is_run_alone(tmp_path: Path, line: str) -> None:
    (tmp_path / "zadig.toml").write_text(f'profile = "smoke"\n{line}\n')
    assert made(tmp_path, 1, 6) == (6, ONE)


def test_each_of_two_runs_has_a_folder_of_its_own(tmp_path: Path) -> None:
    _, ran = made(tmp_path, ZADIG_RUN_DIR="runs/here")
    assert ran == [f"{line} --run-dir runs/here-{line.split()[-1]}" for line in BOTH]
