"""summary.md: what a run came to, for the page of a job or a merge request. It says little and stays small."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from contracts.i18n.locale import ENGLISH
from contracts.i18n.translate import say, translated
from contracts.report.markdown_escape import code, fenced, text
from contracts.report.summary.groups import Group, groups
from contracts.report.summary.localized import came, came_back, place, promised
from contracts.report.summary.terminal import COLUMNS
from contracts.text.tables import row, table

CURL = 3_000
"""Characters of a curl line that are shown."""
BREACHES, CASES = 4, 5
"""Breaches of a case, and names of cases with the same trouble, that are shown."""
VARIABLE = "GITHUB_STEP_SUMMARY"
_MARKS = {"accepted": "✔", "rejected": "✘", "inconclusive": "?"}
_WORDS = {
    0: "what was promised holds.",
    1: "something that was promised does not hold.",
    6: "the run cannot tell; do not take it for a pass.",
    7: "what was promised holds, but the run left something behind.",
}
Verdict = Mapping[str, Any]


def render(verdict: Verdict, lang: str = ENGLISH) -> str:
    """Return summary.md for a verdict in a language: under 60 kB, and nothing in it that a server sent does anything.

    Each part has bytes of its own, so that a thousand breaches do not crowd out the leaks.
    """
    part = partial(_part, lang)

    def told(messages: Iterable[str]) -> Iterator[str]:
        return (translated(message, lang) for message in messages)

    parts = [
        part("", _counts(verdict, lang), 9_000, "rows"),
        part("What is wrong", (_group(group, lang) for group in groups(verdict)), 22_000, "causes"),
        part("Cases that did not run", [f"- {code(case)}" for case in verdict["not_run"]], 2_000, "cases"),
        part("Known deviations", _deviations(verdict, lang), 5_000, "deviations"),
        part("Left behind on the target", (f"- {code(leak)}" for leak in told(verdict["leaks"])), 3_000, "leaks"),
        part("Keys that nobody documented", _unknown(verdict), 3_000, "keys"),
        part("How long answers took, in ms", _latency(verdict, lang), 3_000, "operations"),
        part("Notes", (f"- {text(note)}" for note in told(verdict["run"]["notes"])), 3_000, "notes"),
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
            return f"{VARIABLE}: {name} is no file; the summary is in summary.md only"
        with path.open("a", encoding="utf-8", errors="backslashreplace") as out:
            out.write(f"{markdown}\n")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        return f"{VARIABLE}: {name!r} cannot be written: {why}; the summary is in summary.md only"
    return ""


def _part(lang: str, title: str, blocks: Iterable[str], room: int, what: str) -> str:
    """Return a part of the page with as many blocks as there is room for, in bytes, and what was left out."""
    kept, left, skipped = [f"## {say(lang, title)}\n"] if title else [], room, 0
    for block in blocks:
        size = len(block.encode("utf-8", "backslashreplace")) + 1
        if size > left:
            skipped += 1
        else:
            kept.append(block)
            left -= size
    if skipped:
        left_out = "\n… {n} more {what} left out here; verdict.json has all of them"
        kept.append(say(lang, left_out, n=skipped, what=say(lang, what)))
    return "\n".join(kept) if len(kept) > bool(title) else ""


def _head(verdict: Verdict, lang: str) -> Iterator[str]:
    run, counts, word = verdict["run"], verdict["counts"], say(lang, verdict["verdict"])
    yield say(lang, "# {mark} Zadig contract: {verdict}", mark=_MARKS[verdict["verdict"]], verdict=word)
    yield ""
    statement = say(lang, _WORDS.get(verdict["exit"], ""))
    yield say(
        lang,
        "**{verdict}** (exit {exit}): {statement}",
        verdict=word.upper(),
        exit=verdict["exit"],
        statement=statement,
    )
    if run["stand_in"] is not None:
        no_zadig = "\n> **On the stand-in ({behaviour}): this says nothing about a live Zadig.**"
        yield say(lang, no_zadig, behaviour=text(run["stand_in"]))
    if verdict["reasons"]:
        reasons = (text(translated(reason, lang), 100) for reason in verdict["reasons"][:6])
        yield say(lang, "\nWhy: {reasons}", reasons=say(lang, "; ").join(reasons))
    known = say(lang, ", {n} as a known deviation", n=counts["known"]) if counts["known"] else ""
    held = "\n{held} of {planned} planned cases held{known}."
    yield say(lang, held, held=counts["held"], planned=counts["planned"], known=known)
    commit = f" ({run['suite']['commit']})" if run["suite"]["commit"] else ""
    shard = say(lang, ", part {shard}", shard=run["shard"]) if run["shard"] else ""
    rows = {
        "target": run["base_url"] + run["api_prefix"],
        "release": run["release"],
        "profile": run["profile"] + shard,
        "when": f"{run['started']}, {run['seconds']:.1f} s",
        "run": run["id"],
        "suite": run["suite"]["version"] + commit,
    }
    yield ""
    yield from table("|", *(row(say(lang, name), code(value, 100)) for name, value in rows.items()))


def _counts(verdict: Verdict, lang: str) -> list[str]:
    """Return the table of counts: of each answer where something is to be told, of each operation else."""
    shown = [result for result in COLUMNS if result == "held" or verdict["counts"][result]]
    rows = [
        row(code(line["operation"]), code(line["answer"]), *(str(line[result] or "") for result in shown))
        for line in verdict["table"]
        if any(line[result] for result in shown if result != "held")
    ]
    operations = dict.fromkeys(line["operation"] for line in verdict["table"])
    sums = [
        row(code(name), say(lang, "all"), *(str(_sum(verdict["table"], name, result) or "") for result in shown))
        for name in operations
    ]
    names = [say(lang, "operation"), say(lang, "answer"), *(f"#{say(lang, result)}" for result in shown)]
    head = table("|".join(names), *sums, *rows)
    return ["\n".join(head[:2]), *head[2:]] if sums else []


def _sum(lines: Sequence[Verdict], operation: str, result: str) -> int:
    return sum(int(line[result]) for line in lines if line["operation"] == operation)


def _group(group: Group, lang: str) -> str:
    case, others = group.first, group.cases[1:]
    times = say(lang, " × {n} cases", n=len(group.cases)) if others else ""
    lines = [f"### {say(lang, group.result)} {code(case['case'], 150)}{times}", ""]
    if others:
        more = say(lang, ", and {n} more", n=len(others) - CASES) if len(others) > CASES else ""
        names = ", ".join(code(other["case"], 100) for other in others[:CASES])
        lines.append(say(lang, "- the same in {cases}{more}", cases=names, more=more))
    if case["promised"]:
        lines.append(say(lang, "- promised by {source}", source=code(case["promised"])))
    lines += (_breach(breach, lang) for breach in case["breaches"][:BREACHES])
    if len(case["breaches"]) > BREACHES:
        lines.append(say(lang, "- … and {n} more in this answer", n=len(case["breaches"]) - BREACHES))
    if case["reason"]:
        lines.append(f"- {code(translated(case['reason'], lang))}")
    for exchange in case["evidence"][:1]:
        lines += [say(lang, "- came back: {came}", came=code(came_back(exchange, lang, 2000))), ""]
        lines.append(fenced(exchange["curl"], CURL, "sh"))
    return "\n".join(lines) + "\n"


def _breach(breach: Mapping[str, Any], lang: str) -> str:
    where, wanted, got = code(place(breach, lang), 60), code(promised(breach, lang), 120), code(came(breach, lang), 120)
    drift = say(lang, " (drift)") if breach["drift"] else ""
    return say(
        lang, "- {where}{drift}: promised {promised}, came {came}", where=where, drift=drift, promised=wanted, came=got
    )


def _deviations(verdict: Verdict, lang: str) -> Iterator[str]:
    for line in verdict["deviations"]:
        name, means = code(line["id"]), text(translated(line["means"], lang))
        if line["seen"]:
            shows = "- {id} shows in {cases}: {means}. Expires {expires}."
            yield say(
                lang, shows, id=name, cases=_cases(line["seen"], lang), means=means, expires=text(line["expires"])
            )
        if line["fixed"]:
            no_longer = "- {id} **no longer shows** in {cases}: {means}."
            yield say(lang, no_longer, id=name, cases=_cases(line["fixed"], lang), means=means)


def _cases(names: Sequence[str], lang: str) -> str:
    several = "{n} cases ({case}, …)" if len(names) > 1 else "{n} case ({case})"
    return say(lang, several, n=len(names), case=code(names[0]))


def _unknown(verdict: Verdict) -> list[str]:
    return [f"- {code(key['operation'])} {code(key['path'])} × {key['count']}" for key in verdict["unknown_fields"]]


def _latency(verdict: Verdict, lang: str) -> list[str]:
    rows = [
        row(code(line["call"]), str(line["n"]), *(_ms(line[key]) for key in ("p50", "p95", "max")))
        for line in verdict["latency"]
        if line["operation"]
    ]
    head = f"{say(lang, 'operation')}|#{say(lang, 'answers')}|#p50|#p95|#max"
    return table(head, *rows) if rows else []


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.1f}"
