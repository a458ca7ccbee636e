"""Whether a task moved by itself: only an agent moves one, which leaves its traces, and in its own time."""

import math
from email.utils import parsedate_to_datetime

from contracts.catalog.lifecycle import CANCELLED, FINAL, QUEUED, Lifecycle
from contracts.check.marks import ENDED, STARTED
from contracts.check.snapshot import Snapshot
from contracts.http.exchange import Exchange


def traced(before: Snapshot, after: Snapshot, exchange: Exchange, lifecycle: Lifecycle) -> bool:
    """Whether an agent left its traces on each task that moved, and none of them together with the answer of ours.

    The traces are the times at which the task began and ended: they are new, and not those of the exchange itself, by
    the target's own clock.
    """
    moved = [task for task, now in after.tasks.items() if not lifecycle.means(now, before.tasks.get(task))]
    return all(_traced(task, before, after, exchange, lifecycle) for task in moved)


def in_order(first: Snapshot, second: Snapshot, lifecycle: Lifecycle) -> bool:
    """Whether each task is at a second look what it was at the first, or what it may have become since then."""
    pairs = [(was, second.tasks.get(task)) for task, was in first.tasks.items()]
    return all(lifecycle.means(now, was) or lifecycle.went_on(was, now) for was, now in pairs)


def _traced(task: int, before: Snapshot, after: Snapshot, exchange: Exchange, lifecycle: Lifecycle) -> bool:
    meaning = lifecycle.words.get(after.tasks[task])
    if meaning in (QUEUED, CANCELLED):
        return True  # no agent does that: the request explains it, or it is a breach anyway
    began, ended = times = _times(after, task)
    last = ended if meaning in FINAL else began
    is_new = times != _times(before, task)
    return bool(began and last >= began and is_new) and not _together(last, exchange)


def _times(held: Snapshot, task: int) -> tuple[int, int]:
    """Return when an agent began a task, and when it ended, in seconds; 0: not yet, or not said."""
    marks = held.marks.get(task, {})
    began, ended = (time if type(time := marks.get(mark)) is int else 0 for mark in (STARTED, ENDED))
    return began, ended


def _together(time: int, exchange: Exchange) -> bool:
    """Whether a time of the target's falls into the seconds in which it was at work on a request of ours."""
    try:
        answered = parsedate_to_datetime(exchange.headers.get("Date", "")).timestamp()
    except (TypeError, ValueError):
        return True
    return answered - math.ceil(exchange.seconds) <= time <= answered
