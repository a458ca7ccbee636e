"""Groups what went wrong by its cause, so that one cause that hits many cases is told once."""

from collections.abc import Mapping, Set
from typing import Any

from contracts.text.frozen import dataclass

TROUBLE = ("breach", "drift", "crashed", "blocked", "unreachable", "disturbed")
"""Results that are not as they should be, the worst first."""


NOT_ARRANGED = " could not be set up: "
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
    """Return what went wrong in a run, the worst first; cases with the very same trouble share a group.

    In a group, what the page promises comes first, and a single request before a flow of many.
    """
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    if any(verdict["counts"][result] for result in TROUBLE):
        for case in verdict["cases"]:
            if case["result"] in TROUBLE:
                found.setdefault((case["result"], *cause(case)), []).append(case)
    for cases in found.values():
        cases.sort(key=lambda case: (not any(breach["documented"] for breach in case["breaches"]), not case["given"]))
    causes = sorted(found.items(), key=lambda each: TROUBLE.index(each[0][0]))
    return [Group(result, tuple(cases)) for (result, *_), cases in causes]


def cases_of(verdict: Mapping[str, Any], names: Set[str]) -> dict[str, Mapping[str, Any]]:
    """Return the cases of these names by them; they are looked through only where there is one."""
    return {case["case"]: case for case in verdict["cases"] if case["case"] in names} if names else {}


def cause(case: Mapping[str, Any]) -> list[str]:
    """Return what came back instead of what, without what is each case's own, so that one cause makes one group."""
    if not case["breaches"]:
        return [case["reason"].partition(NOT_ARRANGED)[2] or case["reason"]]
    causes = [
        f"{breach['where']} {breach['promised'] if breach['kind'] == 'status' else ''} {breach['came']}"
        for breach in case["breaches"]
        if breach["kind"] != "state"
    ]
    return causes or [breach["signature"] for breach in case["breaches"]]
