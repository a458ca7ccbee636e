"""Explores lives: draws them, lives each on workflows of its own, and shortens the first that goes wrong."""

import time
from collections.abc import Collection
from dataclasses import replace
from random import Random
from typing import NoReturn

from contracts.case.cleanup import remove_after_case
from contracts.case.lives import Life, drawn, shortened
from contracts.case.living import Living, done_in
from contracts.case.reproduce import reproduction
from contracts.case.scenario import ScenarioEndedError
from contracts.case.trial import Trial
from contracts.case.wait import LAG_SECONDS
from contracts.catalog.binding import NAME
from contracts.catalog.cases import NO_OVERRIDES, cases
from contracts.catalog.lifecycle import NOT_THERE
from contracts.catalog.release import Release
from contracts.check.snapshot import Snapshot
from contracts.http.exchange import Request
from contracts.http.trace import Phase, Step, Trace, Wait
from contracts.report.verdict_rules import Result
from contracts.target.target import Target, open_subject
from contracts.text.frozen import dataclass
from contracts.text.message import msg

LIVES, SHORTENS = 0.75, 0.95
"""The part of its requests that an exploration draws lives for, and until which it shortens one; the rest is for what
is lived again because the answer may not have been the target's.
"""
TO_REMOVE = 8
"""Requests that another step and the removal may need for each workflow of a life, besides one for each of its tasks
that has not ended.
"""
WRONG = (Result.BREACH, Result.DRIFT)


@dataclass(frozen=True)
class _Found:
    """A life that went wrong.

    life, told: as it was drawn, and the steps that it came to.
    trial: what it showed.
    sent, steps: what it sent.
    again: a line for a shell that lives it once more.
    """

    life: Life
    told: tuple[str, ...]
    trial: Trial
    sent: tuple[tuple[Phase, Request | Wait], ...]
    steps: tuple[Step, ...]
    again: str


