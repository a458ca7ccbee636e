"""What was on the target before a run is byte for byte the same afterwards."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from contracts.catalog.release import ROOT
from contracts.standin.process import StandIn, start

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

    def __init__(self, stand_in: StandIn) -> None:
        self._root = f"{stand_in.base_url}/api/aslan"
        token = requests.get(f"{stand_in.base_url}/_standin", timeout=10).json()["tokens"]["admin"]
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        self.names = [
            STEMS[n % len(STEMS)].replace("{n}", str(n)) + ("" if n < 2 else f"-{n}") for n in range(STRANGERS)
        ]

    def make(self) -> None:
        """Create all of them; every second one has a task."""
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self._make, range(STRANGERS)))

    def bytes(self) -> list[bytes]:
        """Return all that Zadig's own calls say of them."""
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(self._bytes, self.names))

    def _make(self, number: int) -> None:
        name = self.names[number]
        body = {"name": name, "product_tmpl_name": "nginx", "build_stage": {"enabled": True}, "hook_ctl": {}}
        assert self._session.post(f"{self._root}/workflow/workflow", json=body, timeout=10).ok, name
        if number % 2:
            targets = [{"name": "nginx-test", "service_name": "nginx", "product_name": "nginx"}]
            body = {"workflow_name": name, "product_tmpl_name": "nginx", "namespace": "qa", "targets": targets}
            assert self._session.post(f"{self._root}/workflow/workflowtask", json=body, timeout=10).ok

    def _bytes(self, name: str) -> bytes:
        quoted = requests.utils.quote(name, safe="")
        found = self._session.get(f"{self._root}/workflow/workflow/find/{quoted}", timeout=10)
        tasks = self._session.get(f"{self._root}/workflow/workflowtask/max/9/start/0/pipelines/{quoted}", timeout=10)
        return found.content + tasks.content


def test_foreign_things_are_untouched(tmp_path: Path) -> None:
    """A nightly run and a sweep leave 200 workflows with confusing names, and their tasks, as they were."""
    with start("1.7.0") as stand_in:
        foreign = Foreign(stand_in)
        foreign.make()
        before = foreign.bytes()
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("ZADIG_", "PYTEST_"))}
        here = ["--base-url", stand_in.base_url]
        commands = (
            ["pytest", "tests/api", "-q", "-n", "2", "--profile", "nightly", "--run-dir", str(tmp_path), *here],
            ["contracts", "sweep", str(tmp_path), "--by-prefix", *here],
        )
        for command in commands:
            done = subprocess.run(
                [sys.executable, "-m", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
        assert foreign.bytes() == before
        state = requests.get(f"{stand_in.base_url}/_standin/state", timeout=10).json()
        assert sorted(workflow["name"] for workflow in state["workflows"]) == sorted(foreign.names)
