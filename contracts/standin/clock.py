"""The life of a task: it is queued, then runs, and ends as its branch says, by the seconds of its workflow's clock."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

FAILING_BRANCH, HANGING_BRANCH = "fails", "hangs"
ENDS: Mapping[str, str] = {FAILING_BRANCH: "failed", HANGING_BRANCH: "timeout"}
"""Branch that is built to the state in which its task ends. A task of other branches passes."""
QUEUED_SECONDS, RUNNING_SECONDS, HANGING_SECONDS = 3.0, 10.0, 15.0
"""How long a task waits and runs; and how long one runs that an agent has to give up."""


def end_of(branches: Iterable[str]) -> str:
    """Return how a task that builds these branches ends: the first one with an end of its own decides."""
    return next((ENDS[branch] for branch in branches if branch in ENDS), "passed")


def state_at(end: str, age: float, waits: float = QUEUED_SECONDS, runs: float = RUNNING_SECONDS) -> str:
    """Return the state of a task that ends so, is `age` seconds old, and waits and runs so long."""
    if age < waits:
        return "created"
    return "running" if age < waits + runs else end


def stopped() -> float:
    """Return 0 always: the source of a manual clock, which moves only when it is advanced."""
    return 0.0


@dataclass
class Clock:
    """The clock of one workflow, in seconds: what `source` counts, plus what it was advanced by."""

    source: Callable[[], float]
    ahead: float = 0.0

    def now(self) -> float:
        """Return the reading in seconds."""
        return self.source() + self.ahead

    def advance(self, seconds: float) -> float:
        """Move the clock on by `seconds` and return the new reading."""
        self.ahead += seconds
        return self.now()
