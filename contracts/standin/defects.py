"""What the stand-in does wrong on purpose: each defect of a real server by name, and the behaviours made of them."""

from collections.abc import Mapping
from enum import StrEnum


class Defect(StrEnum):
    """One defect that real Zadig servers were seen to have, or that their source shows."""

    DOCUMENTED_BODY_CRASHES = "documented-body-crashes"
    """Creating a workflow without `hook_ctl` crashes the handler: HTTP 500, empty body, nothing stored."""

    NULL_BODY_CRASHES = "null-body-crashes"
    """The body `null` crashes the handler instead of being refused."""

    CROSS_TALK = "cross-talk"
    """Requests under way at the same time share one error value per code, so descriptions get mixed up."""

    PROJECT_SCOPE = "project-scope"
    """Only the project named in the query is authorized, not the one that the workflow belongs to."""


BEHAVIOURS: Mapping[str, frozenset[Defect]] = {
    **dict.fromkeys(("perfect", "perfect-1.8.0", "perfect-1.9.0"), frozenset[Defect]()),
    **dict.fromkeys(("1.7.0", "1.7.1", "1.8.0", "1.9.0"), frozenset(Defect)),
}
"""Name of a behaviour to its defects. `1.7.0` behaves as servers of that release do; `perfect` as the page promises,
and `perfect-1.8.0` as a server of that release would without its defects."""

NAMES_PROJECT = frozenset({"perfect-1.8.0", "perfect-1.9.0", "1.8.0", "1.9.0"})
"""Behaviours whose answer to a start has the key project_name, as servers from 1.8.0 on have it."""
