"""What a chat is told of a run: verdict, cause, counts and where to read on, as plain text."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.i18n.translate import localized, say, word
from contracts.report.summary.groups import groups
from contracts.report.summary.terminal import STYLES, breach_line
from contracts.text.frozen import dataclass
from contracts.text.printable import printable
from contracts.text.redact import register

CAUSES = 3
"""Causes that are told; a report has all."""
LONGEST = 160
"""Characters of a line: a server's answer may stand in it, and the smallest message of a service has 2,048 bytes."""


@dataclass(frozen=True)
class Card:
    """One message.

    title, lines: what it says.
    style: good, bad or doubtful, as a run that left something, on a stand-in or of a part of its profile.
    link: where to read on; empty: nowhere.
    read_on: what the link is called.
    facts: the same for programs.
    """

    title: str
    lines: tuple[str, ...]
    style: str
    link: str
    read_on: str
    facts: Mapping[str, Any]

    @property
    def text(self) -> str:
        """Its lines, without title and link."""
        return "\n".join(self.lines)


def card(verdict: Mapping[str, Any], link: str, lang: str) -> Card:
    """Return the card of a run in a language, from what verdict.json says."""
    run, counts = verdict["run"], verdict["counts"]
    facts = {key: verdict[key] for key in ("verdict", "exit", "reasons", "counts")}
    facts |= {"run": {key: run[key] for key in ("id", "release", "profile", "host", "stand_in")}}
    name, code = word(lang, verdict["verdict"]).upper(), verdict["exit"]
    on = say(lang, " on the stand-in ({behaviour})", run["stand_in"]) if run["stand_in"] else ""
    less = counts["leaks"] or run["stand_in"] or verdict["plan"].get("unselected")
    return Card(
        title=say(lang, "Zadig contract{on}: {verdict} (exit {exit})", on, name, code),
        lines=tuple(_line(line) for line in _lines(verdict, lang)),
        style="doubtful" if less and code != 1 else STYLES[verdict["verdict"]],
        link=link,
        read_on=say(lang, "Read on"),
        facts=facts,
    )


def _lines(verdict: Mapping[str, Any], lang: str) -> Iterator[str]:
    run, counts = verdict["run"], verdict["counts"]
    target = run["host"]
    if run["stand_in"]:
        target = say(lang, "the stand-in ({behaviour}), which says nothing about a live Zadig", run["stand_in"])
    yield say(lang, "release {release}, profile {profile}, on {target}", run["release"], run["profile"], target)
    held = say(lang, "{held} of {planned} cases held", counts["held"], counts["planned"])
    yield say(lang, "{held}: {reasons|; }", held, verdict["reasons"]) if verdict["reasons"] else held
    if left := len(verdict["plan"].get("unselected", ())):
        yield say(lang, "only a part of the profile: {n} of its cases were not selected", left)
    causes = groups(verdict)
    for cause in causes[:CAUSES]:
        case = cause.first
        why = breach_line(case["breaches"][0], lang) if case["breaches"] else localized(case["reason"], lang)
        yield say(lang, "{result} {case} × {n}: {why}", word(lang, cause.result), case["case"], len(cause.cases), why)
    if len(causes) > CAUSES:
        yield say(lang, "… and {n} more causes", len(causes) - CAUSES)


def _line(text: str) -> str:
    shown = register.mask(printable(" ".join(text.split())))
    return f"{shown[: LONGEST - 1]}…" if len(shown) > LONGEST else shown
