"""Which part of a plan each shard runs: every case in exactly one, and all shards about as long."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from contracts.catalog.cases import cases
from contracts.catalog.release import files_of, load
from contracts.text.errors import InputError
from contracts.text.message import Message, about

FILE = "timings.json"
"""Seconds by case, recorded from a run on a server that takes its time; beside the data of a release."""


class TimingsError(InputError):
    """Recorded durations cannot be read; one line says why."""


def shard(ids: Iterable[str], part: str | None, seconds: Mapping[str, float]) -> set[str]:
    """Return the part I/N of a plan; None: all of it.

    The longest case goes first, each to the shard that is shortest so far; a case that nobody timed counts as a usual
    one. So whoever has the same plan and the same `seconds` has the same shards, in whatever order the ids come.
    """
    if part is None:
        return set(ids)
    index, _, parts = part.partition("/")
    usual = sorted(seconds.values())[len(seconds) // 2] if seconds else 1.0
    shards: list[tuple[float, list[str]]] = [(0.0, []) for _ in range(int(parts))]
    for case in sorted(ids, key=lambda case: (-seconds.get(case, usual), case)):
        place = min(range(len(shards)), key=lambda number: (shards[number][0], number))
        length, cases = shards[place]
        shards[place] = (length + seconds.get(case, usual), [*cases, case])
    return set(shards[int(index) - 1][1])


def recorded(release: str) -> dict[str, float]:
    """Return how long the cases of a release took when that was last recorded; nothing where it never was."""
    whole, rows = load(release), {case.id for case in cases(release)}
    found = {case: seconds for file in files_of(whole, FILE) for case, seconds in _read(file).items()}
    calls = whole.operations.keys() | whole.gone
    return {case: seconds for case, seconds in found.items() if case in rows or case.partition("/")[0] not in calls}


def _read(path: Path) -> dict[str, float]:
    try:
        found: dict[str, float] = {str(case): float(value) for case, value in json.loads(path.read_text()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        raise TimingsError(about(path, "is not a table of seconds by case; record it again")) from None
    return found


def record(verdict: Mapping[str, Any], root: Path) -> Message:
    """Write how long the cases of a run took beside the data of its release below `root`; return a line about it.

    A case that a release before it has takes there as long, and is left out. A case counts from its first request on:
    what a run does once, such as compiling schemas, is no part of it. Raises CatalogError for a release that there is
    not.
    """
    release = load(verdict["run"]["release"])
    path = root / "contracts" / "apis" / release.api / release.name / FILE
    before = {case for name in release.lineage if name != release.name for case in recorded(name)}
    held = (case for case in verdict["cases"] if case["result"] == "held" and case["case"] not in before)
    seconds = {case["case"]: _seconds(case) for case in held}
    path.write_text(json.dumps(seconds, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    total = f"{sum(seconds.values()):.0f}"
    return about(path.relative_to(root), "{n} cases, {seconds} s in all", len(seconds), total)


def _seconds(case: Mapping[str, Any]) -> float:
    first: float = case["steps"][0]["at"] if case["steps"] else 0.0
    return round(float(case["seconds"]) - first, 2)
