"""What the stand-in does wrong on purpose: each defect of a real server by name, and the behaviours made of them."""

from collections.abc import Mapping
from enum import StrEnum

Version = tuple[int, ...]
"""A release as numbers, such as (3, 4, 1)."""


class Defect(StrEnum):
    """One defect that real Zadig servers were seen to have, or that their source shows."""

    DOCUMENTED_BODY_CRASHES = "documented-body-crashes"
    """Creating a workflow without `hook_ctl` crashes the handler: HTTP 500, empty body, nothing stored."""

    NULL_BODY_CRASHES = "null-body-crashes"
    """The body `null`, and a start with `null` among its targets, crash the handler instead of being refused."""

    NO_NAMESPACE_CRASHES = "no-namespace-crashes"
    """A start that names no environment crashes."""

    REFUSED_RESTART_MARKS = "refused-restart-marks"
    """A restart of a queued task is refused, and the task counts as restarted all the same."""

    CROSS_TALK = "cross-talk"
    """Requests under way at the same time share one error value per code, so descriptions get mixed up."""

    PROJECT_SCOPE = "project-scope"
    """Only the project named in the request is authorized, not the one that the workflow belongs to."""

    CANCEL_WANTS_A_BODY = "cancel-wants-a-body"
    """Cancel does not read the query that its page documents, and refuses the documented request with an empty 400."""

    STAGES_WANT_APPROVAL = "stages-want-approval"
    """The detail of a workflow crashes if one of its stages has no `approval`."""

    OLD_SCRIPT_JOB_CRASHES = "old-script-job-crashes"
    """A script job in the shape that the page shows crashes create and update."""

    APPROVES_BY_JOB = "approves-by-job"
    """Approve takes the generated name of the waiting job, where its page says the name of the stage."""

    NO_SUCH_APPROVAL = "no-such-approval"
    """Approve of what does not wait says less than the page."""

    SHORT_PAGES = "short-pages"
    """The list of tasks has 10 of them on a page, and not the documented 50."""

    UPDATE_RENAMES = "update-renames"
    """An update stores name and project as its body has them, whatever its path says."""

    OLD_TASK_WINS = "old-task-wins"
    """Tasks of a deleted workflow are found before those of a new one with the same key."""

    QUEUE_OUTLIVES = "queue-outlives"
    """Queued tasks of a deleted workflow run all the same."""

    RUNNING_COMES_BACK = "running-comes-back"
    """A task that ran when its workflow was deleted is listed again once it has ended."""

    NULL_APPROVAL_CRASHES = "null-approval-crashes"
    """The body `null` crashes approve."""

    BARE_REPO_CRASHES = "bare-repo-crashes"
    """Running with a repository parameter that has no `repo` crashes."""

    ADMINS_EXECUTE = "admins-execute"
    """A system administrator may execute any manual step, where the page says only its executors."""


PRODUCT_DEFECTS = frozenset(
    {
        *(Defect.DOCUMENTED_BODY_CRASHES, Defect.NULL_BODY_CRASHES, Defect.REFUSED_RESTART_MARKS),
        *(Defect.CROSS_TALK, Defect.PROJECT_SCOPE),
    }
)
"""Those of the calls on product workflows."""
PRODUCT_BEHAVIOURS: Mapping[str, frozenset[Defect]] = {
    **dict.fromkeys(("perfect", "perfect-1.8.0", "perfect-1.9.0"), frozenset[Defect]()),
    **dict.fromkeys(("1.7.0", "1.7.1"), PRODUCT_DEFECTS),
    **dict.fromkeys(("1.8.0", "1.9.0"), PRODUCT_DEFECTS | {Defect.NO_NAMESPACE_CRASHES}),
}
"""Name of a behaviour with product workflows alone to its defects."""

_ALWAYS: tuple[Version, Version] = (0,), (9,)
_CUSTOM_DEFECTS: Mapping[Defect, tuple[Version, Version]] = {
    **dict.fromkeys((Defect.DOCUMENTED_BODY_CRASHES, Defect.NULL_BODY_CRASHES), ((0,), (3, 4, 1))),
    Defect.CROSS_TALK: _ALWAYS,
    Defect.PROJECT_SCOPE: _ALWAYS,
    Defect.CANCEL_WANTS_A_BODY: ((0,), (3, 4)),
    Defect.STAGES_WANT_APPROVAL: ((1, 18), (3, 1)),
    Defect.OLD_SCRIPT_JOB_CRASHES: ((3, 4), (9,)),
    Defect.APPROVES_BY_JOB: ((3, 1), (9,)),
    Defect.NO_SUCH_APPROVAL: ((2, 2), (9,)),
    Defect.SHORT_PAGES: _ALWAYS,
    Defect.UPDATE_RENAMES: _ALWAYS,
    Defect.OLD_TASK_WINS: _ALWAYS,
    Defect.QUEUE_OUTLIVES: ((0,), (4, 3)),
    Defect.RUNNING_COMES_BACK: ((4, 3), (9,)),
    Defect.NULL_APPROVAL_CRASHES: _ALWAYS,
    Defect.BARE_REPO_CRASHES: ((3, 1), (9,)),
    Defect.ADMINS_EXECUTE: ((5, 0), (9,)),
}
"""Defect of a server with custom workflows to the first release that has it, and the first that no longer has."""
_CUSTOM_RELEASES: tuple[Version, ...] = ((2, 3, 0), (3, 0, 0), (3, 4, 1), (4, 3, 0), (5, 0, 0))
CUSTOM_RELEASES: Mapping[str, Version] = {
    name: version
    for version in _CUSTOM_RELEASES
    for name in (".".join(map(str, version)), f"perfect-{version[0]}.{version[1]}")
}
"""Name of a behaviour with custom workflows to its release."""


def _defects_of(name: str) -> frozenset[Defect]:
    version = CUSTOM_RELEASES[name]
    has = {defect for defect, (first, mended) in _CUSTOM_DEFECTS.items() if first <= version < mended}
    return frozenset() if name.startswith("perfect") else frozenset(has)


BEHAVIOURS: Mapping[str, frozenset[Defect]] = {
    **PRODUCT_BEHAVIOURS,
    **{name: _defects_of(name) for name in CUSTOM_RELEASES},
}
"""Name of a behaviour to its defects. `1.7.0` behaves as servers of that release do; `perfect` as the page promises,
and `perfect-1.8.0` as a server of that release would without its defects."""

RELEASE_OF: Mapping[str, str] = {
    **{name: name.removeprefix("perfect-") for name in PRODUCT_BEHAVIOURS},
    "perfect": "1.7.0",
    **{name: ".".join(map(str, version)) for name, version in CUSTOM_RELEASES.items()},
}
"""Name of a behaviour to the release whose calls it has."""

SINCE_1_8 = frozenset({"perfect-1.8.0", "perfect-1.9.0", "1.8.0", "1.9.0"} | CUSTOM_RELEASES.keys())
"""Behaviours that start a product workflow's task as servers from 1.8.0 on do: a start that names no project is about
the workflow's own, and the answer names it."""
