"""Processes that tests start, in an environment that has nothing of whoever runs the tests; commands without one."""

import gc
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from contracts.__main__ import main
from contracts.catalog.release import ROOT

HANG = 1800
"""Seconds after which a process, or an answer, hangs: far more than any machine takes for it, however busy it is."""
_OTHERS = ("ZADIG_", "PYTEST_", "PYTHONPATH", "GITHUB_")
_OF_A_RUN = ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_PLUGINS", "PYTHONSAFEPATH")
"""Variables that a run sets for its workers."""


@dataclass(frozen=True)
class Done:
    """What came of a command.

    code: its exit code
    output: what it printed, errors among it unless they were asked for apart
    errors: what it printed to stderr, where that was asked for apart
    """

    code: int
    output: str
    errors: str = ""


def environment(**more: str) -> dict[str, str]:
    """Return an environment in which `python` and `pytest` are this Python's, and nothing of a target is set."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(_OTHERS)}
    return kept | {"PATH": os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", "")))} | more


def run(
    command: Sequence[str] | str, cwd: Path = ROOT, env: Mapping[str, str] | None = None, *, apart: bool = False
) -> Done:
    """Run a command to its end, a text as a shell does; with `apart`, errors are kept apart from what is printed."""
    done = subprocess.run(
        command,
        shell=isinstance(command, str),
        cwd=cwd,
        env=environment() if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if apart else subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=HANG,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr or "")


def pytest(*words: str, cwd: Path = ROOT, **more: str) -> Done:
    """Run pytest with these words, and `more` in its environment."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    return run(command, cwd, environment(PYTHONPATH=str(ROOT)) | more)


def contracts(*words: str, cwd: Path = ROOT, **more: str) -> Done:
    """Run `python -m contracts` with these words, and `more` in its environment."""
    return run([sys.executable, "-m", "contracts", *words], cwd, environment(PYTHONPATH=str(ROOT)) | more)


def called(*words: str, **more: str) -> Done:
    """Call a command of `python -m contracts` in this process, which saves the start of one: as `contracts` else.

    So can a run that ends before it collects a case: what it changes in this process is put back.
    """
    unset = dict.fromkeys([*(name for name in os.environ if name.upper().startswith(_OTHERS)), *_OF_A_RUN])
    try:
        done = CliRunner().invoke(main, list(words), env=unset | more, prog_name="python -m contracts")
    finally:
        gc.enable()
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(done.exit_code, done.output)
