"""What a case counts as, passed, failed, error or skipped, and its one line: the same in each format."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from contracts.report.summary import terminal
from contracts.report.verdict_rules import CANNOT_TELL, STRICT
from contracts.text.printable import visible

LINE = 400
"""Characters that are shown of a line."""
PASSED, FAILED, ERROR, SKIPPED = "passed", "failed", "error", "skipped"


def status(case: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """Return what a case counts as: what rejects a run has failed, and what says nothing is an error, never skipped.

    A drift that only warns has passed, and a known deviation is skipped.
    """
    result = case["result"]
    if result in CANNOT_TELL:
        return ERROR
    if result == "breach" or (result == "drift" and run["drift"] == "fail"):
        return FAILED
    if case["fixed"] and run["profile"] == STRICT:
        return FAILED
    return SKIPPED if result == "known" else PASSED


def statuses(verdict: Mapping[str, Any]) -> Counter[str]:
    """Return how many of the cases that ran count as what."""
    counts, run = verdict["counts"], verdict["run"]
    failed = counts["breach"] + (counts["drift"] if run["drift"] == "fail" else 0)
    failed += sum(len(row["fixed"]) for row in verdict["deviations"]) if run["profile"] == STRICT else 0
    others = {FAILED: failed, ERROR: sum(counts[result] for result in CANNOT_TELL), SKIPPED: counts["known"]}
    return Counter({PASSED: counts["run"] - sum(others.values()), **others})


def message(case: Mapping[str, Any], verdict: Mapping[str, Any]) -> str:
    """Return what became of a case in one line, its result first; empty where there is nothing to say."""
    kind, said = case["result"], case["reason"]
    if case["deviation"]:
        means = [row["means"] for row in verdict["deviations"] if row["id"] == case["deviation"]]
        said = ": ".join([case["deviation"], *means])
    elif case["breaches"]:
        more = f" (and {len(case['breaches']) - 1} more)" if len(case["breaches"]) > 1 else ""
        worst = min(case["breaches"], key=lambda breach: breach["drift"])
        said = breach_line(worst | {"drift": False}) + more
    elif case["fixed"]:
        kind, said = "fixed", f"{case['fixed']} no longer shows"
    return visible(" ".join(f"{kind}: {said}".split()), LINE) if said else ""


def breach_line(breach: Mapping[str, Any]) -> str:
    """Return one broken promise in one line."""
    return visible(" ".join(terminal.breach_line(breach).split()), LINE)
