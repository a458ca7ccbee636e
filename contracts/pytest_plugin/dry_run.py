"""The pytest side of a dry run: nothing that it did on its stand-in looks as if a target had passed or failed."""

from typing import Any

import pytest

from contracts.i18n.translate import say
from contracts.run.dry_run import INCOMPLETE, incomplete, lines
from contracts.run.session import Session
from contracts.run.verdict import PASSED_ON
from contracts.settings.settings import Settings

REMEMBER = ("lfplugin", "nfplugin", "stepwiseplugin")
"""Plugins of pytest that remember what failed, which is for runs on a target."""


class DryRun:
    """Counts in place of a verdict."""

    def __init__(self, run: Session, meant: Settings, config: pytest.Config) -> None:
        self._run, self._meant = run, meant
        config.option.xmlpath = config.option.allure_report_dir = None  # green results, and of no target

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep what pytest remembers of real runs."""
        manager = session.config.pluginmanager
        for name in filter(manager.has_plugin, REMEMBER):
            manager.unregister(name=name)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Call a case counted."""
        return ("counted", ".", "COUNTED") if report.when == "call" or report.failed else None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Any:
        """End with 0 where all was counted."""
        yield
        if exitstatus not in PASSED_ON:
            session.exitstatus = INCOMPLETE if incomplete(self._run) else 0

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """End with what would be sent."""
        lang = self._run.settings.language
        terminalreporter.section(say(lang, "Zadig contract: dry run"))
        for text in lines(self._run, self._meant, lang):
            terminalreporter.write_line(text)
