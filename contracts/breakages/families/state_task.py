"""Breakages of what cancelling and restarting a task does, where both say success."""

from collections.abc import Iterator
from typing import Any

from contracts.breakages.answer_edits import answering, on
from contracts.breakages.breakage import Breakage, Forward, Memory, Request
from contracts.breakages.dialogue import CANCELLED, LIST, NO_DOCUMENTS, QUEUED, told
from contracts.breakages.known_answers import ANSWERS
from contracts.breakages.proxy.recognise import about, at, task_path
from contracts.breakages.state_actions import (
    GONE,
    another,
    ask,
    at_task,
    delete_workflow,
    follow,
    keep_back,
    last_start,
    remembering,
    shows,
    task_ids,
)

CANCEL, RESTART = "cancel-task", "restart-task"
_LATE = 3
"""Reads for which a change is not seen: one more than it takes to look at a workflow and its tasks."""


def _end(asked: Request) -> str:
    return "/restart" if asked.operation == RESTART else ""


async def _to_one_of_another(asked: Request, forward: Forward, memory: Memory) -> None:
    other = another(memory, about(asked).workflow)
    if other is not None:
        await forward(at(asked, asked.method, task_path(other, about(asked).task) + _end(asked)))


async def _to_the_others_too(asked: Request, forward: Forward, _: Memory) -> None:
    for task in await task_ids(asked, forward):
        await forward(at_task(asked.method, task, _end(asked))(asked))


async def _as_a_new_task(asked: Request, forward: Forward, memory: Memory) -> None:
    if (start := last_start(asked, memory)) is not None:
        await forward(start)


_TWO = "create-workflow b | 200 \n start-task b | 200 task 1 of b \n"
_SEE = "\n get-task a 1 | 200"


def changes() -> Iterator[Breakage]:
    """Yield all of both operations."""
    for operation, given, was, becomes in (
        (CANCEL, QUEUED, "created", "cancelled"),
        (RESTART, CANCELLED, "cancelled", "created"),
    ):
        yield from _on_success(operation, f"{given} {operation} a 1 | 200", was, becomes)


def _on_success(operation: str, done: str, was: str, becomes: str) -> Iterator[Breakage]:
    """Yield what both operations have: on a task in the state `was`, which then is `becomes`."""
    name, success = f"state/{operation}/success", f"A success says that the task is {becomes}"

    def one(what: str, says: str, act: Any, lines: str, *, kinds: str = "state", live: bool = True) -> Breakage:
        return told(f"{name}/{what}", says, kinds, act, lines, live=live)

    yield one("does-nothing", f"{success}.", keep_back(operation), f"{done} {LIST} {becomes} | 200 1 {was}")
    other = done.replace(" a ", " b ").replace("of a", "of b").removesuffix(f"{operation} b 1 | 200")
    yield one(
        "does-it-to-another",
        f"{success}, not another workflow's.",
        remembering(keep_back(operation, _to_one_of_another)),
        f"{other} {done} {LIST} {becomes} | 200 1 {was} \n list-tasks b | 200 1 {was} | 200 1 {becomes}",
    )
    later = f"{_SEE} {becomes} | 200 {was}" * (_LATE - 1)
    yield one(
        "shows-it-late",
        f"{success} by the time of the answer.",
        shows(operation, "success", lambda before: before, reads=_LATE),
        f"{done} {LIST} {becomes} | 200 1 {was} {later} {_SEE} {becomes}",
    )
    yield one(
        "loses-the-task",
        f"{success}, so it is there.",
        shows(operation, "success", lambda _: GONE),
        f"{done} {LIST} {becomes} | 200 no task",
    )
    yield one(
        "deletes-the-workflow",
        f"{success}, and nothing more is done.",
        follow(operation, "success", ask(delete_workflow)),
        f"{done} \n find-workflow a | 200 | 400 {NO_DOCUMENTS}",
        live=False,
    )
    yield one(
        "says-error",
        "An operation that was done says success.",
        on(operation, "success", answering(operation, "no-such-task")),
        f"{done} | 400 {ANSWERS[operation, 'no-such-task'].description} {LIST} {becomes}",
        kinds="status",
    )
    both = done.replace(
        "start-task a | 200 task 1 of a", "start-task a | 200 task 1 of a \n start-task a | 200 task 2 of a"
    )
    if operation == CANCEL:
        yield one(
            "cancels-the-others-too",
            "A cancel leaves the other tasks as they are.",
            follow(operation, "success", _to_the_others_too),
            f"{both} \n list-tasks a | 200 2 created, 1 cancelled | 200 2 cancelled, 1 cancelled",
        )
    else:
        yield one(
            "starts-a-new-task",
            f"{success} under its own id.",
            remembering(keep_back(operation, _as_a_new_task)),
            f"{done} {LIST} created | 200 2 created, 1 cancelled",
        )
        yield one(
            "starts-a-further-task",
            "A restart makes no task besides.",
            remembering(follow(operation, "success", _as_a_new_task)),
            f"{done} {LIST} created | 200 2 created, 1 created",
        )
