"""The givens: what a case finds on the target, as steps by role, and what the state of its task means then."""

from collections.abc import Mapping
from typing import Final

from contracts.catalog.lifecycle import (
    CANCELLED,
    DELETED,
    FAILED,
    IDLE,
    MEANINGS,
    NOT_THERE,
    PASSED,
    QUEUED,
    RUNNING,
    WAITING,
)
from contracts.catalog.lifecycle import TIMEOUT as TIMED_OUT
from contracts.text.frozen import dataclass

USUAL, FAILING, HANGING = "branch", "failing_branch", "hanging_branch"
"""Which branch a task builds, by the name of its setting."""


@dataclass(frozen=True)
class Given:
    """How a given comes about.

    steps: roles, one after the other.
    state: what the state of its task means then; empty where it has none.
    branches: what its tasks build: the first of them that is set.
    waits: the task gets there by itself, which takes a running agent and its time.
    """

    steps: tuple[str, ...] = ()
    state: str = ""
    branches: tuple[str, ...] = (USUAL,)
    waits: bool = False


def _run_to(state: str, *branches: str) -> Given:
    return Given(("create", "start"), state, branches or (USUAL,), waits=True)


GIVENS: Final[Mapping[str, Given]] = {
    NOT_THERE: Given(),
    IDLE: Given(("create",)),
    "queued-task": Given(("create", "start"), QUEUED),
    "cancelled-task": Given(("create", "start", "cancel"), CANCELLED),
    "two-queued-tasks": Given(("create", "start", "start"), QUEUED),
    "two-tasks-one-cancelled": Given(("create", "start", "start", "cancel"), CANCELLED),
    "running-task": _run_to(RUNNING, HANGING, USUAL),  # a long build does not end between two looks
    "waiting-task": _run_to(WAITING),
    "passed-task": _run_to(PASSED),
    "failed-task": _run_to(FAILED, FAILING),
    "timeout-task": _run_to(TIMED_OUT, HANGING),
    DELETED: Given(("create", "start", "delete")),
}

NEEDS_AGENT: Final = frozenset(name for name, given in GIVENS.items() if given.waits)
"""Givens that a live target reaches only with a running agent, in its own time."""


def given_of(state: str) -> str:
    """Return the given in which a workflow, or its task, is in a state."""
    return f"{state}-task" if state in MEANINGS else state
