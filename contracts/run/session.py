"""One run over a target: the state that is kept from the settings to the verdict, and its way to the target."""

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from contracts.case.cleanup import CleanUp, clock
from contracts.catalog.cases import Case, cases, own_cases
from contracts.catalog.chains import chains
from contracts.catalog.release import api_of, load, releases
from contracts.paths import real
from contracts.run.deviations import Deviation, known
from contracts.run.executor import IN_A_WORKER, CasePool
from contracts.run.kept import Kept
from contracts.run.plan import ADMIN, OTHER_PROJECT, Scope, of_profile, scope
from contracts.safety.journal import new_run_id
from contracts.safety.run_folder import UNUSABLE, RunFolderError, claim, release
from contracts.settings.settings import AUTO, STAND_IN, Settings, SettingsError, label
from contracts.standin.defects import BEHAVIOURS, RELEASE_OF
from contracts.standin.process import StandIn, StandInError, launch
from contracts.target.connect import (
    Probe,
    find_rights,
    find_workspace,
    is_no_administrator,
    open_target,
    probe,
)
from contracts.target.credentials import USERS, headers
from contracts.target.listing import lacking
from contracts.target.pace import FIRST, MOST, Pace, at_once
from contracts.target.sharing import Among, SharedLock, Told
from contracts.target.target import Target, Workspace
from contracts.text.errors import TargetError, of_system
from contracts.text.message import about, from_plain, msg, to_plain

LOCKS = "locks"
"""The folder by which the workers of a run know of each other; it is gone when the run is over."""
MOST_REPEATED = 0.15
"""The part of its requests that a run may send again because of what stands before its target, and still tell."""
BEFORE_EXPIRY = 5
"""Seconds before the end of the token in which no case begins: what is under way is to end, and to be removed."""
PERFECT = "perfect"
"""The stand-in's behaviour that does what the page promises; so do those that begin with it."""


