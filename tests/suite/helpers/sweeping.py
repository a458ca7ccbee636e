"""A Zadig with what earlier runs left there, their journals, and a sweep of both."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contracts.__main__ import main
from contracts.safety.journal import FILE
from helpers.live import Live, live

LONG_AGO = "20250101t000000-abcd"


@pytest.fixture(name="zadig")
def zadig_fixture(bare: Path) -> Iterator[Live]:  # noqa: ARG001
    """A Zadig of this test's own."""
    with live() as served:
        yield served


def journal(run: str, base_url: str | None, *names: str, project: str = "nginx", quiet: bool = True) -> Path:
    """Write the journal of a run that was interrupted with `names` open, and return its path."""
    path = Path("runs") / run / FILE
    path.parent.mkdir(parents=True)
    lines: list[dict[str, str]] = [{"event": "run", "run": run, "base_url": base_url}] if base_url else []
    lines += [{"event": "open", "name": name, "project": project} for name in names]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    if quiet:
        os.utime(path, (time.time() - 7200,) * 2)
    return path


def sweep(zadig: Live, *words: str, **settings: str) -> Result:
    """Run the command as a member."""
    options = [word for name, value in settings.items() for word in (f"--{name.replace('_', '-')}", value)]
    command = ["sweep", "--base-url", zadig.url, *options, *words]
    return CliRunner().invoke(main, command, env={"ZADIG_TOKEN": zadig.tokens["member"]}, catch_exceptions=False)


def made(zadig: Live, run: str = LONG_AGO, count: int = 2) -> list[str]:
    """Make workflows as a run would have, and return their names."""
    names = [f"zct-{run}-main-{number + 1}" for number in range(count)]
    for name in names:
        zadig.create(name)
    return names
