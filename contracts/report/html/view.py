"""What report.html shows of a verdict, worked out: cards, matrix, coverage, latency, days left. Plain data, no HTML."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.report.summary.groups import TROUBLE, Group

RESULTS = (*TROUBLE, "known", "held")
"""All results, the worst first."""
LEAST = 0.0005
"""Seconds at which the scale of latency may begin."""

Verdict = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """What became of one answer of one operation: counts by result, the worst first; `within`: cases of other answers
    that asked for it, where none is its own."""

    operation: str
    answer: str
    counts: tuple[tuple[str, int], ...] = ()
    within: int = 0

    @property
    def state(self) -> str:
        """Return the worst result, `within`, or `gap` where nothing asked for it."""
        return self.counts[0][0] if self.counts else "within" if self.within else "gap"


@dataclass(frozen=True)
class Matrix:
    """Operations side by side, a row for each answer (None: the operation has none of this name); `stories` apart."""

    operations: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]
    stories: tuple[Cell, ...]


def matrix(verdict: Verdict) -> Matrix:
    """Return the answers of a release against its operations: what the page promises first, and what many have."""
    cells = {(row["operation"], row["answer"]): Cell(row["operation"], row["answer"], (), len(row["cases"])) for row in
             verdict["coverage"]}  # fmt: skip
    operations = tuple(dict.fromkeys(operation for operation, _ in cells)) or tuple(
        dict.fromkeys(row["operation"] for row in verdict["table"])
    )
    for row in verdict["table"]:
        counts = tuple((result, row[result]) for result in RESULTS if row[result])
        cells[row["operation"], row["answer"]] = Cell(row["operation"], row["answer"], counts)
    stories = tuple(cell for (operation, _), cell in cells.items() if operation not in operations)
    answers = dict.fromkeys(answer for operation, answer in cells if operation in operations)
    rows = [(answer, tuple(cells.get((operation, answer)) for operation in operations)) for answer in answers]
    documented = {row["answer"] for row in verdict["coverage"] if row["documented"]}
    rows.sort(key=lambda row: (row[0] not in documented, row[1].count(None)))
    return Matrix(operations, tuple(rows), stories)


@dataclass(frozen=True)
class Covered:
    """How much of a release the run asked for: answers and documented keys, and the answers that nothing asked for."""

    answers: int
    asked: int
    keys: int
    seen: int
    gaps: tuple[Mapping[str, Any], ...]


def covered(verdict: Verdict) -> Covered:
    """Return the sums of the coverage."""
    rows = verdict["coverage"]
    gaps = tuple(row for row in rows if not row["cases"])
    keys = [key["seen"] for row in rows for key in row["keys"]]
    return Covered(len(rows), len(rows) - len(gaps), len(keys), sum(map(bool, keys)), gaps)


@dataclass(frozen=True)
class Scale:
    """A logarithmic scale of seconds, `low` to `high`; places on it are percent of its width."""

    low: float
    high: float

    def place(self, seconds: float) -> float:
        """Return where a time stands, 0 to 100."""
        inside = min(max(seconds, self.low), self.high)
        return round(100 * math.log10(inside / self.low) / math.log10(self.high / self.low), 2)

    @property
    def ticks(self) -> list[float]:
        """The powers of ten on the scale."""
        powers = range(math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9) + 1)
        return [10.0**power for power in powers]


def scale(rows: Iterable[Mapping[str, Any]]) -> Scale:
    """Return the scale on which all times of these rows of latency have a place."""
    times = [max(row[name], LEAST) for row in rows for name in ("p50", "p95", "max") if row[name] is not None] or [1.0]
    low, high = 10.0 ** math.floor(math.log10(min(times))), 10.0 ** math.ceil(math.log10(max(times)))
    return Scale(max(low, LEAST), high if high > low else low * 10)


def duration(seconds: float) -> str:
    """Return a time as people write it: 1.2 ms, 350 ms, 2.93 s, 4 min 10 s."""
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms" if seconds < 0.9995 else "1 s"
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def days_left(expires: str, today: date) -> int | None:
    """Return the days up to and including the one on which a deviation expires; negative: it has; None: no date."""
    try:
        return (date.fromisoformat(expires) - today).days
    except ValueError:
        return None


def to_blame(group: Group) -> str:
    """Return who a group of cases is to be laid to, as the catalogue of texts names it."""
    breaches = group.first["breaches"]
    if group.result == "breach" and not any(row["documented"] and not row["drift"] for row in breaches):
        return "crash"
    return group.result


def statement(verdict: Verdict) -> str:
    """Return which sentence sums the verdict up, as the catalogue of texts names it."""
    if verdict["exit"] == 7:
        return "is-leaked"
    if verdict["verdict"] == "accepted" and verdict["counts"]["known"]:
        return "is-known"
    if verdict["verdict"] == "rejected" and not verdict["counts"]["breach"] + verdict["counts"]["drift"]:
        return "is-departs"
    return f"is-{verdict['verdict']}"


def numbers(groups: Sequence[Group]) -> dict[str, int]:
    """Return for each case that went wrong the number of its group, from 1."""
    return {case["case"]: number for number, group in enumerate(groups, 1) for case in group.cases}
