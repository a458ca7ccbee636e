"""How many cases are under way at once: as many as the target answers without slowing down."""

from collections import defaultdict
from statistics import median

FIRST, MOST = 4, 32
"""With how many a run begins that finds it out by itself, and with how many it goes on at most."""
USUAL = 8
"""With how many several processes go on, none of which can find out for all."""
SLOWER, FAR_SLOWER = 1.2, 1.5
"""How many times as long as ever answers take where one less is under way from then on, and a third less."""
LONGEST = 16
"""How many times answers come as ever before one more is tried again, at most."""
NOISE = 0.005
"""Seconds below which a difference is this process's own."""


def at_once(in_flight: int | str) -> int:
    """Return how many cases are under way at once where nobody finds out."""
    return in_flight if isinstance(in_flight, int) else USUAL


class Pace:
    """A number that follows how long answers take, or that is fixed; not safe to use from several threads.

    number: how many cases may be under way at once.
    """

    def __init__(self, first: int, most: int) -> None:
        self.number, self._most, self._fixed = first, most, first == most
        self._doubles, self._patience, self._quiet = True, 1, 0
        self._usual: dict[str, float] = {}
        self._since = 0.0
        self._heard: dict[str, list[float]] = defaultdict(list)

    def heard(self, call: str, sent: float, seconds: float, now: float) -> bool:
        """Count an answer to a request that went out at `sent`; return whether the number changed.

        It changes when as many were heard as may be under way, all of them since the last change. Until answers first
        slow down it doubles, and half of the time that one took is enough; then it goes up one at a time, later each
        time that this turned out to be too many.
        """
        if self._fixed or sent + (seconds / 2 if self._doubles else 0) < self._since:
            return False
        self._heard[call].append(seconds)
        if sum(map(len, self._heard.values())) < self.number:
            return False
        before, slower = self.number, self._slower()
        if slower > SLOWER:
            self.number = max(1, before - 1 if slower < FAR_SLOWER else 2 * before // 3)
            self._doubles, self._patience, self._quiet = False, min(LONGEST, 2 * self._patience), 0
        elif self._doubles:
            self.number = min(self._most, 2 * before)
        else:
            self._quiet += 1
            self.number = min(self._most, before + (self._quiet % self._patience == 0))
        self._heard.clear()
        if self.number != before:
            self._since = now
        return self.number != before

    def slow_down(self, entered: float, now: float) -> None:
        """Let half as many be under way from now on; `entered`: how many there ever were."""
        self.number = int(max(1, min(self.number, entered) // 2))
        self._most, self._doubles, self._since = self.number, False, now
        self._heard.clear()

    def _slower(self) -> float:
        """Return how many times as long as ever two thirds of the answers took that were heard; learn what is usual.

        So a few that are slow by themselves, whatever else is under way, make no run slow.
        """
        for call, seconds in self._heard.items():
            typical = max(NOISE, median(seconds))
            self._usual[call] = min(typical, self._usual.get(call, typical))
        times = [max(NOISE, each) / self._usual[call] for call, seconds in self._heard.items() for each in seconds]
        return sorted(times)[2 * len(times) // 3]
