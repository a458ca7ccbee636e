"""What all of the suite's own tests share."""

import multiprocessing.util
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from contracts.run.version import suite
from contracts.text.redact import register
from helpers.certificates import certificates_fixture  # noqa: F401 - a fixture
from helpers.journal_fixtures import guard_fixture, journal_fixture  # noqa: F401 - fixtures
from helpers.live_target import bare, served  # noqa: F401 - fixtures
from helpers.whole_runs import Runs

pytest.register_assert_rewrite(
    *(  # so that they say, like tests, what was not as it should be
        f"helpers.{name}"
        for name in (
            *("allure_samples", "checked_answers", "fuzzed_pages", "fuzzed_runs"),
            *("verdicts", "zadig_client"),
        )
    )
)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in a background job; what is started here would ignore it too
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGQUIT) is signal.SIG_IGN:
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # likewise under nohup, where a run that is hung up goes on
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

os.environ["LC_ALL"] = "C.UTF-8"  # the tests read English, whatever language this machine speaks; children too
os.environ.pop("ZADIG_LANG", None)

os.fsync = lambda _: None  # no test cuts the power, and thousands of lines of journals would wait for a disk each

suite()  # asks git once, before any test: afterwards it is known


STARTS = frozenset({"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"})
"""What Python says to its auditors where a process is started."""
WITH_PROCESSES = ("runs", "deploy")
"""The folders whose tests start processes; all others are `make test-fast`."""
_without: set[str] = set()
"""The test that runs now, where it may not start a process."""


def _refuse_processes(event: str, _: tuple[Any, ...]) -> None:
    if event in STARTS and _without:
        pytest.fail(f"{', '.join(_without)} starts a process; move it to tests/suite/runs/, which has such tests")


def _audited(spawn: Any) -> Any:
    def start(*command: Any) -> Any:
        sys.audit("os.posix_spawn", *command)  # as the other ways to start a process do
        return spawn(*command)

    return start


sys.addaudithook(_refuse_processes)
multiprocessing.util.spawnv_passfds = _audited(multiprocessing.util.spawnv_passfds)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Let only the tests of some folders start processes."""
    if Path(item.path).relative_to(Path(__file__).parent).parts[0] not in WITH_PROCESSES:
        _without.add(item.nodeid)
    try:
        return (yield)
    finally:
        _without.clear()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Make `-n auto` two workers more than there are processors: many tests wait, for a deadline or another process."""
    return (os.cpu_count() or 1) + 2


@pytest.fixture(autouse=True)
def _secrets_of_this_test_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test without the secrets of others: a process that knew thousands would mask for minutes."""
    monkeypatch.setattr(register, "_secrets", frozenset())
    monkeypatch.setattr(register, "_indexes", None)


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Runs that several tests look at."""
    return Runs(tmp_path_factory)
