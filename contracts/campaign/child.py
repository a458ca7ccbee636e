"""One run of a campaign, inside a process of its own: pytest on the cases, and in front of their target one change."""

import gc
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from contracts.breakages.proxy.proxy import fault_proxy
from contracts.campaign.judge import findings
from contracts.campaign.plan import LIFE, Job
from contracts.catalog.cases import Case, cases
from contracts.paths import CASES, ROOT
from contracts.pytest_plugin.collection import SESSION
from contracts.standin.app import create_app
from contracts.text.redact import register

OUTPUT, ENDED = "output.txt", "ended.json"
"""What a run leaves in its folder beside verdict.json: what pytest said; exit code and answers made different."""
SECONDS = 2
"""How long a case waits for an answer behind a breakage that may hang; it looks for a state so often, not so long."""
LONGEST = 600
"""Seconds that a whole run in front of a stand-in may take: far more than it does on a busy machine."""


def warm(release: str) -> None:
    """Import and read what every run needs, so that a forked one starts at once. Starts no thread."""
    import_module("contracts.pytest_plugin.hooks")
    cases(release)
    import_module("contracts.standin.custom.server")
    import_module("pdb")  # this and those below are pytest's
    import_module("unittest")
    import_module("xml.etree.ElementTree")
    gc.freeze()  # what is here by now is looked through by no fork


def run(job: Job, folder: Path) -> None:
    """Run a job in this process, which must be a forked one: its output, environment and folder are changed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent too, which ends the run by SIGTERM
    with (folder / OUTPUT).open("w", encoding="utf-8", buffering=1, errors="backslashreplace") as out:
        sys.stdout = sys.stderr = out
        for descriptor in (1, 2):
            os.dup2(out.fileno(), descriptor)
        _forget_settings(job, folder)
        ca_file = os.environ.get("ZADIG_CA_FILE")
        try:
            with fault_proxy(job.change, job.upstream or create_app(job.behaviour), ca_file=ca_file) as served:
                code = pytest.main(_arguments(job, served.base_url, folder), plugins=[Steering(job)])
        except Exception as error:  # of the change: its last line is what the campaign tells
            out.write(register.mask(f"{job.name} failed: {type(error).__name__}: {error}\n"))
            raise
        ended = {"code": int(code), "applied": served.applied}
        (folder / ENDED).write_text(json.dumps(ended), encoding="utf-8")


def _forget_settings(job: Job, folder: Path) -> None:
    """Take away what is set for other runs: all of it where the target is a stand-in, else what says which run."""
    of_a_run = [f"ZADIG_{name}" for name in ("BASE_URL", "RUN_DIR", "PROFILE", "SHARD", "DRIFT", "PROXY")]
    for name in [*os.environ]:
        if name.startswith("PYTEST_") or (name in of_a_run if job.upstream else name.startswith("ZADIG_")):
            del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    if not job.upstream:
        os.chdir(folder)  # away from the user's zadig.toml


def _arguments(job: Job, base_url: str, folder: Path) -> list[str]:
    usual = [str(CASES), "--rootdir", str(ROOT), "-c", str(ROOT / "pytest.ini"), "-q"]
    usual += ["-p", "no:cacheprovider", "--base-url", base_url, "--run-dir", str(folder), "--profile", job.profile]
    if job.upstream:
        return usual
    usual += ["--run-timeout", str(LONGEST), "--release", job.release]
    if not job.hasty:
        return usual
    waits = ("connect", "first-byte", "answer")
    usual += [part for name in waits for part in (f"--{name}-timeout", str(SECONDS))]
    return [*usual, "--in-flight", "1"] if job.cases else usual  # what is begun ahead is mostly in vain there


class Steering:
    """A plugin of pytest: runs those cases first that are to see it, keeps to some, and ends the run once one does."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._session: pytest.Session | None = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Collect no more than is to run, and write no reports, which take longer than most of these runs."""
        self._session = session  # it alone can be ended
        run = session.config.stash[SESSION]
        run.only, run.reports = self._job.cases, False

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the cases in order, and leave out scenarios that are not to run."""
        wanted = self._job.cases
        items[:] = sorted((item for item in items if not wanted or _case_id(item) in wanted), key=self._rank)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """End the run where a case found the breakage."""
        change, outcome = self._job.change, getattr(report, "zadig", None)
        if self._job.hasty and change and self._session and outcome and findings(change, outcome):
            self._session.shouldfail = "the breakage is found out"

    def _rank(self, item: pytest.Item) -> int:
        case, change = _params(item).get("case"), self._job.change
        if self._job.life_first and _case_id(item) == LIFE:
            return -1
        if not isinstance(case, Case) or change is None:
            return 2
        if case.operation != change.operation:
            return 3
        return 0 if change.answer in ("*", case.answer.name) else 1


def _params(item: pytest.Item) -> dict[str, Any]:
    callspec = getattr(item, "callspec", None)
    return callspec.params if callspec is not None else {}


def _case_id(item: pytest.Item) -> str:
    return next((str(value) for value in _params(item).values()), "")
