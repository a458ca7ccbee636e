"""Deadlines: one thread keeps all of a process, because a thread for each would cost more than most exchanges."""

import contextlib
import heapq
import itertools
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(order=True, slots=True)
class _Entry:
    at: float
    number: int
    act: Callable[[], None] | None = field(compare=False)


class Deadlines:
    """Does things at their time, unless they are called off before. What is done must not wait."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._until = math.inf
        self._thread: threading.Thread | None = None

    def after(self, seconds: float, act: Callable[[], None]) -> Callable[[], None]:
        """Have `act` called in so many seconds; return what calls it off: after that it is not called, nor at work."""
        entry = _Entry(time.monotonic() + seconds, next(self._numbers), act)
        with self._changed:
            while self._entries and self._entries[0].act is None:  # or all would stay until its time
                heapq.heappop(self._entries)
            heapq.heappush(self._entries, entry)
            if self._thread is None or not self._thread.is_alive():  # a fork takes no threads along
                self._thread = threading.Thread(target=self._keep, name="deadlines", daemon=True)
                self._thread.start()
            elif entry.at < self._until:
                self._changed.notify()

        def call_off() -> None:
            with self._changed:
                entry.act = None

        return call_off

    def _keep(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                while self._entries and (self._entries[0].act is None or self._entries[0].at <= now):
                    entry = heapq.heappop(self._entries)
                    if entry.act is not None:
                        with contextlib.suppress(Exception):  # the deadlines of others are not to fall with one
                            entry.act()
                self._until = self._entries[0].at if self._entries else math.inf
                self._changed.wait(self._until - now if self._entries else None)


deadlines = Deadlines()
"""Those of this process."""
