"""What was on the target before a run is byte for byte the same afterwards."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from contracts.standin.process import start
from helpers.processes import contracts
from helpers.whole_runs import run
from helpers.zadig_client import Zadig

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
