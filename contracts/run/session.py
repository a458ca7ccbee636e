"""One run over a target: from the settings to the verdict. The state that the pytest side keeps between its hooks."""

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from contracts.case.cleanup import remove_all
from contracts.case.outcome import Outcome
from contracts.catalog.cases import cases
from contracts.catalog.release import load, releases
from contracts.check.breach import Breach, Kind
from contracts.http.trace import Phase
from contracts.report.summary.terminal import block
from contracts.report.verdict_rules import Result
from contracts.report.write import write_all
from contracts.run.description import about
from contracts.run.deviations import Deviation, judge, known, told
from contracts.run.early import Early
from contracts.run.executor import CasePool, Job
from contracts.run.metrics import promises
from contracts.run.plan import OTHER_PROJECT, Scope, scope
from contracts.run.verdict import RunResult, decide, once, write
from contracts.safety.journal import FILE as JOURNAL
from contracts.safety.journal import new_run_id
from contracts.settings.settings import ASSUMED, AUTO, Settings
from contracts.standin.defects import BEHAVIOURS
from contracts.standin.process import StandInError, launch
from contracts.target.connect import Probe, find_workspace, open_target, probe
from contracts.target.credentials import USERS, headers
from contracts.target.target import Target, Workspace
from contracts.text.message import from_plain, msg, to_plain

PERFECT = "perfect"
"""The stand-in's behaviour that does what the page promises; so do those that begin with it."""


