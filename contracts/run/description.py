"""What a run was about: target, release, suite, settings and times, as verdict.json tells it."""

import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from contracts.case.cleanup import clock
from contracts.catalog.release import load
from contracts.http.disturbance import BY_NAME
from contracts.paths import RUN
from contracts.profiles import EXPLORE
from contracts.run.metrics import slow_answers
from contracts.run.plan import not_shown, notes
from contracts.run.session import Session
from contracts.run.shards import recorded
from contracts.run.verdict import Run
from contracts.run.version import suite
from contracts.settings.settings import AUTO, FILE
from contracts.target.connect import exploring
from contracts.target.pace import at_once
from contracts.text.message import Message, msg


def title(session: Session) -> str:
    """Return in one line what the target is, and what says so."""
    settings = session.settings
    if session.meant is not None and session.meant.base_url is not None:
        return msg("{target}, to which a dry run sends nothing", session.meant.base_url)
    if settings.base_url is None:
        return msg("the stand-in ({behaviour}); set ZADIG_BASE_URL or --base-url for a live Zadig", settings.behaviour)
    target = f"{settings.base_url}{settings.api_prefix}"
    if session.probe.behaviour:
        target = msg("{base_url}, a stand-in ({behaviour})", settings.base_url, session.probe.behaviour)
    return msg("{target}, set by {source}", target, settings.source("base_url"))


def explores(session: Session) -> Iterator[str]:
    """Yield what a run sends at most that does nothing but explore."""
    if session.settings.profile == EXPLORE:
        bounds = exploring(session.settings, session.run_id)
        most = msg(
            "explores: sends at most {n} requests, its clean-up included; seed {seed}", bounds.requests, bounds.seed
        )
        limit = "explores: sends at most {n} requests in at most {seconds} s, its clean-up included; seed {seed}"
        limited = msg(limit, bounds.requests, f"{bounds.seconds:g}", bounds.seed)
        yield limited if bounds.seconds < math.inf else most


def about(session: Session) -> Run:
    """Return what a session's run is about, up to now."""
    base_url = session.settings.base_url or session.probe.base_url
    return Run(
        id=session.run_id,
        started=session.started.isoformat(timespec="seconds"),
        ended=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - session.clock, 3),
        release=session.release,
        profile=session.settings.profile,
        base_url=base_url,
        host=urlsplit(base_url).netloc,
        api_prefix=session.settings.api_prefix,
        stand_in=session.behaviour,
        embedded=session.settings.base_url is None,
        shard=session.settings.shard,
        drift=session.settings.drift,
        unknown_fields=session.settings.unknown_fields,
        notes=[*notes(session.cases, session.scope), *_not_shown(session), *_remarks(session)],
        suite=suite(),
        command=RUN,
        command_line=session.command_line,
        settings=session.settings.to_json(),
    )


def _not_shown(session: Session) -> Iterator[str]:
    if session.settings.base_url is not None and (told := not_shown(session.cases, session.scope)):
        yield told


def _weather(session: Session) -> Iterator[str]:
    """Yield what stood between the suite and the target, and did not change a result."""
    for name, sign in BY_NAME.items():
        if not (n := session.done_again[name]):
            continue
        if sign.load:
            own = (
                "{n} cases failed under load and held alone ({why}): slowed down from {wished} to {pace} cases at once"
            )
            by_itself = "{n} cases failed under load and held alone ({why}): at most {pace} cases at once from then on"
            wished = session.settings.in_flight
            yield (
                msg(by_itself, n, sign.says, session.pace)
                if wished == AUTO
                else msg(own, n, sign.says, wished, session.pace)
            )
        else:
            yield msg("{n} cases held when run again: {why}", n, sign.says)
    yield from ends_early(session)


def ends_early(session: Session) -> Iterator[Message]:
    """Yield the warning where the token may end before the run does, by how long its cases once took."""
    if not session.unopened and session.target.expires < session.started.timestamp() + _need(session):
        ends = datetime.fromtimestamp(session.target.expires, UTC)
        soon = "the token expires at {time}, which may be before the run ends; set one that is valid longer"
        yield msg(soon, clock(ends))


def _need(session: Session) -> float:
    """Return about how many seconds a run takes, by how long its cases once took one after the other."""
    seconds = recorded(session.release)
    return sum(seconds.get(case, 0.0) for case in session.planned) / at_once(session.settings.in_flight)


def _remarks(session: Session) -> list[str]:
    """Return what else there is to say: tests that failed by themselves, and what is known of the release."""
    said: list[str] = []
    if left := len(session.unselected):
        whole = len(session.of_profile)
        part = "{n} of the {of} cases of the profile {profile} were selected; a gate accepts that only with --selection"
        said.append(msg(part, whole - left, whole, session.settings.profile))
    if rows := session.settings.from_file:
        said.append(msg("set by {file}: {settings|, }", FILE, rows))
    if session.settings.base_url is not None and session.probe.told and not session.probe.trouble:
        said.append(session.probe.told)
    if session.administrator:
        said.append(
            msg(
                "the token is a system administrator's, so permissions were not tested; "
                "use the token of an ordinary member of the project"
            )
        )
    if session.settings.deviations not in (None, "none") and not session.expected:
        useless = "{file} has no effect: {behaviour} is a stand-in that is expected to show no deviation"
        said.append(msg(useless, session.settings.deviations, session.behaviour))
    if session.lacking:
        missing = "{n} flows and concurrent scenarios need calls that the release does not have: {names}"
        said.append(msg(missing, len(session.lacking), ", ".join(session.lacking)))
    if silent := load(session.release).not_described:
        undescribed = "{n} operations are not described, so no case knows what they should return: {names}"
        said.append(msg(undescribed, len(silent), ", ".join(silent)))
    said += [msg("{failure}; --tb=short shows the details", failure) for failure in session.other_failures]
    said += _weather(session)
    said += filter(None, [slow_answers(session.outcomes)])
    said += session.clean_up.remarks
    newer = load(session.release).binding.newer
    if newer and any(newer.key in outcome["unknown"] for outcome in session.outcomes):
        later = "{call} responds with {key}, as {release} and later do; consider --release {setting}"
        said.append(msg(later, newer.call, newer.key.removeprefix("$."), newer.release, newer.release))
    return said
