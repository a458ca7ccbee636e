"""The summary that a run ends with in the terminal, from verdict.json's data alone."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from contracts.report.columns import columns
from contracts.report.groups import Group, groups

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


def summary(verdict: Mapping[str, Any], folder: str) -> Iterator[Line]:
    """Yield the lines of the summary; the verdict comes last, where the eye is."""
    yield from map(Line, _head(verdict))
    yield Line("")
    yield from map(Line, _table(verdict["table"]))
    causes = iter(groups(verdict))
    for cause in islice(causes, BLOCKS):
        title, *rest = block(cause.first, verdict["run"], others=cause.cases[1:], title=cause.result)
        yield Line("")
        yield Line(title, STYLES.get(cause.result, "doubtful"))
        yield from map(Line, rest)
    yield from _in_short(list(causes), folder)
    yield from map(Line, _deviations(verdict))
    yield from map(Line, _notes(verdict))
    yield Line("")
    yield Line(verdict_line(verdict), STYLES[verdict["verdict"]])
    yield Line(f"{folder}/report.html", "faint")


def _in_short(causes: Sequence[Group], folder: str) -> Iterator[Line]:
    if causes:
        yield Line("")
    for cause in causes[:LINES]:
        case = cause.first
        why = _breach(case["breaches"][0]) if case["breaches"] else case["reason"]
        yield Line(
            f"{_title(cause.result, case['case'], len(cause.cases))}: {why}", STYLES.get(cause.result, "doubtful")
        )
    if len(causes) > LINES:
        yield Line(f"… and {len(causes) - LINES} more causes, in {folder}/report.html", "doubtful")


def _title(result: str, case: str, count: int) -> str:
    return f"{result.upper()}  {case}" + (f"  × {count} cases" if count > 1 else "")


def verdict_line(verdict: Mapping[str, Any]) -> str:
    """Return the verdict in one line."""
    run, counts = verdict["run"], verdict["counts"]
    on = f" on the stand-in ({run['stand_in']})" if run["stand_in"] else ""
    why = f": {', '.join(verdict['reasons'])}" if verdict["reasons"] else ""
    known = f", {counts['known']} known" if counts["known"] else ""
    held = f"{counts['held']} of {counts['planned']} held{known}"
    return f"VERDICT{on}: {verdict['verdict'].upper()}{why} ({held}, exit {verdict['exit']})"


def _head(verdict: Mapping[str, Any]) -> Iterator[str]:
    run = verdict["run"]
    target = run["base_url"] + run["api_prefix"]
    if run["stand_in"]:
        target += f"  ** stand-in, behaviour {run['stand_in']}: this says nothing about a live Zadig **"
    yield f"target   {target}"
    yield f"release  {run['release']}   profile  {run['profile']}   run  {run['id']}"


def _table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    shown = [column for column in COLUMNS if column == "held" or any(row[column] for row in rows)]
    sums: dict[str, Counter[str]] = {}
    for row in rows:
        sums.setdefault(row["operation"], Counter()).update({column: row[column] for column in shown})
    cells = [[operation, *(counts[column] or "" for column in shown)] for operation, counts in sums.items()]
    if cells:
        yield from columns(["operation", *shown], cells)


Cases = Sequence[Mapping[str, Any]]


def block(case: Mapping[str, Any], run: Mapping[str, Any], others: Cases = (), title: str = "") -> list[str]:
    """Return the lines that say what happened to one case, what was promised where, and how to see it again."""
    lines = [_title(title or case["result"], case["case"], len(others) + 1)]
    if others:
        lines.append(f"  the same in {_some([other['case'] for other in others])}")
    if case["promised"] and case["breaches"]:
        schema = case["wanted"]["schema"] if case["wanted"] else ""
        lines.append(f"  promised by {case['promised']}{f', {schema}' if schema else ''}")
    lines += [f"  {_breach(breach)}" for breach in case["breaches"][:BREACHES]]
    if len(case["breaches"]) > BREACHES:
        lines.append(f"  … and {len(case['breaches']) - BREACHES} more in this answer")
    if case["reason"]:
        lines.append(f"  {case['reason']}")
    for exchange in case["evidence"][:1]:
        came = exchange["failure"] or f"HTTP {exchange['status']}, {_body(exchange['body'])}"
        lines.append(f"  came back: {came}")
        if not run["embedded"]:  # the run's own stand-in is gone
            lines.append(f"  again: {case['again'] or exchange['curl']}")
    lines.append(f"  alone: {alone(case, run)}")
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


def _breach(breach: Mapping[str, Any]) -> str:
    place = breach["where"] if breach["where"].startswith(breach["kind"]) else f"{breach['kind']} at {breach['where']}"
    drift = " (drift)" if breach["drift"] else ""
    return f"{place}{drift}: promised {breach['promised']}, came {breach['came']}"


def _body(body: str) -> str:
    text = " ".join(body.split())
    return (text[:300] + "…" if len(text) > 300 else text) or "an empty body"


def _some(names: Sequence[str]) -> str:
    return f"{len(names)}: {', '.join(names[:6])}{', …' if len(names) > 6 else ''}"


def _deviations(verdict: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was seen of each known deviation, with one case as evidence, and what is fixed."""
    cases = {case["case"]: case for case in verdict["cases"]}
    for row in verdict["deviations"]:
        if row["seen"]:
            case = cases[row["seen"][0]]
            yield ""
            yield f"KNOWN DEVIATION  {row['id']}: {row['means']}"
            yield f"  seen in {_some(row['seen'])}; since {row['since']}, to be looked at again by {row['expires']}"
            yield from (f"  {_breach(breach)}" for breach in case["breaches"][:BREACHES])
        if row["fixed"]:
            yield ""
            yield f"FIXED  {row['id']} no longer shows in {', '.join(row['fixed'])}: {row['means']}"


def _notes(verdict: Mapping[str, Any]) -> Iterator[str]:
    if verdict["unknown_fields"]:
        yield ""
        yield "keys that nobody documented:"
        for item in verdict["unknown_fields"][:LINES]:
            yield f"  {item['operation']}  {item['path']}  × {item['count']} cases"
        if len(verdict["unknown_fields"]) > LINES:
            yield f"  … and {len(verdict['unknown_fields']) - LINES} more"
    if verdict["leaks"]:
        yield ""
        yield f"left behind on the target ({tool(verdict['run'])} sweep removes it):"
        yield from (f"  {leak}" for leak in verdict["leaks"][:LINES])
        if len(verdict["leaks"]) > LINES:
            yield f"  … and {len(verdict['leaks']) - LINES} more"
    if verdict["run"]["notes"]:
        yield ""
        yield from (f"note: {note}" for note in verdict["run"]["notes"])
