"""The summary that a run ends with in the terminal, from verdict.json's data alone."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from contracts.i18n.locale import ENGLISH
from contracts.i18n.translate import localized, say, word
from contracts.report.summary.groups import Group, cases_of, groups
from contracts.report.verdict_rules import in_words, leaks
from contracts.text.message import msg
from contracts.text.printable import printable
from contracts.text.tables import columns

COLUMNS = ("held", "breach", "drift", "known", "crashed", "blocked", "unreachable", "disturbed")
BLOCKS, LINES = 5, 6
"""Causes that are told in full, and after them in a line each, so that all fits one screen; verdict.json has all."""
BREACHES = 6
"""Breaches of one case that are told."""
USUAL = {
    "release": "1.7.0",
    "profile": "regression",
    "api_prefix": "/api/aslan",
    "project": None,
    "cases": None,
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
    parts = [map(Line, _head(verdict, lang)), *_parts(verdict, folder, lang)]
    for text, style in chain(parts[0], *(chain([Line("")], part) for part in parts[1:])):
        yield Line(printable(text), style)


def _parts(verdict: Mapping[str, Any], folder: str, lang: str) -> Iterator[Iterable[Line]]:
    """Yield the parts of the summary below its head."""
    yield map(Line, _table(verdict["table"], lang))
    causes = groups(verdict)
    for cause in causes[:BLOCKS]:
        title, *rest = block(cause.first, verdict["run"], cause.cases[1:], cause.result, lang, folder)
        yield [Line(title, STYLES.get(cause.result, "doubtful")), *map(Line, rest)]
    if len(causes) > BLOCKS:
        yield _in_short(causes[BLOCKS:], folder, lang)
    for lines in (*_deviations(verdict, lang), *_notes(verdict, lang)):
        yield map(Line, lines)
    yield [Line(verdict_line(verdict, lang), STYLES[verdict["verdict"]]), Line(f"{folder}/report.html", "faint")]


def _in_short(causes: Sequence[Group], folder: str, lang: str) -> Iterator[Line]:
    for cause in causes[:LINES]:
        case = cause.first
        why = breach_line(case["breaches"][0], lang) if case["breaches"] else localized(case["reason"], lang)
        title = _title(cause.result, case["case"], len(cause.cases), lang)
        yield Line(say(lang, "{what}: {why}", title, why), STYLES.get(cause.result, "doubtful"))
    if len(causes) > LINES:
        more = say(lang, "… and {n} more causes, in {folder}/report.html", len(causes) - LINES, folder)
        yield Line(more, "doubtful")


def _title(result: str, case: str, count: int, lang: str) -> str:
    title = f"{word(lang, result).upper()}  {case}"
    return say(lang, "{title}  × {n} cases", title, count) if count > 1 else title


def verdict_line(verdict: Mapping[str, Any], lang: str = ENGLISH) -> str:
    """Return the verdict in one line."""
    run, counts = verdict["run"], verdict["counts"]
    on = say(lang, " on the stand-in ({behaviour})", run["stand_in"]) if run["stand_in"] else ""
    why = say(lang, ": {reasons|, }", verdict["reasons"]) if verdict["reasons"] else ""
    known = say(lang, ", {n} known", counts["known"]) if counts["known"] else ""
    held = say(lang, "{held} of {planned} held{known}", counts["held"], counts["planned"], known)
    name = word(lang, verdict["verdict"]).upper()
    return say(lang, "VERDICT{on}: {verdict}{why} ({held}, exit {exit})", on, name, why, held, verdict["exit"])


def _head(verdict: Mapping[str, Any], lang: str) -> Iterator[str]:
    run = verdict["run"]
    target = run["base_url"] + run["api_prefix"]
    if run["stand_in"]:
        marked = "{target}  ** stand-in, behaviour {behaviour}: this says nothing about a live Zadig **"
        target = say(lang, marked, target, run["stand_in"])
    yield say(lang, "target   {target}", target)
    yield say(lang, "release  {release}   profile  {profile}   run  {run}", run["release"], run["profile"], run["id"])


def _table(rows: Sequence[Mapping[str, Any]], lang: str) -> Iterator[str]:
    shown = [column for column in COLUMNS if column == "held" or any(row[column] for row in rows)]
    cells = [[operation, *(counts[column] or "" for column in shown)] for operation, counts in sums(rows).items()]
    if cells:
        yield from columns([say(lang, "operation"), *(word(lang, name) for name in shown)], cells)


def sums(rows: Sequence[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    """Return how many cases of each operation came to each result, from the table of a verdict."""
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(row["operation"], Counter()).update({column: row[column] for column in COLUMNS})
    return found


Cases = Sequence[Mapping[str, Any]]


def block(
    case: Mapping[str, Any],
    run: Mapping[str, Any],
    others: Cases = (),
    title: str = "",
    lang: str = ENGLISH,
    folder: str = "",
) -> list[str]:
    """Return the lines that say what happened to one case, what was promised where, and how to see it again.

    others: cases that show the same. folder: where the run is, where that is known.
    """
    lines = [_title(title or case["result"], case["case"], len(others) + 1, lang)]
    if others:
        lines.append(say(lang, "  the same in {cases}", some([other["case"] for other in others], lang)))
    if case["promised"] and case["breaches"]:
        schema = case["wanted"]["schema"] if case["wanted"] else ""
        lines.append(say(lang, "  source: {source}", ", ".join(filter(None, (case["promised"], schema)))))
    lines += _breach_lines(case, lang)
    if len(case["breaches"]) > BREACHES:
        lines.append(say(lang, "  … and {n} more in this response", len(case["breaches"]) - BREACHES))
    if case["reason"]:
        lines.append(f"  {localized(case['reason'], lang)}")
    for exchange in case["evidence"][:1]:
        lines.append(say(lang, "  response: {came}", came_back(exchange, lang)))
        if folder:
            lines.append(say(lang, "  again: {line}", again(case, run, folder)))
        elif not run["embedded"]:  # the run's own stand-in is gone
            lines.append(say(lang, "  again: {line}", case["again"] or exchange["curl"]))
    lines.append(say(lang, "  alone: {line}", alone(case, run)))
    return list(map(printable, lines))


def again(case: Mapping[str, Any], run: Mapping[str, Any], folder: str = "") -> str:
    """Return the command that does one case of a run once more; `folder`: where the run is, else as it was set."""
    place = folder or run["settings"].get("run_dir") or f"runs/{run['id']}"
    return f"{tool(run)} {shlex.join(['again', str(place), case['case']])}"


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
    return "".join(f" --{name.replace('_', '-')} {shlex.quote(str(value))}" for name, value in chosen.items())


def _breach_lines(case: Mapping[str, Any], lang: str) -> list[str]:
    """Return the broken promises of a case, each with the signature that a known deviation names it by."""
    return [f"  {breach_line(breach, lang)}  [{breach['signature']}]" for breach in case["breaches"][:BREACHES]]


def breach_line(breach: Mapping[str, Any], lang: str = ENGLISH) -> str:
    """Return one broken promise in one line."""
    where = place(breach, lang)
    if not breach["where"].startswith(breach["kind"]):
        where = say(lang, "{kind} at {where}", word(lang, breach["kind"]), where)
    drift = say(lang, " (drift)") if breach["drift"] else ""
    whole = "{place}{drift}: expected {promised}, got {came}"
    return say(lang, whole, where, drift, breach["promised"], breach["came"])


def place(breach: Mapping[str, Any], lang: str) -> str:
    """Return where a breach is: a word of the suite's, or a path or name."""
    return localized(in_words(breach["where"]), lang)


