"""A run over custom workflows, killed at any kind of request, leaves nothing after a sweep, and others' things alone.

With `-m stability` every kind of request on every release; else those that make something, on today's.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from contracts.catalog.release import releases
from contracts.standin.defects import CUSTOM_RELEASES, RELEASE_OF
from contracts.standin.process import start
from helpers.custom_client import CUSTOM, PROJECT, V4, run_body, script_workflow, version_of
from helpers.processes import HANG, contracts
from helpers.whole_runs import run
from tests.suite.runs.test_kill import sweep_all

TODAY = "5.0.0"
KINDS = ("create", "update", "start", "cancel", "restart", "delete", "get", "workflow-detail", "list-tasks", "approve")
SOME_CASES = "usual-body or queued-task or cancelled-task or nothing-waits-of-queued or one-life"
MAKES = ("create", "start")
OTHERS = [name for name in CUSTOM_RELEASES if RELEASE_OF[name] in releases() and name != TODAY]
WHERE = [TODAY, *(pytest.param(name, marks=pytest.mark.stability) for name in OTHERS)]
WHAT = [*MAKES, *(pytest.param(kind, marks=pytest.mark.stability) for kind in KINDS if kind not in MAKES)]
STRANGERS = 200
STEMS = (
    *("zct-{n}", "zct-main-{n}", "release-{n}"),
    *("zct-20200101t000000-abcd-main-{n}-mine", "zct-20991231t235959-abcd-main-{n}"),
)


@dataclass(frozen=True)
class Somebody:
    """Somebody else's workflows on a stand-in."""

    url: str
    behaviour: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        token = self.session.get(f"{self.url}/_standin/token/admin", timeout=HANG).text
        self.session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: object = None) -> bytes:
        """Send one request, which has to succeed, and return what came."""
        answer = self.session.request(method, self.url + path, json=body, timeout=HANG)
        assert answer.ok, answer.text
        return answer.content

    def make(self, key: str) -> None:
        """Make a workflow with a task."""
        below = CUSTOM if version_of(self.behaviour) >= (5, 0) else f"/api/aslan{V4}"
        self.call("POST", below, script_workflow(self.behaviour, key))
        self.call("POST", f"{CUSTOM}/task", run_body(key))

    def bytes(self, key: str) -> bytes:
        """Return all that Zadig's own calls say of a workflow."""
        paths = (f"{key}/detail?projectKey={PROJECT}", f"{key}/tasks?projectKey={PROJECT}")
        task = f"task?taskId=1&workflowKey={key}"
        return b"".join(self.call("GET", f"{CUSTOM}/{path}") for path in (*paths, task))

    def held(self) -> object:
        """Return what is there, by the stand-in's own word."""
        return self.session.get(f"{self.url}/_standin/state", timeout=HANG).json()["workflows"]


@pytest.fixture(scope="module")
def somebody(request: pytest.FixtureRequest) -> Iterator[Somebody]:
    with start(request.param) as stand_in:
        found = Somebody(stand_in.base_url, request.param)
        found.make("zct-20200101t000000-abcd-main-1")
        found.make("release")
        yield found


@pytest.mark.parametrize("what", WHAT)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("somebody", WHERE, indirect=True)
def test_sweep_after_kill(somebody: Somebody, when: str, what: str, tmp_path: Path) -> None:
    """After SIGKILL at this kind of request and a sweep nothing of the run is left, and all else is as it was."""
    before = somebody.held()
    plugin = ("-p", "tests.suite.helpers.kill_plugin", "-k", SOME_CASES, "--base-url", somebody.url)
    kill = {"KILL_AT": f"main:SIGKILL:{when}:{what}", "KILL_MARK": str(tmp_path / "reached-")}
    ran = run(tmp_path, *plugin, **kill)
    assert ran.code == -9, ran.output
    sweep_all(ran.folder, somebody.url)
    assert somebody.held() == before


@pytest.mark.parametrize("behaviour", WHERE)
def test_foreign_things_are_untouched(behaviour: str, tmp_path: Path) -> None:
    """A run and a sweep leave 200 workflows with confusing names, and their tasks, as they were, byte for byte."""
    with start(behaviour) as stand_in:
        somebody = Somebody(stand_in.base_url, behaviour)
        keys = [STEMS[n % len(STEMS)].replace("{n}", str(n)) for n in range(STRANGERS)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(somebody.make, keys))
            before = list(pool.map(somebody.bytes, keys))
        options = ("-k", SOME_CASES) if behaviour == TODAY else ()
        ran = run(tmp_path, "--base-url", somebody.url, "--profile", "nightly", *options)
        assert ran.code == 0, ran.output
        swept = contracts("sweep", ran.folder, "--by-prefix", "--base-url", somebody.url)
        assert swept.code == 0, swept.output
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(somebody.bytes, keys)) == before
        assert len(list(map(str, somebody.held()))) == STRANGERS
