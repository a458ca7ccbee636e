"""Who may talk to a target at the same time: many, so many, or one alone; in this process and in others of its run."""

import fcntl
import math
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

from contracts.text.frozen import dataclass

TURN, ROOM, SLOT = "turn", "room", "slot-{number}"
"""Files that processes lock: whose turn it is to enter, who is in, and who has a place where there are too few."""


@dataclass(frozen=True)
class Among:
    """The processes of a run, which know of each other by locks on files; a process that ends loses its own.

    folder: where the files are.
    slot: the place that this one shares with others, where there are fewer places than processes.
    """

    folder: Path
    slot: int | None = None

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Be one of many; whoever waits to be alone goes first."""
        with ExitStack() as held:
            if self.slot is not None:
                held.enter_context(self._locked(SLOT.format(number=self.slot)))
            with self._locked(TURN):
                held.enter_context(self._locked(ROOM, fcntl.LOCK_SH))
            yield

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Be the only one."""
        with self._locked(TURN), self._locked(ROOM):
            yield

    @contextmanager
    def _locked(self, name: str, how: int = fcntl.LOCK_EX) -> Iterator[None]:
        self.folder.mkdir(0o700, exist_ok=True)
        file = os.open(self.folder / name, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, how)
            yield
        finally:
            os.close(file)


def part_of(in_flight: int, worker: int, workers: int) -> tuple[int, int | None]:
    """Return how many of a run's cases one worker may have under way, and the place that it shares with others."""
    if in_flight < workers:
        return 1, worker % in_flight
    return in_flight // workers + (worker < in_flight % workers), None


class SharedLock:
    """A lock that many may share, at most so many at once; whoever wants to be alone goes before those who come later.

    among: the other processes of the run, None where there are none.
    """

    def __init__(self, most: float = math.inf, among: Among | None = None) -> None:
        self._change = threading.Condition()
        self._sharing = self._waiting = self._entered = 0
        self._alone = False
        self._among = among
        self.most = most

    @property
    def busy(self) -> bool:
        """Whether several talk to the target, as far as is known."""
        return self._sharing > 1 or (self._among is not None and not self._alone)

    def slow_down(self) -> None:
        """Let only half as many share from now on."""
        with self._change:
            self.most = max(1, min(self.most, self._entered) // 2)

    @contextmanager
    def shared(self) -> Iterator[Callable[[], bool]]:
        """Be one of many; yields what tells whether others were there too since then."""
        with self._change:
            self._change.wait_for(lambda: not (self._alone or self._waiting) and self._sharing < self.most)
            self._sharing += 1
            self._entered += 1
            entered, company = self._entered, self._sharing > 1
        try:
            with self._among.shared() if self._among else nullcontext():
                yield lambda: company or self._entered > entered or self._among is not None
        finally:
            with self._change:
                self._sharing -= 1
                self._change.notify_all()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Be the only one."""
        with self._change:
            self._waiting += 1
            try:
                self._change.wait_for(lambda: not (self._alone or self._sharing))
                self._alone = True
            finally:
                self._waiting -= 1
                self._change.notify_all()
        try:
            with self._among.exclusive() if self._among else nullcontext():
                yield
        finally:
            with self._change:
                self._alone = False
                self._change.notify_all()
