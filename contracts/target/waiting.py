"""What cases wait for at the moment, for whoever watches a run."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from contracts.text.frozen import dataclass
from contracts.text.message import Message


@dataclass(frozen=True)
class Waiting:
    """One wait.

    what: for what.
    since: its start, as time.monotonic() counts.
    most: seconds after which it is given up.
    """

    what: Message
    since: float
    most: float


class Waits:
    """All waits that go on. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[Waiting] = []

    @contextmanager
    def until(self, what: Message, most: float) -> Iterator[None]:
        """Let it be known, as long as the block lasts, that something is waited for."""
        waiting = Waiting(what, time.monotonic(), most)
        with self._lock:
            self._all.append(waiting)
        try:
            yield
        finally:
            with self._lock:
                self._all.remove(waiting)

    @property
    def longest(self) -> Waiting | None:
        """The wait that goes on for the longest time; None where there is none."""
        with self._lock:
            return min(self._all, key=lambda each: each.since, default=None)
