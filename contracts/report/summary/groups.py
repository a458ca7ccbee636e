"""Groups what went wrong by its cause, so that one cause that hits many cases is told once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TROUBLE = ("breach", "drift", "crashed", "blocked", "unreachable")
"""Results that are not as they should be, the worst first."""


NOT_ARRANGED = " could not be arranged: "
"""What stands between a given and the reason, which may be the same for many givens."""


@dataclass(frozen=True)
class Group:
    """Cases that went wrong in the same way, as they stand in verdict.json; the first one is the evidence."""

    result: str
    cases: tuple[Mapping[str, Any], ...]

    @property
    def first(self) -> Mapping[str, Any]:
        """The case that stands for all."""
        return self.cases[0]


def groups(verdict: Mapping[str, Any]) -> list[Group]:
    """Return what went wrong in a run, the worst first; cases with the very same trouble share a group."""
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for result in TROUBLE:
        for case in verdict["cases"]:
            if case["result"] == result:
                found.setdefault((result, *_said(case)), []).append(case)
    return [Group(cause[0], tuple(sorted(cases, key=_less_telling))) for cause, cases in found.items()]


def _less_telling(case: Mapping[str, Any]) -> tuple[bool, bool]:
    """Order the cases of a group: what the page promises first, and a single request before a flow of many."""
    return not any(breach["documented"] for breach in case["breaches"]), not case["given"]


def _said(case: Mapping[str, Any]) -> list[str]:
    """Return what came back instead of what, without what is each case's own, so that one cause makes one group."""
    if case["breaches"]:
        said = [_cause(breach) for breach in case["breaches"] if breach["kind"] != "state"]
        return said or [breach["signature"] for breach in case["breaches"]]
    return [case["reason"].partition(NOT_ARRANGED)[2] or case["reason"]]


def _cause(breach: Mapping[str, Any]) -> str:
    promised = f"{breach['promised']} " if breach["kind"] == "status" else ""
    return f"{breach['where']} {promised}{breach['came']}"
