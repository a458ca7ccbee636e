"""What a run was about: target, release, suite, settings and times, as verdict.json tells it."""

import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from contracts.catalog.cases import cases
from contracts.catalog.release import load
from contracts.paths import RUN
from contracts.run.plan import notes
from contracts.run.session import Session
from contracts.run.verdict import Run
from contracts.run.version import suite
from contracts.settings.settings import FILE
from contracts.text.message import msg


def title(session: Session) -> str:
    """Return in one line what the target is, and what says so."""
    settings = session.settings
    if settings.base_url is None:
        return msg("the stand-in ({behaviour}); set ZADIG_BASE_URL or --base-url for a live Zadig", settings.behaviour)
    target = f"{settings.base_url}{settings.api_prefix}"
    if session.probe.behaviour:
        target = msg("{base_url}, a stand-in ({behaviour})", settings.base_url, session.probe.behaviour)
    return msg("{target}, set by {source}", target, settings.source("base_url"))


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
        notes=[*notes(cases(session.release), session.scope), *_remarks(session)],
        suite=suite(),
        command=RUN,
        settings=session.settings.to_json(),
    )


def _remarks(session: Session) -> list[str]:
    """Return what else there is to say: tests that failed by themselves, and what is known of the release."""
    said: list[str] = []
    if rows := session.settings.from_file:
        said.append(msg("set by {file}: {settings|, }", FILE, rows))
    if session.settings.base_url is not None and session.probe.told and not session.probe.trouble:
        said.append(session.probe.told)
    if session.administrator:
        said.append(
            msg(
                "the token is a system administrator's, so nothing about permissions was shown; "
                "use the token of an ordinary member of the project"
            )
        )
    if session.lacking:
        missing = "{n} flows and concurrent scenarios need calls that the release does not have: {names}"
        said.append(msg(missing, len(session.lacking), ", ".join(session.lacking)))
    if silent := load(session.release).not_described:
        undescribed = "{n} operations are not described, so no case can tell what they should answer: {names}"
        said.append(msg(undescribed, len(silent), ", ".join(silent)))
    said += [msg("{failure}; see it with --tb=short", failure) for failure in session.other_failures]
    said += session.clean_up.remarks
    newer = load(session.release).binding.newer
    if newer and any(newer.key in outcome["unknown"] for outcome in session.outcomes):
        later = "{call} answers with {key}, as {release} and later do; --release {setting} may be right"
        said.append(msg(later, newer.call, newer.key.removeprefix("$."), newer.release, newer.release))
    return said
