"""The steps of a case as people follow them: by what they are for, and a poll as one, however often it asked."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from contracts.text.frozen import dataclass


@dataclass(frozen=True)
class Call:
    """Requests of one phase that are alike.

    phase: what they are for.
    call, answer: which call, and its expected answer; both may be empty.
    status: what came back; None: no answer.
    times: how many they are.
    at, until: seconds from the start of the case.
    """

    phase: str
    call: str
    answer: str
    status: int | None
    times: int
    at: float
    until: float


def calls(case: Mapping[str, Any]) -> Iterator[Call]:
    """Yield the calls of a case in their order."""
    for phase, group in groupby(case["steps"], key=lambda step: step["phase"]):
        alike: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
        for step in group:
            alike.setdefault((step["call"], step["answer"], step["status"]), []).append(step)
        for (call, answer, status), steps in alike.items():
            until = max(step["at"] + step["seconds"] for step in steps)
            yield Call(phase, call, answer, status, len(steps), min(step["at"] for step in steps), until)
