"""The lifecycle of an API: what each role answers in each state of a workflow, and which state it leaves."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, Final

from contracts.catalog.binding import LIFE
from contracts.text.frozen import dataclass
from contracts.text.message import about
from contracts.text.releases import of_release
from contracts.text.toml import TomlTable

QUEUED, RUNNING, WAITING = "queued", "running", "waiting"
PASSED, FAILED, TIMEOUT, CANCELLED = "passed", "failed", "timeout", "cancelled"
FINAL: Final = (PASSED, FAILED, TIMEOUT, CANCELLED)
"""What a state means that a task does not leave by itself."""
MEANINGS: Final = (QUEUED, RUNNING, WAITING, *FINAL)
"""What the state of a task can mean."""
NOT_THERE, DELETED, IDLE, OTHER = "no-such-workflow", "deleted-workflow", "workflow", "*"
"""States of a workflow without a task; and any that has no row of its own."""
STATES: Final = (NOT_THERE, DELETED, IDLE, *MEANINGS, OTHER)
FILE: Final = "lifecycle.toml"


@dataclass(frozen=True)
class Move:
    """What comes of a role in a state.

    answer: of the call that plays the role.
    next: the state that it leaves; empty: the same.
    basis: who promises it; empty where it is no case of its own.
    race: further answers where several ask at once.
    """

    answer: str
    next: str = ""
    basis: str = ""
    race: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lifecycle:
    """A workflow's life.

    words: what each word for a task's state means; the first of a meaning is the usual one.
    goes_on: what a task may become by itself, by what its state means.
    lags: what its state may go on to mean for some seconds, by what it means then.
    next_in_line: what a task may become at once where a request ends another one of its workflow.
    not_yet, by_now: by the word for its state, the times that a new task does not have yet, and those that any has.
    moves: by role and state.
    crowd: pairs of cases that fail for different reasons, in the order of the rounds in which a crowd asks.
    again: whether an explored life may create a workflow once more that it deleted.
    """

    words: Mapping[str, str]
    goes_on: Mapping[str, frozenset[str]]
    moves: Mapping[str, Mapping[str, Move]]
    crowd: tuple[tuple[str, str], ...] = ()
    lags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    again: bool = True
    next_in_line: Mapping[str, frozenset[str]] = field(default_factory=dict)
    not_yet: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by_now: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    final: frozenset[str] = field(init=False)
    unfinished: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        final = frozenset(word for word, meaning in self.words.items() if meaning in FINAL)
        object.__setattr__(self, "final", final)
        object.__setattr__(self, "unfinished", frozenset(self.words) - final)

    def move(self, role: str, state: str) -> Move:
        """Return what comes of a role in a state; nothing where the table does not say."""
        rows = self.moves.get(role, {})
        return rows.get(state) or rows.get(OTHER) or Move("")

    def unsaid(self, call: str, state: str) -> str:
        """Return why nobody can tell a right answer of a call from a wrong one: no row has this state of its role."""
        return about(FILE, "no row says what {call} answers in the state {state}; add one", call, state)

    def answers(self, role: str, states: Iterable[str] = STATES) -> tuple[str, ...]:
        """Return every answer that a role has in these states, those first that leave another state."""
        rows = [row for state, row in self.moves.get(role, {}).items() if state in states]
        rows.sort(key=lambda row: not row.next)
        return tuple(dict.fromkeys(answer for row in rows for answer in (row.answer, *row.race)))

    def leaves(self, role: str) -> str:
        """Return the state that a role leaves where it succeeds; empty where it leaves none of its own."""
        return next((row.next for row in self.moves.get(role, {}).values() if row.next), "")

    def word(self, meaning: str) -> str:
        """Return the usual word for what a state means; a state that is no task's stands for itself."""
        return next((word for word, other in self.words.items() if other == meaning), meaning)

    def means(self, actual: str | None, expected: str | None) -> bool:
        """Whether two words for a task's state mean the same; None: there is no task. Each end is one of its own."""
        same = self.words.get(actual or "", actual) == self.words.get(expected or "", expected)
        return actual == expected or (same and actual not in self.final)

    def may_lag(self, actual: str | None, expected: str) -> bool:
        """Whether a task whose state is to be `expected` may say `actual` for some seconds yet."""
        return self.words.get(actual or "") in self.lags.get(self.words.get(expected, ""), ())

    def went_on(self, was: str | None, now: str | None) -> bool:
        """Whether a task of the state `was` may have become `now`, which means something else, by itself."""
        return self._became(self.goes_on, was, now)

    def moved_up(self, was: str | None, now: str | None) -> bool:
        """Whether a task of the state `was` may have become `now` because another one of its workflow was ended."""
        return self._became(self.next_in_line, was, now)

    def _became(self, table: Mapping[str, frozenset[str]], was: str | None, now: str | None) -> bool:
        before, after = self.words.get(was or ""), self.words.get(now or "")
        return before is not None and after != before and after in table.get(before, ())

    def reached(self, meaning: str) -> tuple[str, ...]:
        """Return what the state of a task that meant this may mean in the end, if it is left to itself."""
        reached, left = set[str](), set(self.goes_on.get(meaning, ()))
        while left:
            reached |= (now := {left.pop()})
            left |= {each for was in now for each in self.goes_on.get(was, ())} - reached
        return tuple(sorted(reached - {meaning}))


def read_lifecycle(data: Mapping[str, Any], lineage: Iterable[str], where: str, refusal: Any) -> Lifecycle:
    """Return the lifecycle of a release that builds on others; raises `refusal` for rows that do not hold together."""
    top = TomlTable(of_release(data, lineage), where, refusal)
    words = {word: meaning for word, meaning in top.by_name(str, "states").items() if meaning}
    goes_on, lags, next_in_line = (
        {meaning: frozenset(found) for meaning, found in top.below(table).data.items()}
        for table in ("goes-on", "lags", "next-in-line")
    )
    meant = [
        each
        for table in (goes_on, lags, next_in_line)
        for meaning, found in table.items()
        for each in (meaning, *found)
    ]
    for meaning in (*words.values(), *meant):
        if meaning not in MEANINGS:
            means = "no state means {meaning}; available: {meanings}"
            raise refusal(about(where, means, repr(meaning), ", ".join(MEANINGS)))
    moves = {role: {state: _move(state, row) for state, row in top.tables(role)} for role in LIFE}
    pairs = top.below("crowd").data.get("fails", ())
    again = top.below("explore").optional(bool, "again")
    not_yet, by_now = (_times(top.below(table), words) for table in ("not-yet", "by-now"))
    top.done()
    crowd = tuple((one, other) for one, other in pairs)
    return Lifecycle(words, goes_on, moves, crowd, lags, again is not False, next_in_line, not_yet, by_now)


def _times(table: TomlTable, words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the times that a table has for words for a state."""
    found = {word: table.texts(word) for word in table.data}
    if not found.keys() <= {*words}:
        raise table.refusal(about(table.where, "no such state; available: {states}", ", ".join(words)))
    return found


def _move(state: str, row: TomlTable) -> Move:
    if state not in STATES:
        raise row.refusal(about(row.where, "no such state; available: {states}", ", ".join(STATES)))
    basis = row.choice("basis", ("documented", "observed")) or ""
    return Move(row.text("answer"), row.optional_text("next") or "", basis, row.texts("race"))
