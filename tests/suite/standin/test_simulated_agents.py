"""Simulated agents take tasks, end them, and sometimes overwrite what was done to one meanwhile, each by a seed."""

import pytest

from contracts.standin.agents import ENDED_AFTER, LATE, TAKEN_AFTER, Agents, Turn
from contracts.standin.app import create_app
from contracts.standin.clock import HANGING_SECONDS, Clock
from contracts.standin.store import Workflow


class Time:
    """A time that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def turns(count: int, number: int, seed: int = 7) -> list[Turn]:
    """Return the turns of so many tasks that are queued at once, with so many agents."""
    agents = Agents(count, Time(), seed)
    return [agents.turn(lambda: False) for _ in range(number)]


def test_a_seed_decides_when_tasks_are_taken_and_end() -> None:
    """The same seed gives the same turns, another one others, and all are within their limits."""
    assert turns(50, 50) == turns(50, 50) != turns(50, 50, seed=8)
    assert all(TAKEN_AFTER[0] <= turn.waits <= TAKEN_AFTER[1] for turn in turns(50, 50))
    assert all(ENDED_AFTER[0] <= turn.runs <= ENDED_AFTER[1] for turn in turns(50, 50))


def test_an_agent_does_one_task_at_a_time() -> None:
    first, second, third = turns(1, 3)
    assert second.waits >= first.waits + first.runs
    assert third.waits >= second.waits + second.runs


def test_a_task_that_is_over_leaves_its_agent_free() -> None:
    agents, gone = Agents(1, Time()), [False]
    agents.turn(lambda: gone[0], hangs=True)
    assert agents.turn(lambda: True).waits >= HANGING_SECONDS
    gone[0] = True
    assert agents.turn(lambda: False).waits <= TAKEN_AFTER[1]


def workflow(time: Time) -> Workflow:
    """Return a workflow with a task in the queue, for which an agent is there."""
    found = Workflow({"name": "a"}, Clock(time), Agents(1, time))
    found.start(1, "passed", "member")
    return found


@pytest.mark.parametrize(
    ("before", "later"),
    [(LATE / 2, ("cancelled", "running", "passed")), (LATE * 2, ("cancelled", "cancelled", "cancelled"))],
)
def test_a_cancel_is_overwritten_by_what_an_agent_was_saying(before: float, later: tuple[str, ...]) -> None:
    """Whoever cancels a task at the moment at which it is taken sees it run all the same; a little earlier, not."""
    time = Time()
    made = workflow(time)
    task = made.tasks[1]
    time.now = task.turn.waits - before
    made.cancel(task, "member")
    seen = [made.status(task)]
    for moment in (task.turn.waits + 0.01, task.turn.waits + task.turn.runs + 0.01):
        time.now = moment
        seen.append(made.status(task))
    assert tuple(seen) == later


def test_a_task_has_the_times_of_its_agent() -> None:
    """0 before it is taken, then when it began, then when it ended too."""
    time = Time()
    made = workflow(time)
    task = made.tasks[1]
    began, ended = int(task.queued_at + task.turn.waits), int(task.queued_at + task.turn.waits + task.turn.runs)
    assert made.times(task) == (0, 0)
    time.now = task.turn.waits
    assert made.times(task) == (began, 0)
    time.now = task.turn.waits + task.turn.runs
    assert made.times(task) == (began, ended)


def test_agents_need_a_clock_that_goes() -> None:
    with pytest.raises(ValueError, match="a real clock"):
        create_app(agents=1)
