"""summary.md: what a run came to, for the page of a job or a merge request. It says little and stays small."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts.report.escape import code, fenced, row, table, text
from contracts.report.groups import Group, groups
from contracts.report.terminal import COLUMNS

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


def render(verdict: Verdict) -> str:
    """Return summary.md for a verdict: under 60 kB, and nothing in it that a server sent does anything.

    Each part has bytes of its own, so that a thousand breaches do not crowd out the leaks.
    """
    parts = [
        _part("", _counts(verdict), 9_000, "rows"),
        _part("What is wrong", map(_group, groups(verdict)), 22_000, "causes"),
        _part("Cases that did not run", [f"- {code(case)}" for case in verdict["not_run"]], 2_000, "cases"),
        _part("Known deviations", _deviations(verdict), 5_000, "deviations"),
        _part("Left behind on the target", [f"- {code(leak)}" for leak in verdict["leaks"]], 3_000, "leaks"),
        _part("Keys that nobody documented", _unknown(verdict), 3_000, "keys"),
        _part("How long answers took, in ms", _latency(verdict), 3_000, "operations"),
        _part("Notes", [f"- {text(note)}" for note in verdict["run"]["notes"]], 3_000, "notes"),
    ]
    whole = "\n\n".join(filter(None, ["\n".join(_head(verdict)), *parts]))
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


def _part(title: str, blocks: Iterable[str], room: int, what: str) -> str:
    """Return a part of the page with as many blocks as there is room for, in bytes, and what was left out."""
    kept, left, skipped = [f"## {title}\n"] if title else [], room, 0
    for block in blocks:
        size = len(block.encode("utf-8", "backslashreplace")) + 1
        if size > left:
            skipped += 1
        else:
            kept.append(block)
            left -= size
    if skipped:
        kept.append(f"\n… {skipped} more {what} left out here; verdict.json has all of them")
    return "\n".join(kept) if len(kept) > bool(title) else ""


def _head(verdict: Verdict) -> Iterator[str]:
    run, counts, word = verdict["run"], verdict["counts"], verdict["verdict"]
    yield f"# {_MARKS[word]} Zadig contract: {word}"
    yield ""
    yield f"**{word.upper()}** (exit {verdict['exit']}): {_WORDS.get(verdict['exit'], '')}"
    if run["stand_in"] is not None:
        yield f"\n> **On the stand-in ({text(run['stand_in'])}): this says nothing about a live Zadig.**"
    if verdict["reasons"]:
        yield f"\nWhy: {'; '.join(text(reason, 100) for reason in verdict['reasons'][:6])}"
    known = f", {counts['known']} as a known deviation" if counts["known"] else ""
    yield f"\n{counts['held']} of {counts['planned']} planned cases held{known}."
    commit = f" ({run['suite']['commit']})" if run["suite"]["commit"] else ""
    shard = f", part {run['shard']}" if run["shard"] else ""
    rows = {
        "target": run["base_url"] + run["api_prefix"],
        "release": run["release"],
        "profile": run["profile"] + shard,
        "when": f"{run['started']}, {run['seconds']:.1f} s",
        "run": run["id"],
        "suite": run["suite"]["version"] + commit,
    }
    yield ""
    yield from table("|", *(row(name, code(value, 100)) for name, value in rows.items()))


def _counts(verdict: Verdict) -> list[str]:
    """Return the table of counts: of each answer where something is to be told, of each operation else."""
    shown = [result for result in COLUMNS if result == "held" or verdict["counts"][result]]
    rows = [
        row(code(line["operation"]), code(line["answer"]), *(str(line[result] or "") for result in shown))
        for line in verdict["table"]
        if any(line[result] for result in shown if result != "held")
    ]
    operations = dict.fromkeys(line["operation"] for line in verdict["table"])
    sums = [
        row(code(name), "all", *(str(_sum(verdict["table"], name, result) or "") for result in shown))
        for name in operations
    ]
    head = table("operation|answer|" + "|".join(f"#{result}" for result in shown), *sums, *rows)
    return ["\n".join(head[:2]), *head[2:]] if sums else []


def _sum(lines: Sequence[Verdict], operation: str, result: str) -> int:
    return sum(int(line[result]) for line in lines if line["operation"] == operation)


def _group(group: Group) -> str:
    case, others = group.first, group.cases[1:]
    lines = [f"### {group.result} {code(case['case'], 150)}" + (f" × {len(group.cases)} cases" if others else ""), ""]
    if others:
        more = f", and {len(others) - CASES} more" if len(others) > CASES else ""
        lines.append(f"- the same in {', '.join(code(other['case'], 100) for other in others[:CASES])}{more}")
    if case["promised"]:
        lines.append(f"- promised by {code(case['promised'])}")
    lines += map(_breach, case["breaches"][:BREACHES])
    if len(case["breaches"]) > BREACHES:
        lines.append(f"- … and {len(case['breaches']) - BREACHES} more in this answer")
    if case["reason"]:
        lines.append(f"- {code(case['reason'])}")
    for exchange in case["evidence"][:1]:
        came = exchange["failure"] or f"HTTP {exchange['status']}, {exchange['body'][:2000] or 'an empty body'}"
        lines += [f"- came back: {code(came)}", "", fenced(exchange["curl"], CURL, "sh")]
    return "\n".join(lines) + "\n"


def _breach(breach: Mapping[str, Any]) -> str:
    drift = " (drift)" if breach["drift"] else ""
    promised, came = code(breach["promised"], 120), code(breach["came"], 120)
    return f"- {code(breach['where'], 60)}{drift}: promised {promised}, came {came}"


def _deviations(verdict: Verdict) -> Iterator[str]:
    for line in verdict["deviations"]:
        name, means = code(line["id"]), text(line["means"])
        if line["seen"]:
            yield f"- {name} shows in {_cases(line['seen'])}: {means}. Expires {text(line['expires'])}."
        if line["fixed"]:
            yield f"- {name} **no longer shows** in {_cases(line['fixed'])}: {means}."


def _cases(names: Sequence[str]) -> str:
    return f"{len(names)} case{'' if len(names) == 1 else 's'} ({code(names[0])}{', …' if len(names) > 1 else ''})"


def _unknown(verdict: Verdict) -> list[str]:
    return [f"- {code(key['operation'])} {code(key['path'])} × {key['count']}" for key in verdict["unknown_fields"]]


def _latency(verdict: Verdict) -> list[str]:
    rows = [
        row(code(line["call"]), str(line["n"]), *(_ms(line[key]) for key in ("p50", "p95", "max")))
        for line in verdict["latency"]
        if line["operation"]
    ]
    return table("operation|#answers|#p50|#p95|#max", *rows) if rows else []


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.1f}"