class Explorer(Living):
    """Reads as a sentence in a test: it lives lives, for a part of the budget."""

    operation = "explore"
    _found: _Found | None = None
    _again_line = ""
    _spent = 0

    def lives(self, share: float) -> None:
        """Live lives for a part of the run's budget; the first that goes wrong is shortened, and ends the case."""
        bounds = self._target.exploring
        self._most = int(bounds.requests * share)
        self._ends = min(self._target.deadline, time.time() + bounds.seconds * share)
        if self._found is not None:  # what came may not have been the target's: is it so again?
            self._report(self._lived(self._found.life), 0, 0)
            return
        names, does = names_of(self._target.release), done_in(self._target.release, clock=self._target.stands_still)
        lives = lost = 0
        while self._left(LIVES):
            lives += 1
            random = Random(f"{bounds.seed} {self.id} {lives}")  # noqa: S311  # which lives is no secret
            found = self._lived(drawn(random, does, names, again=self._target.release.lifecycle.again))
            if found is None:
                continue
            again = self._lived(found.life)
            if again is None and any(exchange.failure for exchange in found.trial.exchanges):
                lost += 1  # the answer, and with it this life
                continue
            self._report(found if again is None else self._shortened(again), lives, len(found.told))
        if not lives:
            self._end_unexplored()
        note = msg("{n} lives, {requests} requests, seed {seed}", lives, self._spent, bounds.seed)
        if lost:
            note = msg("{note}; {n} lives ended where a response was lost", note, lost)
        self._note(reason=note)

    def _end_unexplored(self) -> NoReturn:
        """End a case for which the budget has nothing: what was not tried cannot hold."""
        too_small = "nothing was explored: of the budget, {n} requests are for this case; set --budget to more"
        self._end(Result.BLOCKED, msg(too_small, self._most))

    def _left(self, part: float) -> bool:
        """Whether this part of the budget has something left for a life of one workflow, which must be removed too."""
        return self._spent + self._to_end([Snapshot()]) < part * self._most and time.time() < self._ends

    def _goes_on(self) -> bool:
        spent = self._spent + len(self._target.trace.steps) - self._first
        return spent + self._to_end(self._held) < self._most and time.time() < self._ends

    def _to_end(self, held: Collection[Snapshot]) -> int:
        """Return how many requests another step, and the removal of what is held, may take."""
        unfinished = self._target.release.lifecycle.unfinished
        lag = 0 if self._target.control is not None else int(LAG_SECONDS)  # so often a live target is looked at again
        return lag + TO_REMOVE * len(held) + sum(state in unfinished for each in held for state in each.tasks.values())

    def _lived(self, life: Life) -> _Found | None:
        """Live a life on workflows of its own, and remove them; return what went wrong in it, None where nothing."""
        target, trace = self._target, self._target.trace
        self._trial = replace(Trial(), unknown=self._trial.unknown, seen=tuple(dict.fromkeys(self._trial.seen)))
        trace.sent.clear()
        trace.doubts.clear()
        self._first = len(trace.steps)
        self._subjects = [open_subject(target, name) for name in life.names]
        try:
            self._lives(life)
        except ScenarioEndedError:
            pass
        finally:
            with trace.during(Phase.CLEANUP):
                for subject, held in zip(self._subjects, self._held, strict=True):
                    remove_after_case(target, subject, held if self._trial.result is Result.HELD else None)
            self._spent += len(trace.steps) - self._first
        trial, subjects, self._subjects = self._trial, self._subjects, []
        if trial.result is Result.HELD:
            return None
        if trial.result not in WRONG:
            raise ScenarioEndedError(trial.reason)
        trial = replace(trial, doubts=tuple(trace.doubts))
        again = reproduction(target, trace, trial.exchanges[0].request, subjects)
        done = replace(life, steps=life.steps[: self._begun])
        return _Found(done, tuple(self._told), trial, tuple(trace.sent), tuple(trace.steps[self._first :]), again)

    def _shortened(self, found: _Found) -> _Found:
        """Return the shortest life found in one that went wrong, which goes wrong in the same way.

        One that ended with an answer that was waited for in vain stays as it is: each try would wait as long.
        """
        if found.trial.in_vain:
            return found
        best = found

        def goes_wrong(life: Life) -> bool:
            nonlocal best
            other = self._lived(life) if self._left(SHORTENS) else None
            alike = other is not None and _alike(other, found)
            best = other if other is not None and alike else best
            return alike

        shortened(found.life, goes_wrong)
        return best

    def _report(self, found: _Found | None, lives: int, steps: int) -> None:
        """End with a life that went wrong; what is told of the case is told of this life alone."""
        if found is None:
            return
        self._found, self._again_line = found, found.again
        trace = self._target.trace
        trace.sent[:], trace.steps[:], trace.doubts[:] = found.sent, found.steps, found.trial.doubts
        told = "life {n} of seed {seed}, {k} steps, shortened to {left}: {steps|, }"
        seed, short = self._target.exploring.seed, len(found.told)
        reason = msg(told, lives, seed, steps, short, list(found.told)) if lives else found.trial.reason
        self._trial = replace(found.trial, reason=reason)
        raise ScenarioEndedError(reason)

    def _begin(self, target: Target) -> None:
        self._target = replace(target, trace=Trace())
        self._subjects, self._held, self._gone = [], [], set()
        self._documented, self._trial = True, Trial()

    def _again(self, request: Request) -> str:  # noqa: ARG002  # it was told when it was found
        return self._again_line


def _alike(one: _Found, other: _Found) -> bool:
    """Whether two lives went wrong in the same way."""
    kinds = ({breach.signature for breach in found.trial.breaches} for found in (one, other))
    return bool(set.intersection(*kinds))


def names_of(release: Release) -> tuple[str, ...]:
    """Return templates of the names of workflows: the plain one, and every odd one with which cases succeed."""
    create = release.call("create").name
    fine = (
        case.request
        for case in cases(release.name)
        if (case.operation, case.given, case.only) == (create, NOT_THERE, "") and case.answer.succeeds
    )
    odd = (each.name for each in fine if each == replace(NO_OVERRIDES, name=each.name))
    return tuple(dict.fromkeys((NAME, release.binding.odd, *odd)))
