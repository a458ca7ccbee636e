"""What changed between two runs, as people read it: in a terminal, and in Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from contracts.i18n.locale import ENGLISH
from contracts.i18n.translate import localized, say, word
from contracts.report.compare.changes import CaseChange
from contracts.report.compare.compare import Comparison, Move, Slower
from contracts.report.markdown_escape import code, text
from contracts.report.summary.terminal import some
from contracts.text.message import msg
from contracts.text.printable import visible

ROWS = 50
"""Rows of a list that are shown, each of cases with one cause; JSON has all."""
CASES = 5
"""Further cases of a row that are named."""
WIDTH = 200
SAME = msg("nothing changed")
_TIMES = msg("changed times, beyond noise")
_SHORT: Mapping[str, str] = {_TIMES: msg("changed times")}
"""What a list is called in the conclusion, where its title is long."""
_WHAT = {"added": msg("added"), "removed": msg("removed"), "type": msg("type")}
_NAMES = {
    "host": msg("target"),
    "stand_in": msg("stand-in"),
    "unknown_fields": msg("setting unknown_fields"),
    "drift": msg("setting drift"),
    "release": msg("release"),
    "profile": msg("profile"),
    "shard": msg("shard"),
}
"""What two runs may differ in, in words."""


def lines(found: Comparison, lang: str = ENGLISH) -> Iterator[str]:
    """Yield a comparison as plain lines in a language."""
    yield say(lang, "OLD {old}   NEW {new}", _line(found.runs[0]), _line(found.runs[1]))
    for name, (was, now) in found.differ.items():
        yield say(lang, "note: different {what}: {was} → {now}", _NAMES[name], _line(was), _line(now))
    for title, rows in _lists(found):
        yield ""
        yield f"{localized(title, lang).upper()} ({len(rows)})"
        alike = _alike(rows)
        for row, *others in alike[:ROWS]:
            yield f"  {_line(' '.join(filter(None, _cells(row, lang, len(others)))), 3 * WIDTH)}"
            if others:
                same = some([other.case for other in others], lang)
                yield f"    {_line(say(lang, '  the same in {cases}', same), 3 * WIDTH)}"
        if len(alike) > ROWS:
            yield say(lang, "  … and {n} more; --format json has all", sum(map(len, alike[ROWS:])))
    yield ""
    yield conclusion(found, lang)


def markdown(found: Comparison, lang: str = ENGLISH) -> str:
    """Return a comparison as Markdown in a language; nothing that a server sent does anything in it."""
    old, new = (code(run) for run in found.runs)
    parts = [f"# {conclusion(found, lang)}", "", say(lang, "OLD {old}, NEW {new}", old, new)]
    another = "- different {what}: {was} → {now}"
    for key, (was, now) in found.differ.items():
        parts.append(say(lang, another, _NAMES[key], code(was), code(now)))
    for title, rows in _lists(found):
        parts += ["", f"## {text(localized(title, lang))} ({len(rows)})", ""]
        alike = _alike(rows)
        for row, *others in alike[:ROWS]:
            parts.append(f"- {' '.join(code(cell, WIDTH) for cell in _cells(row, lang, len(others)) if cell)}")
            if others:
                cases = ", ".join(code(other.case, WIDTH) for other in others[:CASES])
                more = say(lang, ", and {n} more", len(others) - CASES) if len(others) > CASES else ""
                parts.append(f"  {say(lang, '- the same in {cases}{more}', cases, more)}")
        rest = sum(map(len, alike[ROWS:]))
        parts += [say(lang, "- … and {n} more; the JSON has all", rest)] if rest else []
    return "\n".join(parts) + "\n"


def conclusion(found: Comparison, lang: str = ENGLISH) -> str:
    """Return what a comparison comes to, in one line."""
    lists = [msg("{n} {title}", len(rows), _SHORT.get(title, title)) for title, rows in _lists(found)]
    return say(lang, "COMPARED: {lists|, } (exit {exit})", lists or [SAME], found.exit)


def _lists(found: Comparison) -> list[tuple[str, tuple[Any, ...]]]:
    lists = found.moves | {msg("changed responses"): found.answers, _TIMES: found.latency}
    lists[msg("slower than the limit")] = found.limits
    return [(title, rows) for title, rows in lists.items() if rows]


def _alike(rows: Sequence[Any]) -> list[list[Any]]:
    """Return the rows of a list, those that are about one cause together."""
    found: dict[object, list[Any]] = {}
    for row in rows:
        if isinstance(row, Move):
            key: object = (row.was, row.now, row.cause or row.why)
        elif isinstance(row, CaseChange):
            key = replace(row, case="")
        else:
            key = row
        found.setdefault(key, []).append(row)
    return [*found.values()]


def _cells(row: Move | CaseChange | Slower | str, lang: str, others: int) -> list[str]:
    if isinstance(row, str):
        return [localized(row, lang)]
    times = say(lang, "× {n} cases", others + 1) if others else ""
    if isinstance(row, Move):
        return [row.case, times, f"{word(lang, row.was)} → {word(lang, row.now)}", localized(row.why, lang)]
    if isinstance(row, CaseChange):
        values = [visible(value, WIDTH) for value in (row.was, row.now) if value]
        return [row.case, times, row.path, localized(_WHAT.get(row.what, ""), lang), " → ".join(values)]
    percent = (row.now - row.was) / row.was * 100 if row.was else 0.0
    median = "median {was} → {now} ms ({percent} %)"
    return [
        row.call,
        say(lang, median, f"{row.was * 1000:.1f}", f"{row.now * 1000:.1f}", f"{percent:+.0f}"),
        say(lang, "of {was} and {now}", row.n_was, row.n_now),
    ]


def _line(value: object, limit: int = WIDTH) -> str:
    return visible(" ".join(str("none" if value is None else value).split()), limit)
