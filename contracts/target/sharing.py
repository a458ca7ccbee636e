"""Who may talk to a target at the same time: many, so many, or one alone; in this process and in others of its run."""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from hashlib import sha256
from pathlib import Path

from contracts.target.pace import Pace
from contracts.text.frozen import dataclass

TURN, ROOM, SLOT, SLOWER = "turn", "room", "slot-{number}", "slower"
"""Files that processes lock: whose turn it is to enter, who is in, and who has a place where there are too few; and the
one that has a byte for each time that they slowed down."""


def part_of(in_flight: int, worker: int, workers: int) -> tuple[int, int | None]:
    """Return how many of a run's cases one worker may have under way, and the place that it shares with others."""
    if in_flight < workers:
        return 1, worker % in_flight
    return in_flight // workers + (worker < in_flight % workers), None


@dataclass(frozen=True)
class Among:
    """The processes of a run, which know of each other by locks on files; a process that ends loses its own.

    folder: where the files are.
    worker, workers: which one this is, of how many.
    first: how many cases all of them may have under way to begin with.
    """

    folder: Path
    worker: int
    workers: int
    first: int

    @property
    def pace(self) -> int:
        """How many cases all of them may have under way by now."""
        try:
            return max(1, self.first >> (self.folder / SLOWER).stat().st_size)
        except FileNotFoundError:
            return self.first

    @property
    def most(self) -> int:
        """How many of them this one may have under way."""
        return part_of(self.pace, self.worker, self.workers)[0]

    def slow_down(self) -> None:
        """Let all of them have only half as many under way from now on."""
        with self._opened(SLOWER, os.O_APPEND) as file:
            os.write(file, b".")

    def first_to(self, name: str) -> bool:
        """Whether no process said so of this name before."""
        with suppress(FileExistsError), self._opened(sha256(name.encode()).hexdigest(), os.O_EXCL):
            return True
        return False

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Hold the lock shared; whoever waits to hold it alone goes first."""
        _, slot = part_of(self.pace, self.worker, self.workers)
        with ExitStack() as held:
            if slot is not None:
                held.enter_context(self._locked(SLOT.format(number=slot)))
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
        with self._opened(name) as file:
            fcntl.flock(file, how)
            yield

    @contextmanager
    def _opened(self, name: str, how: int = 0) -> Iterator[int]:
        self.folder.mkdir(0o700, exist_ok=True)
        file = os.open(self.folder / name, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | how, 0o600)
        try:
            yield file
        finally:
            os.close(file)


ANY = 1_000_000
"""As many as ever come."""


class SharedLock:
    """A lock that many may share, at most so many at once; whoever wants to be alone goes before those who come later.

    among: the other processes of the run, None where there are none.
    """

    def __init__(self, pace: Pace | None = None, among: Among | None = None) -> None:
        self._change = threading.Condition()
        self._sharing = self._waiting = self._entered = 0
        self._alone = False
        self._among = among
        self._pace = pace or Pace(ANY, ANY)

    @property
    def pace(self) -> int:
        """How many may share by now, in all processes."""
        return self._among.pace if self._among else self._pace.number

    @property
    def busy(self) -> bool:
        """Whether several talk to the target, as far as is known."""
        return self._sharing > 1 or (self._among is not None and not self._alone)

    @property
    def _most_here(self) -> int:
        return self._among.most if self._among else self._pace.number

    def slow_down(self) -> None:
        """Let only half as many share from now on."""
        if self._among:
            self._among.slow_down()
        with self._change:
            self._pace.slow_down(self._entered, time.monotonic())

    def heard(self, call: str, sent: float, seconds: float) -> None:
        """Hear of an answer to a request that went out then, while as many shared as may."""
        with self._change:
            if self._sharing >= self._pace.number and self._pace.heard(call, sent, seconds, time.monotonic()):
                self._change.notify_all()

    @contextmanager
    def shared(self) -> Iterator[Callable[[], bool]]:
        """Hold the lock shared. Yields a function: did another holder overlap?"""
        with self._change:
            self._change.wait_for(lambda: not (self._alone or self._waiting) and self._sharing < self._most_here)
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


class Told:
    """What is told once in a run, in whichever of its threads and processes."""

    def __init__(self, among: Among | None = None) -> None:
        self._names: set[str] = set()
        self._lock = threading.Lock()
        self._among = among

    def add(self, names: Collection[str]) -> bool:
        """Note names; return whether one of them is new."""
        with self._lock:
            new = {*names} - self._names
            self._names |= new
        fresh = [name for name in new if self._among is None or self._among.first_to(name)]  # each is noted
        return bool(fresh)
