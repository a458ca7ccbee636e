"""Known deviations: what a named release is known to break, by exactly what shows, with a source and an expiry."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from contracts.case.outcome import Outcome
from contracts.catalog.cases import Case, cases
from contracts.catalog.release import Release, files_of
from contracts.catalog.stories import stories
from contracts.check.breach import Kind
from contracts.http.disturbance import SERVER_ERROR
from contracts.paths import CASES
from contracts.report.verdict_rules import Result
from contracts.text import toml
from contracts.text.errors import InputError
from contracts.text.frozen import dataclass
from contracts.text.message import Message, about, msg
from contracts.text.near import near
from contracts.text.strict_json import is_page

FILE = "deviations.toml"
EXPLORES = "explore"
"""What stands in the place of an operation where a case explores."""
_KEYS = {"means", "releases", "source", "since", "expires", "shows"}


class DeviationsError(InputError):
    """A file of deviations cannot be used; one line names the file, the row and what to do."""


@dataclass(frozen=True)
class Deviation:
    """One known deviation.

    id, means: its name, and what it is in words.
    releases: those that have it.
    source, since, expires: who says so, from which release on, and until when that is believed.
    shows: case id, or a pattern with `*`, to the exact signatures that show there. A case named by its id must show it,
        or it is fixed; one that only a pattern names may.
    """

    id: str
    means: str
    releases: tuple[str, ...]
    source: str
    since: str
    expires: date
    shows: Mapping[str, frozenset[str]]

    def matches(self, outcome: Outcome) -> bool:
        """Whether exactly this deviation is what an outcome shows, as far as it can be seen."""
        seen = _beside_body if _hidden(outcome) else frozenset
        signatures = seen(breach.signature for breach in outcome.breaches)
        return any(fnmatchcase(outcome.case, case) and signatures == seen(shown) for case, shown in self.shows.items())

    def of(self, case: str) -> frozenset[str]:
        """Return all signatures that a case may show."""
        return frozenset[str]().union(*(shown for name, shown in self.shows.items() if fnmatchcase(case, name)))

    def must_show(self, case: str) -> bool:
        """Whether a case that holds tells that this deviation is fixed."""
        return case in self.shows


def _hidden(outcome: Outcome) -> bool:
    """Whether a page stands in place of a server error's own body, as gateways put one there."""
    return any(
        each.status is not None and each.status >= SERVER_ERROR and is_page(each.body.encode())
        for each in outcome.evidence[:1]
    )


def _beside_body(signatures: Iterable[str]) -> frozenset[str]:
    return frozenset(each for each in signatures if each.partition(":")[0] in (Kind.STATUS, Kind.STATE))


def known(release: Release, setting: str | None, there: Iterable[Case] | None = None) -> tuple[Deviation, ...]:
    """Return the deviations of a release: the shipped ones, and those of the user's own file; `none`: none at all.

    there: the cases that there are; None: those of the release.
    Raises DeviationsError for a file that cannot be used. That the shipped rows can show is held by the suite's tests.
    """
    if setting == "none":
        return ()
    rows = {row.id: row for file in files_of(release, FILE) for row in read(file)}
    own = {row.id: row for row in (read(Path(setting)) if setting else ())}
    for row in own.values():
        if release.name in row.releases:
            hold(row, release, there)
    return tuple(row for row in (rows | own).values() if release.name in row.releases)


def hold(row: Deviation, release: Release, there: Iterable[Case] | None = None) -> None:
    """Raise DeviationsError for a row that no case could ever show, of those that are there or of the release."""
    answers = {case.id: case.answer.status for case in (cases(release.name) if there is None else there)}
    ids = [*answers, *(story.id for story in stories(CASES) if story.is_of(release))]
    for name, signatures in row.shows.items():
        where = f"{row.id}.shows"
        if not any(fnmatchcase(case, name) for case in ids):
            hint = near(name, ids, msg("a case is written like {case}", ids[0]), most=1)
            raise DeviationsError(about(where, "no case {name}; {hint}", repr(name), hint))
        if not signatures:
            raise DeviationsError(about(where, "{name} has no signature; add at least one", name))
        for signature in signatures:
            kind, _, detail = signature.partition(":")
            if kind not in [*Kind]:
                kinds = [str(each) for each in Kind]
                hint = near(kind, kinds, msg("available: {names}", ", ".join(kinds)), most=1)
                raise DeviationsError(about(where, "there is no {name}; {hint}", repr(kind), hint))
            if kind == Kind.STATUS and detail == str(answers.get(name, "")):
                raise DeviationsError(
                    about(where, "{name} returns {status} as expected, so this can never show", name, detail)
                )


