"""Hears what became of tests, and lets pytest keep no more of it than it needs: thousands of reports take megabytes."""

from typing import Any

import pytest

from contracts.pytest_plugin.collection import case_id_of
from contracts.pytest_plugin.fixtures import NO_KEYWORDS
from contracts.run.outcomes import crashed
from contracts.run.session import Session
from contracts.text.message import msg
from contracts.text.redact import mask_all


class Counted(pytest.TestReport):
    """The report of a case that held, once all have heard it: what is the same in thousands of them stands here."""

    keywords: Any = NO_KEYWORDS
    longrepr, start, stop = None, 0.0, 0.0
    sections: Any = ()
    user_properties: Any = ()


class Listener:
    """Hears every report of the run, on the controller."""

    def __init__(self, run: Session, config: pytest.Config) -> None:
        self._run = run
        self._config = config

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the outcome that came with a report; note a case that ended without one, and failures of other tests."""
        outcome = getattr(report, "zadig", None)
        if outcome is not None:
            file, line, _ = report.location
            place = {"file": file, "line": (line or 0) + 1}
            if hasattr(report, "node"):  # a worker masked what it knows; who works here did so just now
                outcome = mask_all(outcome)
            self._run.outcomes.append(outcome | mask_all(place))
            del report.zadig  # pytest keeps every report to the end of the run
            if report.passed and not report.sections and not report.user_properties:
                own = {name: value for name, value in vars(report).items() if name not in vars(Counted)}
                report.__class__, report.__dict__ = Counted, own
        elif report.failed:
            lines = report.longreprtext.strip().splitlines()
            reason = lines[-1].removeprefix("E").strip() if lines else msg("no reason given")
            case = case_id_of(report.nodeid, self._run.of_profile)
            if case and all(known["case"] != case for known in self._run.outcomes):
                self._run.outcomes.append(crashed(self._run, case, reason).to_json())
            else:
                self._run.other_failures.append(msg("{test} failed by itself: {why}", report.nodeid, reason))
        else:
            self._forget(report)

    def _forget(self, report: pytest.TestReport) -> None:
        """Let pytest forget what came before or after a case, which only --durations shows; it keeps each report."""
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        kept = terminal.stats.get("") if terminal and self._config.option.durations is None else None
        if kept and kept[-1] is report and not report.sections and not report.keywords:  # those of a case have none
            kept.pop()
