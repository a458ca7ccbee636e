"""history.html: how the runs of a folder went over time, in one page that asks for nothing, in both languages; only
its filters need a script."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from contracts.i18n.locale import ENGLISH
from contracts.i18n.translate import in_both
from contracts.report.html.templates import TEMPLATES, both, environment, hashes, inline
from contracts.report.verdict_file import FILE, ReadError, read
from contracts.text import atomic
from contracts.text.frozen import dataclass
from contracts.text.message import msg
from contracts.text.printable import LIMIT, visible

NEWEST = 200
"""Runs that are shown; of older ones the page says how many there are."""
PAGE = "history.html"
_TEXT = 120
MOST = {"trends": 12, "options": 50, "flaky": 100, "unreadable": 50, "letters": 60, "text": _TEXT}
"""What is shown of each list, and of the results of a flaky case; the page says how many rows there are."""
SIZE = {"width": 720, "height": 160, "strip": 28, "left": 72, "below": 24}
"""Of a chart, in its own units; `left` and `below`: the room of its axes."""
_TICKS = 4
"""Parts of the scale of a chart."""
_MARKS = {"accepted": "✔", "rejected": "✘", "inconclusive": "?"}
_MADE = partial(msg)
_LETTERS = {
    "held": "h",
    "known": "k",
    "breach": "B",
    "drift": "D",
    "blocked": "X",
    "unreachable": "u",
    "disturbed": "d",
    "crashed": "c",
}
_NOT_PLANNED, _NOT_RUN = ".", "n"
_WRONG = frozenset("BD")
"""What a case that is flaky shows now and then. What says nothing of it, as a blocked one, is passed over."""


@dataclass(frozen=True)
class Point:
    """One run: when, on what, what it came to. `p95` by operation, in seconds; `results`: a letter a case, by number.

    `path` is the run's folder below the one that is read; `page` its report there, empty where there is none.
    """

    id: str
    started: datetime
    target: str
    release: str
    profile: str
    verdict: str
    exit: int
    counts: Mapping[str, int]
    p95: Mapping[str, float]
    results: bytes
    path: str
    page: str

    @property
    def place(self) -> tuple[datetime, str]:
        """What orders runs, the oldest first."""
        return self.started, self.id


@dataclass(frozen=True)
class Flaky:
    """A case whose result went to and fro on one target and release; `sequence`: its letters, the oldest first.

    wrong: the newest run in which it was wrong.
    """

    case: str
    target: str
    release: str
    turns: int
    sequence: str
    wrong: Point


@dataclass(frozen=True)
class History:
    """The newest runs of a folder, the oldest first, how many older ones there are, and what could not be read."""

    points: Sequence[Point]
    older: int
    unreadable: Sequence[str]
    flaky: Sequence[Flaky]


def history(folder: Path, newest: int = NEWEST) -> History:
    """Return the runs below `folder`; a verdict of ten thousand cases is gone again before the next is read."""
    numbers: dict[str, int] = {}
    points, unreadable = [], []
    for run in sorted(path.parent for path in folder.glob(f"*/{FILE}")):
        try:
            points.append(_point(run, numbers))
        except ReadError as error:
            unreadable.append(error.message)
    points.sort(key=lambda point: point.place)
    shown = points[-newest:]
    return History(shown, len(points) - len(shown), unreadable, list(_flaky(shown, list(numbers))))


def _point(folder: Path, numbers: dict[str, int]) -> Point:
    verdict = read(folder)
    run = verdict["run"]
    return Point(
        id=run["id"],
        started=datetime.fromisoformat(run["started"]).astimezone(UTC),
        target=run["host"] if run["stand_in"] is None else msg("stand-in ({behaviour})", run["stand_in"]),
        release=run["release"],
        profile=run["profile"],
        verdict=verdict["verdict"],
        exit=verdict["exit"],
        counts=dict(verdict["counts"]),
        p95={row["call"]: row["p95"] for row in verdict["latency"] if row["operation"] and row["p95"] is not None},
        results=_results(verdict, numbers),
        path=folder.name,
        page="report.html" if (folder / "report.html").is_file() else "",
    )


def _results(verdict: Mapping[str, Any], numbers: dict[str, int]) -> bytes:
    """Return the results of a run's cases as letters, each at the number of its case; `numbers` learns new ones."""
    told = {case["case"]: _LETTERS[case["result"]] for case in verdict["cases"]}
    told |= dict.fromkeys(verdict["not_run"], _NOT_RUN)
    for case in told:
        numbers.setdefault(case, len(numbers))
    letters = bytearray(_NOT_PLANNED.encode() * len(numbers))
    for case, letter in told.items():
        letters[numbers[case]] = ord(letter)
    return bytes(letters)


def _by_target(points: Sequence[Point]) -> dict[tuple[str, str], list[Point]]:
    targets: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        targets.setdefault((point.target, point.release), []).append(point)
    return targets


def _flaky(points: Sequence[Point], cases: Sequence[str]) -> Iterator[Flaky]:
    """Yield the cases that changed between held and wrong more than once, those that did so most first."""
    found = []
    for (target, release), runs in _by_target(points).items():
        for number, case in enumerate(cases):
            sequence = "".join(chr(run.results[number]) if number < len(run.results) else _NOT_PLANNED for run in runs)
            turns = _turns(sequence)
            if turns > 1:
                wrong = next(
                    run for run, letter in zip(reversed(runs), reversed(sequence), strict=False) if letter in _WRONG
                )
                found.append(Flaky(case, target, release, turns, sequence.replace(_NOT_PLANNED, ""), wrong))
    yield from sorted(found, key=lambda flaky: (-flaky.turns, flaky.case, flaky.target))


