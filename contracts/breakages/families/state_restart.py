"""Breakages of what restarting a task does: in words of its own, and after an error."""

from collections.abc import Iterator

from contracts.breakages.breakage import Breakage
from contracts.breakages.dialogue import CANCELLED, LIST, PASSED, QUEUED, UNCHANGED, says_success, told
from contracts.breakages.state_actions import ask, at_task, follow, shows

RESTART = "restart-task"


def changes() -> Iterator[Breakage]:
    """Yield all of this operation."""
    yield told(
        "state/restart-task/success/resets-to-another-state",
        "A restarted task is created.",
        "state",
        shows(RESTART, "success", lambda _: "restarting"),
        f"{CANCELLED} restart-task a 1 | 200 {LIST} created | 200 1 restarting",
    )
    missing = f"{CANCELLED} restart-task a 7 | 400 获取工作流任务失败"
    yield told(
        "state/restart-task/no-such-task/restarts-another",
        UNCHANGED,
        "state",
        follow(RESTART, "no-such-task", ask(at_task("POST", 1, "/restart"))),
        f"{missing} {LIST} cancelled | 200 1 created",
    )
    yield says_success(RESTART, "no-such-task", "A restart of no task is refused.", missing)
    queued = f"{QUEUED} restart-task a 1 | 400 更新工作流任务失败"
    yield told(
        "state/restart-task/still-queued/cancels",
        UNCHANGED,
        "state",
        follow(RESTART, "still-queued", ask(at_task("DELETE", 1))),
        f"{queued} {LIST} created | 200 1 cancelled",
    )
    yield says_success(RESTART, "still-queued", "A restart of a task in the queue is refused.", queued)
    yield told(
        "state/restart-task/already-passed/queues-it-again",
        UNCHANGED,
        "state",
        shows(RESTART, "already-passed", lambda _: "created"),
        f"{PASSED} restart-task a 1 | 400 不能重试已经通过任务 {LIST} passed | 200 1 created",
    )
    yield told(
        "state/restart-task/invalid-id/restarts-the-first",
        UNCHANGED,
        "state",
        follow(RESTART, "invalid-id", ask(at_task("POST", 1, "/restart"))),
        f"{CANCELLED} restart-task a x | 400 invalid task id {LIST} cancelled | 200 1 created",
    )
