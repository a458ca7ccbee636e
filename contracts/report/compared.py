"""What changed between two runs, as people read it: in a terminal, and in Markdown."""

from collections.abc import Iterator
from typing import Any

from contracts.report.changes import Change
from contracts.report.compare import Comparison, Move, Slower
from contracts.report.escape import code, text
from contracts.report.visible import visible

ROWS = 50
"""Rows of a list that are shown; JSON has all."""
WIDTH = 200
SAME = "nothing changed"


def lines(found: Comparison) -> Iterator[str]:
    """Yield a comparison as plain lines."""
    yield f"OLD {_line(found.runs[0])}   NEW {_line(found.runs[1])}"
    for name, (was, now) in found.differ.items():
        yield f"note: another {_name(name)}: {_line(was)} → {_line(now)}"
    for title, rows in _lists(found):
        yield ""
        yield f"{title.upper()} ({len(rows)})"
        yield from (f"  {_line(' '.join(filter(None, _cells(row))), 3 * WIDTH)}" for row in rows[:ROWS])
        if len(rows) > ROWS:
            yield f"  … and {len(rows) - ROWS} more; --format json has all"
    yield ""
    yield conclusion(found)


def markdown(found: Comparison) -> str:
    """Return a comparison as Markdown in which nothing that a server sent does anything."""
    parts = [f"# {conclusion(found)}", "", f"OLD {code(found.runs[0])}, NEW {code(found.runs[1])}"]
    parts += [f"- another {_name(key)}: {code(was)} → {code(now)}" for key, (was, now) in found.differ.items()]
    for title, rows in _lists(found):
        parts += ["", f"## {text(title)} ({len(rows)})", ""]
        parts += [f"- {' '.join(code(cell, WIDTH) for cell in _cells(row) if cell)}" for row in rows[:ROWS]]
        parts += [f"- … and {len(rows) - ROWS} more; the JSON has all"] if len(rows) > ROWS else []
    return "\n".join(parts) + "\n"


def conclusion(found: Comparison) -> str:
    """Return what a comparison comes to, in one line."""
    told = [f"{len(rows)} {title.partition(',')[0]}" for title, rows in _lists(found)]
    return f"COMPARED: {', '.join(told) or SAME} (exit {found.exit})"


def _lists(found: Comparison) -> list[tuple[str, tuple[Any, ...]]]:
    lists = found.moves | {"changed answers": found.answers, "changed times, beyond noise": found.latency}
    return [(title, rows) for title, rows in lists.items() if rows]


def _cells(row: Move | Change | Slower) -> list[str]:
    if isinstance(row, Move):
        return [row.case, f"{row.was} → {row.now}", row.why]
    if isinstance(row, Change):
        return [
            row.case,
            row.path,
            {"added": "added", "removed": "removed", "type": "type"}.get(row.what, ""),
            _arrow(row),
        ]
    percent = (row.now - row.was) / row.was * 100 if row.was else 0.0
    return [
        row.call,
        f"median {row.was * 1000:.1f} → {row.now * 1000:.1f} ms ({percent:+.0f} %)",
        f"of {row.n_was} and {row.n_now}",
    ]


def _arrow(change: Change) -> str:
    return " → ".join(filter(None, [visible(change.was, WIDTH), visible(change.now, WIDTH)]))


def _name(key: str) -> str:
    return {
        "host": "target",
        "stand_in": "stand-in",
        "unknown_fields": "setting unknown_fields",
        "drift": "setting drift",
    }.get(key, key)


def _line(value: object, limit: int = WIDTH) -> str:
    return visible(" ".join(str("none" if value is None else value).split()), limit)
