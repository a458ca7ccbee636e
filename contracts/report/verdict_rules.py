"""The rules that decide a verdict, on plain data: applied by a run when it ends, later by merge and by the gate."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from contracts.profiles import PROFILES, runs_at
from contracts.text.frozen import dataclass
from contracts.text.message import Message, msg

ACCEPTED, REJECTED, INCONCLUSIVE, UNUSABLE = "accepted", "rejected", "inconclusive", "unusable"
NOTHING, LEAKED = 5, 7
VERDICTS = {0: ACCEPTED, 1: REJECTED, 4: UNUSABLE, NOTHING: INCONCLUSIVE, 6: INCONCLUSIVE, LEAKED: ACCEPTED}
"""What each exit code means."""
WORST = (1, 4, NOTHING, 6, LEAKED, 0)
"""Exit codes, the worst first: rejected, unusable, no case selected, inconclusive, leaked, accepted."""
NO_CASE = msg("no case was selected; check -k, --operation, --exclude and the paths")
STRICT = "acceptance"
"""The profile in which a known deviation that no longer shows is held against the release's data."""

Verdict = Mapping[str, Any]


class Result(StrEnum):
    """The results a case can have, the worst first."""

    BREACH = "breach"
    DRIFT = "drift"
    CRASHED = "crashed"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    DISTURBED = "disturbed"
    KNOWN = "known"
    HELD = "held"


PLACES = frozenset({"status", "body", "answer", "state afterwards", "all answers together"})
"""Places of breaches that are words, and no path or name."""

CANNOT_TELL = (Result.CRASHED, Result.BLOCKED, Result.UNREACHABLE, Result.DISTURBED)
"""Results of cases that say nothing about the release."""


def in_words(where: str) -> str:
    """Return where a breach is, as a message where that is a word of the suite's."""
    return Message(where) if where in PLACES else where


@dataclass(frozen=True)
class Decision:
    """What one run, or several, add up to.

    exit: the exit code.
    reasons: why it is no plain accepted.
    """

    exit: int
    reasons: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """The verdict in one word."""
        return VERDICTS[self.exit]


def decide(
    verdict: Verdict, today: date | None = None, profile: str | None = None, doubts: Sequence[str] = ()
) -> Decision:
    """Return what the cases of a run add up to.

    verdict: what verdict.json says, its counts those of its cases; its own verdict, exit and reasons are not read.
    today: a known deviation that has expired by then counts against the release; None: none has.
    profile: what was to be run at least; None: what was.
    doubts: further reasons not to be sure.
    """
    run = verdict["run"]
    against = [*_against(verdict, STRICT in (profile, run["profile"]), today)]
    unsure = [*_doubts(verdict, profile or run["profile"]), *doubts]
    there, unseen = leaks(verdict)
    left = [*_count(len(there), msg("{n} leaked"))]
    left += _count(len(unseen), msg("{n} may have leaked, and could not be checked"))
    exit_code = 1 if against else NOTHING if unsure == [NO_CASE] else 6 if unsure else LEAKED if verdict["leaks"] else 0
    return Decision(exit_code, (*against, *unsure, *left))


def result_of(drifts: Sequence[bool]) -> Result:
    """Return the result of a case by its breaches: for each, whether it is a mere drift."""
    return Result.HELD if not drifts else Result.DRIFT if all(drifts) else Result.BREACH


