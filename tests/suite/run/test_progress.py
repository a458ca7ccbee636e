"""Whoever watches a run sees how far it is: in place on a terminal, and in a log as a line now and then."""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.case.outcome import Outcome
from contracts.pytest_plugin import progress
from contracts.pytest_plugin.progress import EVERY, QUIET, Progress
from contracts.report.verdict_rules import Result
from contracts.run import executor
from contracts.run.executor import CasePool, Job
from contracts.run.progress import line
from contracts.target.waiting import Waits
from contracts.text.message import msg
from contracts.text.tables import fitted


class Terminal:
    """A terminal, or a log, that keeps what is written."""

    def __init__(self, isatty: bool) -> None:
        self.isatty, self.text = isatty, ""
        self._tw = SimpleNamespace(fullwidth=60)

    def write(self, text: str) -> None:
        """Write on."""
        self.text += text

    def write_line(self, text: str) -> None:
        """Write to the end of a line."""
        self.text += f"{text}\n"

    def rewrite(self, text: str) -> None:
        """Write over what stands in the line."""
        self.text += f"\r{text}"

    def flush(self) -> None:
        """Nothing is held back."""


class Watched:
    """A run of three cases that somebody watches, by a clock that stands still."""

    def __init__(self, isatty: bool, lang: str = "en") -> None:
        self.now, self.terminal = 0.0, Terminal(isatty)
        self.waits, self.outcomes = Waits(), [{}]
        pool = SimpleNamespace(waits=None)
        run: Any = SimpleNamespace(
            pool=pool,
            outcomes=self.outcomes,
            planned=["a/1", "a/2", "a/3"],
            clock=0.0,
            unopened=False,
            target=SimpleNamespace(waits=self.waits),
            settings=SimpleNamespace(language=lang),
        )
        plugins = {"terminalreporter": self.terminal}
        config: Any = SimpleNamespace(pluginmanager=SimpleNamespace(get_plugin=plugins.get))
        self.progress = Progress(run, config, lambda: self.now)
        self.tick: Callable[[], None] = pool.waits

    def reported(self) -> None:
        """Let a case be over."""
        report: Any = SimpleNamespace(when="call")
        self.progress.pytest_runtest_logreport(report)


@pytest.fixture(autouse=True)
def _told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "line", lambda run: msg("{n} of {of}", len(run.outcomes), len(run.planned)))


def test_a_terminal_is_told_in_place_once_nothing_happens() -> None:
    """What was there is gone when the next case is reported."""
    watched = Watched(isatty=True)
    watched.reported()
    watched.now = QUIET - 1
    watched.tick()
    assert watched.terminal.text == ""
    for _ in range(2):
        watched.now += 1
        watched.tick()
    blank = " " * (60 - len("1 of 3") - 1)
    assert watched.terminal.text == f"\n\r1 of 3{blank}\r1 of 3{blank}"
    watched.terminal.text = ""
    watched.reported()
    assert watched.terminal.text == f"\r{' ' * 59}\r"
    watched.now += QUIET - 1
    watched.tick()
    assert watched.terminal.text == f"\r{' ' * 59}\r"


def test_a_log_gets_a_line_now_and_then() -> None:
    """Whether cases are reported meanwhile or not; a line begins where dots end."""
    watched = Watched(isatty=False)
    watched.reported()
    watched.tick()
    assert watched.terminal.text == ""
    watched.now = EVERY
    watched.tick()
    watched.tick()
    assert watched.terminal.text == "\n1 of 3\n"
    watched.now = 2 * EVERY
    watched.outcomes.append({})
    watched.reported()
    watched.reported()
    assert watched.terminal.text == "\n1 of 3\n2 of 3\n"


@pytest.mark.parametrize(
    ("lang", "expected"),
    [("en", "of at most 600 s for passed, task 1 of zct-1"), ("zh", "最多 600 秒：passed，zct-1 的任务 1")],
)
def test_the_longest_wait_is_told(lang: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "line", line)
    watched = Watched(isatty=False, lang=lang)
    watched.now = EVERY
    task = msg("{state}, task {id} of {name}", "passed", 1, "zct-1")
    with watched.waits.until(task, 600), watched.waits.until(msg("gone"), 600):
        watched.tick()
    assert expected in watched.terminal.text
    assert watched.waits.longest is None


def test_a_line_is_no_wider_than_the_terminal() -> None:
    assert fitted("任务 1 变为", 8) == "任务 1  "
    assert fitted("short", 6) == "short "


def test_who_asks_for_an_outcome_hears_that_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """And has it as soon as it is there."""
    monkeypatch.setattr(executor, "TICK", 0.001)
    enough, heard = threading.Event(), []
    pool = CasePool(2)

    def waits() -> None:
        heard.append(1)
        if len(heard) == 3:
            enough.set()

    def work() -> list[Outcome]:
        enough.wait()
        return [Outcome("a/1", "a", "1", Result.HELD)]

    pool.waits = waits
    assert pool.outcome(Job("a/1", work)).case == "a/1"
    assert len(heard) >= 3
    pool.stop()
