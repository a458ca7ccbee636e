"""Short campaigns as commands, with what came of each change."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from contracts.catalog.release import ROOT

FEW = [sys.executable, str(ROOT / "tests" / "suite" / "helpers" / "few_changes.py"), "campaign", "--out", "out"]
HANG = 1800
"""Seconds after which a campaign hangs: far more than any machine takes for one, however busy it is."""
ALL = [sys.executable, "-m", "contracts", "campaign", "--out", "out"]
OF_ANOTHER_RUN = {
    "ZADIG_BASE_URL": "http://127.0.0.1:1",
    "ZADIG_TOKEN": "somebody-else",
    "ZADIG_SHARD": "1/9",
    "ZADIG_DRIFT": "warn",
    "PYTEST_ADDOPTS": "--no-such-option",
}
"""Settings of a user, which are not for a campaign in front of stand-ins."""


@dataclass(frozen=True)
class Done:
    """What came of a campaign: exit code, output, and the folder that it was started in."""

    code: int
    output: str
    folder: Path

    @cached_property
    def whole(self) -> dict[str, Any]:
        """What campaign.json says."""
        data: dict[str, Any] = json.loads((self.folder / "out" / "campaign.json").read_text(encoding="utf-8"))
        return data

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Each change by its name."""
        return {row["name"]: row for row in self.whole["changes"]}

    @property
    def results(self) -> dict[str, str]:
        """The result of each change."""
        return {name: row["result"] for name, row in self.rows.items()}


def environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ZADIG_", "PYTEST_"))}
    return kept | {"PYTHONPATH": str(ROOT), **more}


def campaign(folder: Path, *options: str, program: Sequence[str] = FEW, **more: str) -> Done:
    """Run a campaign over some of the few changes, or of all that there are, in a folder."""
    done = subprocess.run(
        [*program, *options],
        cwd=folder,
        env=environment(more),
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
    return Done(done.returncode, done.stdout + done.stderr, folder)


def only(*changes: object) -> list[str]:
    """Return the options that pick these changes."""
    return [part for change in changes for part in ("--only", str(change))]
