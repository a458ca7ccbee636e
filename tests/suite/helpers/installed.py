"""The suite as a user installs it: both archives, and the wheel in an environment that has nothing else, made once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.catalog.release import ROOT
from helpers.once import made_once, shared
from helpers.processes import Done, environment, run

SECRET = "not-for-others"
PLANTED = ("runs/one/journal.jsonl", "zadig.toml", ".zadig-token", ".venv/bin/python", "allure-results/a.json", ".env")
"""What may lie in a checkout, and is to get into no archive."""
_NOT_OURS = {".git", ".venv", "runs", "PKG-INFO", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}


@dataclass(frozen=True)
class Installed:
    """Where the archives are, and the environment with the wheel."""

    folder: Path

    @property
    def wheel(self) -> Path:
        """The wheel."""
        return next((self.folder / "dist").glob("*.whl"))

    @property
    def archive(self) -> Path:
        """The source archive."""
        return next((self.folder / "dist").glob("*.tar.gz"))

    @property
    def bin(self) -> Path:
        """The folder with the commands of the environment."""
        return self.folder / "venv" / "bin"

    def call(self, cwd: Path, *arguments: str, **more: str) -> Done:
        """Call the installed command in a folder, with `more` in the environment."""
        return self.shell(cwd, [str(self.bin / "zadig-contracts"), *arguments], **more)

    def shell(self, cwd: Path, command: str | Sequence[str], **more: str) -> Done:
        """Run a command, a text as a shell does, where the environment is the first on the path."""
        return run(command, cwd, self.environment(**more), apart=True)

    def environment(self, **more: str) -> dict[str, str]:
        """Return an environment that knows nothing of this checkout and of whoever runs the tests."""
        return environment() | {"PATH": os.pathsep.join([str(self.bin), os.environ["PATH"]])} | more


def installed(factory: pytest.TempPathFactory) -> Installed:
    """Return the installed suite, the same one for all workers of xdist."""
    return Installed(made_once(shared(factory, "installed"), _make))


def project_files() -> list[str]:
    """Return the project's own files: in a checkout those that git knows, else all but what work on them leaves."""
    if (ROOT / ".git").exists():
        asked = ["git", "ls-files", "-z"]
        known = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return sorted(name for name in known.split("\0") if (ROOT / name).is_file())
    names = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return sorted(name.as_posix() for name in names if not _NOT_OURS & {*name.parts})


def _make(folder: Path) -> None:
    _build(folder)
    _install(Installed(folder))


def _build(folder: Path) -> None:
    """Build the source archive from a copy of the project with secrets lying about, and the wheel from the archive."""
    copy = folder / "project"
    for name in project_files():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    for name in PLANTED:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(SECRET, encoding="utf-8")
    _do([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist"), str(copy)], folder)
    shutil.rmtree(copy)


def _install(suite: Installed) -> None:
    """Install the wheel and what it is pinned to into an environment that has nothing else, not even pip."""
    _do([sys.executable, "-m", "venv", "--without-pip", str(suite.folder / "venv")], suite.folder)
    pip = [sys.executable, "-m", "pip", "--python", str(suite.bin / "python"), "install", "--no-compile", "--quiet"]
    pip += ["--disable-pip-version-check"]
    _do([*pip, "--no-deps", str(suite.wheel)], suite.folder)
    lock = run([str(suite.bin / "python"), "-Im", "contracts.paths"], suite.folder).output.strip()
    _do([*pip, "--require-hashes", "-r", lock], suite.folder)


def _do(command: Sequence[str], cwd: Path) -> None:
    done = run(command, cwd)
    assert done.code == 0, f"{' '.join(command)}\n{done.output}"
