"""Whether calls that overlapped can have happened one after the other: the search of Wing and Gong, with a memory.

What a call does to a state is said by a model; nothing here knows what the calls are. Of a call that nobody heard of
again both is tried: that it happened at some time after it was sent, and that it never did.

Calls that are about different parts of a state come to the same in whatever order, so not all their orders are tried:
next is always one that is about the same part as the call that returned first. That loses no order. Of any order that
there is, take the first call about that part: it was sent before that one returned, so before any call that is left
did, and what comes before it is about other parts; so there is an order, too, in which it comes first.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cache
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
    calls: Iterable[Call[What]],
    first: State,
    step: Callable[[State, What], Iterable[State]],
    part: Callable[[State, What], Hashable] = lambda _, __: None,
) -> Ordering[What]:
    """Return an order of calls in which each sees what those before it left, or where every order ends.

    step: the states that a call may leave; none where it cannot have been answered so in that state.
    part: what a call is about in a state. Calls about different parts neither see nor change what the others are about,
    and go on to be about different parts, whatever is done.
    """
    known = sorted(calls, key=lambda call: (call.called, call.returned))
    answered = sum(1 << place for place, call in enumerate(known) if call.returned < inf)
    if not answered:
        return Ordering(())
    numbers, states = {first: 0}, [first]  # a number costs less to remember than a state

    @cache
    def after(place: int, number: int) -> tuple[int, ...]:
        left = tuple(step(states[number], known[place].what))
        for each in left:
            if numbers.setdefault(each, len(states)) == len(states):
                states.append(each)
        return tuple(numbers[each] for each in left)

    @cache
    def part_of(place: int, number: int) -> Hashable:
        return part(states[number], known[place].what)

    def about(done: int, number: int) -> list[int]:
        """Return the places of the calls of which one has to come next."""
        there = [*_next(known, done)]
        soonest = part_of(min(there, key=lambda place: known[place].returned), number)
        return [place for place in there if part_of(place, number) == soonest]

    def branches_of(done: int, number: int) -> Iterator[tuple[int, int, int]]:
        for place in about(done, number):
            for left in after(place, number):
                yield place, done | 1 << place, left

    path: list[int] = []
    longest, end = [*path], about(0, 0)
    seen, branches = {(0, 0)}, [branches_of(0, 0)]
    while branches:
        place, done, number = next(branches[-1], (-1, 0, 0))
        if place < 0:
            branches.pop()
            del path[-1:]
        elif (done, number) not in seen:
            seen.add((done, number))
            path.append(place)
            if done & answered == answered:
                return Ordering(tuple(known[each] for each in path))
            if len(path) > len(longest):
                longest, end = [*path], about(done, number)
            branches.append(branches_of(done, number))
    return Ordering(tuple(known[each] for each in longest), tuple(known[each] for each in end))


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