class Session:
    """One process's part of a run: the controller's or a worker's. `idle`: nothing is to be sent, as in a listing."""

    def __init__(self, settings: Settings, handed: Mapping[str, Any] | None, *, idle: bool) -> None:
        self.settings = settings if settings.base_url is not None else settings.on_stand_in()
        self.idle = idle
        self.worker: str = (handed or {}).get("worker", "")
        self.run_id: str = (handed or {}).get("run_id") or new_run_id()
        self.run_dir = Path((handed or {}).get("run_dir") or settings.run_dir or f"runs/{self.run_id}").resolve()
        self.outcomes: list[dict[str, Any]] = []
        self.leaks: list[str] = []
        self.other_failures: list[str] = []
        self.verdict: dict[str, Any] = {}
        self.warnings: list[str] = []
        self.pool = CasePool(settings.in_flight)
        self._handed = from_plain(handed)
        self._planned: list[str] = []
        self.elsewhere: list[str] = []
        self.started = datetime.now(UTC)
        self.clock = time.monotonic()
        self._deadline: float = (handed or {}).get("deadline") or time.time() + settings.run_timeout
        first, live = not self.worker and not idle, settings.base_url is not None
        self._stand_in = launch(self.behaviour or PERFECT) if first and not live else None
        self._early = Early(self._look, self._find) if first and live else None

    @cached_property
    def probe(self) -> Probe:
        """The one look at the target: the controller's own, handed on to its workers."""
        return self._early.probe() if self._early else self._look()

    def _look(self) -> Probe:
        if self._handed is not None and not self._handed["stand_in"]:
            return Probe(**self._handed["probe"])
        try:  # a stand-in's tokens are not handed on, so its workers look too
            return probe(self.settings, self._base_url())
        except StandInError as error:
            return Probe("the stand-in", answered=False, trouble=str(error))

    def _base_url(self) -> str:
        handed: str | None = (self._handed or {}).get("base_url") or self.settings.base_url
        return handed or (self._stand_in.base_url if self._stand_in else "")

    def look_first(self) -> None:
        """Look at a live target before anything is sent; what is missing raises SettingsError."""
        if self.settings.base_url is not None and not self.probe.trouble:
            _ = self.target

    @cached_property
    def workspace(self) -> Workspace:
        """Where the cases work: found once, by the controller, where the target is live."""
        if self._handed is not None and self._handed["workspace"]:
            return Workspace(**self._handed["workspace"])
        return (self._early and self._early.workspace()) or find_workspace(self.settings, self.probe)

    def _find(self, look: Probe) -> Workspace | None:
        return None if look.trouble else find_workspace(self.settings, look)

    @cached_property
    def target(self) -> Target:
        """The target, opened when the first case needs it."""
        opened = open_target(
            self.settings,
            self.probe,
            self.workspace,
            release=self.release,
            run_id=self.run_id,
            worker=self.worker or "main",
            run_dir=self.run_dir,
        )
        return replace(opened, deadline=self._deadline)

    @property
    def title(self) -> str:
        """What the target is, in one line."""
        if self.settings.base_url is None:
            title = "the stand-in ({behaviour}); set ZADIG_BASE_URL or --base-url for a live Zadig"
            return msg(title, self.settings.behaviour)
        if self.probe.behaviour:
            return msg("{base_url}, a stand-in ({behaviour})", self.settings.base_url, self.probe.behaviour)
        return f"{self.settings.base_url}{self.settings.api_prefix}"

    @cached_property
    def scope(self) -> Scope:
        """What the target allows. For a listing without a target, what the stand-in allows."""
        if self.settings.base_url is None:
            return scope(self.settings, stand_in=True, credentials={*USERS, OTHER_PROJECT})
        own = {} if self.idle else self.probe.stand_in
        credentials = set(headers(self.settings, own.get("tokens", {})))
        if "outsider" in credentials and (self.settings.outsider_project or own.get("other_project")):
            credentials.add(OTHER_PROJECT)
        return scope(self.settings, stand_in=bool(own), credentials=credentials)

    @cached_property
    def release(self) -> str:
        """The release whose contract is tested. No call of Zadig tells it, so `auto` asks a stand-in or assumes."""
        if self.settings.release != AUTO:
            return self.settings.release
        return self.behaviour if self.behaviour in releases() else ASSUMED

    @cached_property
    def deviations(self) -> tuple[Deviation, ...]:
        """What the release is known to break."""
        return known(load(self.release), self.settings.deviations)

    @property
    def expected(self) -> tuple[Deviation, ...]:
        """The deviations that this target is expected to show: a stand-in without defects has none."""
        return () if (self.behaviour or "").startswith(PERFECT) else self.deviations

    @property
    def behaviour(self) -> str | None:
        """The behaviour of the stand-in, None where the target is not one."""
        if self.settings.base_url is not None:
            return self.probe.behaviour
        wished = self.settings.behaviour
        of_release = f"{wished}-{self.settings.release}"  # the perfect server of that release, where it differs
        return of_release if of_release in BEHAVIOURS else wished

    def handover(self) -> dict[str, Any]:
        """Return what a worker needs to know; it has no secret, those it reads itself."""
        look = vars(replace(self.probe, stand_in={}))
        where: dict[str, Any] = {"run_id": self.run_id, "run_dir": str(self.run_dir), "base_url": self.probe.base_url}
        found = (
            vars(self.workspace) if self.probe.answered and not (self.probe.trouble or self.probe.stand_in) else None
        )
        where |= {"deadline": self._deadline, "workspace": found}
        handed: dict[str, Any] = to_plain(where | {"stand_in": bool(self.probe.stand_in), "probe": look})
        return handed

    def plan(self, ids: list[str]) -> None:
        """Note the cases that are to run; every worker of a run has the same."""
        self._planned = ids

    def outcome(self, job: Job, upcoming: Iterable[Job] = ()) -> Outcome:
        """Return what became of a case; meanwhile those that are upcoming may begin."""
        if not self.trouble:
            _ = self.target  # opened once, before the threads want it
        return self.pool.outcome(job, upcoming)

    @property
    def trouble(self) -> str:
        """Why nothing more is to be tried; empty where all is well."""
        if time.time() > self._deadline:
            return msg("not tried: the {seconds} s of --run-timeout were over", f"{self.settings.run_timeout:g}")
        return self.probe.trouble

    def not_tried(self, case: str, operation: str, answer: str) -> Outcome:
        """Return the outcome of a case that is not tried because of `trouble`."""
        if self.probe.page:
            page = Breach(Kind.NOT_JSON, "body", msg("a JSON body"), msg("an HTML page"), True)
            return Outcome(case, operation, answer, Result.BREACH, breaches=(page,), reason=self.trouble)
        result = Result.BLOCKED if self.probe.answered else Result.UNREACHABLE
        return Outcome(case, operation, answer, result, reason=self.trouble)

    def crashed(self, case: str, reason: str) -> Outcome:
        """Return the outcome of a case in which the suite itself, or the process that ran it, failed."""
        operation, _, rest = case.partition("/")
        answers = {row.id: row.answer.name for row in cases(self.release)}
        return Outcome(
            case,
            operation,
            answers.get(case, rest),
            Result.CRASHED,
            reason=msg("the suite itself failed here: {why}; see it with --tb=short", reason),
        )

    def judged(self, outcome: Outcome) -> Outcome:
        """Return an outcome in the light of what the release is known to break."""
        return judge(outcome, self.expected, datetime.now(UTC).date())

    def text(self, outcome: Outcome) -> str:
        """Return what happened to a case as the lines that people read."""
        return "\n".join(block(outcome.to_json(), about(self).to_json(), lang=self.settings.language))

    def stop(self) -> None:
        """End what is still under way, where the run ends early."""
        if self.pool.busy:
            self.target.breaker.halted = True
        self.pool.stop()

    def clean_up(self) -> None:
        """Remove what is left of this run, also what a lost worker left, and note what would not go as leaked."""
        if not self.probe.trouble and (self.run_dir / JOURNAL).exists():
            with self.target.trace.during(Phase.CLEANUP):
                self.leaks = remove_all(self.target, self.run_id)

    def finish(self, exit_status: int, allure: str | None = None) -> int:
        """Decide the verdict, write it with its reports, and return the exit code; `allure`: folder of its results."""
        ends: dict[int, str] = {2: msg("interrupted"), 3: msg("an internal error of the suite")}
        interrupted = ends.get(exit_status, "")
        if self.other_failures and not interrupted:
            interrupted = msg("other tests that failed: {n}", len(self.other_failures))
        outcomes = once(self.outcomes)
        tally = RunResult(
            self._planned,
            outcomes,
            self.leaks,
            interrupted,
            deviations=told(self.expected, outcomes),
            promises=promises(load(self.release)),
            elsewhere=self.elsewhere,
        )
        self.verdict = decide(about(self), tally)
        write(self.verdict, self.run_dir)
        self.warnings = write_all(
            self.verdict, self.run_dir, os.environ, Path(allure) if allure else None, self.settings.language
        )
        return int(self.verdict["exit"])

    def close(self) -> None:
        """End the stand-in, if this process started one."""
        if self._stand_in is not None:
            self._stand_in.close()
