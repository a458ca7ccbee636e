"""Removes what a run made: cancels its tasks, then deletes its workflows, and names what would not go."""

from contracts.check.state import Snapshot, UnclearError, snapshot
from contracts.safety.journal import PREFIX, left_open
from contracts.target.listing import Reader, UnreadableError, workflow_names
from contracts.target.requests import operation_call, support_call
from contracts.target.target import Subject, Target
from contracts.text.message import Message, about, msg

UNFINISHED = frozenset({"created", "running"})


def remove(target: Target, subject: Subject, held: Snapshot | None = None) -> str | None:
    """Remove the subject's workflow and close it in the journal; return None, or why it may still be there.

    `held` is what the target holds under the name, where that is known; else it is looked up.
    """
    try:
        held = held if held is not None else snapshot(target, subject)
        if held.workflow is not None:
            _cancel_tasks(target, subject, held)
            exchange = target.send(support_call(target, "delete-workflow", subject))
            if exchange.status != 200 and snapshot(target, subject).workflow is not None:
                came = exchange.failure.text if exchange.failure else f"HTTP {exchange.status}"
                return still_there(subject, msg("delete-workflow answered {came}", came))
    except UnclearError as error:
        return still_there(subject, error.message)
    target.journal.close(subject.name)
    return None


def still_there(subject: Subject, why: str) -> Message:
    """Return what a subject's workflow is called to people, and why it may still be there."""
    return about(msg("{name} in project {project}", subject.name, subject.project), why)


def _cancel_tasks(target: Target, subject: Subject, held: Snapshot) -> None:
    """Cancel what is queued or running, so that no agent works on for a workflow that is gone."""
    cancel = target.release.operations["cancel-task"]
    for task_id, state in held.tasks.items():
        if state in UNFINISHED:
            target.send(operation_call(target, cancel, Subject(subject.name, subject.project, task_id)))


def remove_all(target: Target, run_id: str) -> list[str]:
    """Remove what the journal on disk and the target's own list still have of a run; return what would not go."""
    left = left_open(target.journal.path)
    mine = f"{PREFIX}-{run_id}-"
    left |= {name: project for name, project in _listed(target).items() if name.startswith(mine)}
    reasons: dict[str, str | None] = {}
    for name, project in left.items():
        target.journal.adopt(name, project)
        reasons[name] = remove(target, Subject(name, project))
    for name, project in _listed(target).items() if left else ():
        if name in reasons and reasons[name] is None:
            target.journal.open(name, project)  # for a sweep to find
            reasons[name] = still_there(
                Subject(name, project), msg("delete-workflow says success, and it is still there")
            )
    return [reason for reason in reasons.values() if reason is not None]


def _listed(target: Target) -> dict[str, str]:
    """Return the workflows that the target lists in the project, with their project; none where it cannot be read."""
    project = target.workspace.project
    try:
        return dict.fromkeys(workflow_names(Reader(target.client, target.release), project), project)
    except UnreadableError:
        return {}
