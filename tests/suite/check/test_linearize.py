"""Histories of clients that asked at once: those that an order explains, and those that none does."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import permutations
from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.catalog.lifecycle import NOT_THERE
from contracts.catalog.release import load
from contracts.check.history import Act, Life, explain
from contracts.check.linearize import Call, Ordering, linearize

LIFECYCLE = load("1.7.0").lifecycle
HERE, NONE = Life(), Life(NOT_THERE)
QUEUED, CANCELLED, PASSED = (Life("workflow", (each,)) for each in ("queued", "cancelled", "passed"))


def _calls(text: str) -> list[Call[Act]]:
    """Read lines of `begin-end role task answer`, where an answer of `=state` is what a look at the task saw."""
    calls = []
    for line in filter(None, map(str.strip, text.split(";"))):
        when, role, task, answer = line.split()
        begin, _, end = when.partition("-")
        seen = answer[1:] if answer.startswith("=") else ""
        act = Act(role, None if task == "." else int(task), () if seen or answer == "?" else (answer,), seen)
        calls.append(Call(act, float(begin), float(end) if end else inf))
    return calls


def _when(call: Call[Act]) -> tuple[float, float, str]:
    return call.called, call.returned, call.what.role


EXPLAINED = {
    "nothing": (HERE, ""),
    "one": (NONE, "0-1 create . success"),
    "one after the other": (HERE, "0-1 start 1 queued; 2-3 cancel 1 success; 4-5 restart 1 success"),
    "the loser of two creates": (NONE, "0-2 create . success; 1-3 create . already-exists"),
    "the loser that began first": (NONE, "0-3 create . already-exists; 1-2 create . success"),
    "the loser hears of the race": (NONE, "0-3 create . lost-race; 1-2 create . success"),
    "both restarts found it cancelled": (
        QUEUED,
        "0-1 cancel 1 success; 2-5 restart 1 success; 3-4 restart 1 success; 6-7 get-task 1 =queued",
    ),
    "eight of whom one won": (NONE, "0-9 create . already-exists; " * 7 + "0-9 create . success"),
    "starts in another order than they came": (HERE, "0-5 start 2 queued; 1-4 start 1 queued"),
    "a cancel before its restart": (QUEUED, "0-5 restart 1 success; 1-4 cancel 1 success"),
    "a restart refused before a cancel": (QUEUED, "0-2 restart 1 still-queued; 1-3 cancel 1 success"),
    "a look at what is about to be": (QUEUED, "0-3 get-task 1 =cancelled; 1-4 cancel 1 success"),
    "a look at what was": (QUEUED, "0-3 get-task 1 =queued; 1-2 cancel 1 success"),
    "two looks in turn": (QUEUED, "0-9 cancel 1 success; 1-2 get-task 1 =queued; 3-4 get-task 1 =cancelled"),
    "cancelled twice": (QUEUED, "0-2 cancel 1 success; 1-3 cancel 1 success"),
    "no task yet": (HERE, "0-3 cancel 1 no-such-task; 1-2 start 1 queued"),
    "an answer that is lost, done": (QUEUED, "0- cancel 1 ?; 5-6 restart 1 success"),
    "an answer that is lost, not done": (QUEUED, "0- cancel 1 ?; 5-6 restart 1 still-queued"),
    "a lost start gives an id away": (HERE, "0- start . ?; 5-6 start 2 queued"),
    "a lost start does not": (HERE, "0- start . ?; 5-6 start 1 queued"),
    "all of it": (
        NONE,
        "0-2 create . success; 1-3 create . already-exists; 4-9 start 1 queued; 4-8 start 2 queued;"
        "5-12 cancel 2 success; 10-14 restart 2 success; 11-13 cancel 1 success; 15-16 get-task 2 =queued",
    ),
    "a task that there never was": (QUEUED, "0-1 cancel 0 no-such-task; 2-3 cancel 2 no-such-task"),
    "a start beside a task": (QUEUED, "0-1 start 2 queued; 2-3 get-task 2 =queued; 4-5 get-task 1 =queued"),
    "deleted under a start": (HERE, "0-3 delete . success; 1-2 start . no-such-workflow"),
}
UNEXPLAINED = {
    "two creates won": (NONE, "0-2 create . success; 1-3 create . success"),
    "none won": (NONE, "0-2 create . already-exists; 1-3 create . already-exists"),
    "refused before anyone began": (NONE, "0-1 create . already-exists; 2-3 create . success"),
    "one id twice": (HERE, "0-3 start 1 queued; 1-2 start 1 queued"),
    "an id is left out": (HERE, "0-3 start 1 queued; 1-2 start 3 queued"),
    "ids in the wrong order": (HERE, "0-1 start 2 queued; 2-3 start 1 queued"),
    "a cancel that was lost": (QUEUED, "0-1 cancel 1 success; 2-3 restart 1 still-queued"),
    "a restart without a cancel": (QUEUED, "0-1 restart 1 success"),
    "two restarts of one cancel": (QUEUED, "0-1 cancel 1 success; 2-3 restart 1 success; 4-5 restart 1 success"),
    "a race of one": (NONE, "0-1 create . success; 2-3 create . lost-race"),
    "a look back": (QUEUED, "0-9 cancel 1 success; 1-2 get-task 1 =cancelled; 3-4 get-task 1 =queued"),
    "a look at what was long ago": (QUEUED, "0-1 cancel 1 success; 2-3 get-task 1 =queued"),
    "a look at what nobody did": (QUEUED, "0-1 get-task 1 =cancelled"),
    "a task went on by itself": (QUEUED, "0-1 get-task 1 =passed"),
    "a passed one cancelled": (PASSED, "0-1 cancel 1 success"),
    "no task, though it was started": (HERE, "0-1 start 1 queued; 2-3 cancel 1 no-such-task"),
    "a task of another workflow": (HERE, "0-3 start 1 queued; 1-2 cancel 2 success"),
    "started after it was deleted": (HERE, "0-1 delete . success; 2-3 start 1 queued"),
    "gone without a delete": (HERE, "0-1 start . no-such-workflow"),
    "a lost cancel is done once": (
        QUEUED,
        "0- cancel 1 ?; 1-2 get-task 1 =cancelled; 3-4 restart 1 success; 5-6 get-task 1 =cancelled",
    ),
    "all but the last": (
        NONE,
        "0-2 create . success; 1-3 create . already-exists; 4-9 start 1 queued; 4-8 start 2 queued;"
        "5-12 cancel 2 success; 10-14 restart 2 success; 11-13 cancel 1 success; 15-16 get-task 2 =passed",
    ),
}


@pytest.mark.parametrize("name", EXPLAINED)
def test_an_order_is_found_and_it_is_one(name: str) -> None:
    first, text = EXPLAINED[name]
    calls = _calls(text)
    found = explain(calls, LIFECYCLE, first=first, agents=False)
    assert not found.stuck
    assert not Counter(map(_when, found.order)) - Counter(map(_when, calls))
    assert sum(call.returned < inf for call in found.order) == sum(call.returned < inf for call in calls)
    for earlier, later in zip(found.order, found.order[1:], strict=False):
        assert later.returned >= earlier.called


@pytest.mark.parametrize("name", UNEXPLAINED)
def test_where_there_is_no_order_what_cannot_come_next_is_named(name: str) -> None:
    first, text = UNEXPLAINED[name]
    found = explain(_calls(text), LIFECYCLE, first=first, agents=False)
    assert found.stuck
    assert not set(map(_when, found.stuck)) & set(map(_when, found.order))


@pytest.mark.parametrize(
    ("act", "line"),
    [
        (Act("start"), "start → ?"),
        (Act("cancel", 0, ("success",)), "cancel 0 → success"),
        (Act("restart", 1, ("success", "lost-race")), "restart 1 → success or lost-race"),
        (Act("get-task", 1, ("found",), "queued"), "get-task 1 → queued"),
    ],
)
def test_a_reader_sees_what_was_asked_and_what_came(act: Act, line: str) -> None:
    assert str(act) == line


def test_what_cannot_come_next_is_the_last_of_a_history_that_is_right_before() -> None:
    first, text = UNEXPLAINED["all but the last"]
    found = explain(_calls(text), LIFECYCLE, first=first, agents=False)
    assert [str(call.what) for call in found.stuck] == ["get-task 2 → passed"]


@pytest.mark.parametrize(
    "text",
    [
        "0-1 get-task 1 =running",
        "0-1 restart 1 already-passed",
        "0-1 get-task 1 =running; 2-3 get-task 1 =failed; 4-5 restart 1 success",
        "0-1 cancel 1 success; 2-3 get-task 1 =passed",  # an agent's late answer
    ],
)
def test_where_agents_are_at_work_a_task_may_go_on(text: str) -> None:
    assert not explain(_calls(text), LIFECYCLE, first=QUEUED, agents=True).stuck
    assert explain(_calls(text), LIFECYCLE, first=QUEUED, agents=False).stuck


def test_even_where_agents_are_at_work_no_task_goes_back() -> None:
    calls = _calls("0-1 get-task 1 =passed; 2-3 get-task 1 =queued")
    assert explain(calls, LIFECYCLE, first=QUEUED, agents=True).stuck


# A register of small numbers, as simple as a model can be: what is written is read until it is written anew.
Register = tuple[str, int]


def _register(state: int, what: Register) -> Iterator[int]:
    kind, value = what
    if kind == "write":
        yield value
    elif state == value:
        yield state


def _brute_force(calls: list[Call[Register]]) -> bool:
    lost = [call for call in calls if call.returned == inf]
    for kept in range(1 << len(lost)):
        left = [call for call in calls if call.returned < inf or kept >> lost.index(call) & 1]
        for order in permutations(left):
            later = ((a, b) for place, a in enumerate(order) for b in order[place + 1 :])
            if all(b.returned >= a.called for a, b in later) and _possible(order):
                return True
    return False


def _possible(order: Iterable[Call[Register]]) -> bool:
    state = 0
    for call in order:
        after = list(_register(state, call.what))
        if not after:
            return False
        state = after[0]
    return True


TIMES = st.integers(0, 12).flatmap(lambda begin: st.tuples(st.just(begin), st.integers(begin + 1, 14) | st.just(inf)))
ACTS = st.tuples(st.sampled_from(["read", "write"]), st.integers(0, 2))


@given(st.lists(st.tuples(ACTS, TIMES), max_size=6, unique_by=lambda row: (row[0], row[1])))
def test_it_finds_what_trying_all_orders_finds(rows: list[tuple[Register, tuple[float, float]]]) -> None:
    calls = [Call(what, float(begin), float(end)) for what, (begin, end) in rows]
    explained = not linearize(calls, 0, _register).stuck
    assert explained == _brute_force(calls)


Rooms = tuple[int, int, int]


def _in_a_room(state: Rooms, what: tuple[int, Register]) -> Iterator[Rooms]:
    room, act = what
    for left in _register(state[room], act):
        yield (*state[:room], left, *state[room + 1 :])


ROOMS = st.tuples(st.integers(0, 2), ACTS)


@given(st.lists(st.tuples(ROOMS, TIMES), max_size=9, unique_by=lambda row: (row[0], row[1])))
def test_what_is_about_different_parts_is_explained_just_as_well(
    rows: list[tuple[tuple[int, Register], tuple[float, float]]],
) -> None:
    """Which orders are not tried makes no difference to whether one is found, and it is one."""
    calls = [Call(what, float(begin), float(end)) for what, (begin, end) in rows]
    whole = linearize(calls, (0, 0, 0), _in_a_room)
    parted = linearize(calls, (0, 0, 0), _in_a_room, lambda _, what: what[0])
    assert bool(parted.stuck) == bool(whole.stuck)
    state = (0, 0, 0)
    for earlier, later in zip(parted.order, parted.order[1:], strict=False):
        assert later.returned >= earlier.called
    for call in parted.order:
        (state,) = _in_a_room(state, call.what)
    for call in parted.stuck:
        assert not list(_in_a_room(state, call.what))


def _lived(seed: int, clients: int, each: int, *, busy: bool = False) -> list[Call[Act]]:
    """Make a history of one workflow that happened: every call does its work at some moment between its two ends.

    busy: no client rests between two calls, and at times a task goes on by itself.
    """
    random = Random(seed)  # noqa: S311  # a history, no secret
    moments: list[tuple[float, float, float, int, str, int]] = []
    for client in range(clients):
        clock = random.random()
        for _ in range(each):
            begin = clock + (0.0001 if busy else random.random())
            at = begin + random.random()
            clock = at + random.random()
            role = random.choice(["start", "cancel", "restart", "get-task", "cancel", "restart"])
            moments.append((at, begin, clock, client, role, random.randint(1, 4)))
    states: list[str] = []
    calls = []
    for _, begin, end, client, role, wish in sorted(moments):
        if busy and wish <= len(states) and random.random() < 0.01:
            states[wish - 1] = random.choice([states[wish - 1], *LIFECYCLE.reached(states[wish - 1])])
        if role == "start":
            states.append("queued")
            act = Act(role, len(states), ("queued",))
        elif role == "get-task" and wish <= len(states):
            act = Act(role, wish, (), states[wish - 1])
        elif role != "get-task":
            move = LIFECYCLE.move(role, states[wish - 1] if wish <= len(states) else "workflow")
            act = Act(role, wish, (move.answer,))
            if move.next:
                states[wish - 1] = move.next
        else:
            continue
        calls.append(Call(act, begin, end, client))
    return calls


@pytest.mark.parametrize("busy", [False, True], ids=["resting", "busy"])
@pytest.mark.parametrize("seed", range(10))
def test_eight_clients_with_forty_calls_each_are_explained_in_little_work(seed: int, *, busy: bool) -> None:
    calls = _lived(seed, 8, 40, busy=busy)
    assert len(calls) > 250
    found, work = _worked(calls, agents=busy)
    assert not found.stuck
    assert work < MOST_WORK


@pytest.mark.parametrize("busy", [False, True], ids=["resting", "busy"])
@pytest.mark.parametrize("seed", range(10))
def test_one_wrong_answer_among_them_is_found_in_little_work(seed: int, *, busy: bool) -> None:
    calls = _lived(seed, 8, 40, busy=busy)
    place = next(i for i in range(200, len(calls)) if calls[i].what.role == "start")
    wrong = Act("start", (calls[place].what.task or 0) + 30, ("queued",))
    calls[place] = replace(calls[place], what=wrong)
    found, work = _worked(calls, agents=busy)
    assert found.stuck
    assert work < MOST_WORK


@pytest.mark.parametrize("seed", range(10))
def test_a_wrong_answer_about_a_task_that_may_go_on_is_found_in_little_work(seed: int) -> None:
    """Where agents move tasks of which all clients ask, those could be in most states: that takes longest."""
    calls = _lived(seed, 8, 40, busy=True)
    cancels = (i for i, call in enumerate(calls) if call.what.role == "cancel" and "success" in call.what.answers)
    place = max(cancels)
    calls[place] = replace(calls[place], what=Act("cancel", calls[place].what.task, ("no-such-task",)))
    found, work = _worked(calls, agents=True)
    assert found.stuck
    assert work < MOST_WORK


MOST_WORK = 1_000_000
"""Functions that are called in half a second, each in half a microsecond: far from two for 320 operations."""


def _worked(calls: list[Call[Act]], *, agents: bool) -> tuple[Ordering[Act], int]:
    """Return what comes of a history, and how many functions were called for it."""
    called = 0

    def note(_: object, event: str, __: object) -> None:
        nonlocal called
        called += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        found = explain(calls, LIFECYCLE, first=HERE, agents=agents)
    finally:
        sys.setprofile(before)
    return found, called
