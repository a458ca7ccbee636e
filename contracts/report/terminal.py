"""The summary that a run ends with in the terminal, from verdict.json's data alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tabulate import tabulate

COLUMNS = ("held", "breach", "drift", "known", "blocked", "unreachable")
TROUBLE = ("breach", "drift", "blocked", "unreachable")
BLOCKS = 20
"""Blocks that the terminal shows; all of them stand in verdict.json."""


def summary(verdict: Mapping[str, Any], folder: str) -> Iterator[str]:
    """Yield the lines of the summary; the verdict comes last, where the eye is."""
    yield from _head(verdict)
    yield ""
    yield from _table(verdict["table"])
    for number, block in enumerate(_blocks(verdict)):
        if number == BLOCKS:
            yield f"\n… and more like these; all of them are in {folder}/verdict.json"
            break
        yield ""
        yield from block
    yield from _deviations(verdict)
    yield from _notes(verdict)
    yield ""
    yield verdict_line(verdict)
    yield f"{folder}/verdict.json"


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
    cells = [[row["operation"], row["answer"], *(row[column] or "" for column in shown)] for row in rows]
    if cells:
        yield from tabulate(cells, headers=["operation", "answer", *shown], tablefmt="simple").splitlines()


def _blocks(verdict: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield one block per trouble; cases with the very same trouble share one."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for result in TROUBLE:
        for case in verdict["cases"]:
            if case["result"] == result:
                groups.setdefault((result, *_said(case)), []).append(case)
    for (result, *_), cases in groups.items():
        yield block(cases[0], verdict["run"], others=[case["case"] for case in cases[1:]], title=result)


def _said(case: Mapping[str, Any]) -> list[str]:
    """Return what came back instead of what, without what is each case's own, so that one cause makes one block."""
    if case["breaches"]:
        said = [_cause(breach) for breach in case["breaches"] if breach["kind"] != "state"]
        return said or [breach["signature"] for breach in case["breaches"]]
    return [case["reason"]]


def _cause(breach: Mapping[str, Any]) -> str:
    promised = f"{breach['promised']} " if breach["kind"] == "status" else ""
    return f"{breach['where']} {promised}{breach['came']}"


def block(case: Mapping[str, Any], run: Mapping[str, Any], others: Sequence[str] = (), title: str = "") -> list[str]:
    """Return the lines that say what happened to one case, what was promised where, and how to see it again."""
    lines = [f"{(title or case['result']).upper()}  {case['case']}"]
    if others:
        lines.append(f"  the same in {len(others)} more: {', '.join(others[:6])}{', …' if len(others) > 6 else ''}")
    if case["promised"] and case["breaches"]:
        lines.append(f"  promised by {case['promised']}")
    lines += [f"  {_breach(breach)}" for breach in case["breaches"]]
    if case["reason"]:
        lines.append(f"  {case['reason']}")
    for exchange in case["evidence"][:1]:
        came = exchange["failure"] or f"HTTP {exchange['status']}, {_body(exchange['body'])}"
        lines += [f"  came back: {came}", f"  again: {exchange['curl']}"]
    base = f" --base-url {run['base_url']}"
    if run["embedded"]:
        base = "" if run["stand_in"].startswith("perfect") else f" --behaviour {run['stand_in']}"
    base += "" if run["release"] == "1.7.0" else f" --release {run['release']}"
    lines.append(f"  alone: pytest tests/api -k '[{case['case']}]'{base}")
    return lines


def _breach(breach: Mapping[str, Any]) -> str:
    place = breach["where"] if breach["where"].startswith(breach["kind"]) else f"{breach['kind']} at {breach['where']}"
    drift = " (drift)" if breach["drift"] else ""
    return f"{place}{drift}: promised {breach['promised']}, came {breach['came']}"


def _body(body: str) -> str:
    text = " ".join(body.split())
    return (text[:300] + "…" if len(text) > 300 else text) or "an empty body"


def _deviations(verdict: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was seen of each known deviation, with one case as evidence, and what is fixed."""
    cases = {case["case"]: case for case in verdict["cases"]}
    for row in verdict["deviations"]:
        if row["seen"]:
            case = cases[row["seen"][0]]
            yield ""
            yield f"KNOWN DEVIATION  {row['id']}: {row['means']}"
            yield f"  seen in {len(row['seen'])}: {', '.join(row['seen'][:6])}{', …' if len(row['seen']) > 6 else ''}"
            yield f"  source: {row['source']}; since {row['since']}, to be looked at again by {row['expires']}"
            yield from (f"  {_breach(breach)}" for breach in case["breaches"])
        if row["fixed"]:
            yield ""
            yield f"FIXED  {row['id']} no longer shows in {', '.join(row['fixed'])}: {row['means']}"


def _notes(verdict: Mapping[str, Any]) -> Iterator[str]:
    if verdict["unknown_fields"]:
        yield ""
        yield "keys that nobody documented:"
        yield from (f"  {item['operation']}  {item['path']}" for item in verdict["unknown_fields"])
    if verdict["leaks"]:
        yield ""
        yield "left behind on the target (python -m contracts sweep removes it):"
        yield from (f"  {leak}" for leak in verdict["leaks"])
    if verdict["run"]["notes"]:
        yield ""
        yield from (f"note: {note}" for note in verdict["run"]["notes"])
