"""The state that a request leaves, against what it was to leave: effects, by their names in the case table."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from contracts.catalog.cases import ANY, FIRST_STARTED, NOTED, REMOVED, STARTED, STORED, UNCHANGED
from contracts.catalog.release import Operation, Release
from contracts.check.breach import Breach, Kind, show
from contracts.check.marks import (
    NOTE,
    TITLE,
    Marks,
    Wrong,
    came_early,
    never_came,
    unlike,
    wrong_anywhere,
    wrong_of_cancelled,
    wrong_of_new,
    wrong_of_restarted,
)
from contracts.check.shape import part, shape
from contracts.check.snapshot import STATE, Snapshot
from contracts.target.target import Subject
from contracts.text.frozen import dataclass
from contracts.text.message import msg

NONE = msg("no such workflow")
"""What is there under the name of a workflow that is not."""
MAIN = "main"
"""Who sends whatever no case says otherwise of."""


@dataclass(frozen=True)
class StateChange:
    """What is known around one request.

    before, after: what the target holds under the name.
    sent: the body.
    value: the JSON value of the response.
    subject, operation: what the request was about.
    release: whose binding says where things stand, and whose lifecycle what may become of a task.
    documented: whether the case is based on the page.
    credential: who sent the request; all else was sent by main.
    agents: whether a task may have become another by itself, on top of what the request explains.
    """

    before: Snapshot
    after: Snapshot
    sent: Mapping[str, Any]
    value: Any
    subject: Subject
    operation: Operation
    release: Release
    documented: bool
    credential: str = "main"
    agents: bool = False

    def kept(self, was: str | None, now: str | None) -> bool:
        """Whether a task whose state was to be `was` may be in the state `now`."""
        lifecycle = self.release.lifecycle
        return lifecycle.means(now, was) or (self.agents and lifecycle.went_on(was, now))

    def moved_up(self, was: str | None, now: str | None) -> bool:
        """Whether another task may be `now` because the request ended one that was before it in line."""
        lifecycle, task = self.release.lifecycle, self.subject.task_id
        ended = self.before.tasks.get(task) in lifecycle.unfinished and self.after.tasks.get(task) in lifecycle.final
        return ended and lifecycle.moved_up(was, now)

    def broken(self, detail: str, promised: str, came: str, before: str = "") -> Breach:
        """Return a breach of the state afterwards."""
        return Breach(Kind.STATE, "state afterwards", promised, came, self.documented, detail, before)

    def was(self, task_id: Any) -> str:
        """Return the state that a task was in before, in words."""
        return self.before.tasks.get(task_id) or msg("no such task")

    def marked(self, task_id: int, wrongs: Iterable[Wrong]) -> Iterator[Breach]:
        """Yield a drift for each mark of a task that is wrong."""
        marks = self.before.marks.get(task_id, {})
        for mark, promised, came in wrongs:
            expected = msg("task {id}: {what} = {value}", task_id, mark, show(_shown(promised)))
            was = show(_shown(marks[mark])) if mark in marks else self.was(task_id)
            yield replace(self.broken(f"task-{mark}", expected, show(_shown(came)), was), documented=False)


def effect(name: str, change: StateChange) -> Iterator[Breach]:
    """Yield how the state afterwards departs from what `name` says: an effect, or a word for a task's state."""
    told = _EFFECTS.get(name)
    yield from told(change) if told else _task_became(change, name)
    if name != ANY:
        yield from told_rightly(change)


def _unchanged(change: StateChange) -> Iterator[Breach]:
    yield from _workflow_kept(change)
    yield from _tasks_kept(change, except_for=None)


def _noted(change: StateChange) -> Iterator[Breach]:
    """What was sent under the key where a task tells what is noted of it is what the task tells now."""
    role = change.release.binding.roles.get("get-task")
    key = role.key(NOTE) if role is not None and NOTE in role.at else ""
    yield from _workflow_kept(change)
    yield from _tasks_kept(change, except_for=None, new={NOTE: change.sent[key]} if key in change.sent else {})


