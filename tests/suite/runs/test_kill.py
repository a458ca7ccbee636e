"""A run, ended at any point or not at all, leaves nothing behind, and leaves alone what was there before."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest

from contracts.standin.process import start
from helpers import processes
from helpers.late_server import age
from helpers.processes import called, contracts
from helpers.report_agreement import disagreements
from helpers.whole_runs import Ran, run
from helpers.zadig_client import Zadig
from tests.suite.helpers.kill_plugin import KINDS

SOME_CASES = "queued-task or cancelled-task or one-life or again-and-again or no-enabled-stage"
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
    "main:SIGHUP:after:start",
    "parent:SIGHUP:after:start",
]


STRANGE = ("zct-mine", "zct-20200101t000000-abcd-main-1", "release")


@pytest.fixture(scope="module")
def zadigs() -> Iterator[list[Zadig]]:
    """Two stand-ins with something of somebody else's on each, which every test leaves as it was."""
    with start() as first, start() as second:
        zadigs = [Zadig(running.base_url) for running in (first, second)]
        for zadig in zadigs:
            for name in STRANGE:
                zadig.create(name)
        yield zadigs


@pytest.fixture
def zadig(zadigs: list[Zadig]) -> Zadig:
    """The first of them."""
    return zadigs[0]


def killed(zadig: Zadig, folder: Path, kill_at: str, mark: Path | None = None) -> Ran:
    """Run some cases until the point, and wait until all processes of the run are gone: only then its output ends."""
    options = ["-p", "tests.suite.helpers.kill_plugin", "-k", SOME_CASES, "--alluredir", str(folder / "allure")]
    options += ["--base-url", zadig.url, *([] if kill_at.startswith("main") else ["-n", "2"])]
    return run(folder, *options, KILL_AT=kill_at, KILL_MARK=str((mark or folder) / "reached-"))


@pytest.mark.parametrize("kill_at", KILLS)
def test_sweep_after_kill(zadig: Zadig, tmp_path: Path, kill_at: str) -> None:
    """After SIGKILL and sweep nothing of the run is left, and all else is as it was."""
    before = zadig.held()
    ran = killed(zadig, tmp_path, kill_at)
    assert ran.code == (6 if kill_at.startswith(("worker", "every")) else -9)
    sweep_all(ran.folder, zadig.url)
    assert zadig.held() == before


def sweep_all(folder: str, url: str) -> None:
    """Sweep; where requests were under way, that is no success until they must be over, and then it is."""
    first = called("sweep", folder, "--base-url", url)
    left = [line for line in first.output.splitlines() if line.startswith("left: ")]
    assert first.code == (7 if left else 0), first.output
    assert [line for line in left if "the server may still carry it out until" not in line] == []
    if left:
        age(Path(folder))
        last = called("sweep", folder, "--base-url", url)
        assert (last.code, "left: " in last.output) == (0, False), last.output


TWICE = [
    *((f"main:SIGKILL:{when}:{what}", 2) for when, what in product(WHEN, KINDS)),
    *((f"main:SIGKILL:{when}:{what}", 1) for when, what in product(WHEN, ("create", "delete"))),
]


@pytest.mark.parametrize(("kill_at", "targets"), TWICE)
def test_sweep_of_a_folder_used_twice(zadigs: list[Zadig], tmp_path: Path, kill_at: str, targets: int) -> None:
    """Two runs in one folder, both killed, on one target or on two: sweeps leave nothing, and touch nothing else."""
    before = [zadig.held() for zadig in zadigs]
    used = zadigs[:targets]
    for number, zadig in enumerate((used[0], used[-1])):
        (tmp_path / f"marks-{number}").mkdir()
        ran = killed(zadig, tmp_path, kill_at, mark=tmp_path / f"marks-{number}")
        assert ran.code == -9
    for zadig in used:
        sweep_all(ran.folder, zadig.url)
    assert [zadig.held() for zadig in zadigs] == before


@pytest.mark.parametrize("kill_at", INTERRUPTS)
def test_interrupted(zadig: Zadig, tmp_path: Path, kill_at: str) -> None:
    """After Ctrl-C, SIGTERM or SIGHUP nothing is left without a sweep; the verdict is written, all reports agree."""
    before = zadig.held()
    ran = killed(zadig, tmp_path, kill_at)
    assert (ran.code, "exit 2)" in ran.output) == (2, True)
    assert zadig.held() == before
    assert ran.verdict["verdict"] == "inconclusive"
    assert disagreements(Path(ran.folder), tmp_path / "allure", None) == []


INSISTS = """
import os, signal
from contracts.pytest_plugin.signals import end_on_signals
end_on_signals(lambda: "remove it with sweep")
for _ in range({times}):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        pass
print("still there")
"""


@pytest.mark.parametrize(("times", "code"), [(4, 0), (5, 2)])
def test_whoever_insists_is_heard(times: int, code: int) -> None:
    """The fifth Ctrl-C ends a run at once, and says how to remove what stays."""
    ended = processes.run([sys.executable, "-c", INSISTS.format(times=times)])
    assert (ended.code, "still there" in ended.output) == (code, code == 0)
    assert ("remove it with sweep" in ended.output) == (code == 2)


STRANGERS = 200
STEMS = (
    "zct",
    "zct-",
    "zct-main-{n}",
    "zct-20200101t000000-abcd-main-{n}-mine",
    "zct-20200101t000000-abcd-MAIN-{n}",
    "release-{n}",
    "zct_20200101t000000_abcd_main_{n}",
    "工作流-{n}",
    "a zct-20200101t000000-abcd-main-{n}",
    "zct-20991231t235959-abcd-main-{n}",
)


class Foreign:
    """Somebody else's workflows and tasks on a stand-in."""

    def __init__(self, zadig: Zadig) -> None:
        self._zadig = zadig
        self.names = [
            STEMS[n % len(STEMS)].replace("{n}", str(n)) + ("" if n < 2 else f"-{n}") for n in range(STRANGERS)
        ]

    def make(self) -> None:
        """Create all of them; every second one has a task."""
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self._zadig.create, self.names))
            list(pool.map(self._zadig.start, self.names[1::2]))

    def bytes(self) -> list[bytes]:
        """Return all that Zadig's own calls say of them."""
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(self._bytes, self.names))

    def _bytes(self, name: str) -> bytes:
        paths = ("/workflow/workflow/find/", "/workflow/workflowtask/max/9/start/0/pipelines/")
        answers = [self._zadig.call("GET", path + quote(name, safe="")) for path in paths]
        assert all(answer.ok for answer in answers), name
        return b"".join(answer.content for answer in answers)


def test_foreign_things_are_untouched(tmp_path: Path) -> None:
    """A nightly run and a sweep leave 200 workflows with confusing names, and their tasks, as they were."""
    with start("1.7.0") as stand_in:
        foreign = Foreign(zadig := Zadig(stand_in.base_url))
        foreign.make()
        before = foreign.bytes()
        ran = run(tmp_path, "-n", "2", "--profile", "nightly", "--base-url", zadig.url)
        assert ran.code == 0, ran.output
        swept = contracts("sweep", ran.folder, "--by-prefix", "--base-url", zadig.url)
        assert swept.code == 0, swept.output
        assert foreign.bytes() == before
        assert sorted(zadig.held()) == sorted(foreign.names)
