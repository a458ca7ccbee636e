"""Agents that take tasks and end them in their own time: so many at once, by a seed, as those of a busy server do."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from contracts.standin.clock import HANGING_SECONDS, QUEUED_SECONDS, RUNNING_SECONDS

TAKEN_AFTER, ENDED_AFTER = (0.0, 3.0), (0.5, 10.0)
"""Seconds until a free agent takes a task, at least and at most; and until it has ended it then."""
LATE = 0.05
"""Seconds for which what an agent says of a task is under way; what is done to the task meanwhile is overwritten."""


@dataclass(frozen=True)
class Turn:
    """How long one task waits for an agent, and runs then."""

    waits: float = QUEUED_SECONDS
    runs: float = RUNNING_SECONDS

    def overwrites(self, age: float) -> float | None:
        """Return at which age an agent overwrites what is done to the task at this age, None where none does."""
        return next((when for when in (self.waits, self.waits + self.runs) if 0 <= when - age <= LATE), None)


USUAL = Turn()
"""That of a task without agents, by which a clock goes that is moved by hand."""


@dataclass
class Agents:
    """So many agents, which work by a time of their own.

    source: the time. lanes: what each agent has to do yet: until when, and whether that is over before.
    """

    count: int
    source: Callable[[], float]
    seed: int = 0
    lanes: list[list[tuple[float, Callable[[], bool]]]] = field(init=False)

    def __post_init__(self) -> None:
        self.lanes = [[] for _ in range(self.count)]
        self._chance = random.Random(self.seed)  # noqa: S311 - it only has to be the same each time

    def turn(self, over: Callable[[], bool], *, hangs: bool = False) -> Turn:
        """Give a task to the agent that is free first; `over` says whether it needs none any more."""
        now = self.source()
        for lane in self.lanes:
            lane[:] = [(until, is_over) for until, is_over in lane if until > now and not is_over()]
        lane = min(self.lanes, key=_free)
        begins = max(now + self._chance.uniform(*TAKEN_AFTER), _free(lane))
        runs = HANGING_SECONDS if hangs else self._chance.uniform(*ENDED_AFTER)
        lane.append((begins + runs, over))
        return Turn(begins - now, runs)


def _free(lane: list[tuple[float, Callable[[], bool]]]) -> float:
    """Return since when, or from when on, an agent has nothing to do."""
    return max((until for until, _ in lane), default=0.0)