def _stored(change: StateChange) -> Iterator[Breach]:
    if change.after.workflow is None:
        yield change.broken("not-stored", msg("the workflow can be found"), NONE, _found(change.before.workflow))
        return
    documented = change.operation.sample or {}
    sent_keys = {key: value for key, value in change.sent.items() if key in documented}
    for path, sent, stored in _unequal(sent_keys, change.after.workflow, "$", change.operation):
        expected = msg("{path} is stored as {value}", path, show(repr(sent)))
        yield change.broken(f"stored:{path}", expected, show(repr(stored)), _held(change.before.workflow, path))
    if change.before.workflow is not None:
        yield from _tasks_kept(change, except_for=None)
        yield from _keys_kept(change, sorted(change.release.binding.stored.keys() - documented.keys()))
    elif change.after.tasks:
        yield change.broken("tasks", msg("a new workflow has no tasks"), show(repr(dict(change.after.tasks))), NONE)


def _started(change: StateChange) -> Iterator[Breach]:
    binding, lifecycle = change.release.binding, change.release.lifecycle
    task_id = binding.roles["start"].get(change.value, "id")
    if change.before.tasks:
        expected = max(change.before.tasks) + 1
        if task_id != expected:
            last = msg("the last id, {id}", expected - 1)
            yield change.broken("task-id", msg("the next id, {id}", expected), repr(task_id), last)
    elif not isinstance(task_id, int):
        yield change.broken("task-id", msg("an id"), repr(task_id), msg("no task"))
    if isinstance(task_id, int):
        yield from _task_is(lifecycle.word(lifecycle.leaves("start")), task_id, change)
        if change.credential == MAIN:
            others = (marks for other, marks in change.before.marks.items() if other != task_id)
            marks, early = _marks(change, task_id), lifecycle.not_yet.get(change.after.tasks.get(task_id, ""), ())
            yield from change.marked(task_id, (*wrong_of_new(marks, others), *came_early(marks, early)))
    yield from _workflow_kept(change)
    yield from _tasks_kept(change, except_for=task_id if isinstance(task_id, int) else None)


def _first_started(change: StateChange) -> Iterator[Breach]:
    yield from _started(change)
    task_id = change.release.binding.roles["start"].get(change.value, "id")
    if isinstance(task_id, int) and task_id != 1:
        wrong = change.broken("task-id", msg("the next id, {id}", 1), repr(task_id), msg("no task"))
        yield replace(wrong, documented=False)


def _removed(change: StateChange) -> Iterator[Breach]:
    if change.after.workflow is not None:
        before, after = _found(change.before.workflow), _found(change.after.workflow)
        yield change.broken("not-removed", NONE, after, before)


def _task_became(change: StateChange, state: str) -> Iterator[Breach]:
    task_id, role = change.subject.task_id, change.release.binding.plays(change.operation.name)
    yield from _task_is(state, task_id, change)
    was, now = change.before.marks.get(task_id), _marks(change, task_id)
    wrong = {"cancel": wrong_of_cancelled, "restart": wrong_of_restarted}.get(role)
    if change.credential == MAIN and wrong and was and change.after.tasks.get(task_id) == state:
        yield from change.marked(task_id, wrong(was, now))
    yield from _workflow_kept(change)
    yield from _tasks_kept(change, except_for=change.subject.task_id)


_EFFECTS: Mapping[str, Callable[[StateChange], Iterator[Breach]]] = {
    UNCHANGED: _unchanged,
    NOTED: _noted,
    STORED: _stored,
    STARTED: _started,
    FIRST_STARTED: _first_started,
    REMOVED: _removed,
    ANY: lambda _: iter(()),
}


def _task_is(state: str, task_id: int, change: StateChange) -> Iterator[Breach]:
    actual = change.after.tasks.get(task_id)
    if not change.kept(state, actual):
        expected = msg("task {id} is {state}", task_id, state)
        yield change.broken(f"task-{actual or 'gone'}", expected, actual or msg("no such task"), change.was(task_id))


def _workflow_kept(change: StateChange) -> Iterator[Breach]:
    before, after = change.before.workflow, change.after.workflow
    if (before is None) != (after is None):
        words = {True: msg("no workflow of this name"), False: msg("a workflow of this name")}
        was, now = words[before is None], words[after is None]
        yield change.broken("workflow", msg("as before, {what}", was), now, was)
    else:
        yield from _keys_kept(change)


