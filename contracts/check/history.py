"""What clients of one workflow asked at once and heard, against the lifecycle: is there an order that explains it all?

What an API leaves open is left open here: which of a role's answers comes where several ask at once (`race`), what a
task may become by itself where agents are at work (`goes-on`), and whether a request without an answer was done.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest
from math import inf

from contracts.catalog.lifecycle import IDLE, Lifecycle
from contracts.check.linearize import Call, Ordering, linearize
from contracts.text.frozen import dataclass


@dataclass(frozen=True)
class Act:
    """What one client did.

    role: of its call.
    task: the id that it named, or that it got where it started one; None where it has none.
    answers: names of those answers of the role that what came may be; empty where none came.
    meaning: what the task's state meant, where the call read it.
    alone: no other call was under way meanwhile.
    """

    role: str
    task: int | None = None
    answers: tuple[str, ...] = ()
    meaning: str = ""
    alone: bool = False

    def __str__(self) -> str:
        about = f" {self.task}" if self.task is not None else ""
        return f"{self.role}{about} → {self.meaning or ' or '.join(self.answers) or '?'}"


@dataclass(frozen=True)
class Life:
    """A workflow at one moment.

    workflow: its state without a task.
    tasks: what the state of each task means, by its number.
    """

    workflow: str = IDLE
    tasks: tuple[str, ...] = ()


def explain(acts: Iterable[Call[Act]], lifecycle: Lifecycle, *, first: Life, agents: bool) -> Ordering[Act]:
    """Return the order in which acts can have happened; `agents`: tasks may go on by themselves."""
    calls = [*_in_company(acts)]
    about_tasks = all(call.what.role == "start" or call.what.task is not None for call in calls)
    return linearize(calls, first, _model(lifecycle, agents=agents), *([_part] if about_tasks else []))


def _part(life: Life, act: Act) -> int:
    """Return the number of the task that an act is about, 0 for all that there are not yet.

    So it is as long as nothing is done to the workflow itself.
    """
    there = act.role != "start" and act.task is not None and act.task <= len(life.tasks)
    return max(act.task or 0, 0) if there else 0


def _in_company(acts: Iterable[Call[Act]]) -> Iterator[Call[Act]]:
    calls = sorted(acts, key=lambda call: call.called)
    until = -inf
    for call, after in zip_longest(calls, calls[1:]):
        alone = until < call.called and (after is None or call.returned < after.called)
        yield replace(call, what=replace(call.what, alone=True)) if alone else call
        until = max(until, call.returned)


def _model(lifecycle: Lifecycle, *, agents: bool) -> Callable[[Life, Act], Iterator[Life]]:
    starts = lifecycle.leaves("start")

    def step(life: Life, act: Act) -> Iterator[Life]:
        if act.meaning:
            yield from (each for each in moved(life, act.task) if _meaning(each, act.task) == act.meaning)
            return
        for each in moved(life, act.task):
            move = lifecycle.move(act.role, _meaning(each, act.task))
            possible = (move.answer,) if act.alone else (move.answer, *move.race)
            if act.answers and set(act.answers).isdisjoint(possible):
                continue
            yield from done(each, act, move.next)

    def done(life: Life, act: Act, leaves: str) -> Iterator[Life]:
        if act.role == "start" and leaves == starts:
            if act.task is None or act.task == len(life.tasks) + 1:
                yield Life(life.workflow, (*life.tasks, leaves))
        elif act.task is not None and leaves and act.task <= len(life.tasks):
            yield Life(life.workflow, (*life.tasks[: act.task - 1], leaves, *life.tasks[act.task :]))
        else:
            yield life if act.task is not None or not leaves else Life(leaves)

    def moved(life: Life, task: int | None) -> Iterator[Life]:
        """Yield the life as it is, and as it is once the task went on by itself."""
        yield life
        if agents and task is not None and 0 < task <= len(life.tasks):
            for now in lifecycle.reached(life.tasks[task - 1]):
                yield Life(life.workflow, (*life.tasks[: task - 1], now, *life.tasks[task:]))

    return step


def _meaning(life: Life, task: int | None) -> str:
    return life.tasks[task - 1] if task is not None and 0 < task <= len(life.tasks) else life.workflow
