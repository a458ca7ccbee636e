"""Removes what a run made: cancels its tasks, then deletes its workflows, and names what would not go."""

from dataclasses import dataclass

from contracts.check.snapshot import Snapshot, UnclearError, snapshot
from contracts.safety.journal import is_of_run, left_open
from contracts.target.listing import Reader, UnreadableError, workflow_names
from contracts.target.requests import role_call
from contracts.target.target import Subject, Target
from contracts.text.message import Message, about, msg


def remove(target: Target, subject: Subject, held: Snapshot | None = None) -> str | None:
    """Remove the subject's workflow and close it in the journal; return None, or why it may still be there.

    `held` is what the target holds under the name, where that is known; else it is looked up.
    """
    try:
        held = held if held is not None else snapshot(target, subject)
        if held.workflow is not None:
            _cancel_tasks(target, subject, held)
            delete = target.release.call("delete")
            exchange = target.send(role_call(target, "delete", subject))
            if exchange.status != 200 and snapshot(target, subject).workflow is not None:
                came = exchange.failure.text if exchange.failure else f"HTTP {exchange.status}"
                return still_there(subject, msg("{call} answered {came}", delete.name, came))
    except UnclearError as error:
        return still_there(subject, error.message)
    target.journal.close(subject.name)
    return None


def still_there(subject: Subject, why: str) -> Message:
    """Return what a subject's workflow is called to people, and why it may still be there."""
    return about(msg("{name} in project {project}", subject.name, subject.project), why)


def _cancel_tasks(target: Target, subject: Subject, held: Snapshot) -> None:
    """Cancel what is queued or running, so that no agent works on for a workflow that is gone."""
    if target.release.lacks(["cancel"]):
        return
    for task_id, state in held.tasks.items():
        if state in target.release.lifecycle.unfinished:
            target.send(role_call(target, "cancel", Subject(subject.name, subject.project, task_id)))


@dataclass(frozen=True)
class CleanUp:
    """What the end of a run removed and could not remove.

    removed: names of workflows that cases had left.
    left: what would not go, or could not be looked at.
    remarks: what was not touched, and what could not be read.
    """

    removed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def remove_all(target: Target, run_id: str) -> CleanUp:
    """Remove what the journal on disk and the target's own list still have of a run, and nothing else."""
    journalled = left_open(target.journal.path)
    remarks: list[str] = [
        msg("{name} stands in the journal, and is no name of this run: not touched", name)
        for name in journalled
        if not is_of_run(name, run_id)
    ]
    try:
        listed = _listed(target)
    except UnreadableError as error:
        listed = {}
        remarks.append(msg("the workflows of the project could not be listed after the run: {why}", error.message))
    names = {name: project for name, project in (journalled | listed).items() if is_of_run(name, run_id)}
    reasons: dict[str, str | None] = {}
    for name, project in names.items():
        target.journal.adopt(name, project)
        reasons[name] = remove(target, Subject(name, project))
    delete = target.release.call("delete").name
    for name, project in _still_listed(target).items() if names else ():
        if name in reasons and reasons[name] is None:
            target.journal.open(name, project)  # for a sweep to find
            reasons[name] = still_there(
                Subject(name, project), msg("{call} says success, and it is still there", delete)
            )
    left = tuple(reason for reason in reasons.values() if reason is not None)
    return CleanUp(tuple(name for name, reason in reasons.items() if reason is None), left, tuple(remarks))


def _listed(target: Target) -> dict[str, str]:
    """Return the workflows that the target lists in the project, with their project; raises UnreadableError."""
    project = target.workspace.project
    return dict.fromkeys(workflow_names(Reader(target.client, target.release), project), project)


def _still_listed(target: Target) -> dict[str, str]:
    try:
        return _listed(target)
    except UnreadableError:  # said before
        return {}
