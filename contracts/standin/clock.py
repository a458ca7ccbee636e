"""The life of a task as a table: which states it goes through, and for how many seconds of its workflow's clock."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

FAILING_BRANCH = "fails"
HANGING_BRANCH = "hangs"


class Phase(NamedTuple):
    """A state of a task and how many seconds it lasts; the last phase of a life lasts for ever."""

    state: str
    seconds: float


Life = tuple[Phase, ...]

_QUEUED_THEN_RUNNING = (Phase("created", 3.0), Phase("running", 10.0))
ORDINARY_LIFE: Life = (*_QUEUED_THEN_RUNNING, Phase("passed", math.inf))
LIVES: Mapping[str, Life] = MappingProxyType(
    {
        FAILING_BRANCH: (*_QUEUED_THEN_RUNNING, Phase("failed", math.inf)),
        HANGING_BRANCH: (*_QUEUED_THEN_RUNNING, Phase("timeout", math.inf)),
    }
)
"""Branch that is built to the life of its task. A branch that is not a key here has the ordinary life."""


def life_of(branches: Iterable[str]) -> Life:
    """Return the life of a task that builds these branches: the first one with a life of its own decides."""
    return next((LIVES[branch] for branch in branches if branch in LIVES), ORDINARY_LIFE)


def state_at(life: Life, age: float) -> str:
    """Return the state of a task that is `age` seconds old."""
    for phase in life:
        if age < phase.seconds:
            return phase.state
        age -= phase.seconds
    return life[-1].state


def stopped() -> float:
    """Return 0 always: the source of a manual clock, which moves only when it is advanced."""
    return 0.0


@dataclass
class Clock:
    """The clock of one workflow, in seconds: what `source` counts, plus what it was advanced by."""

    source: Callable[[], float]
    ahead: float = field(default=0.0)

    def now(self) -> float:
        """Return the reading in seconds."""
        return self.source() + self.ahead

    def advance(self, seconds: float) -> float:
        """Move the clock on by `seconds` and return the new reading."""
        self.ahead += seconds
        return self.now()
