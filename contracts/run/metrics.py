"""What outcomes show beside their results: what was covered, how long answers took."""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from contracts.catalog.release import Release
from contracts.text.message import msg

Outcomes = Sequence[Mapping[str, Any]]


def promises(release: Release) -> list[dict[str, Any]]:
    """Return every answer of a release's operations as plain data, with the JSON paths of its documented keys."""
    return [
        {
            "operation": operation.name,
            "answer": answer.name,
            "documented": answer.documented,
            "promised": answer.basis,
            "keys": sorted(_paths(answer.schema or {})),
        }
        for operation in release.operations.values()
        for answer in operation.answers.values()
    ]


def _paths(schema: Mapping[str, Any], path: str = "$") -> Iterable[str]:
    for key, inner in schema.get("properties", {}).items():
        yield f"{path}.{key}"
        yield from _paths(inner, f"{path}.{key}")
    if isinstance(schema.get("items"), dict):
        yield from _paths(schema["items"], f"{path}[*]")


def coverage(answers: Iterable[Mapping[str, Any]], outcomes: Outcomes) -> list[dict[str, Any]]:
    """Return for each promised answer the cases that asked for it, and how many of them saw each documented key."""
    cases: dict[tuple[str, str], list[str]] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    for outcome in outcomes:
        asked = {(step["call"], step["answer"]) for step in outcome["steps"] if step["phase"] == "request"}
        for key in asked:
            cases.setdefault(key, []).append(outcome["case"])
        seen.update((outcome["operation"], outcome["answer"], path) for path in outcome["seen"])
    return [
        {
            **answer,
            "cases": cases.get((answer["operation"], answer["answer"]), []),
            "keys": [
                {"path": path, "seen": seen[answer["operation"], answer["answer"], path]} for path in answer["keys"]
            ],
        }
        for answer in answers
    ]


def latency(operations: Iterable[str], outcomes: Outcomes) -> list[dict[str, Any]]:
    """Return for each call how long its answers took, in seconds; the operations first, then support calls.

    `n` counts answers; requests that got none are `unanswered`, and their time is in no figure.
    """
    took, unanswered = _times(outcomes)
    first = [name for name in operations if name in took]
    return [
        {"call": call, "operation": call in first, "n": len(took[call]), "unanswered": unanswered[call]}
        | {"p50": _rank(took[call], 0.5), "p95": _rank(took[call], 0.95), "max": max(took[call], default=None)}
        for call in [*first, *sorted(took.keys() - set(first))]
    ]


def _times(outcomes: Outcomes) -> tuple[dict[str, "array[float]"], Counter[str]]:
    """Return the seconds of all answers by call, and how many requests got none."""
    took: dict[str, array[float]] = {}
    unanswered: Counter[str] = Counter()
    for step in (step for outcome in outcomes for step in outcome["steps"] if step["call"]):
        times = took.setdefault(step["call"], array("d"))
        if step["status"] is None:
            unanswered[step["call"]] += 1
        else:
            times.append(step["seconds"])
    return took, unanswered


SLOW, OFTEN, SHARE = 2.0, 10, 0.02
"""Seconds from which an answer is slow where it also takes so many times what half of all take, and the share of all
answers from which that is told."""


def slow_answers(outcomes: Outcomes) -> str:
    """Return what is to be said of answers that were slow now and then, with figures; empty where none was."""
    took, _ = _times(outcomes)
    times = array("d", chain.from_iterable(took.values()))
    usual = _rank(times, 0.5) or 0.0
    slow = [(seconds, call) for call in took for seconds in took[call] if seconds >= max(SLOW, OFTEN * usual)]
    if len(slow) < max(2, SHARE * len(times)):
        return ""
    calls = Counter(call for _, call in slow).most_common()
    longest, least = f"{max(slow)[0]:.1f}", f"{min(slow)[0]:.1f}"
    text = "{n} of {of} responses took {least} s or more, up to {longest} s, half of all at most {usual} s: {calls|, }"
    return msg(text, len(slow), len(times), least, longest, f"{usual:.3f}", [f"{call} × {n}" for call, n in calls])


def _rank(values: Sequence[float], share: float) -> float | None:
    """Return the nearest-rank quantile; None of nothing."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else None
