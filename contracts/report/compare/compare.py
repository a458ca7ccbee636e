"""Compares two runs: what is newly broken, fixed, still broken, new or lost; which answers and which times changed."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from statistics import median
from typing import Any

from contracts.report.compare.changes import CaseChange, changes
from contracts.report.limits import too_slow
from contracts.report.summary.groups import TROUBLE, cause
from contracts.report.verdict_rules import in_words
from contracts.text.frozen import dataclass
from contracts.text.message import msg

GOOD, BAD = frozenset({"held", "known"}), frozenset({"breach", "drift", "crashed"})
NOT_RUN, NOT_PLANNED = msg("not run"), msg("not planned")
CROWD = "concurrency"
"""The operation whose cases show one of many answers at once, now this one, now that."""
ABOUT = ("release", "profile", "host", "stand_in", "drift", "unknown_fields", "shard")
"""What of two runs may differ so that it has to be said first."""
LEAST_Z, LEAST_SHARE, LEAST_SECONDS = 3.3, 0.2, 0.005
"""Beyond noise: a z that chance gives once in a thousand times, and medians that differ by so much as to matter."""
LEAST_VALUES = 8
"""Values of each series below which the approximation does not hold."""
_GROUPS = {
    "newly_broken": msg("newly broken"),
    "fixed": msg("fixed"),
    "still_broken": msg("still broken"),
    "newly_known": msg("now a known deviation"),
    "new": msg("new cases"),
    "untold": msg("no result now"),
    "lost": msg("lost cases"),
}
Verdict = Mapping[str, Any]


@dataclass(frozen=True)
class Move:
    """What became of one case: its result in OLD and in NEW, or that it was not run or not planned, and why.

    cause: what is the same for cases with the same trouble, in NEW or, where that has none, in OLD.
    """

    case: str
    was: str
    now: str
    why: str
    cause: str = ""


@dataclass(frozen=True)
class Slower:
    """A call whose times changed beyond noise: medians in seconds, and how many answers they are of."""

    call: str
    was: float
    now: float
    n_was: int
    n_now: int


@dataclass(frozen=True)
class Comparison:
    """Two runs, OLD and NEW, compared. `runs`: both ids; `differ`: what the two were not alike in, with both values.

    `new` are cases that OLD did not plan or could not tell; `lost` those that it told or planned, and NEW did not run;
    `untold` those that it told, and NEW could not tell: they were blocked, unreachable or disturbed.
    """

    runs: tuple[str, str]
    differ: Mapping[str, tuple[Any, Any]]
    newly_broken: tuple[Move, ...]
    fixed: tuple[Move, ...]
    still_broken: tuple[Move, ...]
    newly_known: tuple[Move, ...]
    new: tuple[Move, ...]
    lost: tuple[Move, ...]
    answers: tuple[CaseChange, ...]
    latency: tuple[Slower, ...]
    limits: tuple[str, ...] = ()
    fail_on_lost: bool = False
    untold: tuple[Move, ...] = ()

    @property
    def exit(self) -> int:
        """1 where anything is newly broken or too slow, 6 where NEW tells less than OLD and that is to fail, else 0."""
        less = self.fail_on_lost and (self.lost or self.untold)
        return 1 if self.newly_broken or self.limits else 6 if less else 0

    @property
    def moves(self) -> dict[str, tuple[Move, ...]]:
        """The cases by what became of them, under the titles that people read."""
        return {title: getattr(self, name) for name, title in _GROUPS.items()}

    def to_json(self) -> dict[str, Any]:
        """Return it as schemas/compare.json has it."""
        told = asdict(self)
        del told["fail_on_lost"]
        return {"version": 1, "exit": self.exit} | told


def compare(old: Verdict, new: Verdict, *, fail_on_lost: bool = False, max_p95: str | None = None) -> Comparison:
    """Return what changed from the run `old` to the run `new`; `fail_on_lost`: lost cases have an exit code.

    max_p95: limits of how long the answers of `new` may take.
    """
    groups: dict[str, list[Move]] = {name: [] for name in _GROUPS}
    before, after = _results(old), _results(new)
    reasons = {case["case"]: _why(case) for case in new["cases"]}
    causes = {
        case["case"]: " ".join(cause(case)) for run in (old, new) for case in run["cases"] if case["result"] in TROUBLE
    }
    for case in {**before, **after}:
        was, now = before.get(case, NOT_PLANNED), after.get(case, NOT_PLANNED)
        move = Move(case, was, now, reasons.get(case, ""), causes.get(case, ""))
        if group := _group(move):
            groups[group].append(move)
    return Comparison(
        runs=(old["run"]["id"], new["run"]["id"]),
        differ={key: (old["run"][key], new["run"][key]) for key in ABOUT if _about(old, key) != _about(new, key)},
        answers=tuple(_answers(old, new)),
        latency=tuple(_latency(old, new)),
        limits=tuple(too_slow(new, max_p95)),
        fail_on_lost=fail_on_lost,
        **{name: tuple(moves) for name, moves in groups.items()},
    )


def _about(verdict: Verdict, key: str) -> Any:
    """Return what a run says of itself; an own stand-in has another port each time, which says nothing."""
    return "" if key == "host" and verdict["run"]["embedded"] else verdict["run"][key]


def _results(verdict: Verdict) -> dict[str, str]:
    return {case["case"]: case["result"] for case in verdict["cases"]} | dict.fromkeys(verdict["not_run"], NOT_RUN)


def _why(case: Mapping[str, Any]) -> str:
    if case["result"] == "known":
        return str(case["deviation"])
    for breach in case["breaches"]:
        where = in_words(breach["where"])
        return msg("{where}: expected {promised}, got {came}", where, breach["promised"], breach["came"])
    reason: str = case["reason"]
    return reason


def _group(move: Move) -> str:
    """Return where a case belongs. What was blocked, unreachable or not run in OLD was not seen broken there."""
    if move.was == NOT_PLANNED:
        return "new"
    if move.now in BAD:
        return "still_broken" if move.was in BAD else "newly_broken"
    if move.now in (NOT_RUN, NOT_PLANNED):
        return "lost" if move.was in GOOD | BAD or move.now == NOT_PLANNED else ""
    if move.now not in GOOD:
        return "untold" if move.was in GOOD | BAD else ""
    if move.was not in GOOD | BAD:
        return "new"
    if move.now == "known":
        return "" if move.was == "known" else "newly_known"
    return "" if move.was == "held" else "fixed"


def _answers(old: Verdict, new: Verdict) -> Iterator[CaseChange]:
    before = {case["case"]: case["evidence"][0] for case in old["cases"] if case["evidence"]}
    hosts = old["run"]["host"], new["run"]["host"]
    for case in new["cases"]:
        if case["case"] in before and case["evidence"] and case["operation"] != CROWD:
            yield from changes(case["case"], before[case["case"]], case["evidence"][0], hosts)


def _latency(old: Verdict, new: Verdict) -> Iterator[Slower]:
    before, after = _times(old), _times(new)
    for call in sorted(before.keys() & after.keys()):
        was, now = before[call], after[call]
        if beyond_noise(was, now):
            yield Slower(call, median(was), median(now), len(was), len(now))


def _times(verdict: Verdict) -> dict[str, list[float]]:
    """Return the seconds of all answers, by call."""
    times: dict[str, list[float]] = {}
    for case in verdict["cases"]:
        for step in case["steps"]:
            if step["call"] and step["status"] is not None:
                times.setdefault(step["call"], []).append(step["seconds"])
    return times


def beyond_noise(old: Sequence[float], new: Sequence[float]) -> bool:
    """Whether times, in seconds, have changed, and by an amount that matters."""
    if min(len(old), len(new)) < LEAST_VALUES:
        return False
    before, after = median(old), median(new)
    apart = abs(after - before)
    return apart > LEAST_SECONDS and apart > LEAST_SHARE * before and abs(z(old, new)) > LEAST_Z


def z(old: Sequence[float], new: Sequence[float]) -> float:
    """Return Mann and Whitney's U of two series as a number of standard deviations; above 0: `new` is greater."""
    values = sorted([(value, False) for value in old] + [(value, True) for value in new])
    rank_sum, ties, place = 0.0, 0, 0
    for _, group in groupby(values, key=lambda pair: pair[0]):
        equal = [is_new for _, is_new in group]
        rank_sum += sum(equal) * (place + (len(equal) + 1) / 2)
        ties += len(equal) ** 3 - len(equal)
        place += len(equal)
    n, m = len(old), len(new)
    u = rank_sum - m * (m + 1) / 2
    variance = n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1)))
    return (u - n * m / 2) / math.sqrt(variance) if variance > 0 else 0.0