def read(path: Path) -> list[Deviation]:
    """Return the rows of one file; raises DeviationsError with one line."""
    table = toml.handed_in(path, DeviationsError)
    return [_deviation(f"{path.name}: {name}", name, row) for name, row in table.items()]


def _deviation(where: str, name: str, row: Any) -> Deviation:
    if not isinstance(row, dict):
        raise DeviationsError(about(where, "should be a table with {keys}", ", ".join(sorted(_KEYS))))
    if missing := _KEYS - row.keys():
        raise DeviationsError(about(where, "lacks {keys}", ", ".join(sorted(missing))))
    if strange := row.keys() - _KEYS:
        raise DeviationsError(about(where, "has the unknown key {key}", repr(min(strange))))
    for key in ("means", "source", "since"):
        if not isinstance(row[key], str):
            raise DeviationsError(about(where, "{key} should be a text", key))
    if not _are_texts(row["releases"]):
        raise DeviationsError(about(where, 'releases should be a list such as ["1.7.0"]'))
    if type(row["expires"]) is not date:  # a datetime is a date too, and cannot be compared with one
        raise DeviationsError(about(where, "expires should be a date such as 2027-06-30, without quotes"))
    if not isinstance(row["shows"], dict) or not row["shows"] or not all(map(_are_texts, row["shows"].values())):
        raise DeviationsError(about(where, "shows should be a table from case id to the signatures that show there"))
    shows = {case: frozenset(signatures) for case, signatures in row["shows"].items()}
    return Deviation(
        id=name,
        means=Message(row["means"]),
        source=row["source"],
        since=row["since"],
        releases=tuple(row["releases"]),
        expires=row["expires"],
        shows=shows,
    )


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def judge(outcome: Outcome, deviations: Iterable[Deviation], today: date) -> Outcome:
    """Return an outcome with what is known of it: a deviation that shows, has expired, or no longer shows."""
    for deviation in _of_many(outcome, [*deviations]) if outcome.operation == EXPLORES else deviations:
        if outcome.result in (Result.BREACH, Result.DRIFT) and deviation.matches(outcome):
            if today > deviation.expires:
                expired = msg("the known deviation {id} expired on {date}", deviation.id, deviation.expires)
                return replace(outcome, reason=expired)
            unseen = msg("its body could not be seen: a gateway's page replaced it")
            reason = unseen if _hidden(outcome) else outcome.reason
            return replace(outcome, result=Result.KNOWN, deviation=deviation.id, reason=reason)
        if outcome.result is Result.HELD and deviation.must_show(outcome.case):
            return replace(outcome, fixed=deviation.id)
    return outcome


def _of_many(outcome: Outcome, deviations: Sequence[Deviation]) -> Sequence[Deviation]:
    """Return the deviations that can be what was found by exploring: it may find several, and not all of each."""
    found = {breach.signature for breach in outcome.breaches}
    rows = [(row, row.of(outcome.case) & found) for row in deviations]
    showing = [row for row, shown in rows if shown]
    if not found or found - frozenset[str]().union(*(shown for _, shown in rows)):
        return ()
    first = min(showing, key=lambda row: row.expires)
    return (replace(first, shows={outcome.case: frozenset(found)}),)


def to_rows(deviations: Sequence[Deviation], outcomes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what a run showed of each deviation, as it stands in verdict.json."""
    seen, fixed = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for outcome in outcomes:
        seen[outcome["deviation"]].append(outcome["case"])
        fixed[outcome["fixed"]].append(outcome["case"])
    return [
        {
            "id": deviation.id,
            "means": deviation.means,
            "source": deviation.source,
            "since": deviation.since,
            "expires": deviation.expires.isoformat(),
            "seen": seen[deviation.id],
            "fixed": fixed[deviation.id],
        }
        for deviation in deviations
    ]
