"""Whether calls that overlapped can have happened one after the other: the search of Wing and Gong, with a memory.

What a call does to a state is said by a model; nothing here knows what the calls are. Of a call that nobody heard of
again both is tried: that it happened at some time after it was sent, and that it never did.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from math import inf
from typing import Generic, TypeVar

from contracts.text.frozen import dataclass

State = TypeVar("State", bound=Hashable)
What = TypeVar("What")


@dataclass(frozen=True)
class Call(Generic[What]):
    """A call, and when it was under way.

    what: as the model knows it.
    called, returned: seconds of one clock; `returned` is infinite where nobody heard of it again.
    client: who made it.
    """

    what: What
    called: float
    returned: float = inf
    client: int = 0


@dataclass(frozen=True)
class Ordering(Generic[What]):
    """What came of the search.

    order: the calls in an order in which they can have happened; the longest beginning of one where there is none.
    stuck: those of which one would have to come next, and none can; empty where there is an order.
    """

    order: tuple[Call[What], ...]
    stuck: tuple[Call[What], ...] = ()


def linearize(
    calls: Iterable[Call[What]], first: State, step: Callable[[State, What], Iterable[State]]
) -> Ordering[What]:
    """Return an order of calls in which each sees what those before it left, or where every order ends.

    step: the states that a call may leave; none where it cannot have been answered so in that state.
    """
    known = sorted(calls, key=lambda call: (call.called, call.returned))
    answered = sum(1 << place for place, call in enumerate(known) if call.returned < inf)
    path: list[int] = []
    longest: list[int] = []
    seen: set[tuple[int, State]] = {(0, first)}
    branches = [_branches(known, 0, first, step)]
    if not answered:
        return Ordering(())
    while branches:
        place, done, state = next(branches[-1], (-1, 0, first))
        if place < 0:
            branches.pop()
            del path[-1:]
        elif (done, state) not in seen:
            seen.add((done, state))
            path.append(place)
            if done & answered == answered:
                return Ordering(tuple(known[each] for each in path))
            if len(path) > len(longest):
                longest = list(path)
            branches.append(_branches(known, done, state, step))
    done = sum(1 << each for each in longest)
    return Ordering(tuple(known[each] for each in longest), tuple(known[each] for each in _next(known, done)))


def _branches(
    calls: Sequence[Call[What]], done: int, state: State, step: Callable[[State, What], Iterable[State]]
) -> Iterator[tuple[int, int, State]]:
    for place in _next(calls, done):
        for after in step(state, calls[place].what):
            yield place, done | 1 << place, after


def _next(calls: Sequence[Call[What]], done: int) -> Iterator[int]:
    """Yield the places of the calls that can come next: those sent before any other that is left had returned."""
    earliest = inf
    for place in range((~done & (done + 1)).bit_length() - 1, len(calls)):
        if done >> place & 1:
            continue
        if calls[place].called > earliest:
            return
        yield place
        earliest = min(earliest, calls[place].returned)
