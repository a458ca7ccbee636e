"""Works cases out in threads before the tests that report them ask for them: waiting for a server is not work."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice

from contracts.case.outcome import Outcome
from contracts.text.frozen import dataclass

WINDOW = 3
"""How many cases may be begun ahead for each thread: enough that one slow case keeps no thread waiting."""
TICK = 1.0
"""Seconds after which whoever watches hears that an outcome is still waited for."""
IN_A_WORKER = 2
"""Cases under way in a worker of xdist: the one that it runs and the next one. Pytest tells it of no further ones."""


@dataclass(frozen=True)
class Job:
    """The work of a case, for any thread.

    id: the case.
    work: works its outcome out.
    """

    id: str
    work: Callable[[], Outcome]


class CasePool:
    """Cases under way, at most `threads` at once; with one thread, each begins when it is asked for.

    waits: what is called about every second while the outcome that was asked for is not there.
    """

    waits: Callable[[], None] | None = None

    def __init__(self, threads: int) -> None:
        self._most = threads * WINDOW
        self._threads = ThreadPoolExecutor(threads, "case") if threads > 1 else None
        self._upcoming: Iterator[Job] = iter(())
        self._begun: dict[str, Future[Outcome]] = {}

    @property
    def busy(self) -> bool:
        """Whether cases were begun that nobody has asked for yet."""
        return bool(self._begun)

    def expect(self, jobs: Iterable[Job]) -> None:
        """Hear which cases will be asked for, in that order; the first ones begin with the first that is."""
        self._upcoming = iter(jobs)

    def outcome(self, job: Job) -> Outcome:
        """Return the outcome of a case, and begin those that come next; what its work raises passes through."""
        if self._threads is None:
            return job.work()
        for upcoming in (*islice(self._upcoming, self._most - len(self._begun)), job):
            if upcoming.id not in self._begun:
                self._begun[upcoming.id] = self._threads.submit(upcoming.work)
        future = self._begun.pop(job.id)
        while self.waits is not None and not wait([future], TICK).done:
            self.waits()
        return future.result()

    def stop(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
        self._begun.clear()
