"""Removes what a run made: cancels its tasks, then deletes its workflows, and names what would not go.

What the server may still be at work on is removed when that is over: a start that comes after the delete of its
workflow may leave what no call finds.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeGuard

from contracts.catalog.cases import LOOKS
from contracts.check.snapshot import Snapshot, UnclearError, find, look_at_tasks, snapshot
from contracts.safety.journal import is_of_run, left_open, left_over
from contracts.target.listing import Reader, UnreadableError, workflow_names
from contracts.target.requests import role_call
from contracts.target.target import Subject, Target
from contracts.text.frozen import dataclass
from contracts.text.message import Message, about, msg


def remove(
    target: Target, subject: Subject, held: Snapshot | None = None, *, looks_again: bool = False
) -> "Left | None":
    """Remove the subject's workflow and close it in the journal; return None, or why it may still be there or come.

    `held` is what the target holds under the name, where that is known; else it is looked up. `looks_again`: a success
    is not believed, where nobody looks at the list afterwards.
    """
    late = target.journal.late(subject.name)
    try:
        held = held if held is not None else _held(target, subject)
        _cancel_tasks(target, subject, held.tasks if held.workflow or late is None else _orphans(target, subject))
        if held.workflow is not None:
            exchange = target.send(role_call(target, "delete", subject))
            refused = exchange.status != 200
            if (refused or looks_again or not held.workflow) and find(target, subject) is not None:
                call = target.release.call("delete").name
                why = msg("{call} returned {came}", call, exchange.came) if refused else untrue(call)
                return still_there(subject, why)
    except UnclearError as error:
        return still_there(subject, error.message, seen=False)
    if to_come(late):
        why = unanswered(late)
        return still_there(subject, msg("removed, but {why}", why) if held.workflow is not None else why, seen=False)
    target.journal.close(subject.name)
    return None


def remove_after_case(target: Target, subject: Subject, held: Snapshot | None = None) -> None:
    """Remove the subject's workflow, unless the server may still be at work on it: then the end of the run does."""
    if not to_come(target.journal.late(subject.name)):
        remove(target, subject, held)


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def to_come(late: datetime | None) -> TypeGuard[datetime]:
    """Whether the server may still be at work on a request until then."""
    return late is not None and now() < late


def unanswered(late: datetime) -> Message:
    """Return what is said of a name with requests that the server may be at work on until `late`."""
    why = "a request about it got no response; the server may still carry it out until {time}; sweep after that"
    return msg(why, clock(late))


def clock(time: datetime) -> str:
    """Return a time as it is shown: rounded up to a second, so that afterwards it is over."""
    return f"{time.astimezone(UTC) + timedelta(seconds=1):%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True)
class Left:
    """A workflow that a run made, and that is not known to be gone.

    why: what it is called to people, and why it is, or may be, still there.
    seen: whether it is there; else nobody could tell.
    """

    why: Message
    seen: bool


def still_there(subject: Subject, why: str, *, seen: bool = True) -> Left:
    """Return a subject's workflow as left; `seen`: whether it is there for certain."""
    return Left(about(msg("{name} in project {project}", subject.name, subject.project), why), seen)


def untrue(call: str) -> Message:
    """Return what is said of what is there after its delete."""
    return msg("{call} says success, and it is still there", call)


def _held(target: Target, subject: Subject) -> Snapshot:
    """Return what is held under the subject's name; what the target cannot show may be there, and can be deleted."""
    try:
        return snapshot(target, subject)
    except UnclearError as error:
        if error.exchange.failure is not None:
            raise
        return Snapshot({}, _orphans(target, subject))


def _orphans(target: Target, subject: Subject) -> Mapping[int, str]:
    """Return the tasks of a workflow that cannot be found, such as a late start left, where the target lists them."""
    try:
        return look_at_tasks(target, subject).tasks
    except UnclearError:
        return {}


def _cancel_tasks(target: Target, subject: Subject, tasks: Mapping[int, str]) -> None:
    """Cancel what is queued or running, so that no agent works on for a workflow that is gone."""
    if target.release.lacks(["cancel"]):
        return
    for task_id, state in tasks.items():
        if state in target.release.lifecycle.unfinished:
            target.send(role_call(target, "cancel", Subject(subject.name, subject.project, task_id)))


@dataclass(frozen=True)
class CleanUp:
    """What the end of a run removed and could not remove.

    removed: names of workflows that cases had left.
    left: what would not go, and what could not be looked at.
    remarks: what was not touched, and what could not be read.
    """

    removed: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    remarks: tuple[str, ...] = ()


def remove_all(target: Target, run_id: str, wait: Callable[[datetime], None] = lambda _: None) -> CleanUp:
    """Remove what the journal on disk and the target's own list still have of a run, and nothing else.

    `wait` is called with the time until which the server may be at work on requests whose answer never came. Where it
    returns earlier, or the target has stopped answering, their names stay open.
    """
    journalled, late = left_over(target.journal.path)
    remarks: list[str] = [
        msg("{name} is in the journal, but was not made by this run: not touched", name)
        for name in journalled
        if not is_of_run(name, run_id)
    ]
    try:
        listed = _listed(target)
    except UnreadableError as error:
        listed = {}
        remarks.append(msg("the workflows of the project could not be listed after the run: {why}", error.message))
    names = {name: project for name, project in (journalled | listed).items() if is_of_run(name, run_id)}
    removed: list[str] = []
    reasons: dict[str, Left | None] = {}

    def clear(chosen: Iterable[str]) -> None:
        for name in chosen:
            subject = Subject(name, names[name])
            target.journal.adopt(name, subject.project, late.get(name))
            if missing := target.release.lacks(LOOKS):
                reasons[name] = still_there(subject, msg("the release has no call to {role}", missing), seen=False)
                continue
            try:
                held = snapshot(target, subject)
                reasons[name] = remove(target, subject, held)
            except UnclearError as error:
                reasons[name] = still_there(subject, error.message, seen=False)
            else:
                removed.extend([name] * (held.workflow is not None and reasons[name] is None))

    later = {name: late[name] for name in names if to_come(late.get(name))}
    clear(name for name in names if name not in later)
    if later and not target.breaker.stopped:
        wait(max(later.values()))
    clear(later)
    for name, project in _still_listed(target).items() if names else ():
        if name in reasons and reasons[name] is None:
            removed = [other for other in removed if other != name]
            target.journal.open(name, project)  # for a sweep to find
            reasons[name] = still_there(Subject(name, project), untrue(target.release.call("delete").name))
    left = tuple(reason for reason in reasons.values() if reason is not None)
    return CleanUp(tuple(removed), left, tuple(remarks))


def interrupted(target: Target, run_id: str) -> CleanUp:
    """Return what a clean-up left that was interrupted: every name of the run that is open."""
    names = {name: project for name, project in left_open(target.journal.path).items() if is_of_run(name, run_id)}
    why = msg("the clean-up was interrupted")
    return CleanUp(left=tuple(still_there(Subject(name, project), why, seen=False) for name, project in names.items()))


def _listed(target: Target) -> dict[str, str]:
    """Return the workflows that the target lists in the project, with their project; raises UnreadableError."""
    project = target.workspace.project
    return dict.fromkeys(workflow_names(Reader(target.client, target.release), project), project)


def _still_listed(target: Target) -> dict[str, str]:
    try:
        return _listed(target)
    except UnreadableError:  # said before
        return {}
