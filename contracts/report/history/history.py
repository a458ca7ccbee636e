"""Reads the runs of a folder, one at a time, and keeps of each what a trend needs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from contracts.report.verdict_file import FILE, ReadError, read
from contracts.text.message import about, msg

NEWEST = 200
"""Runs that are shown; of older ones the page says how many there are."""
_LETTERS = {
    "held": "h",
    "known": "k",
    "breach": "B",
    "drift": "D",
    "blocked": "X",
    "unreachable": "u",
    "crashed": "c",
}
_NOT_PLANNED, _NOT_RUN = ".", "n"
_WRONG = frozenset("BDX")


@dataclass(frozen=True)
class Point:
    """One run: when, on what, what it came to. `p95` by operation, in seconds; `results`: a letter a case, by number.

    `path` is the run's folder below the one that is read; `page` its report there, empty where there is none.
    """

    id: str
    started: datetime
    target: str
    release: str
    profile: str
    verdict: str
    exit: int
    counts: Mapping[str, int]
    p95: Mapping[str, float]
    results: bytes
    path: str
    page: str


@dataclass(frozen=True)
class Flaky:
    """A case whose result went to and fro on one target and release; `sequence`: its letters, the oldest first."""

    case: str
    target: str
    release: str
    turns: int
    sequence: str


@dataclass(frozen=True)
class History:
    """The newest runs of a folder, the oldest first, how many older ones there are, and what could not be read."""

    points: Sequence[Point]
    older: int
    unreadable: Sequence[str]
    flaky: Sequence[Flaky]


def history(folder: Path, newest: int = NEWEST) -> History:
    """Return the runs below `folder`; a verdict of ten thousand cases is gone again before the next is read."""
    numbers: dict[str, int] = {}
    points, unreadable = [], []
    for run in sorted(path.parent for path in folder.glob(f"*/{FILE}")):
        try:
            points.append(_point(run, numbers))
        except ReadError as error:
            unreadable.append(error.message)
    points.sort(key=lambda point: (point.started, point.id))
    shown = points[-newest:]
    return History(shown, len(points) - len(shown), unreadable, list(_flaky(shown, list(numbers))))


def _point(folder: Path, numbers: dict[str, int]) -> Point:
    verdict = read(folder)
    run = verdict["run"]
    return Point(
        id=run["id"],
        started=_time(run["started"], folder),
        target=run["host"] if run["stand_in"] is None else msg("stand-in ({behaviour})", run["stand_in"]),
        release=run["release"],
        profile=run["profile"],
        verdict=verdict["verdict"],
        exit=verdict["exit"],
        counts=dict(verdict["counts"]),
        p95={row["call"]: row["p95"] for row in verdict["latency"] if row["operation"] and row["p95"] is not None},
        results=_results(verdict, numbers),
        path=folder.name,
        page="report.html" if (folder / "report.html").is_file() else "",
    )


def _time(text: str, folder: Path) -> datetime:
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ReadError(about(folder, "its start is no time")) from None


def _results(verdict: Mapping[str, Any], numbers: dict[str, int]) -> bytes:
    """Return the results of a run's cases as letters, each at the number of its case; `numbers` learns new ones."""
    told = {case["case"]: _LETTERS[case["result"]] for case in verdict["cases"]}
    told |= dict.fromkeys(verdict["not_run"], _NOT_RUN)
    for case in told:
        numbers.setdefault(case, len(numbers))
    letters = bytearray(_NOT_PLANNED.encode() * len(numbers))
    for case, letter in told.items():
        letters[numbers[case]] = ord(letter)
    return bytes(letters)


def _flaky(points: Sequence[Point], cases: Sequence[str]) -> Iterator[Flaky]:
    """Yield the cases that changed between held and wrong more than once, those that did so most first."""
    targets: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        targets.setdefault((point.target, point.release), []).append(point)
    found = []
    for (target, release), runs in targets.items():
        for number, case in enumerate(cases):
            sequence = "".join(chr(run.results[number]) for run in runs if number < len(run.results))
            turns = _turns(sequence)
            if turns > 1:
                found.append(Flaky(case, target, release, turns, sequence.replace(_NOT_PLANNED, "")))
    yield from sorted(found, key=lambda flaky: (-flaky.turns, flaky.case, flaky.target))


def _turns(sequence: str) -> int:
    """Return how often a case changed between held and wrong; what says nothing of either is passed over."""
    told = [letter in _WRONG for letter in sequence if letter == "h" or letter in _WRONG]
    return sum(was is not now for was, now in pairwise(told))
