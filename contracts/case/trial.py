"""One run of a case, and the outcome that it comes to: the same for rows of the case table and for scenarios."""

from collections.abc import Callable
from dataclasses import dataclass

from contracts.case.again import settled
from contracts.case.outcome import Outcome, evidence
from contracts.check.breach import Breach, Kind
from contracts.check.check import Promise
from contracts.http.client import Exchange
from contracts.http.disturbance import Doubt
from contracts.report.verdict_rules import Result
from contracts.target.target import Target


UNTOLD = frozenset({Result.BLOCKED, Result.UNREACHABLE, Result.DISTURBED})
"""Results that tell nothing of the target's answer."""


@dataclass(frozen=True)
class Trial:
    """What one run of a case showed, on a workflow of its own.

    result, breaches, reason: how it ended.
    promised: the page's lines, or the source of the fact, that the answer is held against.
    wanted: that answer written out.
    unknown, seen: JSON paths of keys that nobody documented, and of documented ones that came.
    exchanges: those that count, the most telling first.
    again: a line for a shell that shows it once more.
    moved: the given went on by itself, so that the answer may be right for its new state.
    doubts: what came, and may not be the target's own.
    """

    result: Result = Result.HELD
    breaches: tuple[Breach, ...] = ()
    reason: str = ""
    promised: str = ""
    wanted: Promise | None = None
    unknown: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    again: str = ""
    moved: bool = False
    doubts: tuple[Doubt, ...] = ()

    @property
    def cross_talk(self) -> bool:
        """Whether the answer tells of another request; where the given moved, it may just tell of the new state."""
        return not self.moved and any(breach.kind is Kind.CROSS_TALK for breach in self.breaches)

    @property
    def about_itself(self) -> bool:
        """Whether there was an answer, and it tells of its own request."""
        return self.result not in UNTOLD and not (self.moved or self.cross_talk)


def undisturbed(target: Target, attempt: Callable[[], Trial]) -> Trial:
    """Return what an attempt shows among other cases; where that is cross-talk, and others were there, another alone.

    Cross-talk with this run's own other cases does not count, so that a result does not depend on how many are under
    way: the cases of `concurrency` are there to show it. Nor does what others answer that stand before the target.
    """
    with target.lock.shared() as had_company:
        trial = attempt()
    if trial.cross_talk and had_company():
        return alone(target, attempt)
    return settled(target, attempt, trial, company=had_company())


def alone(target: Target, attempt: Callable[[], Trial]) -> Trial:
    """Return what an attempt shows that has the target to itself."""
    with target.lock.exclusive():
        trial = attempt()
    return settled(target, attempt, trial, company=False)


def conclude(trial: Trial, target: Target, **about: str) -> Outcome:
    """Return what became of a case: what its last trial showed, and what the target's trace has of all of them.

    about: the case, its operation, answer, level and given.
    """
    return Outcome(
        **about,
        result=trial.result,
        promised=trial.promised,
        wanted=trial.wanted if trial.result is not Result.HELD else None,
        breaches=trial.breaches,
        reason=trial.reason,
        unknown=trial.unknown,
        seen=tuple(dict.fromkeys(trial.seen)),
        evidence=tuple(evidence(target.client, exchange) for exchange in trial.exchanges),
        again=trial.again,
        steps=tuple(target.trace.steps),
        started=round(target.trace.started, 3),
        seconds=round(target.trace.seconds, 4),
    )