class Session:
    """One process's part of a run: the controller's, or that of a worker of xdist.

    settings: what was set; on the embedded stand-in without what is said of somebody's Zadig.
    meant: what was set where this is a dry run, which has a target to plan for and none to send to; else None.
    idle: nothing is to be sent, as in a listing.
    worker: the worker's id, empty for the controller.
    probe: what the look at the target showed; set by `connect`, or by `open` where the target is only starting.
    workspace, target: set by `open`, unless the look found trouble.
    administrator: whether the token is known to be a system administrator's, whom nothing is refused.
    only: the cases that are collected, as if there were no others; empty: all.
    operations: those whose cases are selected; None: all.
    reports: whether they are written beside the verdict.
    planned, elsewhere: the cases that are to run, here and in other shards.
    command_line: the words of the command that this run was called by, secrets masked.
    lacking: flows and concurrent scenarios that need calls which the release has not.
    outcomes: what became of cases, as plain data; `clean_up` and `other_failures`: what else is held against the run.
    done_again: how many cases held when they were done again, by what was in doubt, and requests.
    pace: how many cases could be under way at once in the end.
    verdict, warnings, exit: how it ended; the last is what the process ends with.
    """

    target: Target

    def __init__(
        self,
        settings: Settings,
        handed: Mapping[str, Any] | None = None,
        *,
        worker: str = "",
        workers: int = 1,
        idle: bool = False,
        meant: Settings | None = None,
    ) -> None:
        self.settings = settings if settings.base_url is not None else settings.on_stand_in()
        self.meant = meant
        self.idle = idle
        self.worker = worker
        self._handed: dict[str, Any] = from_plain(handed or {})
        self.run_id: str = self._handed.get("run_id") or new_run_id()
        wished = self._handed.get("run_dir") or (meant and tempfile.mkdtemp(prefix="zadig-dry-run-"))
        self.run_dir = real(wished or settings.run_dir or f"runs/{self.run_id}")
        self.deadline: float = self._handed.get("deadline") or time.time() + settings.run_timeout
        self.started = datetime.now(UTC)
        self.clock = time.monotonic()
        self.probe = Probe(settings.base_url or "", answered=False)
        self.workspace: Workspace | None = None
        number = int("".join(filter(str.isdecimal, worker)) or 0)
        first = min(at_once(settings.in_flight), workers * IN_A_WORKER)
        self._among = Among(self.run_dir / LOCKS, number, workers, first) if worker else None
        most = self._among.most if self._among else MOST if settings.in_flight == AUTO else at_once(settings.in_flight)
        self._pace = Pace(FIRST if settings.in_flight == AUTO else most, most)
        self.pool = CasePool(most)
        self.done_again: Counter[str] = Counter()
        self.pace = 0
        self.planned: list[str] = []
        self.elsewhere: list[str] = []
        self.command_line: list[str] = []
        self.lacking: list[str] = []
        self.outcomes = Kept()
        self.clean_up = CleanUp()
        self.other_failures: list[str] = []
        self.verdict: dict[str, Any] = {}
        self.warnings: list[str] = []
        self.exit = 0
        self.administrator = False
        self.only: Collection[str] = ()
        self.operations: Collection[str] | None = None
        self.reports = True
        self._stand_in: StandIn | None = None
        self._opened = False
        self._claim: int | None = None
        self._made = False

    def connect(self) -> None:
        """Look once at a live target, or start the embedded stand-in and do not wait for it.

        A listing does neither, unless only the target can tell which release it is. Raises RunFolderError where the
        run's folder is not to be had.
        """
        if not (self.idle or self.worker):
            self._made = not self.run_dir.exists()
            self._claim = claim(self.run_dir, self.run_id)
        if self.settings.base_url is None:
            if not (self.idle or self.worker):
                self._stand_in = launch(self.behaviour or PERFECT)
        elif not self.idle or self.settings.release == AUTO:
            self.probe = self._look()

    def open(self) -> None:
        """Wait for the stand-in, find where the cases may work, and open the target there; once.

        Raises SettingsError where it is not settled where on a live target that is, RunFolderError where the run's
        folder takes no journal.
        """
        if self._opened:
            return
        self._opened = True
        if self.settings.base_url is None:
            self.probe = self._look()
        if self.probe.trouble:
            return
        if self.settings.require_live and self.probe.behaviour:
            raise SettingsError(about(label("require_live"), STAND_IN.put(self.probe.base_url)))
        found = self._handed.get("workspace")
        self.workspace = Workspace(**found) if found else find_workspace(self.asked, self.probe)
        if self.settings.base_url is not None and not self.worker:
            self._look_at_rights(self.workspace.project)
        try:
            opened = open_target(
                self.settings,
                self.probe,
                self.workspace,
                release=self.release,
                run_id=self.run_id,
                worker=self.worker or "main",
                run_dir=self.run_dir,
            )
        except OSError as error:  # there is no room for a journal
            raise RunFolderError(UNUSABLE.put(self.run_dir, of_system(error.strerror))) from None
        lock, told = SharedLock(self._pace, self._among), Told(self._among)
        self.target = replace(opened, deadline=self.deadline, lock=lock, told=told)

    def _look_at_rights(self, project: str) -> None:
        """Find out whether the token's user is an administrator, and whether he may do what the cases do."""
        try:
            found = find_rights(self.asked, self.probe, project)
        except TargetError as error:
            self.probe = replace(self.probe, trouble=error.message)
            return
        if found is None:
            return
        self.administrator = found.administrator
        if found.missing:
            self.probe = replace(self.probe, trouble=lacking(project, found))

    def close(self) -> None:
        """End the stand-in, if this process started one, and leave the run's folder to others."""
        if self._stand_in is not None:
            self._stand_in.close()
        if self._claim is not None:
            shutil.rmtree(self.run_dir / LOCKS, ignore_errors=True)
            release(self.run_dir, self._claim, made=self._made)
            self._claim = None
            if self.meant is not None:
                shutil.rmtree(self.run_dir, ignore_errors=True)

    def told(self) -> dict[str, Any]:
        """Return what this process learned of the way to the target, as plain data."""
        if self.unopened:
            return {}
        weather = self.target.weather
        again = {**weather.again, "sent": weather.sent, "repeated": weather.repeated}
        return {"again": again, "pace": self.target.lock.pace}

    def hear(self, told: Mapping[str, Any]) -> None:
        """Add what a process of the run was told."""
        self.done_again.update(told.get("again", {}))
        self.pace = min(filter(None, (self.pace, told.get("pace"))), default=0)

    @property
    def too_disturbed(self) -> str:
        """Why a run tells nothing in which too much had to be sent again; empty where it does."""
        sent, repeated = self.done_again["sent"], self.done_again["repeated"]
        if repeated <= MOST_REPEATED * (sent - repeated):
            return ""
        return msg("{n} of {of} requests had to be repeated because of what is in front of the target", repeated, sent)

    def _look(self) -> Probe:
        handed = self._handed.get("probe")
        if handed and not self._handed["stand_in"]:  # a stand-in's tokens are not handed on, so its workers look too
            return Probe(**handed)
        try:
            base_url = self.settings.base_url or (handed["base_url"] if handed else "")
            return probe(self.settings, base_url or (self._stand_in.base_url if self._stand_in else ""))
        except StandInError as error:
            return Probe("the stand-in", answered=False, trouble=str(error))

    def handover(self) -> dict[str, Any]:
        """Return what a worker needs to know of an open session; it has no secret, those it reads itself."""
        live = self.workspace is not None and not self.probe.stand_in
        return {
            "run_id": self.run_id,
            "run_dir": str(self.run_dir),
            "deadline": self.deadline,
            "probe": to_plain(vars(replace(self.probe, stand_in={}))),
            "stand_in": bool(self.probe.stand_in),
            "workspace": vars(self.workspace) if live else None,
        }

    @property
    def unopened(self) -> bool:
        """Whether there is no target to work with."""
        return not self._opened or bool(self.probe.trouble)

    @property
    def trouble(self) -> str:
        """Why nothing more is to be tried; empty where all is well."""
        if time.time() > self.deadline:
            return msg("not tried: the {seconds} s of --run-timeout were over", f"{self.settings.run_timeout:g}")
        return self.probe.trouble or self.ended

    @property
    def ended(self) -> str:
        """Why nothing more is tried although the target was there: what stands before it, or a token that ends."""
        if self.unopened:
            return ""
        weather, expires = self.target.weather, self.target.expires
        if not weather.ended and time.time() > expires - BEFORE_EXPIRY:
            weather.ended = msg(
                "the token expires at {time}; set one that outlives the run",
                clock(datetime.fromtimestamp(expires, UTC)),
            )
        return msg("not tried: {why}", weather.ended) if weather.ended else ""

    @property
    def behaviour(self) -> str | None:
        """The behaviour of the stand-in, None where the target is not one."""
        if self.settings.base_url is not None:
            return self.probe.behaviour
        wished, release = self.settings.behaviour, self.release
        of_release = (
            f"{wished}-{release}",
            f"{wished}-{release.rpartition('.')[0]}",
        )  # its perfect server, if it differs
        return next((name for name in of_release if name in BEHAVIOURS), wished)

    @property
    def release(self) -> str:
        """The release whose contract is tested; `auto` goes by what the target tells, or by the wished behaviour."""
        settings, told = self.settings, self.probe.release
        if settings.release == AUTO and settings.base_url is None:
            told = RELEASE_OF[settings.behaviour]
            if settings.api not in (None, api_of(told)):
                told = [name for name in releases() if api_of(name) == settings.api][-1]
        return told if settings.release == AUTO and told in releases() else settings.known_release

    @property
    def asked(self) -> Settings:
        """The settings with the release that the target is of."""
        return replace(self.settings, release=self.release)

    @cached_property
    def scope(self) -> Scope:
        """What the target allows. For a listing without a target, what the stand-in allows."""
        planned_for, unasked = self.meant or self.settings, self.idle or self.meant is not None
        if planned_for.base_url is None:
            return scope(self.asked, stand_in=True, credentials={*USERS, ADMIN, OTHER_PROJECT})
        facts = {} if unasked else self.probe.stand_in
        credentials = set(headers(planned_for, facts.get("tokens", {})))
        if "outsider" in credentials and (planned_for.outsider_project or facts.get("other_project")):
            credentials.add(OTHER_PROJECT)
            if not (facts or unasked or self.probe.trouble) and is_no_administrator(self.asked, self.probe):
                credentials.discard(ADMIN)
        return scope(self.asked, stand_in=bool(facts), credentials=credentials)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The rows of the case table, and those of --cases; raises CatalogError where those cannot be used."""
        own = self.settings.cases
        return (*cases(self.release), *(own_cases(self.release, own) if own is not None else ()))

    @cached_property
    def of_profile(self) -> frozenset[str]:
        """The cases of the whole profile on this target, whatever was selected of them."""
        return frozenset(of_profile(self.release, self.cases, self.scope))

    @property
    def unselected(self) -> list[str]:
        """The cases of the profile that this run and its other shards leave out."""
        return sorted(self.of_profile.difference(self.planned, self.elsewhere))

    @cached_property
    def deviations(self) -> tuple[Deviation, ...]:
        """What the release is known to break; raises DeviationsError where that cannot be read."""
        return known(load(self.release), self.settings.deviations, self.cases)

    def chains(self, planned: Iterable[Case]) -> list[tuple[Case, ...]]:
        """Return which of these cases share a workflow: none that is expected to deviate, as it would run twice.

        A worker of xdist does not know its next cases, so there each has its own.
        """
        if self.worker or self.settings.isolate:
            return []
        alone = {case for row in self.expected for case in row.shows}
        found = chains((case for case in planned if case.id not in alone), load(self.release))
        return [chain for chain in found if len(chain) > 1]

    @property
    def expected(self) -> tuple[Deviation, ...]:
        """The deviations that this target is expected to show: a stand-in without defects has none."""
        return () if (self.behaviour or "").startswith(PERFECT) else self.deviations
