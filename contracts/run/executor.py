"""Works cases out in threads before the tests that report them ask for them: waiting for a server is not work."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import field
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
    """The work of one case, or of several that share a workflow, for any thread.

    id: the case that is asked for first.
    work: yields the outcome of each case.
    alone: of several cases the work of each, for those of which `work` yields nothing; empty where there is but one.
    """

    id: str
    work: Callable[[], Iterable[Outcome]]
    alone: Mapping[str, Callable[[], Iterable[Outcome]]] = field(default_factory=dict)


class CasePool:
    """Cases under way, at most `threads` jobs at once; with one thread, each begins when it is asked for.

    waits: what is called about every second while the outcome that was asked for is not there.
    """

    waits: Callable[[], None] | None = None

    def __init__(self, threads: int) -> None:
        self._most = threads * WINDOW
        self._threads = ThreadPoolExecutor(threads, "case") if threads > 1 else None
        self._upcoming: Iterator[Job] = iter(())
        self._ahead: set[str] = set()
        self._begun: dict[str, Future[Outcome]] = {}

    @property
    def busy(self) -> bool:
        """Whether cases were begun that nobody has asked for yet."""
        return bool(self._begun)

    def expect(self, jobs: Iterable[Job]) -> None:
        """Hear which cases will be asked for, in that order; the first ones begin with the first that is."""
        self._upcoming = iter(jobs)

    def outcome(self, job: Job) -> Outcome:
        """Return the outcome of a job's only case, and begin the jobs that come next; what its work raises passes."""
        while job.id not in self._begun and (upcoming := next(self._upcoming, None)) is not None:
            self._begin(upcoming)
        self._begin(job)
        self._ahead.discard(job.id)
        if self._threads is not None:
            for upcoming in islice(self._upcoming, max(0, self._most - 1 - len(self._ahead))):
                self._begin(upcoming)
        future = self._begun.pop(job.id)
        while self.waits is not None and not wait([future], TICK).done:
            self.waits()
        return future.result()

    def _begin(self, job: Job) -> None:
        if job.id in self._begun:
            return
        futures = {case: Future[Outcome]() for case in (job.id, *job.alone)}
        self._begun |= futures
        self._ahead.add(job.id)
        self._submit(job, futures)

    def _submit(self, job: Job, futures: dict[str, Future[Outcome]]) -> None:
        if self._threads is None:
            self._work(job, futures)
        else:
            self._threads.submit(self._work, job, futures)

    def _work(self, job: Job, futures: dict[str, Future[Outcome]]) -> None:
        """Work a job out. Where that fails, so does its case; of several, each that is left is worked out alone."""
        try:
            for outcome in job.work():
                futures.pop(outcome.case).set_result(outcome)
        except Exception as error:  # whoever asks for the outcome gets it
            if not job.alone:
                futures.pop(job.id).set_exception(error)
        for case, future in futures.items():
            try:
                self._submit(Job(case, job.alone[case]), {case: future})
            except RuntimeError as error:  # nothing more is to begin
                future.set_exception(error)

    def stop(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
        self._begun.clear()