def came_back(exchange: Mapping[str, Any], lang: str, most: int = 300) -> str:
    """Return what an exchange brought back, with at most so many characters of its body."""
    if exchange["failure"]:
        return localized(exchange["failure"], lang)
    body = " ".join(exchange["body"].split())
    shown = f"{body[:most]}…" if len(body) > most else body or msg("an empty body")
    return say(lang, "HTTP {status}, {body}", exchange["status"], shown)


def some(names: Sequence[str], lang: str) -> str:
    """Return how many names there are, and the first of them."""
    shown = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
    return say(lang, "{n}: {names}", len(names), shown)


def _deviations(verdict: Mapping[str, Any], lang: str) -> Iterator[list[str]]:
    """Yield what was seen of each known deviation, with one case as evidence, and what is fixed."""
    shown = {row["seen"][0] for row in verdict["deviations"] if row["seen"]}
    cases = cases_of(verdict, shown)
    for row in verdict["deviations"]:
        if row["seen"]:
            known = say(lang, "KNOWN DEVIATION  {id}: {means}", row["id"], row["means"])
            seen = "  seen in {cases}; since {since}, review by {expires}"
            seen_in = say(lang, seen, some(row["seen"], lang), row["since"], row["expires"])
            yield [known, seen_in, *_breach_lines(cases[row["seen"][0]], lang)]
        if row["fixed"]:
            fixed = "FIXED  {id} no longer shows in {cases}: {means}"
            yield [say(lang, fixed, row["id"], ", ".join(row["fixed"]), row["means"])]


def _notes(verdict: Mapping[str, Any], lang: str) -> Iterator[list[str]]:
    if unknown := verdict["unknown_fields"]:
        key = "  {operation}  {path}  × {n} cases"
        rows = [say(lang, key, item["operation"], item["path"], item["count"]) for item in unknown[:LINES]]
        yield [say(lang, "undocumented response keys:"), *rows, *_more(len(unknown), lang)]
    there, unseen = leaks(verdict)
    for title, left in (
        (msg("left behind on the target ({tool} sweep removes it):"), there),
        (msg("could not be checked, and may still be there ({tool} sweep checks again and removes it):"), unseen),
    ):
        if left:
            told = (f"  {localized(leak, lang)}" for leak in left[:LINES])
            yield [localized(title.put(tool(verdict["run"])), lang), *told, *_more(len(left), lang)]
    if removed := verdict.get("removed"):
        yield [say(lang, "removed at the end of the run: {names}", some(removed, lang))]
    if notes := verdict["run"]["notes"]:
        yield [say(lang, "note: {note}", note) for note in notes]


def _more(count: int, lang: str) -> list[str]:
    return [say(lang, "  … and {n} more", count - LINES)] if count > LINES else []
