"""Who makes the same exchanges: a bare loop, this suite, and what people use instead, where it is installed."""

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import tree
from bench.exchanges import EACH, PREFIX, RELEASE, TOKEN
from bench.measure import Program, Run, good, run
from bench.server import Server
from bench.table import BenchError
from contracts.paths import ROOT

HERE = Path(__file__).parent
FOLDERS = (ROOT / ".venv-bench/bin", HERE / "node/node_modules/.bin", HERE / "cargo/bin", Path(sys.executable).parent)
"""Where `make bench-peers` puts peers, and the suite's own packages; then PATH is searched."""
_BARE = ROOT / ".venv-run/bin/python"
PYTHON = str(_BARE) if _BARE.exists() else sys.executable
"""The Python with what users have and nothing more, where `make bench` has set it up."""
BASE = "bare loop"
BESIDES = 5
"""Requests of a run of the suite besides those of its cases: two looks at the target and two at what settings name,
and one for leftovers last."""
WORKERS = (2, 4, 8)
MADE_UP = 24
"""Requests that schemathesis makes up for each of the 4 operations, so 96 in all."""


@dataclass(frozen=True)
class Scene:
    """What contenders are given: the lives in each tool's form, for one server, and the product with the same lives."""

    files: Path
    product: Path
    lives: int


@dataclass(frozen=True)
class Contender:
    """One way to make the exchanges. `tool` is the program that it takes, empty where none is but Python.

    `besides`: requests that it makes beyond those of the lives; None: it makes up its own requests, and is compared by
    the time of one. `chosen`: an option was chosen for this measurement, so it is not the tool as it comes.
    """

    name: str
    command: Sequence[str]
    tool: str = ""
    besides: int | None = 0
    chosen: bool = False
    ours: bool = False
    quiet: str = ""

    @property
    def there(self) -> bool:
        """Whether it can be run on this machine."""
        return not self.tool or find(self.tool) is not None

    @property
    def peer(self) -> bool:
        """Whether it is a tool that people use instead."""
        return not self.ours and not self.name.startswith(BASE)

    def expected(self, lives: int) -> int | None:
        """Return how many requests the server must count; None: as many as come."""
        return None if self.besides is None else lives * EACH + self.besides

    def program(self, scene: Scene) -> Program:
        """Return what is run."""
        if self.ours:
            return tree.program(scene.product, PYTHON, *self.command)
        start = [str(find(self.tool))] if self.tool else [PYTHON]
        files = [str(path) for path in sorted((scene.files / "hurl").iterdir())] if self.tool == "hurl" else []
        environment = {self.quiet: "1"} if self.quiet else {}
        return Program([*start, *self.command, *files], scene.files, environment)


def once(contender: Contender, server: Server, scene: Scene) -> Run:
    """Run a contender once; raises BenchError where it fails, or where the server did not count what it should have."""
    done = good(run(contender.program(scene), server), contender.name)
    expected = contender.expected(scene.lives)
    if expected not in (None, done.requests):
        raise BenchError(f"{contender.name} made {done.requests} requests, not {expected}: {done.output[-2000:]}")
    return done


def find(tool: str) -> Path | None:
    """Return where a tool is, in a folder of the bench's own or on PATH."""
    path = os.pathsep.join([*map(str, FOLDERS), os.environ.get("PATH", "")])
    found = shutil.which(tool, path=path)
    return Path(found) if found else None


def contenders(quick: bool = False) -> list[Contender]:
    """Return all contenders that can be run here, the bare loop first; `quick`: those that start fast, no tools."""
    every = [*_loops(), *_ours(WORKERS[:1] if quick else WORKERS), *_pytests(), *([] if quick else _tools())]
    return [each for each in every if each.there]


def absent() -> list[str]:
    """Return the names of the tools that are not installed here."""
    return [each.name for each in _tools() if not each.there]


def _loops() -> list[Contender]:
    loop = [str(HERE / "loop.py"), "lives.json", "{url}"]
    return [Contender(BASE, [*loop, "1"]), Contender(f"{BASE}, 12 threads", [*loop, "12"], chosen=True)]


def _ours(workers: Sequence[int]) -> list[Contender]:
    options = [["--in-flight", "1"], [], ["--in-flight", "12"], *(["-n", str(number)] for number in workers)]
    return [
        Contender(" ".join(["this suite", *each]), each, besides=BESIDES, chosen=bool(each), ours=True)
        for each in options
    ]


def _pytests() -> list[Contender]:
    """Return pytest with no plugin but the one that is named; those of this project would only slow it down."""
    plain = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "test_lives.py"]
    alone = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    allure = [*plain, "-p", "allure_pytest", "--alluredir", "{out}/allure"]
    return [
        Contender("pytest", plain, quiet=alone),
        Contender("pytest, allure", allure, quiet=alone),
        Contender("pytest, xdist -n 4", [*plain, "-p", "xdist", "-n", "4"], quiet=alone),
    ]


def _tools() -> list[Contender]:
    schema = str(ROOT / "schemas" / "aslan" / RELEASE / "openapi.json")
    checks = ["--checks", "status_code_conformance,response_schema_conformance"]
    made_up = ["--phases", "fuzzing", "--mode", "positive", *checks, "--max-examples", str(MADE_UP)]
    sent = ["--url", f"{{url}}{PREFIX}", "-H", f"Authorization: Bearer {TOKEN}"]
    return [
        Contender("Tavern", ["test_lives.tavern.yaml"], tool="tavern-ci"),
        Contender("newman", ["run", "collection.json"], tool="newman"),
        Contender("StepCI", ["run", "stepci.yml"], tool="stepci", quiet="STEPCI_DISABLE_ANALYTICS"),
        Contender("Hurl", ["--test"], tool="hurl"),
        Contender("Hurl --jobs 12", ["--test", "--jobs", "12"], tool="hurl", chosen=True),
        Contender(
            "schemathesis",
            ["run", schema, *sent, *made_up, "--generation-deterministic", "--no-color"],
            tool="schemathesis",
            besides=None,
        ),
    ]
