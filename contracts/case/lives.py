"""Lives that nobody wrote down: steps drawn at random for some workflows, and the shortest life that is in a long one.

Drawn and shortened here, and by no library, because each try costs requests to somebody's server: a life is drawn so
that most of its steps change something, and shortened by its steps alone, in some dozens of tries and not in hundreds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Final

from contracts.catalog.binding import NAME
from contracts.text.frozen import dataclass

LOOK, WAIT = "look", "wait"
"""Steps besides the roles: to look closely, and to let a stand-in's clock go on."""
MOODS: Final[tuple[Mapping[str, int], ...]] = (
    *[{"cancel": 9, "restart": 9, "start": 1, "create": 1, "update": 1, LOOK: 1}] * 4,
    *[{"start": 8, "cancel": 4, "restart": 4, "create": 1, "update": 1, LOOK: 1, WAIT: 1}] * 2,
    {"update": 8, "start": 3, "cancel": 3, "restart": 3, LOOK: 3},
    {"create": 9, "delete": 9, "start": 9, "update": 3, "cancel": 1, "restart": 1, LOOK: 1},
    {"create": 2, "update": 2, "start": 3, "cancel": 3, "restart": 3, "delete": 1, LOOK: 2, WAIT: 3},
)
"""What a life consists of, and how much of it: one task again and again, many tasks, texts, names, or all of it."""
AGAIN: Final = MOODS[-2]
"""The one that is about names that are used again."""
NEXT, FAR = -1, -2
"""In place of a task: one that there is not yet, and one that there never will be."""
TASKS: Final = (0, 0, 0, 0, 1, 1, 2, NEXT, FAR)
"""Which task a step is about, counted back from the last; most often the last."""
MOST_WORKFLOWS: Final = (1, 1, 1, 2, 3)
SHORTEST, LONGEST = 6, 24
STAYS, ODD, ENDS = 0.85, 0.06, 0.4
"""How likely a step is about the same task as the one before it; how likely it is one for which nothing speaks; and how
likely a life ends with what removes it anyway.
"""
OPPOSITE: Final = frozenset({("cancel", "restart"), ("restart", "cancel"), ("start", "cancel")})
TURNS: Final = 3
"""Steps that undo each other, and how many times as often the one comes after the other."""
WHOLE: Final = ("create", "update", "start", "delete")
"""Steps that are about no task."""


@dataclass(frozen=True)
class Step:
    """One step of a life.

    does: a role, LOOK or WAIT.
    workflow: which one of the life's.
    task: which one of it, counted back from the last; NEXT or FAR.
    """

    does: str
    workflow: int = 0
    task: int = 0


@dataclass(frozen=True)
class Life:
    """What is done to some workflows.

    names: a template for the name of each of them.
    steps: one after the other.
    """

    names: tuple[str, ...]
    steps: tuple[Step, ...]


def drawn(random: Random, does: Sequence[str], names: Sequence[str], *, again: bool = True) -> Life:
    """Return a life of such steps, on workflows with such names; `again`: a name may be used again."""
    mood = random.choice([mood for mood in MOODS if again or mood is not AGAIN])
    own = tuple(random.choice(names) for _ in range(random.choice(MOST_WORKFLOWS)))
    there, tasks = [True] + [False] * (len(own) - 1), [0] * len(own)
    steps = [Step("create")]
    for _ in range(random.randint(SHORTEST, LONGEST)):
        last, stays = steps[-1], random.random() < STAYS
        workflow = last.workflow if stays else random.randrange(len(own))
        fit = [each for each in does if _fits(each, there[workflow], tasks[workflow])]
        likely = [mood.get(each, 0) * (TURNS if (last.does, each) in OPPOSITE else 1) for each in fit]
        what = random.choices(fit, likely if any(likely) else None)[0] if random.random() > ODD else random.choice(does)
        task = last.task if stays else random.choice(TASKS)
        steps.append(Step(what, workflow, 0 if what in WHOLE else task))
        there[workflow] = (there[workflow] or what == "create") and what != "delete"
        tasks[workflow] = (tasks[workflow] + (what == "start")) if there[workflow] else 0
    ends = [Step("delete", workflow) for workflow in range(len(own)) if there[workflow] and random.random() < ENDS]
    return Life(own, (*steps, *ends))


def _fits(does: str, there: bool, tasks: int) -> bool:
    """Whether a step is likely to change something, or to show what was changed."""
    return does == "create" if not there else tasks > 0 or does not in ("cancel", "restart", WAIT)


def shortened(life: Life, goes_wrong: Callable[[Life], bool]) -> Life:
    """Return the shortest life that is found in one whose last step goes wrong, by trying shorter and plainer ones."""
    size = len(life.steps) - 1
    while size:
        at, before = 0, life
        while at < len(life.steps) - 1:
            end = min(at + size, len(life.steps) - 1)
            other = _without(life, range(at, end))
            life, at = (other, at) if goes_wrong(other) else (life, end)
        size = size // 2 if size > 1 or life == before else 1
    for other in _plainer(life):
        life = other if len(other.names) <= len(life.names) and goes_wrong(other) else life
    return life


def _without(life: Life, left_out: range) -> Life:
    """Return a life without some steps; the others are about the same tasks and workflows as before."""
    kept = [place for place in range(len(life.steps)) if place not in left_out]
    used = sorted({life.steps[place].workflow for place in kept})
    steps = []
    for place in kept:
        step = life.steps[place]
        starts = [n for n in range(place) if life.steps[n] == Step("start", step.workflow)]
        left = [n for n in starts if n not in left_out]
        own = starts[-1 - step.task] if 0 <= step.task < len(starts) else -1
        task = len(left) - 1 - left.index(own) if own in left else step.task
        steps.append(Step(step.does, used.index(step.workflow), task))
    return Life(tuple(life.names[workflow] for workflow in used), tuple(steps))


def _plainer(life: Life) -> Iterator[Life]:
    """Yield a life with plain names, and one on a single workflow."""
    if set(life.names) != {NAME}:
        yield Life((NAME,) * len(life.names), life.steps)
    if len(life.names) > 1:
        yield Life((NAME,), tuple(Step(each.does, 0, each.task) for each in life.steps))
