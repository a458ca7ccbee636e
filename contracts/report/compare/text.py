"""What changed between two runs, as people read it: in a terminal, and in Markdown."""

from collections.abc import Iterator
from typing import Any

from contracts.i18n.locale import ENGLISH
from contracts.i18n.translate import say, translated
from contracts.report.compare.changes import CaseChange
from contracts.report.compare.compare import Comparison, Move, Slower
from contracts.report.markdown_escape import code, text
from contracts.text.printable import visible

ROWS = 50
"""Rows of a list that are shown; JSON has all."""
WIDTH = 200
SAME = "nothing changed"


def lines(found: Comparison, lang: str = ENGLISH) -> Iterator[str]:
    """Yield a comparison as plain lines in a language."""
    yield say(lang, "OLD {old}   NEW {new}", old=_line(found.runs[0]), new=_line(found.runs[1]))
    for name, (was, now) in found.differ.items():
        another = "note: another {what}: {was} → {now}"
        yield say(lang, another, what=_name(name, lang), was=_line(was), now=_line(now))
    for title, rows in _lists(found):
        yield ""
        yield f"{say(lang, title).upper()} ({len(rows)})"
        yield from (f"  {_line(' '.join(filter(None, _cells(row, lang))), 3 * WIDTH)}" for row in rows[:ROWS])
        if len(rows) > ROWS:
            yield say(lang, "  … and {n} more; --format json has all", n=len(rows) - ROWS)
    yield ""
    yield conclusion(found, lang)


def markdown(found: Comparison, lang: str = ENGLISH) -> str:
    """Return a comparison as Markdown in a language; nothing that a server sent does anything in it."""
    old, new = (code(run) for run in found.runs)
    parts = [f"# {conclusion(found, lang)}", "", say(lang, "OLD {old}, NEW {new}", old=old, new=new)]
    another = "- another {what}: {was} → {now}"
    for key, (was, now) in found.differ.items():
        parts.append(say(lang, another, what=_name(key, lang), was=code(was), now=code(now)))
    for title, rows in _lists(found):
        parts += ["", f"## {text(say(lang, title))} ({len(rows)})", ""]
        parts += [f"- {' '.join(code(cell, WIDTH) for cell in _cells(row, lang) if cell)}" for row in rows[:ROWS]]
        parts += [say(lang, "- … and {n} more; the JSON has all", n=len(rows) - ROWS)] if len(rows) > ROWS else []
    return "\n".join(parts) + "\n"


def conclusion(found: Comparison, lang: str = ENGLISH) -> str:
    """Return what a comparison comes to, in one line."""
    lists = [(say(lang, title).partition(say(lang, ", "))[0], len(rows)) for title, rows in _lists(found)]
    told = say(lang, ", ").join(say(lang, "{n} {title}", n=count, title=title) for title, count in lists)
    return say(lang, "COMPARED: {told} (exit {exit})", told=told or say(lang, SAME), exit=found.exit)


def _lists(found: Comparison) -> list[tuple[str, tuple[Any, ...]]]:
    lists = found.moves | {"changed answers": found.answers, "changed times, beyond noise": found.latency}
    return [(title, rows) for title, rows in lists.items() if rows]


def _cells(row: Move | CaseChange | Slower, lang: str) -> list[str]:
    if isinstance(row, Move):
        return [row.case, f"{say(lang, row.was)} → {say(lang, row.now)}", translated(row.why, lang)]
    if isinstance(row, CaseChange):
        what = "" if row.what == "value" else say(lang, row.what)
        return [row.case, row.path, what, _arrow(row)]
    percent = (row.now - row.was) / row.was * 100 if row.was else 0.0
    median = "median {was} → {now} ms ({percent} %)"
    return [
        row.call,
        say(lang, median, was=f"{row.was * 1000:.1f}", now=f"{row.now * 1000:.1f}", percent=f"{percent:+.0f}"),
        say(lang, "of {was} and {now}", was=row.n_was, now=row.n_now),
    ]


def _arrow(change: CaseChange) -> str:
    return " → ".join(filter(None, [visible(change.was, WIDTH), visible(change.now, WIDTH)]))


def _name(key: str, lang: str) -> str:
    names = {
        "host": "target",
        "stand_in": "stand-in",
        "unknown_fields": "setting unknown_fields",
        "drift": "setting drift",
    }
    return say(lang, names.get(key, key))


def _line(value: object, limit: int = WIDTH) -> str:
    return visible(" ".join(str("none" if value is None else value).split()), limit)
