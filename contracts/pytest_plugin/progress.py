"""How far a run is: in place on a terminal where nothing happens, and now and then a line in a log."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from contracts.i18n.translate import localized
from contracts.run.progress import line
from contracts.run.session import Session
from contracts.text.printable import printable
from contracts.text.tables import fitted

QUIET, EVERY = 3.0, 30.0
"""Seconds without a report after which a terminal tells what is waited for; and from one line of a log to the next."""


class Progress:
    """Tells how far a run is. All of it is called by the main thread, as whatever else writes there."""

    def __init__(self, run: Session, config: pytest.Config, now: Callable[[], float] = time.monotonic) -> None:
        self._run, self._config, self._now = run, config, now
        self._reported = self._told = now()
        self._in_place = self._dots = False
        run.pool.waits = self.tick

    @property
    def _terminal(self) -> Any:
        return self._config.pluginmanager.get_plugin("terminalreporter")

    def tick(self) -> None:
        """Hear that the next report is still waited for: a test is being called, so what is printed is captured."""
        captured = self._config.pluginmanager.get_plugin("capturemanager")
        with captured.global_and_fixture_disabled() if captured is not None else nullcontext():
            self._tell(self._terminal)

    def _tell(self, terminal: Any) -> None:
        if terminal is None or not terminal.isatty:
            self._line(terminal)
        elif self._now() - self._reported >= QUIET:
            self._begin(terminal)
            terminal.rewrite(fitted(self._text(), terminal._tw.fullwidth - 1))
            terminal.flush()
            self._in_place = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Make room for what comes of a case."""
        terminal, self._reported = self._terminal, self._now()
        if self._in_place:
            terminal.rewrite(fitted("", terminal._tw.fullwidth - 1))
            terminal.rewrite("")
            self._in_place = False
        if report.when == "call":
            self._line(terminal)
            self._dots = True

    def _line(self, terminal: Any) -> None:
        if terminal is not None and not terminal.isatty and self._now() - self._told >= EVERY:
            self._told = self._now()
            self._begin(terminal)
            terminal.write_line(self._text())
            terminal.flush()

    def _begin(self, terminal: Any) -> None:
        """Begin a line of its own, once: dots may stand before it."""
        if self._dots and not self._in_place:
            terminal.write("\n")
        self._dots = False

    def _text(self) -> str:
        return printable(localized(line(self._run), self._run.settings.language))
