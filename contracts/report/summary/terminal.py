"""The summary that a run ends with in the terminal, from verdict.json's data alone."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from contracts.i18n.locale import ENGLISH
from contracts.i18n.translate import say, translated
from contracts.report.summary.groups import Group, groups
from contracts.report.summary.localized import came, came_back, place, promised, told
from contracts.text.tables import columns

COLUMNS = ("held", "breach", "drift", "known", "crashed", "blocked", "unreachable")
BLOCKS, LINES = 5, 6
"""Causes that are told in full, and after them in a line each, so that all fits one screen; verdict.json has all."""
BREACHES = 6
"""Breaches of one case that are told."""
USUAL = {
    "release": "1.7.0",
    "profile": "regression",
    "api_prefix": "/api/aslan",
    "project": None,
    "deviations": None,
    "drift": "fail",
    "unknown_fields": "report",
}
"""Settings that decide what a case does or means, and their defaults."""
USUAL_COMMAND = "pytest tests/api"
"""How cases are run where the verdict does not say it."""
STYLES = {"accepted": "good", "rejected": "bad", "inconclusive": "doubtful", "breach": "bad", "drift": "bad"}
"""How a verdict or a result looks; what is not here is doubtful."""


class Line(NamedTuple):
    """One line of the summary; `style` is good, bad, doubtful, faint or empty."""

    text: str
    style: str = ""


def summary(verdict: Mapping[str, Any], folder: str, lang: str = ENGLISH) -> Iterator[Line]:
    """Yield the lines of the summary in a language; the verdict comes last, where the eye is."""
    yield from map(Line, _head(verdict, lang))
    yield Line("")
    yield from map(Line, _table(verdict["table"], lang))
    causes = iter(groups(verdict))
    for cause in islice(causes, BLOCKS):
        title, *rest = block(cause.first, verdict["run"], others=cause.cases[1:], title=cause.result, lang=lang)
        yield Line("")
        yield Line(title, STYLES.get(cause.result, "doubtful"))
        yield from map(Line, rest)
    yield from _in_short(list(causes), folder, lang)
    yield from map(Line, _deviations(verdict, lang))
    yield from map(Line, _notes(verdict, lang))
    yield Line("")
    yield Line(verdict_line(verdict, lang), STYLES[verdict["verdict"]])
    yield Line(f"{folder}/report.html", "faint")


def _in_short(causes: Sequence[Group], folder: str, lang: str) -> Iterator[Line]:
    if causes:
        yield Line("")
    for cause in causes[:LINES]:
        case = cause.first
        why = breach_line(case["breaches"][0], lang) if case["breaches"] else translated(case["reason"], lang)
        title = _title(cause.result, case["case"], len(cause.cases), lang)
        yield Line(title + say(lang, ": ") + why, STYLES.get(cause.result, "doubtful"))
    if len(causes) > LINES:
        more = say(lang, "… and {n} more causes, in {folder}/report.html", n=len(causes) - LINES, folder=folder)
        yield Line(more, "doubtful")


def _title(result: str, case: str, count: int, lang: str) -> str:
    title = f"{say(lang, result).upper()}  {case}"
    return say(lang, "{title}  × {n} cases", title=title, n=count) if count > 1 else title


def verdict_line(verdict: Mapping[str, Any], lang: str = ENGLISH) -> str:
    """Return the verdict in one line."""
    run, counts = verdict["run"], verdict["counts"]
    on = say(lang, " on the stand-in ({behaviour})", behaviour=run["stand_in"]) if run["stand_in"] else ""
    why = say(lang, ": ") + told(verdict["reasons"], lang) if verdict["reasons"] else ""
    known = say(lang, ", {n} known", n=counts["known"]) if counts["known"] else ""
    held = say(lang, "{held} of {planned} held{known}", held=counts["held"], planned=counts["planned"], known=known)
    word = say(lang, verdict["verdict"]).upper()
    whole = "VERDICT{on}: {verdict}{why} ({held}, exit {exit})"
    return say(lang, whole, on=on, verdict=word, why=why, held=held, exit=verdict["exit"])


def _head(verdict: Mapping[str, Any], lang: str) -> Iterator[str]:
    run = verdict["run"]
    target = run["base_url"] + run["api_prefix"]
    if run["stand_in"]:
        marked = "{target}  ** stand-in, behaviour {behaviour}: this says nothing about a live Zadig **"
        target = say(lang, marked, target=target, behaviour=run["stand_in"])
    yield say(lang, "target   {target}", target=target)
    about = "release  {release}   profile  {profile}   run  {run}"
    yield say(lang, about, release=run["release"], profile=run["profile"], run=run["id"])


def _table(rows: Sequence[Mapping[str, Any]], lang: str) -> Iterator[str]:
    shown = [column for column in COLUMNS if column == "held" or any(row[column] for row in rows)]
    sums: dict[str, Counter[str]] = {}
    for row in rows:
        sums.setdefault(row["operation"], Counter()).update({column: row[column] for column in shown})
    cells = [[operation, *(counts[column] or "" for column in shown)] for operation, counts in sums.items()]
    if cells:
        yield from columns([say(lang, name) for name in ("operation", *shown)], cells)


Cases = Sequence[Mapping[str, Any]]


def block(
    case: Mapping[str, Any], run: Mapping[str, Any], others: Cases = (), title: str = "", lang: str = ENGLISH
) -> list[str]:
    """Return the lines that say what happened to one case, what was promised where, and how to see it again."""
    lines = [_title(title or case["result"], case["case"], len(others) + 1, lang)]
    if others:
        lines.append(say(lang, "  the same in {cases}", cases=_some([other["case"] for other in others], lang)))
    if case["promised"] and case["breaches"]:
        schema = case["wanted"]["schema"] if case["wanted"] else ""
        lines.append(say(lang, "  promised by {source}", source=", ".join(filter(None, (case["promised"], schema)))))
    lines += [f"  {breach_line(breach, lang)}" for breach in case["breaches"][:BREACHES]]
    if len(case["breaches"]) > BREACHES:
        lines.append(say(lang, "  … and {n} more in this answer", n=len(case["breaches"]) - BREACHES))
    if case["reason"]:
        lines.append(f"  {translated(case['reason'], lang)}")
    for exchange in case["evidence"][:1]:
        lines.append(say(lang, "  came back: {came}", came=came_back(exchange, lang)))
        if not run["embedded"]:  # the run's own stand-in is gone
            lines.append(say(lang, "  again: {line}", line=case["again"] or exchange["curl"]))
    lines.append(say(lang, "  alone: {line}", line=alone(case, run)))
    return lines


def alone(case: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """Return the command that runs one case in the same way."""
    return f"{run.get('command') or USUAL_COMMAND} -k {shlex.quote('[' + case['case'] + ']')}{_options(run)}"


def tool(run: Mapping[str, Any]) -> str:
    """Return the command in front of `sweep` and the others, where the run was."""
    command = run.get("command") or USUAL_COMMAND
    return "python -m contracts" if command == USUAL_COMMAND else command.removesuffix(" run")


def _options(run: Mapping[str, Any]) -> str:
    """Return the options without which another run would not be the same."""
    chosen = {"base_url": run["base_url"]}
    if run["embedded"]:
        chosen = {} if run["stand_in"].startswith("perfect") else {"behaviour": run["stand_in"]}
    chosen |= {name: run["settings"][name] for name in USUAL if run["settings"].get(name, USUAL[name]) != USUAL[name]}
    return "".join(f" --{name.replace('_', '-')} {shlex.quote(value)}" for name, value in chosen.items())


def breach_line(breach: Mapping[str, Any], lang: str = ENGLISH) -> str:
    """Return one broken promise in one line."""
    where = place(breach, lang)
    if not breach["where"].startswith(breach["kind"]):
        where = say(lang, "{kind} at {where}", kind=say(lang, breach["kind"]), where=where)
    drift = say(lang, " (drift)") if breach["drift"] else ""
    whole = "{place}{drift}: promised {promised}, came {came}"
    return say(lang, whole, place=where, drift=drift, promised=promised(breach, lang), came=came(breach, lang))


def _some(names: Sequence[str], lang: str) -> str:
    shown = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
    return say(lang, "{n}: {names}", n=len(names), names=shown)


def _deviations(verdict: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Yield what was seen of each known deviation, with one case as evidence, and what is fixed."""
    cases = {case["case"]: case for case in verdict["cases"]}
    for row in verdict["deviations"]:
        means = translated(row["means"], lang)
        if row["seen"]:
            case = cases[row["seen"][0]]
            yield ""
            yield say(lang, "KNOWN DEVIATION  {id}: {means}", id=row["id"], means=means)
            seen = "  seen in {cases}; since {since}, to be looked at again by {expires}"
            yield say(lang, seen, cases=_some(row["seen"], lang), since=row["since"], expires=row["expires"])
            yield from (f"  {breach_line(breach, lang)}" for breach in case["breaches"][:BREACHES])
        if row["fixed"]:
            yield ""
            fixed = "FIXED  {id} no longer shows in {cases}: {means}"
            yield say(lang, fixed, id=row["id"], cases=", ".join(row["fixed"]), means=means)


def _notes(verdict: Mapping[str, Any], lang: str) -> Iterator[str]:
    if verdict["unknown_fields"]:
        yield ""
        yield say(lang, "keys that nobody documented:")
        for item in verdict["unknown_fields"][:LINES]:
            key = "  {operation}  {path}  × {n} cases"
            yield say(lang, key, operation=item["operation"], path=item["path"], n=item["count"])
        yield from _more(len(verdict["unknown_fields"]), lang)
    if verdict["leaks"]:
        yield ""
        yield say(lang, "left behind on the target ({tool} sweep removes it):", tool=tool(verdict["run"]))
        yield from (f"  {translated(leak, lang)}" for leak in verdict["leaks"][:LINES])
        yield from _more(len(verdict["leaks"]), lang)
    if verdict["run"]["notes"]:
        yield ""
        yield from (say(lang, "note: {note}", note=translated(note, lang)) for note in verdict["run"]["notes"])


def _more(count: int, lang: str) -> Iterator[str]:
    if count > LINES:
        yield say(lang, "  … and {n} more", n=count - LINES)
