"""What a run is to do: which cases, by profile, target and tokens; and what is left out, with the reason."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from contracts.catalog.cases import Case, cases
from contracts.catalog.givens import NEEDS_AGENT
from contracts.catalog.release import Release, load
from contracts.catalog.stories import Story, stories
from contracts.paths import CASES
from contracts.profiles import EXPLORE, PROFILES, runs_at
from contracts.settings.settings import Settings, SettingsError, label
from contracts.text.frozen import dataclass
from contracts.text.message import about, msg
from contracts.text.near import near

OTHER_PROJECT = "outsider-project"
"""What a case needs that goes into a project of the outsider's; there where his token and his project are known."""

ADMIN = "admin"
"""The credential of a system administrator: on a live target the main token, where it is one's."""


@dataclass(frozen=True)
class Scope:
    """What a profile and a target allow.

    level: the last one that runs.
    stand_in: whether the target is one.
    authorizes: whether it asks who sends a request.
    credentials: whose tokens there are.
    """

    level: str
    stand_in: bool
    authorizes: bool
    credentials: frozenset[str]


def scope(settings: Settings, *, stand_in: bool, credentials: Collection[str]) -> Scope:
    """Return what the settings and the target allow. Behind one prefix, aslan's own port, nobody is asked who he is."""
    authorizes = settings.api_prefix != load(settings.known_release).binding.open_prefix
    return Scope(PROFILES[settings.profile], stand_in, authorizes, frozenset(credentials))


def limited(settings: Settings, release: Release) -> None:
    """Raise SettingsError where a limit is of a call that the release does not have."""
    if settings.max_p95 is None:
        return
    from contracts.report.limits import limits_of

    known = {*release.operations, *release.support}
    for name in limits_of(settings.max_p95):
        if name and name not in known:
            unknown = "no operation {name}; available: {names}"
            raise SettingsError(about(label("max_p95"), msg(unknown, repr(name), ", ".join(release.operations))))


def selected(release: Release, wished: Sequence[str], unwanted: Sequence[str]) -> frozenset[str]:
    """Return the operations of --operation, all where it is not given, without those of --exclude.

    A flow or concurrent scenario counts as the operation that its id begins with. Raises SettingsError with the nearest
    name for one that no case begins with.
    """
    told = (story.id for story in stories(CASES) if story.is_of(release))
    known = {operation_of(case) for case in (*(case.id for case in cases(release.name)), *told)}
    for option, names in {"--operation": wished, "--exclude": unwanted}.items():
        for name in names:
            if name not in known:
                hint = near(name, known, msg("available: {names}", ", ".join(sorted(known))))
                raise SettingsError(about(option, "no operation {name}; {hint}", repr(name), hint))
    return frozenset(wished or known) - {*unwanted}


def operation_of(case: str) -> str:
    """Return the operation in the id of a case."""
    return case.partition("/")[0]


def left_out(case: Case, allowed: Scope) -> str | None:
    """Return why a case is not planned, or None where it is."""
    if allowed.level == EXPLORE:
        return msg("are not explored")
    if not runs_at(_level(case, allowed), allowed.level):
        return msg("belong to a larger profile")
    if case.lacks:
        return msg("cannot be run: {why}", case.lacks)
    if case.only == "stand-in" and not allowed.stand_in:
        return msg("run on a stand-in only, because what they create could never be removed from a live target")
    if case.needs and not allowed.authorizes:
        return msg("are off: this port of Zadig does not check permissions")
    if case.needs and case.needs not in allowed.credentials:
        names = {"main": "ZADIG_TOKEN", OTHER_PROJECT: msg("ZADIG_OUTSIDER_TOKEN or ZADIG_OUTSIDER_PROJECT")}
        name = names.get(case.needs, f"ZADIG_{case.needs.upper()}_TOKEN")
        return msg("are off: {name} is not set", name)
    if case.request.credential == ADMIN and ADMIN not in allowed.credentials:
        return msg("need a system administrator, and the user of ZADIG_TOKEN is not one")
    return None


def _level(case: Case, allowed: Scope) -> str:
    """Return the level of a case; on a live target, a given that needs an agent takes minutes, so it is nightly."""
    return "nightly" if case.given in NEEDS_AGENT and not allowed.stand_in else case.level


def chosen(rows: Iterable[Case], allowed: Scope) -> list[Case]:
    """Return the rows of the case table that are planned."""
    return [case for case in rows if left_out(case, allowed) is None]


def fits(story: Story, release: Release, allowed: Scope) -> bool:
    """Whether a story is for a profile and a target, as far as the release has what it takes."""
    here = allowed.stand_in or story.only != "stand-in"
    return here and runs_at(story.level, allowed.level) and story.is_of(release)


def of_profile(release: str, rows: Iterable[Case], allowed: Scope) -> list[str]:
    """Return the whole plan of a profile on a target, of these rows and all stories, whatever somebody selects."""
    whole = load(release)
    told = [story for story in stories(CASES) if fits(story, whole, allowed) and not story.lacks(whole)]
    return [*(case.id for case in chosen(rows, allowed)), *(story.id for story in told)]


def notes(rows: Iterable[Case], allowed: Scope) -> list[str]:
    """Return one line per reason for which rows of the case table are left out."""
    reasons = Counter(left_out(case, allowed) for case in rows if allowed.level != EXPLORE)
    return [msg("{n} cases {reason}", count, reason) for reason, count in reasons.items() if reason is not None]


def not_shown(rows: Iterable[Case], allowed: Scope) -> str:
    """Return what a run on a live target cannot show, empty where it is on a stand-in or shows all."""
    left = [case for case in rows if left_out(case, allowed)]
    kinds = {
        msg("what becomes of tasks that an agent has taken"): any(case.given in NEEDS_AGENT for case in left),
        msg("requests without permission"): any(case.needs for case in left),
        msg("what could never be removed from a live target"): any(case.only == "stand-in" for case in left),
        msg("many requests at once"): not runs_at("nightly", allowed.level),
    }
    missing = [] if allowed.stand_in else [kind for kind, is_missing in kinds.items() if is_missing]
    return msg("not tested here: {what|, }; see docs/detection.md", missing) if missing else ""