def _keys_kept(change: StateChange, keys: Iterable[str] | None = None) -> Iterator[Breach]:
    before, after = change.before.workflow or {}, change.after.workflow or {}
    for key in changed(change.release, before, after, keys):
        was, now = (show(repr(held.get(key))) for held in (before, after))
        yield change.broken(f"workflow:{key}", msg("{key} as before", key), now, was)


def changed(
    release: Release, before: Mapping[str, Any], after: Mapping[str, Any], keys: Iterable[str] | None = None
) -> Iterator[str]:
    """Yield the keys of a workflow, of these or of all, under which something else stands than before."""
    for key in sorted({*before, *after}) if keys is None else keys:
        example = shape(release, key) if before.get(key) != after.get(key) else None
        if part(before.get(key), example) != part(after.get(key), example):
            yield key


def _tasks_kept(change: StateChange, except_for: int | None, new: Marks | None = None) -> Iterator[Breach]:
    """Yield how tasks are not as before, but for `new`, what the request says of its own."""
    before, after, before_marks = change.before.tasks, change.after.tasks, change.before.marks
    for task_id in sorted({*before, *after} - {except_for}):
        was, now = before.get(task_id), after.get(task_id)
        if not (change.kept(was, now) or change.moved_up(was, now)):
            there = "task {id} as before, {state}" if was else "task {id} as before, not there"
            expected = msg(there, task_id, was)
            detail = f"task-{was or 'none'}-{now or 'gone'}"
            yield change.broken(detail, expected, now or msg("gone"), change.was(task_id))
        if was == now:
            own = new if new and task_id == change.subject.task_id else {}
            yield from change.marked(task_id, unlike({**before_marks.get(task_id, {}), **own}, _marks(change, task_id)))


def told_rightly(change: StateChange) -> Iterator[Breach]:
    """Yield what no task can have, and where reading the task by itself says something else than the list."""
    after, subject = change.after, change.subject
    titles = [str(held[TITLE]) for held in (after.workflow, change.before.workflow) if held and TITLE in held]
    for task_id, marks in sorted(after.marks.items()):
        yield from change.marked(task_id, wrong_anywhere(marks, subject.name, subject.project, titles))
        by_now = change.release.lifecycle.by_now.get(after.tasks.get(task_id, ""), ())
        yield from change.marked(task_id, never_came(marks, by_now))
    if after.read is None:
        return
    task_id, read = change.subject.task_id, after.read
    listed, said = after.tasks.get(task_id), str(read[STATE])
    moved = not change.release.lifecycle.means(said, listed)
    if moved and (change.kept(listed, said) or change.kept(said, listed)):
        return  # between the two looks
    if moved:
        expected = msg("task {id} is {state}, as in the task list", task_id, listed or msg("gone"))
        yield change.broken(f"read-{said}", expected, said, change.was(task_id))
    yield from change.marked(task_id, unlike(after.marks.get(task_id, {}), read))


def _marks(change: StateChange, task_id: int) -> Marks:
    """Return what is told of a task afterwards."""
    return change.after.marks.get(task_id, {})


def _found(workflow: Mapping[str, Any] | None) -> str:
    return NONE if workflow is None else msg("the workflow can be found")


def _held(workflow: Mapping[str, Any] | None, path: str) -> str:
    """Return what a workflow has at a path, in words; empty where the path leads into a list."""
    found: Any = workflow
    for key in path.split(".")[1:]:
        found = found.get(key) if isinstance(found, Mapping) else None
    return NONE if workflow is None else "" if "[" in path else show(repr(found))


def _shown(value: object) -> str:
    return value.__name__ if isinstance(value, type) else repr(value)


def _unequal(sent: Any, stored: Any, path: str, operation: Operation) -> Iterator[tuple[str, Any, Any]]:
    """Yield where what is stored is not what was sent; a zero value may come back as nothing or as another one."""
    if path in operation.not_kept:
        return
    if isinstance(sent, dict) and isinstance(stored, dict):
        for key, inner in sent.items():
            yield from _unequal(inner, stored.get(key), f"{path}.{key}", operation)
    elif isinstance(sent, list) and isinstance(stored, list) and len(sent) == len(stored):
        for inner, other in zip(sent, stored, strict=True):
            yield from _unequal(inner, other, f"{path}[*]", operation)
    elif (sent != stored or type(sent) is not type(stored)) and (sent or stored):
        yield path, sent, stored