def plan_id(cases: Collection[str]) -> str:
    """Return what two plans share only if they are of the same cases."""
    return hashlib.sha256("\n".join(sorted(cases)).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def planned(verdict: Verdict) -> frozenset[str]:
    """Return the cases that a run was to run."""
    return frozenset({*(case["case"] for case in verdict["cases"]), *verdict["not_run"]})


def leaks(verdict: Verdict) -> tuple[list[str], list[str]]:
    """Return what a run left behind, and of what nobody could look whether it is there."""
    unseen = list(verdict.get("unseen", ()))
    return [leak for leak in verdict["leaks"] if leak not in unseen], unseen


def unknown_keys(cases: Iterable[Verdict]) -> list[dict[str, Any]]:
    """Return the keys that nobody documented, by operation and JSON path, and in how many cases each came."""
    counts = Counter((case["operation"], path) for case in cases for path in set(case["unknown"]))
    return [{"operation": operation, "path": path, "count": n} for (operation, path), n in sorted(counts.items())]


def disagreement(verdict: Verdict) -> str:
    """Return in what counts, deviations and cases of a verdict do not agree, empty where they do."""
    cases, not_run = verdict["cases"], verdict["not_run"]
    ids = {case["case"] for case in cases}
    results = Counter(case["result"] for case in cases)
    actual = {str(result): results[result] for result in Result}
    actual |= {"run": len(cases), "not_run": len(not_run), "leaks": len(verdict["leaks"])}
    actual |= {"planned": len(cases) + len(not_run)}
    for name, number in actual.items():
        if verdict["counts"][name] != number:
            counted = verdict["counts"][name]
            return msg("it counts {counted} {what}, but has {n}", counted, name, number)
    if len(ids) != len(cases) or ids & set(not_run) or len(set(not_run)) != len(not_run):
        return msg("it has a case twice")
    whole = planned(verdict) | {*verdict["plan"]["elsewhere"]}
    if not {*verdict.get("unseen", ())} <= {*verdict["leaks"]}:
        return msg("what could not be checked is not among its leaks")
    plan = verdict["plan"]
    wholes = [(plan, whole)]
    if "profile" in plan:
        wholes.append((plan["profile"], whole.union(plan.get("unselected", ()))))
    if any(told["cases"] != len(of) or told["id"] != plan_id(of) for told, of in wholes):
        return msg("its cases are not those of its plan")
    return next(filter(None, (*map(_odd_case, cases), *_odd_deviations(verdict))), "")


def _against(verdict: Verdict, strict: bool, today: date | None) -> Iterator[str]:
    """Yield what a release must not pass with."""
    run, results = verdict["run"], verdict["counts"]
    yield from _count(results[Result.BREACH], msg("{n} breach"), msg("{n} breaches"))
    if run["drift"] == "fail":
        yield from _count(results[Result.DRIFT], msg("{n} drift"), msg("{n} drifts"))
    if run["unknown_fields"] == "fail":
        number = len(unknown_keys(verdict["cases"]))
        one, several = msg("{n} undocumented response key"), msg("{n} undocumented response keys")
        yield from _count(number, one, several)
    if limits := run["settings"].get("max_p95"):
        from contracts.report.limits import too_slow  # few runs have one

        yield from too_slow(verdict, limits)
    fixed = [row["id"] for row in verdict["deviations"] if row["fixed"]]
    if fixed and strict:
        yield msg("known deviations that no longer show: {names}", ", ".join(fixed))
    expired = [
        f"{row['id']} ({row['expires']})"
        for row in verdict["deviations"]
        if today and row["seen"] and today > date.fromisoformat(row["expires"])
    ]
    if expired:
        yield msg("known deviations that expired: {names}", ", ".join(expired))


def _doubts(verdict: Verdict, profile: str) -> Iterator[str]:
    """Yield what keeps a run from telling."""
    results, not_run, own = verdict["counts"], verdict["not_run"], verdict["run"]
    yield from _count(results[Result.CRASHED], msg("{n} crashed"))
    yield from _count(results[Result.UNREACHABLE], msg("{n} unreachable"))
    yield from _count(results[Result.DISTURBED], msg("{n} disturbed"))
    yield from _count(results[Result.BLOCKED], msg("{n} blocked"))
    yield from _count(len(not_run), msg("{n} planned and not run"))
    if not runs_at(PROFILES[profile], PROFILES[own["profile"]]):
        yield msg("the profile {own} runs less than {profile}", own["profile"], profile)
    if verdict["interrupted"]:
        yield verdict["interrupted"]
    if not verdict["counts"]["planned"]:
        yield NO_CASE


def _count(number: int, one: Message, several: Message | None = None) -> Iterator[Message]:
    if number:
        yield (one if number == 1 else several or one).put(number)


def _odd_case(case: Verdict) -> str:
    shown = result_of([breach["drift"] for breach in case["breaches"]])
    if case["result"] in (Result.HELD, Result.DRIFT, Result.BREACH) and case["result"] != shown:
        return msg("{case} is {result}, but shows {shown}", case["case"], case["result"], shown)
    if (case["result"] == Result.KNOWN) != bool(case["deviation"]) or (case["fixed"] and case["result"] != Result.HELD):
        return msg("{case} is {result}, which does not match its deviation", case["case"], case["result"])
    return ""


def _odd_deviations(verdict: Verdict) -> Iterator[str]:
    rows = {row["id"]: row for row in verdict["deviations"]}
    for key, cases in (("deviation", "seen"), ("fixed", "fixed")):
        listed = {(row["id"], case) for row in rows.values() for case in row[cases]}
        shown = {(case[key], case["case"]) for case in verdict["cases"] if case[key]}
        if listed != shown:
            yield msg("its deviations and its cases differ in {case}", min(listed ^ shown)[1])
