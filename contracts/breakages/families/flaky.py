"""Breakages that come and go: every seventh request of an operation is answered wrongly."""

from collections.abc import Iterator

from contracts.breakages.answer_edits import Spoil, body, status, wire
from contracts.breakages.breakage import Act, Breakage, Forward, Memory, Request, Response
from contracts.breakages.dialogue import told
from contracts.breakages.proxy.recognise import OPERATIONS
from contracts.breakages.state_actions import keep_back

EVERY = 7
_WRONG = (
    ("error-500", "status", status(500), "500"),
    ("no-answer", "no-answer", wire("reset"), "reset"),
    ("truncated", "not-json", body(lambda old: old[:-1]), "400"),
)
_MISSING = {
    "create-workflow": ('create-workflow a {"build_stage":null}', "workflow中没有子模块，请设置子模块"),
    "start-task": ("start-task a", "mongo: no documents in result"),
    "cancel-task": ("cancel-task a 1", "mongo: no documents in result"),
    "restart-task": ("restart-task a 1", "获取工作流任务失败"),
}
"""What can be asked again and again without a workflow, and the description that comes."""


def _in_turn(operation: str, wrong: Act) -> Act:
    """Let `wrong` answer every seventh request of an operation."""

    async def act(asked: Request, forward: Forward, memory: Memory) -> Response:
        if asked.operation != operation:
            return await forward(asked)
        memory.counts[operation] += 1
        if memory.counts[operation] % EVERY:
            return await forward(asked)
        return await wrong(asked, forward, memory)

    return act


def _spoiling(spoil: Spoil) -> Act:
    async def act(asked: Request, forward: Forward, _: Memory) -> Response:
        return spoil(await forward(asked))

    return act


def changes() -> Iterator[Breakage]:
    """Yield all of this family."""
    for operation in OPERATIONS:
        call, description = _MISSING[operation]
        right = f"{call} | 400 {description}"
        for what, kinds, spoil, seventh in _WRONG:
            told_seventh = seventh if seventh != "500" else f"500 {description}"
            lines = "\n".join([right] * (EVERY - 1) + [f"{right} | {told_seventh}"])
            name = f"flaky/{operation}/any/{what}-at-times"
            yield told(
                name,
                "Every request is answered rightly, not most of them.",
                kinds,
                _in_turn(operation, _spoiling(spoil)),
                lines,
            )
    yield told(
        "flaky/cancel-task/any/does-nothing-at-times",
        "Every success says that it was done, not most of them.",
        "state",
        _in_turn("cancel-task", keep_back("cancel-task")),
        "create-workflow a | 200 \n start-task a | 200 task 1 of a \n"
        + "cancel-task a 7 | 400 mongo: no documents in result \n" * (EVERY - 1)
        + "cancel-task a 1 | 200 \n list-tasks a | 200 1 cancelled | 200 1 created",
    )
