"""What a case promises and from where, and what the words and exit codes of a run mean."""

from collections.abc import Iterator, Mapping

import click

from contracts.cli.options import echo, spoken
from contracts.cli.runs import RunsCommand
from contracts.i18n.locale import CHINESE
from contracts.i18n.translate import localized, say, word
from contracts.paths import CASES
from contracts.report.verdict_rules import NO_CASE
from contracts.text.errors import InputError
from contracts.text.message import Message, msg
from contracts.text.near import near

EXITS: Mapping[str, Message] = {
    "0": msg(
        "accepted: every planned case held, or showed exactly its known deviation, and nothing was left behind; release"
    ),
    "1": msg("rejected: a breach, a drift, an expired deviation, or a fixed one under acceptance; do not release"),
    "2": msg("interrupted; run again"),
    "3": msg("an internal error of the suite, or of what it runs on; the message says which, and no release is judged"),
    "4": msg("a mistake in an option, a setting or a file; the message says which and what to do"),
    "5": NO_CASE,
    "6": msg("inconclusive: no conclusion about the release; remove the cause that is named, and run again"),
    "7": msg("accepted, but the run left something behind; release, and sweep"),
}
RESULTS: Mapping[str, Message] = {
    "held": msg("the response and the state afterwards are as expected"),
    "breach": msg("a documented promise is broken; it rejects the run"),
    "drift": msg("differs from observed behaviour that is not documented; it rejects the run, unless --drift warn"),
    "known": msg("exactly what a known deviation of this release says; it rejects nothing until that expires"),
    "crashed": msg("the suite itself failed in this case; the run is inconclusive"),
    "blocked": msg("the precondition of the case could not be set up; the run is inconclusive"),
    "unreachable": msg("no response, and the target does not respond to anything else either; the run is inconclusive"),
    "disturbed": msg("each time, something in front of the product responded in its place; the run is inconclusive"),
    "leak": msg("something that the run made and could not remove, or could not check; sweep removes it"),
}
VERDICTS = {"accepted": "0", "rejected": "1", "inconclusive": "6"}
"""A verdict means what its exit code does."""


@click.command(cls=RunsCommand)
@click.option("--release", metavar="X.Y.Z", help="The release whose case is meant; default: the oldest that has it.")
@click.argument("what", metavar="CASE|RESULT|EXIT")
def explain(what: str, release: str | None) -> None:
    """Explain a case, with the source of what it expects, or a result or an exit code."""
    lang = spoken()
    english = {word(CHINESE, name): name for name in (*RESULTS, *VERDICTS)}  # as reports in Chinese have them
    what = english.get(what, what)
    what = VERDICTS.get(what, what)
    meaning = EXITS.get(what) or RESULTS.get(what)
    for line in [f"{word(lang, what)}: {localized(meaning, lang)}"] if meaning else _case(what, release, lang):
        echo(line)


def _case(name: str, release: str | None, lang: str) -> Iterator[str]:
    """Yield what the release that is asked for, or the first that has the case, says of it."""
    from contracts.catalog.cases import cases
    from contracts.catalog.release import load, releases
    from contracts.catalog.stories import stories

    asked = [release] if release else releases()
    known = {row.id: (each, row) for each in reversed(asked) for row in cases(each)}
    told = {story.id: story for story in stories(CASES)}
    if name in told and name not in known:
        yield say(
            lang,
            "{case}: several requests one after the other or at once, under {level} and above",
            name,
            told[name].level,
        )
        yield say(lang, "  described step by step in {folder}", CASES)
        return
    if name not in known:
        hint = near(name, [*known, *told, *RESULTS, *VERDICTS], msg("a case is written like {case}", next(iter(known))))
        if name.isdecimal():
            hint = msg("exit codes are {codes}", ", ".join(EXITS))
        raise InputError("there is no {name}; {hint}", repr(name), hint)
    first, case = known[name]
    call, answer = load(first).operations[case.operation], case.answer
    yield say(lang, "{case}: release {release}, under {level} and above", name, first, case.level)
    yield say(lang, "  precondition: {given}", case.given)
    yield say(lang, "  sends: {method} {path}", case.request.method or call.method, call.path)
    yield say(lang, "  expects: HTTP {status}, {answer}", answer.status, answer.name)
    if answer.description:
        yield say(lang, "  description: {text}", answer.description)
    if case.after:
        yield say(lang, "  state afterwards: {after}", case.after)
    kind = msg("documented") if case.documented else msg("observed, not documented")
    yield say(lang, "  by: {basis} ({kind})", answer.basis, kind)


COMMANDS = (explain,)
