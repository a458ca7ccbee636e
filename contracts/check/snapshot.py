"""What a target holds under one name, looked at with support calls."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from contracts.catalog.binding import Binding
from contracts.catalog.pointer import pointed
from contracts.catalog.release import Answer
from contracts.check.breach import show
from contracts.check.check import fill, text_of
from contracts.check.marks import Marks, marks_of
from contracts.http.exchange import Exchange
from contracts.target.requests import operation_call, role_call
from contracts.target.target import Subject, Target
from contracts.text.errors import TargetError
from contracts.text.frozen import dataclass
from contracts.text.message import about, msg
from contracts.text.strict_json import value_of

STATE = "state"
"""The name of a task's state among what reading it says."""


@dataclass(frozen=True)
class Snapshot:
    """What the target holds under one name.

    workflow: its documented keys and those of the binding, None where there is no such workflow; others may change by
    themselves.
    tasks: the state of each task by its id.
    marks: what else is told of each of them, by its id: in their list, and where it was read, by that.
    read: what reading the subject's own task says of it, its state included; None where it was not read.
    """

    workflow: Mapping[str, Any] | None = None
    tasks: Mapping[int, str] = field(default_factory=dict)
    marks: Mapping[int, Marks] = field(default_factory=dict)
    read: Marks | None = None


class UnclearError(TargetError):
    """The target's state could not be read; `exchange` is what came back."""

    def __init__(self, what: str, exchange: Exchange) -> None:
        text = show(exchange.body.decode("utf-8", "replace")) or msg("an empty body")
        came = msg("HTTP {status}, {body}", exchange.status, text)
        super().__init__(about(what, exchange.failure.text if exchange.failure else came))
        self.exchange = exchange


def snapshot(
    target: Target,
    subject: Subject,
    tasks: Snapshot | None = None,
    *,
    closely: bool = False,
    others: bool = False,
    known: Mapping[str, Any] | None = None,
) -> Snapshot:
    """Return what the target holds under the subject's name; raises UnclearError where it cannot be told.

    `tasks` is what a look at them has just shown, where there was one; `known` the workflow, where it is not looked at.
    `closely` reads the subject's task by itself too, and looks again where that says something else than the list: it
    may have moved meanwhile. `others` reads those beside it as well.
    """
    workflow = known or find(target, subject)
    if workflow is None:
        return Snapshot()
    held = replace(tasks or look_at_tasks(target, subject), workflow=workflow)
    if not closely or subject.task_id not in held.tasks or target.release.lacks(["get-task"]):
        return held
    said = {subject.task_id: _read(target, subject)}
    for task_id in sorted(held.tasks.keys() - said.keys()) if others else ():
        said[task_id] = _read(target, replace(subject, task_id=task_id))
    if any(held.tasks[task_id] != read[STATE] for task_id, read in said.items()):
        held = replace(look_at_tasks(target, subject), workflow=workflow)
    read = said[subject.task_id]
    return replace(held, read=read, marks={**held.marks, **dict(_told(held, said))})


def _told(held: Snapshot, said: Mapping[int, Marks]) -> Iterator[tuple[int, Marks]]:
    """Yield what is told of each task that was read: in the list, and beyond that by reading it in the same state."""
    for task_id, read in said.items():
        if held.tasks.get(task_id) == read[STATE]:
            own = {mark: value for mark, value in read.items() if mark != STATE}
            yield task_id, {**own, **held.marks.get(task_id, {})}


def _read(target: Target, subject: Subject) -> Marks:
    """Return what reading the subject's task says of it."""
    role = target.release.binding.roles["get-task"]
    exchange = target.send(role_call(target, "get-task", subject))
    task = json_value(exchange)
    return {**marks_of(role, task), STATE: role.get(task, "state", exchange.came)}


def find(target: Target, subject: Subject) -> Mapping[str, Any] | None:
    """Return the documented keys of the subject's workflow and those that the binding has; None where there is none.

    Raises UnclearError.
    """
    binding, call = target.release.binding, target.release.call("find")
    role = binding.roles["find"]
    exchange = target.send(operation_call(target, call, subject))
    value = json_value(exchange)
    if role.absent and _says(exchange, value, call.answers[role.absent], binding, subject.sent(target.workspace)):
        return None
    if exchange.status != 200 or not isinstance(value, dict) or role.get(value, "name", value) is value:
        raise UnclearError(msg("looking for the workflow"), exchange)
    documented = target.release.call("create").sample or {}
    keys = {**{key: f"/{key}" for key in documented}, **binding.stored}
    places = {key: pointed(value, place) for key, place in keys.items()}
    return {key: found[0] for key, found in places.items() if found}


def _says(exchange: Exchange, value: Any, answer: Answer, binding: Binding, sent: Mapping[str, str]) -> bool:
    """Whether an exchange is just this answer: by its status, and by code and description where it has them."""
    if exchange.status != answer.status:
        return False
    if answer.body != "json":
        return answer.body == "any" or text_of(exchange.body) == fill(answer.text, sent)
    expected = None if answer.description is None else fill(answer.description, sent)
    said = (value.get(binding.code), value.get(binding.description)) if isinstance(value, dict) else None
    return said == (answer.code, expected)


def look_at_tasks(target: Target, subject: Subject) -> Snapshot:
    """Return the tasks of the subject's workflow, which itself is not looked for; raises UnclearError."""
    return tasks_in(target, target.send(role_call(target, "list-tasks", subject)))


def tasks_in(target: Target, exchange: Exchange) -> Snapshot:
    """Return the tasks that a list of them has; raises UnclearError where it is none."""
    role = target.release.binding.roles["list-tasks"]
    try:
        rows = {int(role.get(task, "id")): task for task in role.list(json_value(exchange))}
        states = {task_id: role.get(task, "state") for task_id, task in rows.items()}
        if None in states.values():
            raise UnclearError(msg("looking at the workflow's tasks"), exchange)
        marks = {task_id: marks for task_id, task in rows.items() if (marks := marks_of(role, task))}
        return Snapshot(None, {task_id: str(state) for task_id, state in states.items()}, marks)
    except (TypeError, ValueError):
        raise UnclearError(msg("looking at the workflow's tasks"), exchange) from None


def json_value(exchange: Exchange) -> Any:
    """Return the JSON value of an answer, None where it has none."""
    return value_of(exchange.body)
