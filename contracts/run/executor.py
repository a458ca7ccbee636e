"""Works cases out in threads before the tests that report them ask for them: waiting for a server is not work."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice

from contracts.case.outcome import Outcome

WINDOW = 3
"""How many cases may be begun ahead for each thread: enough that one slow case keeps no thread waiting."""


@dataclass(frozen=True)
class Job:
    """A case by its id, and what works it out, in any thread."""

    id: str
    work: Callable[[], Outcome]


class CasePool:
    """Cases under way, at most `threads` at once. With one thread, each is worked out when it is asked for."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "case") if threads > 1 else None
        self._begun: dict[str, Future[Outcome]] = {}

    @property
    def busy(self) -> bool:
        """Whether cases were begun that nobody has asked for yet."""
        return bool(self._begun)

    def outcome(self, job: Job, upcoming: Iterable[Job]) -> Outcome:
        """Return the outcome of `job`, and begin those that are upcoming; what its work raises passes through."""
        if self._pool is None:
            return job.work()
        for each in islice(chain([job], upcoming), self._threads * WINDOW):
            if each.id not in self._begun:
                self._begun[each.id] = self._pool.submit(each.work)
        return self._begun.pop(job.id).result()

    def stop(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._begun.clear()
