"""Runs cases that share a workflow: each finds what the one before it left, and looks at what it leaves itself.

What is shared only ever says that a case held. Where anything else shows, the case is run again on a workflow of its
own, and that is its result. Where it holds there, again and again, one of those before it may have left what showed, or
an agent taken what they share: they are run alone too. What no state of a workflow explains counts as it is, though it
does not come every time. So no result depends on which cases share.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from contracts.case.cleanup import remove_after_case
from contracts.case.givens import Arranged, NotArrangedError, arrange
from contracts.case.outcome import Outcome
from contracts.case.runner import ask, concluded, look_for, run_case
from contracts.case.trial import Trial
from contracts.catalog.cases import UNCHANGED, Case
from contracts.catalog.chains import becomes, follows
from contracts.check.breach import CRASHES, Kind
from contracts.check.effects import changed
from contracts.check.snapshot import UnclearError, find
from contracts.http.trace import Phase, Trace
from contracts.report.verdict_rules import Result
from contracts.safety.guard import RefusedError
from contracts.target.target import Subject, Target, open_subject
from contracts.text.frozen import dataclass
from contracts.text.message import msg

WORKFLOWS = 3
"""How many workflows the cases of a chain are tried on; after so many doubts the rest are left."""
AGAIN = 8
"""How often a case that did not hold is run alone at most: what goes wrong every seventh time does so once of these."""
ANYHOW = CRASHES | {Kind.REDIRECT, Kind.EMPTY, Kind.NOT_JSON}
"""Kinds of breach that nothing explains that a workflow was left in; so is a server error."""
ABOUT_WORKFLOWS = frozenset({"create", "update", "delete"})
"""Roles whose requests are about the workflow itself: after others its tasks are looked at, and it at the end of all.
"""


def run_together(cases: Iterable[Case], target: Target, stopped: Callable[[], object]) -> Iterator[Outcome]:
    """Yield what became of the cases of a chain, until it is `stopped`. Never raises for what the target does.

    Those that it leaves are to be run alone: where one was waited for in vain, each may take as long, and many do so
    sooner side by side than one after the other.
    """
    waiting = deque(cases)
    for _ in range(WORKFLOWS):
        if len(waiting) < 2 or stopped():  # one by itself shares nothing
            break
        tried, certain = _on_one(waiting, target, stopped)
        yield from _told(tried, target, stopped, suspects=0 if certain else len(tried))
        if any(each.trial.in_vain for each in tried):
            break


@dataclass(frozen=True)
class _Tried:
    """A case on the shared workflow: what it showed, and the target with its trace."""

    case: Case
    trial: Trial
    target: Target

    @property
    def held(self) -> bool:
        return self.trial.result is Result.HELD and not self.target.trace.faulty

    @property
    def wrong_anyhow(self) -> bool:
        """Whether what came is wrong whatever was found, as far as it came from the target."""
        return self.tells and any(breach.kind in ANYHOW or breach.server_error for breach in self.trial.breaches)

    @property
    def tells(self) -> bool:
        """Whether that it did not hold tells of the cases before: not of an agent, other cases or a gateway."""
        return not (self.trial.moved or self.trial.cross_talk or self.target.trace.doubts)


def _on_one(waiting: deque[Case], target: Target, stopped: Callable[[], object]) -> tuple[list[_Tried], bool]:
    """Take cases off and run them on one workflow, until one leaves it otherwise or is waited for in vain.

    Return what each showed, and whether the workflow was in the end as it should be.
    """
    tried: list[_Tried] = []
    subject = open_subject(target, waiting[0].request.name, waiting[0].request.length)
    found, left, own, looked = None, None, target, False
    try:
        while waiting and not stopped() and (found is None or follows(waiting[0].given, found.given)):
            case, own = waiting.popleft(), replace(target, trace=Trace())
            looked = not (waiting and follows(waiting[0].given, becomes(target.release, case)))
            left = None
            with target.lock.shared():
                trial, left = _attempt(case, own, subject, found, whole=looked)
            if trial.cross_talk and left is not None:
                with target.lock.exclusive():  # with others of this run it does not count
                    trial, left = _attempt(case, own, subject, left, whole=looked)
            tried.append(_Tried(case, trial, own))
            if left is None or own.trace.faulty or trial.in_vain:
                break
            found = left
        with target.lock.shared():
            certain = found is None or (looked and left is found) or _as_before(own, found)
    finally:
        with target.lock.shared(), own.trace.during(Phase.CLEANUP):  # also on Ctrl-C
            remove_after_case(own, subject, left.held if left is not None else None)
    return tried, certain


def _told(tried: list[_Tried], target: Target, stopped: Callable[[], object], suspects: int) -> Iterator[Outcome]:
    """Yield what became of cases on one workflow: whatever did not hold is run alone, and so are the first `suspects`.

    Suspect is what came before a case that holds alone.
    """
    alone: dict[int, Outcome] = {}
    for place, each in enumerate(tried):
        if not (each.held or stopped()):
            alone[place] = _alone(each, target, stopped)
            if alone[place].result is Result.HELD and each.tells:
                suspects = max(suspects, place)
    for place, each in enumerate(tried):
        if place in alone:
            yield alone[place]
        elif place >= suspects and each.held:
            yield concluded(each.case, each.trial, each.target)
        elif not stopped():
            yield run_case(each.case, target)


def _alone(tried: _Tried, target: Target, stopped: Callable[[], object]) -> Outcome:
    """Return what a case that did not hold comes to alone; what is wrong anyhow counts, though it came but once."""
    outcome = run_case(tried.case, target)
    if outcome.result is Result.HELD and tried.wrong_anyhow:
        reason = msg("shown in {n} of {of} runs of the case", 1, 2)
        return concluded(tried.case, replace(tried.trial, reason=reason), tried.target)
    for _ in range(AGAIN - 1):
        if outcome.result is not Result.HELD or not tried.tells or stopped():
            break
        outcome = run_case(tried.case, target)
    return outcome


def _attempt(
    case: Case, target: Target, subject: Subject, found: Arranged | None, *, whole: bool
) -> tuple[Trial, Arranged | None]:
    """Return what a case shows on what was found, and what it leaves there; None where that is not as it should be."""
    try:
        with target.trace.during(Phase.GIVEN):
            found = arrange(target, case.given, subject, since=found)
    except NotArrangedError as error:
        return Trial(Result.BLOCKED, moved=error.overtaken and not target.stands_still), None
    except (RefusedError, UnclearError):
        return Trial(Result.BLOCKED), None
    before, release = found.held, target.release
    known = None if whole or release.binding.plays(case.operation) in ABOUT_WORKFLOWS else before.workflow
    read = whole or case.after != UNCHANGED
    own = partial(look_for, case, target, closely=read, known=known)
    after, trial = ask(case, target, found.subject, before, own)
    stays = case.after == UNCHANGED and all(breach.kind is not Kind.STATE for breach in trial.breaches)
    if after is None or not (trial.result is Result.HELD or (trial.breaches and stays)):
        return trial, None
    latest = replace(found.subject, task_id=max(after.tasks, default=found.subject.task_id))
    return trial, Arranged(becomes(release, case), latest, after)


def _as_before(target: Target, found: Arranged) -> bool:
    """Whether the workflow is what it was when it was looked at last, which may be some cases ago."""
    was = found.held.workflow
    try:
        with target.trace.during(Phase.AFTERWARDS):
            now = find(target, found.subject)
    except UnclearError:
        return False
    if was is None or now is None:
        return was is now
    return not any(changed(target.release, was, now))
