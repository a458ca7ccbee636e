"""Runs the jobs of a campaign, each in a forked process of its own, so many at once."""

import json
import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from contracts.campaign.child import ENDED, LONGEST, OUTPUT, run
from contracts.campaign.judge import RunEnd
from contracts.campaign.plan import Job
from contracts.report.verdict_file import FILE

GRACE = 20.0
"""Seconds that a run which is asked to end has for its clean-up."""
LONGEST_LIVE = 7200.0
"""Seconds that a run in front of somebody's Zadig may take: what --run-timeout allows where it is not set."""
_FORK = multiprocessing.get_context("fork")
"""A fork has all that its parent has imported and read: it starts at once. Its parent must have no threads."""


@dataclass
class _Running:
    job: Job
    folder: Path
    process: Any
    started: float

    @property
    def ends(self) -> float:
        """When it is given up: the run ends itself at its --run-timeout, if it can."""
        return self.started + (LONGEST_LIVE if self.job.upstream else LONGEST) + GRACE


Over = Callable[[Job, RunEnd], Sequence[Job]]
"""Hears what the run of a job left, and returns the jobs that are to follow it."""


def run_all(jobs: Iterable[Job], out: Path, at_once: int, over: Over) -> None:
    """Run each job in a folder of its own below `out`, and call `over` as it ends.

    Whatever that raises, as Ctrl-C does, ends all runs that are under way.
    """
    waiting = deque(jobs)
    running: dict[int, _Running] = {}
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                started = _start(waiting.popleft(), out)
                running[started.process.sentinel] = started
            next_end = min(one.ends for one in running.values())
            ended = set(wait(running, max(0.0, next_end - time.monotonic())))
            for sentinel, one in [*running.items()]:
                if sentinel in ended or one.ends <= time.monotonic():
                    del running[sentinel]
                    waiting.extend(over(one.job, _end(one, too_long=sentinel not in ended)))
    finally:
        for one in running.values():
            one.process.terminate()  # as Ctrl-C: the run cleans up
        for one in running.values():
            _end(one)


def _start(job: Job, out: Path) -> _Running:
    folder = out / job.folder
    folder.mkdir(parents=True, exist_ok=True)
    process = _FORK.Process(target=run, args=(job, folder), daemon=True)
    process.start()
    return _Running(job, folder, process, time.monotonic())


def _end(one: _Running, *, too_long: bool = False) -> RunEnd:
    """Return what a run left, having ended it by force if it is still going."""
    if too_long:
        one.process.terminate()
    one.process.join(GRACE)
    if one.process.exitcode is None:
        one.process.kill()
        one.process.join()
    seconds = round(time.monotonic() - one.started, 3)
    code = one.process.exitcode
    one.process.close()
    if too_long:
        return RunEnd(trouble=f"not over after {seconds:.0f} s", seconds=seconds)
    try:
        ended = json.loads((one.folder / ENDED).read_text(encoding="utf-8"))
        if ended["code"] not in (2, 3, 4, 5):  # pytest's own: interrupted, internal error, usage, nothing collected
            verdict = json.loads((one.folder / FILE).read_text(encoding="utf-8"))
            return RunEnd(ended["applied"], verdict, seconds=seconds)
        what = f"pytest ended with exit {ended['code']}"
    except (OSError, ValueError):
        what = f"its process ended with exit {code}"
    return RunEnd(trouble=f"{what}: {_last_line(one.folder / OUTPUT)}", seconds=seconds)


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError:
        return "it said nothing"
    return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "it said nothing")
