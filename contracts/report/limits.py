"""Limits of how long answers may take: most of them, by call; a breach of its own kind, by the figures of a whole run.

A few late answers are no breach, and few answers tell nothing: where the limit is just kept, one answer in twenty comes
later, and how many more do by chance is known. What counts is later than the limit by a margin, which a clock may have.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from contracts.text.errors import InputError
from contracts.text.message import Message, msg

LEAST: Final = 20
"""Answers that it takes to tell."""
SHARE, SURE, MARGIN = 0.05, 2.33, 1.1
"""The share of answers beyond a 95th percentile, the standard deviations that are no chance (one in a hundred), and by
what share of it an answer must be beyond the limit.
"""
_LIMIT = re.compile(r"(?:([a-z][a-z0-9-]*)=)?(\d{1,7})", re.ASCII)


def limits_of(text: str) -> dict[str, int]:
    """Return the limit of each call in milliseconds, that of all operations under an empty name.

    Raises InputError where a text has none.
    """
    found = [_LIMIT.fullmatch(part.strip()) for part in text.split(",")]
    if not all(each is not None and int(each[2]) for each in found):
        raise InputError("should be milliseconds, or OPERATION=MS, such as 500 or start-task=800,500")
    return {each[1] or "": int(each[2]) for each in found if each is not None}


def too_slow(verdict: Mapping[str, Any], text: str | None) -> Iterator[Message]:
    """Yield a line for each call of a run that takes longer than its limit allows, beyond what may be chance."""
    limits = limits_of(text) if text else {}
    for row in verdict["latency"]:
        limit = limits.get(row["call"], limits.get("") if row["operation"] else None)
        if limit is None:
            continue
        times = [
            step["seconds"]
            for case in verdict["cases"]
            for step in case["steps"]
            if step["call"] == row["call"] and step["status"] is not None
        ]
        late = sum(1000 * seconds > MARGIN * limit for seconds in times)
        if len(times) >= LEAST and late > SHARE * len(times) + SURE * math.sqrt(len(times) * SHARE * (1 - SHARE)):
            too_late = "p95 of {call} is {ms} ms, limit {limit} ms: {late} of {n} responses were slower"
            yield msg(too_late, row["call"], f"{1000 * row['p95']:.0f}", limit, late, len(times))
