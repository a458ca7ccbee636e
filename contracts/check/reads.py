"""What a read shows, against what the target holds: the state of a task, the tasks of a list, a workflow in a list."""

from collections.abc import Iterator
from typing import Any

from contracts.catalog.binding import Role
from contracts.check.breach import Breach, show
from contracts.check.effects import StateChange
from contracts.check.marks import TITLE, marks_of, unlike
from contracts.text.message import msg


def shown(change: StateChange, items: int | None) -> Iterator[Breach]:
    """Yield how the answer of a reading operation departs from what the target holds.

    `items` is how many its list is to have, where that is not all that there are.
    """
    role = change.release.binding.roles.get(change.release.binding.plays(change.operation.name))
    if role is not None and role.name == "get-task":
        yield from _same_state(change, change.subject.task_id, role.get(change.value, "state"))
        yield from _same_marks(change, role)
    elif role is not None and role.name == "list-tasks":
        yield from _tasks(change, role, role.list(change.value) or (), items)
    elif role is not None and role.name == "list" and items is None:
        yield from _listed(change, role)


def _listed(change: StateChange, role: Role) -> Iterator[Breach]:
    held, name = change.after.workflow, change.subject.name
    rows = [row for row in role.list(change.value) or () if role.get(row, "name") == name]
    if held is None:
        if rows:
            yield change.broken("listed-though-gone", msg("no such workflow"), msg("the workflow is listed"))
        return
    if len(rows) != 1:
        came = msg("{n} workflows of this name", len(rows)) if rows else msg("no such workflow")
        yield change.broken("listed-twice" if rows else "not-listed", msg("the workflow is listed"), came)
    for row in rows:
        wanted, title = held.get(TITLE), role.get(row, TITLE)
        if None not in (wanted, title) and title != wanted:
            yield change.broken(
                f"listed:{TITLE}", msg("the workflow is listed as {name}", show(repr(wanted))), show(repr(title))
            )


def _tasks(change: StateChange, role: Role, rows: Any, items: int | None) -> Iterator[Breach]:
    held = change.after.tasks
    number = len(held) if items is None else items
    if len(rows) != number:
        yield change.broken("tasks", msg("{n} tasks", number), msg("{n} tasks", len(rows)))
    total, every = role.get(change.value, "total"), len(held) if number else 0
    if total is not None and total != every:
        yield change.broken("total", msg("{n} tasks in all", every), repr(total))
    for row in rows:
        yield from _same_state(change, role.get(row, "id"), role.get(row, "state"))


def _same_marks(change: StateChange, role: Role) -> Iterator[Breach]:
    """Yield what is told of a task that is in the state in which it is shown, and neither before nor afterwards."""
    task_id = change.subject.task_id
    if role.get(change.value, "state") == change.after.tasks.get(task_id):
        read, before = marks_of(role, change.value), change.before.marks.get(task_id, {})
        wrongs = unlike(change.after.marks.get(task_id, {}), read)
        yield from change.marked(task_id, [wrong for wrong in wrongs if before.get(wrong[0]) != wrong[2]])


def _same_state(change: StateChange, task_id: Any, state: Any) -> Iterator[Breach]:
    """Yield whether a task is shown in another state than it is in, or may have come to since."""
    actual = change.after.tasks.get(task_id) if isinstance(task_id, int) else None
    known = state in change.release.lifecycle.words
    if not known or (actual is not None and not change.kept(state, actual)):
        expected = msg("task {id} is shown as {state}", task_id, actual) if actual else msg("a state that tasks have")
        yield change.broken(f"shown-{state}", expected, repr(state), change.was(task_id))
