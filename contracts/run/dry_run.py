"""A dry run: the cases that a run would have, done on a stand-in of the release, so that what they send is counted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from contracts.catalog.givens import NEEDS_AGENT
from contracts.catalog.release import load
from contracts.i18n.translate import localized, say
from contracts.report.verdict_rules import Result
from contracts.run.plan import notes
from contracts.run.session import Session
from contracts.settings.settings import AUTO, Settings, SettingsError, label
from contracts.text.message import Message, about, msg
from contracts.text.tables import columns

INCOMPLETE = 6
"""The exit code of a dry run that cannot tell."""
ANSWERED_WELL = range(200, 300)
TELLS = (Result.HELD, Result.KNOWN, Result.BREACH, Result.DRIFT)
"""Results of cases that sent all that they have to send."""


def rehearsed(settings: Settings) -> Settings:
    """Return the settings of a dry run, which have no target and no token in them.

    Raises SettingsError where only the target could tell its release.
    """
    if settings.base_url is None:
        return settings
    if settings.release == AUTO:
        untold = msg("only the target can tell it, and a dry run sends it nothing; set it to what the doctor shows")
        raise SettingsError(about(label("release"), untold))
    return replace(settings.on_stand_in(), base_url=None, behaviour="perfect", require_live=False)


def incomplete(session: Session) -> Message | None:
    """Return why nothing was counted, or not all; None where all was."""
    if session.probe.trouble:
        return msg("the built-in stand-in cannot be used: {why}", session.probe.trouble)
    counted = {outcome["case"] for outcome in session.outcomes if outcome["result"] in TELLS}
    missing = sorted({*session.planned} - counted)
    return msg("{n} cases could not be counted, such as {case}", len(missing), missing[0]) if missing else None


def lines(session: Session, meant: Settings, lang: str) -> Iterator[str]:
    """Yield what the planned cases would send: call by call, what they would make, and how long they would wait."""
    release = load(session.release)
    calls = [(step["call"], step["status"]) for outcome in session.outcomes for step in outcome["steps"]]
    sent, well = Counter(call for call, _ in calls), Counter(call for call, status in calls if status in ANSWERED_WELL)
    first = [name for name in release.operations if name in sent]
    names = [*first, *sorted(sent.keys() - {*first})]
    rows = [[name or say(lang, "other"), sent[name], well[name], sent[name] - well[name]] for name in names]
    heads = [msg("operation"), msg("requests"), msg("succeed"), msg("refused")]
    yield from columns([localized(head, lang) for head in heads], rows)
    yield ""
    what = "{cases} cases, {requests} requests, {workflows} workflows created and removed again, {tasks} tasks started"
    made, started = (well[release.call(role).name] for role in ("create", "start"))
    yield say(lang, what, len(session.planned), len(calls), made, started)
    yield from (say(lang, "note: {note}", note) for note in _waits(session, meant))
    yield from (say(lang, "note: {note}", note) for note in notes(session.cases, session.scope))
    if wrong := incomplete(session):
        yield say(lang, "note: {note}", wrong)
    yield say(lang, "DRY RUN: nothing was sent to {target}; there is no verdict", meant.base_url or msg("a target"))


def _waits(session: Session, settings: Settings) -> Sequence[Message]:
    waiting = sum(outcome["given"] in NEEDS_AGENT for outcome in session.outcomes)
    longest = "the longest wait: {seconds} s (--state-timeout), in {n} cases whose task an agent has to take first"
    none = msg("no case waits for a task that an agent has to take first")
    return (
        msg(longest, f"{settings.state_timeout:g}", waiting) if waiting else none,
        msg("the whole run ends after {seconds} s at the latest (--run-timeout)", f"{settings.run_timeout:g}"),
        msg("counted on the built-in stand-in; a live target is also read before the first case and while one waits"),
    )
