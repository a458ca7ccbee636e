"""A copy of the project in which the commands of templates run as on a fresh machine, except that nothing is installed.

Python is a shim there: `-m venv` and pip note what they are asked for, and the packages are those of these tests.
"""

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import requests

from contracts.catalog.release import ROOT
from contracts.standin.process import StandIn
from helpers.processes import HANG, Done, run

PARTS = ("contracts", "schemas", "tests/api", "deploy", "conftest.py", "pytest.ini", "Makefile", "requirements.lock")
STRICT = {"ZADIG_DEVIATIONS": "none"}
"""Makes a stand-in with the defects of a release a server that is rejected."""
_PYTHON = """#!/bin/sh
case "$1 $2" in
  "-m venv")
    mkdir -p "$3/bin" # several jobs may do this at once
    ln -s "$0" "$3/bin/python" 2> /dev/null; ln -s {pytest} "$3/bin/pytest" 2> /dev/null; [ -x "$3/bin/pytest" ] ;;
  "-m pip") echo "$*" >> {asked} ;;
  *) exec {python} "$@" ;;
esac
"""
_PIP = """#!/bin/sh
echo "$*" >> {asked}
for word in "$@"; do
  case "$word" in
    --prefix=*) mkdir -p "${{word#--prefix=}}/lib/python3.11/site-packages" ;;
    -*) ;;
    *.lock) [ -f "$word" ] || exit 1 ;;
  esac
done
"""


def shims(folder: Path) -> Path:
    """Write the shims of python and pip into a folder; return the file that gets what pip is asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = folder / "asked"
    asked.touch()
    words = {
        "asked": shlex.quote(str(asked)),
        "python": shlex.quote(sys.executable),
        "pytest": shlex.quote(str(Path(sys.executable).with_name("pytest"))),
    }
    for name in ("python", "python3", "python3.11", "pip"):
        path = folder / name
        path.write_text((_PIP if name == "pip" else _PYTHON).format(**words), encoding="utf-8")
        path.chmod(0o755)
    return asked


def plain(path: Path, **more: str) -> dict[str, str]:
    """Return an environment that has nothing of whoever runs the tests, with `path` first on its PATH."""
    return {"PATH": os.pathsep.join([str(path), os.defpath]), "HOME": "/nonexistent", "LANG": "C.UTF-8"} | more


ON_A_STAND_IN = {"ZADIG_REQUIRE_LIVE": "false"}
"""What is changed where something is carried out that is for a live Zadig only."""


class Tree:
    """A checkout of the project, as a CI job finds it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self._bin = folder / "bin"
        self._asked = shims(self._bin)
        for part in PARTS:
            source, to = ROOT / part, self.folder / part
            to.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, to)

    def sh(self, shell: Sequence[str], script: str, **more: str) -> Done:
        """Run a script by a shell that takes it as its last argument, on a stand-in."""
        return run([*shell, script], self.folder, plain(self._bin, **(more | ON_A_STAND_IN)))

    @property
    def asked(self) -> list[str]:
        """What pip was asked for, a line each."""
        return self._asked.read_text(encoding="utf-8").splitlines()

    def renew(self) -> None:
        """Take away what runs left, as the next job has a machine of its own."""
        shutil.rmtree(self.folder / "runs", ignore_errors=True)


def token_of(server: StandIn) -> str:
    """Return the token of a member, as a secret of a CI system holds it."""
    return requests.get(f"{server.base_url}/_standin/token/member", timeout=HANG).text.strip()
