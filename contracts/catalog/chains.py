"""Which cases share a workflow: one after the other, each finds what the one before it left.

A case that changes nothing leaves its given to the next one. One that changes it leaves another given: the workflow
that a case created is what others need, and its first task, once cancelled, is their cancelled task.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from contracts.catalog.cases import FIRST_STARTED, NO_OVERRIDES, NOTED, STARTED, STORED, UNCHANGED, Case
from contracts.catalog.givens import GIVENS
from contracts.catalog.lifecycle import NOT_THERE
from contracts.catalog.release import Release

MOST = 16
"""Cases of a chain that takes any more: others are under way meanwhile, and one that breaks costs less."""
END = ""
"""What a case leaves that is no given of others."""


def chains(cases: Iterable[Case], release: Release) -> list[tuple[Case, ...]]:
    """Return the cases that share a workflow, in the order in which they do: each of them once, and no others."""
    named = defaultdict[tuple[str, int], list[Case]](list)
    for case in filter(_shares, cases):
        named[case.request.name, case.request.length].append(case)
    return [chain.cases for alike in named.values() for chain in _chains(alike, release)]


def becomes(release: Release, case: Case) -> str:
    """Return the given that a case leaves which holds; END where that is none."""
    if case.after in (UNCHANGED, NOTED):
        return case.given
    role, special = release.binding.plays(case.operation), case.request
    if role == "create" and (special.raw is not None or special.pad or _sent_apart(case) & {*release.binding.needed}):
        return END
    steps = (*GIVENS[case.given].steps, role)
    return next((name for name, given in GIVENS.items() if given.steps == steps and not given.waits), END)


def _sent_apart(case: Case) -> frozenset[str]:
    """Return the keys of the body that are not what they are in other cases."""
    special = case.request
    return frozenset({*special.set, *special.null, *special.drop})


def follows(given: str, other: str) -> bool:
    """Whether a given comes about from another, by further steps or none."""
    steps = GIVENS[other].steps if other != END else None
    return steps is not None and GIVENS[given].steps[: len(steps)] == steps


def _shares(case: Case) -> bool:
    """Whether a case takes a workflow as others leave it: nothing is put there by hand or takes time, and it stays."""
    special = case.first or case.put or case.licence or case.later or case.only or case.made != NO_OVERRIDES
    lives = case.given != NOT_THERE or case.after == STORED
    return lives and not special and not GIVENS[case.given].waits


class _Chain:
    """A chain that is being made: its cases by the given that they find, in turn, and the given that is left."""

    def __init__(self) -> None:
        self.legs: dict[str, list[Case]] = {}
        self.left = NOT_THERE

    @property
    def cases(self) -> tuple[Case, ...]:
        return tuple(case for leg in self.legs.values() for case in leg)

    def starts(self, given: str) -> bool:
        """Whether a case starts a task after a given was found: a start that was refused may have used its id up."""
        later = (case for found, leg in self.legs.items() if follows(found, given) for case in leg)
        return any(case.after in (STARTED, FIRST_STARTED) for case in later)

    def moves(self, case: Case, left: str) -> None:
        """Let a case change what is left."""
        self.legs.setdefault(case.given, []).append(case)
        self.left = left

    def takes(self, case: Case) -> None:
        """Let a case that changes nothing come before the one that changes what it finds."""
        if case.given not in self.legs:
            self.left = case.given
        self.legs.setdefault(case.given, []).insert(0, case)


def _chains(cases: Iterable[Case], release: Release) -> list[_Chain]:
    """Return chains of cases that name their workflow alike: of those that change it, and the others where they fit."""
    moving, staying = defaultdict[str, list[tuple[Case, str]]](list), list[Case]()
    for case in cases:
        if case.after == UNCHANGED:
            staying.append(case)
        else:
            moving[case.given].append((case, becomes(release, case)))
    made: list[_Chain] = []
    while any(moving.values()):
        made.append(_moved(moving))
    for case in sorted(staying, key=lambda case: -len(GIVENS[case.given].steps)):  # few chains come that far
        counts = release.binding.plays(case.operation) == "start"
        open_to = [chain for chain in made if len(chain.cases) < MOST and not (counts and chain.starts(case.given))]
        passing = [chain for chain in open_to if case.given in {*chain.legs, chain.left}]
        leading = passing or [chain for chain in open_to if follows(case.given, chain.left)]
        chain = min(leading, key=lambda chain: len(chain.cases), default=None)
        if chain is None:
            made.append(chain := _Chain())
        chain.takes(case)
    return made


def _moved(moving: Mapping[str, list[tuple[Case, str]]]) -> _Chain:
    """Return a chain of cases that each change what the one before left, taken out of those that there are."""
    chain = _Chain()
    while True:
        waiting = [given for given in GIVENS if moving.get(given) and follows(given, chain.left)]
        if not waiting:
            return chain
        nearest = min(waiting, key=lambda given: len(GIVENS[given].steps))
        chosen = max(moving[nearest], key=lambda move: _to_come(moving, move[1]))
        moving[nearest].remove(chosen)
        chain.moves(*chosen)


def _to_come(moving: Mapping[str, list[tuple[Case, str]]], left: str) -> int:
    """Return how many cases change a given, or one that follows from it."""
    return sum(len(found) for given, found in moving.items() if follows(given, left))
