"""Bundles for the tests of them, made as a user makes them."""

import zipfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from contracts.__main__ import main
from helpers.run_folders import case, verdict
from helpers.run_folders import write as write_run

SCHEMA = "schemas/1.7.0/cancel-task/success.json"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["bundle", *map(str, arguments)])


def made(tmp_path: Path, data: Any = None) -> Path:
    """Return the bundle of a run that says this."""
    folder = write_run(tmp_path / "run", data or verdict(case("a/1"), case("a/2", "breach")))
    done = run(folder, "--out", tmp_path / "bundle.zip")
    assert done.exit_code == 0, done.output
    return tmp_path / "bundle.zip"


def texts(bundle: Path) -> dict[str, str]:
    """Return the files of a bundle by name."""
    with zipfile.ZipFile(bundle) as found:
        return {name: found.read(name).decode() for name in found.namelist()}
