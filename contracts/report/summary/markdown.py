"""summary.md: what a run came to, for the page of a job or a merge request. It says little and stays small."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from contracts.i18n.locale import ENGLISH
from contracts.i18n.translate import localized, say, word
from contracts.report.markdown_escape import code, text
from contracts.report.summary.groups import Group, groups
from contracts.report.summary.terminal import COLUMNS, again, came_back, place, sums
from contracts.report.verdict_rules import leaks
from contracts.text.errors import of_system
from contracts.text.message import msg
from contracts.text.tables import aligned

BODY = 250
"""Characters of a body that are shown; with a word before them they fit into what is shown of a text."""
BREACHES, CASES = 4, 5
"""Breaches of a case, and names of cases with the same trouble, that are shown."""
VARIABLE = "GITHUB_STEP_SUMMARY"
_MARKS = {"accepted": "✔", "rejected": "✘", "inconclusive": "?"}
_WORDS = {
    0: msg("the target keeps its contract."),
    1: msg("the target breaks its contract."),
    5: msg("no case ran: no conclusion about the release."),
    6: msg("no conclusion about the release; do not treat this as a pass."),
    7: msg("the target keeps its contract, but the run left something behind."),
}
Verdict = Mapping[str, Any]


def render(verdict: Verdict, lang: str = ENGLISH) -> str:
    """Return summary.md for a verdict in a language: under 60 kB, and nothing in it that a server sent does anything.

    Each part has bytes of its own, so that a thousand breaches do not crowd out the leaks.
    """
    part = partial(_part, lang)
    left, doubtful = ([f"- {code(localized(leak, lang))}" for leak in found] for found in leaks(verdict))
    notes = (f"- {text(localized(note, lang))}" for note in verdict["run"]["notes"])
    unknown = (f"- {code(key['operation'])} {code(key['path'])} × {key['count']}" for key in verdict["unknown_fields"])
    parts = [
        part("", _counts(verdict, lang), 9_000, msg("rows")),
        part(
            msg("What is wrong"),
            (_group(group, verdict["run"], lang) for group in groups(verdict)),
            22_000,
            msg("causes"),
        ),
        part(msg("Cases that did not run"), [f"- {code(case)}" for case in verdict["not_run"]], 2_000, msg("cases")),
        part(msg("Known deviations"), _deviations(verdict, lang), 5_000, msg("deviations")),
        part(msg("Left behind on the target"), left, 3_000, msg("leaks")),
        part(msg("Could not be checked, and may be left behind"), doubtful, 3_000, msg("leaks")),
        part(msg("Undocumented response keys"), unknown, 3_000, msg("keys")),
        part(msg("Response times, in ms"), _latency(verdict, lang), 3_000, msg("operations")),
        part(msg("Notes"), notes, 3_000, msg("notes")),
    ]
    whole = "\n\n".join(filter(None, ["\n".join(_head(verdict, lang)), *parts]))
    return f"{whole}\n".encode("utf-8", "backslashreplace").decode()


def append_to_job_summary(markdown: str, environ: Mapping[str, str]) -> str:
    """Append a summary to the page of a GitHub job where there is one; return a warning, empty where all is well."""
    name = environ.get(VARIABLE)
    if not name:
        return ""
    try:
        path = Path(name)
        if path.exists() and not path.is_file():  # a pipe would wait for a reader
            return msg("{variable}: {file} is not a file; the summary is in summary.md only", VARIABLE, name)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as out:
            out.write(f"{markdown}\n")
    except (OSError, ValueError) as error:
        why = of_system(getattr(error, "strerror", None) or error)
        shut = "{variable}: {file} cannot be written: {why}; the summary is in summary.md only"
        return msg(shut, VARIABLE, repr(name), why)
    return ""


def _part(lang: str, title: str, blocks: Iterable[str], room: int, what: str) -> str:
    """Return a part of the page with as many blocks as there is room for, in bytes, and what was left out."""
    kept, left, skipped = [f"## {localized(title, lang)}\n"] if title else [], room, 0
    for block in blocks:
        size = len(block.encode("utf-8", "backslashreplace")) + 1
        if size > left:
            skipped += 1
        else:
            kept.append(block)
            left -= size
    if skipped:
        kept.append(say(lang, "\n… {n} more {what} left out here; verdict.json has all of them", skipped, what))
    return "\n".join(kept) if len(kept) > bool(title) else ""


def _head(verdict: Verdict, lang: str) -> Iterator[str]:
    run, counts, name = verdict["run"], verdict["counts"], word(lang, verdict["verdict"])
    yield say(lang, "# {mark} Zadig contract: {verdict}", _MARKS[verdict["verdict"]], name)
    yield ""
    statement = _WORDS.get(verdict["exit"], "")
    yield say(lang, "**{verdict}** (exit {exit}): {statement}", name.upper(), verdict["exit"], statement)
    if run["stand_in"] is not None:
        no_zadig = "\n> **On the stand-in ({behaviour}): this says nothing about a live Zadig.**"
        yield say(lang, no_zadig, text(run["stand_in"]))
    if verdict["reasons"]:
        reasons = [text(localized(reason, lang), 100) for reason in verdict["reasons"][:6]]
        yield say(lang, "\nWhy: {reasons|; }", reasons)
    known = say(lang, ", {n} as a known deviation", counts["known"]) if counts["known"] else ""
    held = "\n{held} of {planned} planned cases held{known}."
    yield say(lang, held, counts["held"], counts["planned"], known)
    commit = f" ({run['suite']['commit']})" if run["suite"]["commit"] else ""
    shard = say(lang, ", part {shard}", run["shard"]) if run["shard"] else ""
    rows = {
        msg("target"): run["base_url"] + run["api_prefix"],
        msg("release"): run["release"],
        msg("profile"): run["profile"] + shard,
        msg("when"): f"{run['started']}, {run['seconds']:.1f} s",
        msg("run"): run["id"],
        msg("suite"): run["suite"]["version"] + commit,
    }
    yield ""
    yield from (f"- {localized(name, lang)}: {code(value, 100)}" for name, value in rows.items())


def _counts(verdict: Verdict, lang: str) -> list[str]:
    """Return the table of counts: of each answer where something is to be told, of each operation else."""
    shown = [result for result in COLUMNS if result == "held" or verdict["counts"][result]]
    rows = [
        [code(line["operation"]), code(line["answer"]), *(str(line[result] or "") for result in shown)]
        for line in verdict["table"]
        if any(line[result] for result in shown if result != "held")
    ]
    all_of_it = [
        [code(name), say(lang, "all"), *(str(counts[result] or "") for result in shown)]
        for name, counts in sums(verdict["table"]).items()
    ]
    names = [say(lang, "operation"), say(lang, "answer"), *(f"#{word(lang, result)}" for result in shown)]
    head = aligned(names, [*all_of_it, *rows])
    return ["\n".join(head[:2]), *head[2:]] if all_of_it else []


def _group(group: Group, run: Mapping[str, Any], lang: str) -> str:
    case, others = group.first, group.cases[1:]
    times = say(lang, " × {n} cases", len(group.cases)) if others else ""
    lines = [f"### {word(lang, group.result)} {code(case['case'], 150)}{times}", ""]
    if others:
        more = say(lang, ", and {n} more", len(others) - CASES) if len(others) > CASES else ""
        names = ", ".join(code(other["case"], 100) for other in others[:CASES])
        lines.append(say(lang, "- the same in {cases}{more}", names, more))
    if case["promised"]:
        lines.append(say(lang, "- source: {source}", code(case["promised"])))
    lines += (_breach(breach, lang) for breach in case["breaches"][:BREACHES])
    if len(case["breaches"]) > BREACHES:
        lines.append(say(lang, "- … and {n} more in this response", len(case["breaches"]) - BREACHES))
    if case["reason"]:
        lines.append(f"- {code(localized(case['reason'], lang))}")
    lines += (
        say(lang, "- response: {came}", code(came_back(exchange, lang, BODY))) for exchange in case["evidence"][:1]
    )
    lines.append(say(lang, "- again: {line}", code(again(case, run))))
    return "\n".join(lines) + "\n"


def _breach(breach: Mapping[str, Any], lang: str) -> str:
    expected, actual = (code(localized(breach[key], lang), 120) for key in ("promised", "came"))
    where, drift = code(place(breach, lang), 60), say(lang, " (drift)") if breach["drift"] else ""
    return say(lang, "- {where}{drift}: expected {promised}, got {came}", where, drift, expected, actual)


def _deviations(verdict: Verdict, lang: str) -> Iterator[str]:
    for line in verdict["deviations"]:
        name, means = code(line["id"]), text(localized(line["means"], lang))
        if line["seen"]:
            shows = "- {id} shows in {cases}: {means}. Expires {expires}."
            yield say(lang, shows, name, _cases(line["seen"], lang), means, text(line["expires"]))
        if line["fixed"]:
            yield say(lang, "- {id} **no longer shows** in {cases}: {means}.", name, _cases(line["fixed"], lang), means)


def _cases(names: Sequence[str], lang: str) -> str:
    several = "{n} cases ({case}, …)" if len(names) > 1 else "{n} case ({case})"
    return say(lang, several, len(names), code(names[0]))


def _latency(verdict: Verdict, lang: str) -> list[str]:
    rows = [
        [code(line["call"]), str(line["n"]), *(_ms(line[key]) for key in ("p50", "p95", "max"))]
        for line in verdict["latency"]
        if line["operation"]
    ]
    return aligned([say(lang, "operation"), f"#{say(lang, 'responses')}", "#p50", "#p95", "#max"], rows) if rows else []


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.1f}"
