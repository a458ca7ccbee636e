"""The state that a request leaves, against what it was to leave: effects, by their names in the case table."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.catalog.cases import ANY, REMOVED, STARTED, STORED, UNCHANGED
from contracts.catalog.release import Operation, Release
from contracts.check.breach import Breach, Kind, show
from contracts.check.shape import part, shape
from contracts.check.snapshot import Snapshot
from contracts.target.target import Subject
from contracts.text.message import msg


@dataclass(frozen=True)
class StateChange:
    """What is known around one request.

    before, after: what the target holds under the name.
    sent: the body.
    value: the JSON value of the response.
    subject, operation: what the request was about.
    release: whose binding says where things stand, and whose lifecycle what may become of a task.
    documented: whether the case is based on the page.
    """

    before: Snapshot
    after: Snapshot
    sent: Mapping[str, Any]
    value: Any
    subject: Subject
    operation: Operation
    release: Release
    documented: bool

    def broken(self, detail: str, promised: str, came: str) -> Breach:
        """Return a breach of the state afterwards."""
        return Breach(Kind.STATE, "state afterwards", promised, came, self.documented, detail)


def effect(name: str, change: StateChange) -> Iterator[Breach]:
    """Yield how the state afterwards departs from what `name` says: an effect, or a word for a task's state."""
    told = _EFFECTS.get(name)
    return told(change) if told else _task_became(change, name)


def _unchanged(change: StateChange) -> Iterator[Breach]:
    yield from _workflow_kept(change)
    yield from _tasks_kept(change, except_for=None)


def _stored(change: StateChange) -> Iterator[Breach]:
    if change.after.workflow is None:
        yield change.broken("not-stored", msg("the workflow can be found"), msg("no such workflow"))
        return
    documented = change.operation.sample or {}
    sent_keys = {key: value for key, value in change.sent.items() if key in documented}
    for path, sent, stored in _unequal(sent_keys, change.after.workflow, "$", change.operation):
        expected = msg("{path} is stored as {value}", path, show(repr(sent)))
        yield change.broken(f"stored:{path}", expected, show(repr(stored)))
    if change.after.tasks:
        yield change.broken("tasks", msg("a new workflow has no tasks"), show(repr(dict(change.after.tasks))))


def _started(change: StateChange) -> Iterator[Breach]:
    binding, lifecycle = change.release.binding, change.release.lifecycle
    task_id = binding.roles["start"].get(change.value, "id")
    expected = max(change.before.tasks, default=0) + 1
    if task_id != expected:
        yield change.broken("task-id", msg("the next id, {id}", expected), repr(task_id))
    if isinstance(task_id, int):
        yield from _task_is(lifecycle.word(lifecycle.leaves("start")), task_id, change)
    yield from _workflow_kept(change)
    yield from _tasks_kept(change, except_for=task_id if isinstance(task_id, int) else None)


def _removed(change: StateChange) -> Iterator[Breach]:
    if change.after.workflow is not None:
        yield change.broken("not-removed", msg("no such workflow"), msg("the workflow can be found"))


def _task_became(change: StateChange, state: str) -> Iterator[Breach]:
    yield from _task_is(state, change.subject.task_id, change)
    yield from _workflow_kept(change)
    yield from _tasks_kept(change, except_for=change.subject.task_id)


_EFFECTS: Mapping[str, Callable[[StateChange], Iterator[Breach]]] = {
    UNCHANGED: _unchanged,
    STORED: _stored,
    STARTED: _started,
    REMOVED: _removed,
    ANY: lambda _: iter(()),
}


def _task_is(state: str, task_id: int, change: StateChange) -> Iterator[Breach]:
    actual = change.after.tasks.get(task_id)
    if not change.release.lifecycle.is_in(actual, state):
        expected = msg("task {id} is {state}", task_id, state)
        yield change.broken(f"task-{actual or 'gone'}", expected, actual or msg("no such task"))


def _workflow_kept(change: StateChange) -> Iterator[Breach]:
    before, after = change.before.workflow, change.after.workflow
    if (before is None) != (after is None):
        words = {True: msg("no workflow of this name"), False: msg("a workflow of this name")}
        yield change.broken("workflow", msg("as before, {what}", words[before is None]), words[after is None])
    elif before is not None and after is not None:
        for key in sorted(key for key in {*before, *after} if before.get(key) != after.get(key)):
            example = shape(change.release, key)
            if part(before.get(key), example) != part(after.get(key), example):
                yield change.broken(f"workflow:{key}", msg("{key} as before", key), show(repr(after.get(key))))


def _tasks_kept(change: StateChange, except_for: int | None) -> Iterator[Breach]:
    before, after = change.before.tasks, change.after.tasks
    for task_id in sorted({*before, *after} - {except_for}):
        was, now = before.get(task_id), after.get(task_id)
        if was != now and not change.release.lifecycle.went_on(was, now):
            there = "task {id} as before, {state}" if was else "task {id} as before, not there"
            expected = msg(there, task_id, was)
            yield change.broken(f"task-{was or 'none'}-{now or 'gone'}", expected, now or msg("gone"))


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
