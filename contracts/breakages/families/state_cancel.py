"""Breakages of what cancelling a task does: in words of its own, and after an error."""

from collections.abc import Iterator

from contracts.breakages.breakage import Breakage
from contracts.breakages.dialogue import CANCELLED, LIST, NO_DOCUMENTS, PASSED, QUEUED, UNCHANGED, says_success, told
from contracts.breakages.state_actions import ask, at_task, delete_workflow, follow, shows

CANCEL = "cancel-task"


def changes() -> Iterator[Breakage]:
    """Yield all of this operation."""
    yield told(
        "state/cancel-task/success/state-misspelt",
        "The state of a cancelled task is cancelled.",
        "state",
        shows(CANCEL, "success", lambda _: "canceled"),
        f"{CANCELLED} {LIST} cancelled | 200 1 canceled",
    )
    yield told(
        "state/cancel-task/success/shown-as-failed",
        "A cancelled task is cancelled, not failed, right after.",
        "state",
        shows(CANCEL, "success", lambda _: "rejected"),
        f"{CANCELLED} {LIST} cancelled | 200 1 rejected",
    )
    missing = f"{QUEUED} cancel-task a 7 | 400 {NO_DOCUMENTS}"
    yield told(
        "state/cancel-task/no-such-task/cancels-another",
        UNCHANGED,
        "state",
        follow(CANCEL, "no-such-task", ask(at_task("DELETE", 1))),
        f"{missing} {LIST} created | 200 1 cancelled",
    )
    yield told(
        "state/cancel-task/no-such-task/deletes-the-workflow",
        UNCHANGED,
        "state",
        follow(CANCEL, "no-such-task", ask(delete_workflow)),
        f"{missing} \n find-workflow a | 200 | 400 {NO_DOCUMENTS}",
        live=False,
    )
    yield says_success(CANCEL, "no-such-task", "A cancel of no task is refused.", missing)
    passed = f"{PASSED} cancel-task a 1 | 400 task: a:1 is passed, cannot cancel"
    yield told(
        "state/cancel-task/already-passed/cancels",
        UNCHANGED,
        "state",
        shows(CANCEL, "already-passed", lambda _: "cancelled"),
        f"{passed} {LIST} passed | 200 1 cancelled",
    )
    yield says_success(CANCEL, "already-passed", "A cancel of a task that has passed is refused.", passed)
    yield told(
        "state/cancel-task/invalid-id/cancels-the-first",
        UNCHANGED,
        "state",
        follow(CANCEL, "invalid-id", ask(at_task("DELETE", 1))),
        f"{QUEUED} cancel-task a x | 400 invalid task id {LIST} created | 200 1 cancelled",
    )
