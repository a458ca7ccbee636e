"""Which operations and answers of two contracts are the same: by name, or else by what tells them from others."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

from contracts.derive.contract.contract import Answer, Operation
from contracts.derive.contract.keys import answered_keys
from contracts.derive.page.names import folded, shape

Item = TypeVar("Item", Operation, Answer)
Pairs = list[tuple[Item | None, Item | None]]
"""What belongs together; None where one contract alone has something."""
_ALIKE: Final = 0.5
"""Two operations are the same if they share this part of what they take and answer, and of their paths."""
_LEAST: Final = 3
"""So many things at least must be shared: with fewer, anything resembles anything."""


def operation_pairs(old: Sequence[Operation], new: Sequence[Operation]) -> Pairs[Operation]:
    """Return the operations that are the same by name, method and path, error codes, path, or nearly all they have."""
    pairs, left, right = _matched(old, new, (address, _error_codes, lambda operation: shape("", operation.path)))
    for one, other in _alike(left, right):
        pairs.append((one, other))
        left.remove(one)
        right.remove(other)
    return _in_order(pairs, left, right)


def answer_pairs(old: Operation, new: Operation) -> Pairs[Answer]:
    """Return the answers of two operations that are the same by name, code or keys."""
    keys = {id(answer): frozenset(answered_keys(one, answer)) for one in (old, new) for answer in one.answers}
    return _in_order(*_matched(old.answers, new.answers, (code_of, lambda answer: keys[id(answer)])))


def _matched(
    old: Sequence[Item], new: Sequence[Item], marks: Sequence[Callable[[Item], object]]
) -> tuple[Pairs[Item], list[Item], list[Item]]:
    """Return what belongs together by name, or by a mark that no other one has; and what is left of both."""
    pairs: Pairs[Item] = []
    left, right = list(old), list(new)
    for mark in (lambda item: item.name, *marks):
        for one in list(left):
            rivals = [item for item in left if mark(item) == mark(one)]
            same = [item for item in right if mark(item) == mark(one)]
            if mark(one) and len(rivals) == len(same) == 1:
                pairs.append((one, same[0]))
                left.remove(one)
                right.remove(same[0])
    return pairs, left, right


def _in_order(pairs: Pairs[Item], left: Iterable[Item], right: Iterable[Item]) -> Pairs[Item]:
    whole = pairs + [(one, None) for one in left] + [(None, other) for other in right]
    return sorted(whole, key=lambda pair: next(item.name for item in pair if item))


def _alike(left: Sequence[Operation], right: Sequence[Operation]) -> list[tuple[Operation, Operation]]:
    """Return each two operations that resemble each other more than any other one, and enough."""
    scores = {(one.name, other.name): _likeness(one, other) for one in left for other in right}
    return [
        (one, other)
        for one in left
        for other in right
        if (score := scores[one.name, other.name])
        and all(score > rival for (a, b), rival in scores.items() if (a == one.name) != (b == other.name))
    ]


def _likeness(one: Operation, other: Operation) -> float:
    """Return how much of what two operations have they share; 0 if it is too little to be the same."""
    if one.method != other.method:
        return 0
    marks, others = _marks(one), _marks(other)
    share = len(marks & others) / len(marks | others)
    return share if share >= _ALIKE and len(marks & others) >= _LEAST else 0


def _marks(operation: Operation) -> frozenset[tuple[str, Any]]:
    """Return what tells an operation from others: what it takes and answers, its errors, the words of its path."""
    taken = {("takes", folded(row["name"])) for row in operation.parameters}
    body = operation.body if isinstance(operation.body, dict) else {}
    answered = {
        label for answer in operation.answers if code_of(answer) is None for label in answered_keys(operation, answer)
    }
    return frozenset(
        taken
        | {("takes", folded(key)) for key in body}
        | {("answers", label) for label in answered - {"$", "$.message"}}
        | {("fails", code) for code in _error_codes(operation)}
        | {("path", word) for word in operation.path.split("/") if word and not word.startswith(":")}
    )


def address(operation: Operation) -> str:
    """Return method and path, without the names of its parameters."""
    return shape(operation.method, operation.path)


def _error_codes(operation: Operation) -> frozenset[int]:
    """Return the codes of an operation's errors, without those such as 400 that say nothing about it."""
    return frozenset(code for answer in operation.answers if (code := code_of(answer)) is not None and code > 999)


def code_of(answer: Answer) -> int | None:
    """Return the code of an answer, if it has one."""
    code = answer.sample.get("code") if isinstance(answer.sample, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None
