"""A run that is ended at any point leaves nothing behind, and leaves alone what was there before."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from contracts.standin.process import start
from helpers.processes import contracts
from helpers.report_agreement import disagreements
from helpers.whole_runs import Ran, run
from helpers.zadig_client import Zadig
from tests.suite.helpers.kill_plugin import KINDS

SOME_CASES = "queued-task or cancelled-task or one-life or cancel-restart-cancel or no-enabled-stage"
WHEN = ("before", "after")
POINTS = [
    *product(("main", "worker"), WHEN, KINDS),
    *product(("parent",), WHEN, ("create", "start", "cancel", "restart", "delete", "find")),
    *product(("every",), WHEN, ("create", "start")),
]
KILLS = [f"{who}:SIGKILL:{when}:{what}" for who, when, what in POINTS]
INTERRUPTS = [
    *(f"main:SIGINT:{when}:{what}" for when, what in product(WHEN, ("create", "start", "delete"))),
    *(f"parent:SIGINT:{when}:create" for when in WHEN),
    "main:SIGTERM:after:start",
    "parent:SIGTERM:after:start",
]


@pytest.fixture
def zadig() -> Iterator[Zadig]:
    """A stand-in with something of somebody else's on it."""
    with start() as running:
        zadig = Zadig(running.base_url)
        for name in ("zct-mine", "zct-20200101t000000-abcd-main-1", "release"):
            zadig.create(name)
        yield zadig


def killed(zadig: Zadig, folder: Path, kill_at: str) -> Ran:
    """Run some cases until the point, and wait until all processes of the run are gone: only then its output ends."""
    options = ["-p", "tests.suite.helpers.kill_plugin", "-k", SOME_CASES, "--alluredir", str(folder / "allure")]
    options += ["--base-url", zadig.url, *([] if kill_at.startswith("main") else ["-n", "2"])]
    return run(folder, *options, KILL_AT=kill_at, KILL_MARK=str(folder / "reached-"))


@pytest.mark.parametrize("kill_at", KILLS)
def test_sweep_after_kill(zadig: Zadig, tmp_path: Path, kill_at: str) -> None:
    """After SIGKILL and sweep nothing of the run is left, and all else is as it was."""
    before = zadig.held()
    ran = killed(zadig, tmp_path, kill_at)
    assert ran.code == (6 if kill_at.startswith(("worker", "every")) else -9)
    swept = contracts("sweep", ran.folder, "--base-url", zadig.url)
    assert swept.code == 0, swept.output
    assert zadig.held() == before


@pytest.mark.parametrize("kill_at", INTERRUPTS)
def test_interrupted(zadig: Zadig, tmp_path: Path, kill_at: str) -> None:
    """After Ctrl-C or SIGTERM nothing is left without any sweep; the verdict is written, and all reports agree."""
    before = zadig.held()
    ran = killed(zadig, tmp_path, kill_at)
    assert ran.code == 2
    assert zadig.held() == before
    assert ran.verdict["verdict"] == "inconclusive"
    assert disagreements(Path(ran.folder), tmp_path / "allure", None) == []
