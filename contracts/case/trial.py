"""One run of a case, and the outcome that it comes to: the same for rows of the case table and for scenarios."""

from collections.abc import Callable
from dataclasses import replace

from contracts.case.again import undoubted
from contracts.case.outcome import Outcome, Span, evidence
from contracts.check.breach import Breach, Kind
from contracts.check.check import Promise, faults
from contracts.http.disturbance import Doubt
from contracts.http.exchange import Exchange
from contracts.report.verdict_rules import Result, result_of
from contracts.target.target import Target
from contracts.text.frozen import dataclass
from contracts.text.message import msg

MOVES, WAITED_MOVES = 20, 4
"""How often a case is run at most where its task moves by itself meanwhile; and one that waits for an agent.
An agent that takes a task within three seconds is mostly faster than a case where each answer takes half a second."""

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
    moved: a task may have gone on by itself, so that what came may be right for its new state.
    traced: an agent left its traces on it.
    step: the call and the answer of the given's step that the breaches are about; empty: the case's own.
    strayed: the given's task went on, which may be the fault of its last step.
    doubts: what came, and may not be the target's own.
    history: what was under way at once, where no order explains it.
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
    traced: bool = False
    step: tuple[str, str] | tuple[()] = ()
    strayed: bool = False
    doubts: tuple[Doubt, ...] = ()
    history: tuple[Span, ...] = ()

    @property
    def cross_talk(self) -> bool:
        """Whether the answer tells of another request; where the given moved, it may just tell of the new state."""
        return not self.moved and any(breach.kind is Kind.CROSS_TALK for breach in self.breaches)

    @property
    def in_vain(self) -> bool:
        """Whether its answer was waited for in vain."""
        return any(breach.kind is Kind.DEADLINE for breach in self.breaches)

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
    return undoubted(target, attempt, trial, company=had_company())


def alone(target: Target, attempt: Callable[[], Trial]) -> Trial:
    """Return what an attempt shows that has the target to itself."""
    with target.lock.exclusive():
        trial = attempt()
    return undoubted(target, attempt, trial, company=False)


def steadied(target: Target, attempt: Callable[[], Trial], first: Trial, most: int = MOVES) -> Trial:
    """Return what an attempt shows in which no task moved by itself: `first`, or another that is made alone.

    Where that is to be had at no time, what an agent left no traces of, and what showed every time, is a breach.
    """
    trials = [first]
    while trials[-1].moved and len(trials) < most:
        trials.append(alone(target, attempt))
    last, times = trials[-1], len(trials)
    if not last.moved:
        again = msg("run again {n} times, because a task moved by itself", times - 1)
        return replace(last, reason=again) if times > 1 and not last.reason else last
    always = frozenset.intersection(*(frozenset(breach.signature for breach in trial.breaches) for trial in trials))
    breaches = tuple(breach for breach in last.breaches if breach.signature in always)
    if not breaches or any(trial.traced for trial in trials):
        reason = msg("the precondition changed by itself, {n} times", times)
        return replace(last, result=Result.BLOCKED, breaches=(), reason=reason)
    breaches = tuple(
        replace(breach, came=msg("{came}, in {n} of {of} runs of the case", breach.came, times, times))
        for breach in breaches
    )
    return replace(last, result=result_of([breach.drift for breach in breaches]), breaches=breaches, moved=False)


def told_once(target: Target, trial: Trial) -> Trial:
    """Return a trial as it counts: what a given's step left wrong is a breach of that step once, and blocks then."""
    told = [f"{trial.step}{breach.signature}" for breach in trial.breaches] if trial.step else []
    if not told or target.told.add(told):
        return trial
    return replace(trial, result=Result.BLOCKED, breaches=(), step=())


def conclude(trial: Trial, target: Target, **about: str) -> Outcome:
    """Return what became of a case: what its last trial showed, and what the target's trace has of all of them.

    about: the case, its operation, answer, level and given.
    """
    trial = _with_faults(trial, target)
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
        history=trial.history,
        started=round(target.trace.started, 3),
        seconds=round(target.trace.seconds, 4),
    )


def _with_faults(trial: Trial, target: Target) -> Trial:
    """Return a trial with what answers of calls did that are no operations, and so are held against no answer."""
    operations = target.release.operations
    faulty = [exchange for exchange in target.trace.faulty if exchange.request.call not in operations]
    found = [breach for exchange in faulty for breach in faults(exchange, exchange.request.call)]
    if not found or trial.result is Result.UNREACHABLE:
        return trial
    breaches = tuple({(breach.signature, breach.where): breach for breach in (*trial.breaches, *found)}.values())
    return replace(trial, result=Result.BREACH, breaches=breaches, exchanges=(*trial.exchanges, faulty[0]))
