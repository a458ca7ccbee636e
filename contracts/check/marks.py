"""What is known of a task besides its state: whose it is, who started and cancelled it, when, and what is noted of it.

Nobody documents all of it, so it counts only where an answer has it, and what is wrong is never more than a drift.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from contracts.catalog.binding import Role

OWNER, CREATOR, REVOKER, RESTARTED = "owner", "creator", "revoker", "restarted"
CREATED, STARTED, ENDED, NOTE = "created", "started", "ended", "note"
PROJECT, TITLE = "project", "display_name"
MARKS: Final = (OWNER, PROJECT, TITLE, CREATOR, REVOKER, RESTARTED, CREATED, STARTED, ENDED, NOTE)
"""What a role of binding.toml may have a pointer for, where it lists or reads tasks."""
ID: Final = "id"
"""The id as it came, where it is no number."""
SKEW: Final = 60
"""Seconds by which the clocks of two servers behind one address may differ."""

Marks = Mapping[str, Any]
Wrong = tuple[str, object, object]
"""A mark that is wrong: its name, what was expected, and what it is."""


def marks_of(role: Role, task: Any) -> Marks:
    """Return the marks that an answer has of a task."""
    found = {mark: role.get(task, mark) for mark in MARKS}
    task_id = role.get(task, "id", 0)
    odd = {} if type(task_id) is int else {ID: task_id}
    return {mark: value for mark, value in found.items() if value is not None} | odd


def wrong_anywhere(marks: Marks, workflow: str, project: str, titles: Sequence[str]) -> Iterator[Wrong]:
    """Yield what no task can have: an id that is no number, another workflow's names, an end before its beginning.

    titles: what the workflow is and was called beside its name.
    """
    if ID in marks:
        yield ID, int, marks[ID]
    for mark, name in ((OWNER, workflow), (PROJECT, project)):
        if marks.get(mark, name) != name:
            yield mark, name, marks[mark]
    if titles and marks.get(TITLE, titles[0]) not in titles:
        yield TITLE, titles[0], marks[TITLE]
    order = (CREATED, STARTED) if marks.get(RESTARTED) else (CREATED, STARTED, ENDED)  # an end may be an earlier one's
    times = [(mark, marks[mark]) for mark in order if isinstance(marks.get(mark), int) and marks[mark] > 0]
    for (earlier, before), (later, after) in pairwise(times):
        if after < before:
            yield later, f"{earlier} {before}", after


def never_came(marks: Marks, times: Iterable[str]) -> Iterator[Wrong]:
    """Yield which of these times, which a task in its state has by now, is told as 0; an earlier end may be blanked."""
    for mark in times:
        if type(marks.get(mark)) is int and marks[mark] == 0 and not marks.get(RESTARTED):
            yield mark, "> 0", 0


def came_early(marks: Marks, times: Iterable[str]) -> Iterator[Wrong]:
    """Yield which of these times, which a new task in its state does not have yet, is told."""
    for mark in times:
        if type(marks.get(mark)) is int and marks[mark] != 0:
            yield mark, 0, marks[mark]


def unlike(was: Marks, now: Marks) -> Iterator[Wrong]:
    """Yield the marks that two looks at one task have, and have otherwise."""
    for mark in MARKS:
        if mark in was and mark in now and was[mark] != now[mark]:
            yield mark, was[mark], now[mark]


def wrong_of_new(marks: Marks, others: Iterator[Marks]) -> Iterator[Wrong]:
    """Yield what is wrong with a task that was started just now by who started the others."""
    creator = marks.get(CREATOR)
    if marks.get(REVOKER) not in (None, "", creator):
        yield REVOKER, "", marks[REVOKER]
    if marks.get(RESTARTED):
        yield RESTARTED, False, marks[RESTARTED]
    for other in others:
        if creator is not None and other.get(CREATOR, creator) != creator:
            yield CREATOR, other[CREATOR], creator
        if _goes_back(other, marks, SKEW):
            yield CREATED, other[CREATED], marks[CREATED]


def wrong_of_cancelled(was: Marks, now: Marks) -> Iterator[Wrong]:
    """Yield what is wrong with a task that was cancelled just now by who started it."""
    yield from _of_old(was, now)
    if CREATOR in now and now.get(REVOKER, now[CREATOR]) != now[CREATOR]:
        yield REVOKER, now[CREATOR], now[REVOKER]


def wrong_of_restarted(was: Marks, now: Marks) -> Iterator[Wrong]:
    """Yield what is wrong with a task that was restarted just now by who started it."""
    yield from _of_old(was, now)
    if now.get(RESTARTED) is False:
        yield RESTARTED, True, now[RESTARTED]


def _of_old(was: Marks, now: Marks) -> Iterator[Wrong]:
    if was.get(CREATOR) != now.get(CREATOR):
        yield CREATOR, was.get(CREATOR), now.get(CREATOR)
    if NOTE in was and NOTE in now and was[NOTE] != now[NOTE]:
        yield NOTE, was[NOTE], now[NOTE]
    if _goes_back(was, now):
        yield CREATED, was[CREATED], now[CREATED]


def _goes_back(was: Marks, now: Marks, skew: int = 0) -> bool:
    before, after = was.get(CREATED), now.get(CREATED)
    return isinstance(before, int) and isinstance(after, int) and after + skew < before
