"""The rules that decide a verdict, applied anew to the cases of a run that is over.

They are those of the run itself; a test holds the two together. What has changed since is the date: a known deviation
that has expired meanwhile counts against the release.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.report.verdict_file import FILE
from contracts.report.verdict_shape import PROFILES, RESULTS

ACCEPTED, REJECTED, INCONCLUSIVE, UNUSABLE = "accepted", "rejected", "inconclusive", "unusable"
VERDICTS = {0: ACCEPTED, 1: REJECTED, 4: UNUSABLE, 6: INCONCLUSIVE, 7: ACCEPTED}
WORST = (1, 4, 6, 7, 0)
"""Exit codes, the worst first: rejected, unusable, inconclusive, leaked, accepted."""
STRICT = "acceptance"
_WHOLE = PROFILES.index("nightly")
"""The place of the profile from which on all cases are run."""
_DOUBTFUL = {"crashed": "{n} crashed", "unreachable": "{n} unreachable", "blocked": "{n} blocked"}
"""Results that keep a run from telling, and how many there were in words."""

Verdict = Mapping[str, Any]


@dataclass(frozen=True)
class Decision:
    """What one run, or all of them, add up to; `reasons`: why it is no plain accepted."""

    exit: int
    reasons: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """The verdict in one word."""
        return VERDICTS[self.exit]


def decide(verdict: Verdict, today: date, profile: str | None = None) -> Decision:
    """Return what the cases of a run add up to today; where verdict.json says worse of itself, the worse counts."""
    against = _against(verdict, today, STRICT in (profile, verdict["run"]["profile"]))
    doubts, nothing = _doubts(verdict, profile), [] if verdict["counts"]["planned"] else ["nothing was planned"]
    leaks = [f"{len(verdict['leaks'])} leaked"] if verdict["leaks"] else []
    doubts += [verdict["interrupted"]] if verdict["interrupted"] else []
    told = {*against, *doubts, *nothing, *leaks}
    doubts += [reason for reason in verdict["reasons"] if reason not in told]  # what its cases cannot tell
    reasons = (*against, *doubts, *nothing, *leaks)
    found = 1 if against else 6 if doubts or nothing else 7 if leaks else 0
    written = verdict["exit"] if verdict["exit"] in WORST else 1
    if found == written:
        return Decision(found, reasons)
    differ = f"{FILE} says exit {written}, its cases say {found} today: the worse counts"
    return Decision(min(found, written, key=WORST.index), (*reasons, differ))


def disagreement(verdict: Verdict) -> str:
    """Return in what counts, deviations and cases of a file do not agree, empty where they do."""
    cases, counts, not_run = verdict["cases"], verdict["counts"], verdict["not_run"]
    ids = {case["case"] for case in cases}
    results = Counter(case["result"] for case in cases)
    real = {result: results[result] for result in RESULTS}
    real |= {"run": len(cases), "not_run": len(not_run), "leaks": len(verdict["leaks"])}
    real |= {"planned": len(cases) + len(not_run)}
    for name, number in real.items():
        if counts[name] != number:
            return f"it counts {counts[name]} {name}, and has {number}"
    if len(ids) != len(cases) or ids & set(not_run) or len(set(not_run)) != len(not_run):
        return "a case stands in it twice"
    whole = planned(verdict) | {*verdict["plan"]["elsewhere"]}
    if verdict["plan"]["cases"] != len(whole) or verdict["plan"]["id"] != _plan_id(whole):
        return "its cases are not those of its plan"
    return next(filter(None, (*map(_odd_case, cases), *_odd_deviations(verdict))), "")


def planned(verdict: Verdict) -> frozenset[str]:
    """Return the cases that a run was to run."""
    return frozenset({*(case["case"] for case in verdict["cases"]), *verdict["not_run"]})


def _plan_id(cases: Collection[str]) -> str:
    """Return what a run says of these cases as its plan."""
    return hashlib.sha256("\n".join(sorted(cases)).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _odd_case(case: Verdict) -> str:
    drifts = [breach["drift"] for breach in case["breaches"]]
    shown = "held" if not drifts else "drift" if all(drifts) else "breach"
    if case["result"] in ("held", "drift", "breach") and case["result"] != shown:
        return f"{case['case']} is {case['result']}, and what came is {shown}"
    if (case["result"] == "known") != bool(case["deviation"]) or (case["fixed"] and case["result"] != "held"):
        return f"{case['case']} is {case['result']}, which does not go with its deviation"
    return ""


def _odd_deviations(verdict: Verdict) -> Iterator[str]:
    rows = {row["id"]: row for row in verdict["deviations"]}
    for row in rows.values():
        if not _is_date(row["expires"]):
            yield f"the deviation {row['id']} has no date of expiry"
    for key, place in (("deviation", "seen"), ("fixed", "fixed")):
        told = {(row["id"], case) for row in rows.values() for case in row[place]}
        shown = {(case[key], case["case"]) for case in verdict["cases"] if case[key]}
        if told != shown:
            yield f"its deviations and its cases differ in {min(told ^ shown)[1]}"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _against(verdict: Verdict, today: date, strict: bool) -> list[str]:
    run, results = verdict["run"], Counter(case["result"] for case in verdict["cases"])
    unknown = {(case["operation"], path) for case in verdict["cases"] for path in case["unknown"]}
    fixed = [row["id"] for row in verdict["deviations"] if row["fixed"]]
    expired = [
        f"{row['id']} ({row['expires']})"
        for row in verdict["deviations"]
        if row["seen"] and today > date.fromisoformat(row["expires"])
    ]
    return [
        *_count(results["breach"], "{n} breach", "{n} breaches"),
        *(_count(results["drift"], "{n} drift", "{n} drifts") if run["drift"] == "fail" else []),
        *(_unknown(len(unknown)) if run["unknown_fields"] == "fail" else []),
        *([f"known deviations that no longer show: {', '.join(fixed)}"] if fixed and strict else []),
        *([f"known deviations that expired: {', '.join(expired)}"] if expired else []),
    ]


def _doubts(verdict: Verdict, profile: str | None) -> list[str]:
    results, not_run, own = Counter(case["result"] for case in verdict["cases"]), verdict["not_run"], verdict["run"]
    reasons = [text.format(n=results[result]) for result, text in _DOUBTFUL.items() if results[result]]
    reasons += [f"{len(not_run)} planned and not run"] if not_run else []
    demanded = PROFILES.index(profile or own["profile"])
    if PROFILES.index(own["profile"]) < min(demanded, _WHOLE):
        reasons.append(f"the profile {own['profile']} runs less than {profile}")
    return reasons


def _unknown(number: int) -> list[str]:
    return _count(number, "{n} key that nobody documented", "{n} keys that nobody documented")


def _count(number: int, one: str, more: str) -> list[str]:
    return [(one if number == 1 else more).format(n=number)] if number else []
