"""Exit code 1 means rejected and nothing else: what is wrong on this side of the wire has another, and one line."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.catalog.release import ROOT
from helpers.processes import HANG
from helpers.whole_runs import Runs, command, environment, run, verdict_of

CASE = ("-k", "cancel-task/no-such-task")
BROKEN = ("--behaviour", "1.7.0", "--deviations", "none", "-k", "create-workflow/documented-body")
HOOKS = (
    *("pytest_sessionstart", "pytest_collection_modifyitems", "pytest_runtest_logreport", "pytest_sessionfinish"),
    *("last:pytest_sessionfinish", "pytest_terminal_summary", "pytest_unconfigure"),
)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_plugin_that_fails(hook: str, tmp_path: Path) -> None:
    """Even where a release is broken: who looks at the exit code alone must not reject it for a plugin."""
    ran = run(tmp_path, "-p", "helpers.crashing_plugin", *BROKEN, CRASH_IN=hook)
    assert ran.code == 3, ran.output
    assert "a plugin's own mistake" in ran.output


def piped(line: str, folder: Path, *words: str) -> tuple[int, str]:
    """Run cases in a shell line, `{}` in which stands for their command, and return its exit code and errors."""
    whole = line.format(shlex.join(command(folder, words)))
    done = subprocess.run(
        ["/bin/bash", "-c", whole],
        check=False,
        env=environment(folder),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=HANG,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("line", "why"),
    [
        pytest.param("{} > /dev/full", "No space left on device", id="full"),
        pytest.param("{} >&-", "it is closed", id="closed"),
        pytest.param("{} -v | true; exit ${{PIPESTATUS[0]}}", "Broken pipe", id="reader-gone"),
    ],
)
def test_an_output_that_takes_no_more(line: str, why: str, tmp_path: Path) -> None:
    """The run goes on to its end, cleans up and writes its verdict; one line says that nobody could read the rest."""
    code, said = piped(line, tmp_path, *BROKEN)
    assert (code, verdict_of(tmp_path / "run")["exit"]) == (3, 1), said
    assert said.splitlines() == [f"standard output cannot be written: {why}; the verdict is in the folder of the run"]


@pytest.mark.parametrize("descriptors", [9, 12, 16])
def test_too_few_descriptors(descriptors: int, tmp_path: Path) -> None:
    """As the command runs them, also where pytest itself cannot start."""
    own = shlex.join([sys.executable, "-m", "contracts", "run", *CASE, "--run-dir", str(tmp_path / "run")])
    code, said = piped(f"ulimit -n {descriptors}; {own}", tmp_path)
    assert code == 3, said


def test_no_command_fails_with_1() -> None:
    """A command whose own part fails says so in one line, and ends as 3."""
    broken = "import contracts.cli.target as module; module.SettingsCommand.invoke = lambda *_: 1 / 0\n"
    broken += "from contracts.__main__ import main; main(['doctor'])"
    done = subprocess.run(
        [sys.executable, "-c", broken], check=False, cwd=ROOT, capture_output=True, text=True, timeout=HANG
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "ZeroDivisionError: division by zero" in done.stderr


def test_a_rejected_run_still_ends_with_1(runs: Runs) -> None:
    assert runs(*BROKEN).code == 1
