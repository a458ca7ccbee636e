"""The workspace of a CI job, in which the commands of templates run as on a fresh machine; but nothing is installed.

Python is a shim there: `-m venv` and pip note what they are asked for; what they would install is what is tested here.
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

STRICT = {"ZADIG_DEVIATIONS": "none"}
"""Makes a stand-in with the defects of a release a server that is rejected."""
_PYTHON = """#!/bin/sh
case "$1 $2" in
  "-m venv")
    for folder in "$@"; do :; done
    mkdir -p "$folder/bin" # several jobs may do this at once
    ln -s {shim} "$folder/bin/python" 2> /dev/null; [ -x "$folder/bin/python" ] ;;
  "-m pip")
    echo "$*" >> {asked}
    case "$*" in *--no-deps*) ln -s {command} "${{0%/*}}/zadig-contracts" 2> /dev/null ;; esac
    true ;;
  "-Im contracts.paths")
    [ -x "${{0%/*}}/zadig-contracts" ] && PYTHONPATH={root} exec {python} -P -m contracts.paths ;;
  *) exec {python} "$@" ;;
esac
"""
_COMMAND = """#!/bin/sh
PYTHONPATH={root} exec {python} -P -m contracts "$@"
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
        "root": shlex.quote(str(ROOT)),
        "shim": shlex.quote(str(folder / "python")),
        "command": shlex.quote(str(folder / "installed")),
    }
    texts = dict.fromkeys(("python", "python3", "python3.11"), _PYTHON) | {"pip": _PIP, "installed": _COMMAND}
    for name, text in texts.items():
        path = folder / name
        path.write_text(text.format(**words), encoding="utf-8")
        path.chmod(0o755)
    return asked


def plain(path: Path, **more: str) -> dict[str, str]:
    """Return an environment that has nothing of whoever runs the tests, with `path` first on its PATH."""
    return {"PATH": os.pathsep.join([str(path), os.defpath]), "HOME": "/nonexistent", "LANG": "C.UTF-8"} | more


ON_A_STAND_IN = {"ZADIG_REQUIRE_LIVE": "false"}
"""What is changed where something is carried out that is for a live Zadig only."""


OF_OTHERS = {
    "contracts/__init__.py": "raise SystemExit(9)\n",
    "conftest.py": "raise SystemExit(9)\n",
    "pytest.ini": "[\n",
}
"""What a repository that is not this suite may have, and what no template may stumble over."""


class Tree:
    """The workspace of a CI job: the repository of somebody who uses the suite."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "workspace"
        self._bin = folder / "bin"
        self._asked = shims(self._bin)
        self.renew()

    def sh(self, shell: Sequence[str], script: str, **more: str) -> Done:
        """Run a script by a shell that takes it as its last argument, on a stand-in."""
        return run([*shell, script], self.folder, plain(self._bin, **(more | ON_A_STAND_IN)))

    @property
    def asked(self) -> list[str]:
        """What pip was asked for, a line each."""
        return self._asked.read_text(encoding="utf-8").splitlines()

    def renew(self) -> None:
        """Give the next job a machine of its own, where nothing is left of what others did."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for name, text in OF_OTHERS.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")


def token_of(server: StandIn) -> str:
    """Return the token of a member, as a secret of a CI system holds it."""
    return requests.get(f"{server.base_url}/_standin/token/member", timeout=HANG).text.strip()