def _turns(sequence: str) -> int:
    """Return how often a case changed between held and wrong; what says nothing of either is passed over."""
    told = [letter in _WRONG for letter in sequence if letter == "h" or letter in _WRONG]
    return sum(was is not now for was, now in pairwise(told))


@dataclass(frozen=True)
class Line:
    """The p95 of one operation: points of a line in a chart, and its newest value in seconds."""

    operation: str
    number: int
    points: str
    newest: float


@dataclass(frozen=True)
class Trend:
    """What is shown of one target and release: its runs, the oldest first, and the chart of its p95."""

    target: str
    release: str
    points: Sequence[Point]
    lines: list[Line]
    top: float

    @property
    def step(self) -> float:
        """The room that a run takes in a chart."""
        return SIZE["width"] / max(1, len(self.points))

    @property
    def cell(self) -> float:
        """The width of a run where verdicts are side by side."""
        return min(0.9 * self.step, 40)

    @property
    def ticks(self) -> list[tuple[float, float]]:
        """Where the lines of the scale stand in the chart, and the seconds of each."""
        return [(SIZE["height"] * (1 - n / _TICKS), self.top * n / _TICKS) for n in range(_TICKS + 1)]

    @property
    def days(self) -> list[tuple[float, datetime]]:
        """Where the oldest run, the newest and one between them stand in a chart, and when each began."""
        last = len(self.points) - 1
        return [((place + 0.5) * self.step, self.points[place].started) for place in sorted({0, last // 2, last})]

    @property
    def newest(self) -> Point:
        """The run that says how the target is now."""
        return self.points[-1]

    @property
    def accepted(self) -> int:
        """How many of the runs were accepted, leaks or not."""
        return sum(run.verdict == "accepted" for run in self.points)


def render(found: History, lang: str = ENGLISH) -> str:
    """Return the page for what was found in a folder of runs; `lang` is the language of a reader without scripts."""

    def shown(text: str, limit: int = LIMIT) -> Markup:
        return both(*(visible(said, limit) for said in in_both(text)))

    def attributes(text: str) -> Markup:
        return Markup('data-en="{}" data-zh="{}"').format(*map(visible, in_both(text)))

    def plain(text: str) -> str:
        return in_both(text)[lang != ENGLISH]

    def label(text: str) -> Markup:
        return Markup('aria-label="{}" {}').format(plain(text), attributes(text))

    def of(row: Trend | Point | Flaky) -> Markup:
        place = targets.index(row.target), releases.index(row.release)
        return Markup('data-target="{}" data-release="{}"').format(*place)

    trends = _trends(found.points)
    targets, releases = (
        list(dict.fromkeys(trend.target for trend in trends)),
        sorted({trend.release for trend in trends}),
    )
    style, script = inline("history.css"), inline("pages.js", "history.js")
    templates = environment(TEMPLATES, lambda value: visible(value, _TEXT) if type(value) is str else value)
    said = {"t": shown, "attrs": attributes, "plain": plain, "label": label}
    templates.filters |= said | {"ms": lambda seconds: f"{seconds * 1000:,.1f} ms", "link": _link, "query": _query}
    templates.globals |= {name: partial(_said, how) for name, how in said.items()} | {"of": of}
    return templates.get_template("history.html.jinja").render(
        found=found,
        trends=trends,
        targets=targets,
        releases=releases,
        most=MOST,
        marks=_MARKS,
        size=SIZE,
        lang=lang,
        other=both("中文", "English"),
        style=style,
        script=script,
        hashes=hashes(style, script),
    )


def _said(how: Callable[[str], str], template: str, *values: object) -> str:
    """Return what `how` makes of a message, as the template of the page has it: filters do so with what is a value."""
    return how(_MADE(template, *(visible(value, _TEXT) if type(value) is str else value for value in values)))


def write(found: History, folder: Path, lang: str = ENGLISH) -> Path:
    """Write the page into `folder`, whole or not at all, and return its path; raises OSError."""
    path = folder / PAGE
    atomic.write(path, [render(found, lang)])
    return path


def _trends(points: Sequence[Point]) -> list[Trend]:
    """Return a trend for each target and release, that with the newest run first."""
    newest_first = sorted(_by_target(points).items(), key=lambda item: item[1][-1].place, reverse=True)
    return [_trend(target, release, runs) for (target, release), runs in newest_first]


def _trend(target: str, release: str, runs: Sequence[Point]) -> Trend:
    top = _round_up(max((value for run in runs for value in run.p95.values()), default=0.0))
    trend = Trend(target, release, runs, [], top)
    for number, operation in enumerate(sorted({operation for run in runs for operation in run.p95})):
        values = [(place, run.p95[operation]) for place, run in enumerate(runs) if operation in run.p95]
        points = [
            f"{(place + 0.5) * trend.step:.1f},{SIZE['height'] - value / top * SIZE['height']:.1f}"
            for place, value in values
        ]
        shown = points if len(points) > 1 else points * 2  # a line from a point to itself shows as a dot
        trend.lines.append(Line(operation, number, " ".join(shown), values[-1][1]))
    return trend


def _round_up(value: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten: the top of a scale."""
    if value <= 0:
        return 0.001
    power = 10.0 ** math.floor(math.log10(value))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= value)


def _link(*parts: str) -> Markup:
    """Return a path below the page, whole; a folder's name may have any sign in it, so all but letters are quoted."""
    return Markup("/").join(quote(part, safe="", errors="surrogateescape") for part in parts)


def _query(text: str) -> str:
    """Return a text as it stands behind `=` in a link into a report."""
    return quote(visible(text, _TEXT), safe="")
