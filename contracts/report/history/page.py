"""history.html: how runs went over time, in one page that asks for nothing and needs no script."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from contracts.i18n.locale import ENGLISH
from contracts.i18n.translate import localized, say
from contracts.report.history.history import Flaky, History, Point
from contracts.report.html.templates import TEMPLATES, environment
from contracts.text import atomic
from contracts.text.printable import visible

FILE = "history.html"
TARGETS, FLAKY, UNREADABLE = 12, 100, 50
"""Rows that are shown of each list; the page says how many there are."""
WIDTH, HEIGHT, STRIP = 720, 160, 28
"""Of a chart, in its own units."""
_MARKS = {"accepted": "✔", "rejected": "✘", "inconclusive": "?"}
_TEXT = 120


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
    lines: Sequence[Line]
    top: float

    @property
    def step(self) -> float:
        """The room that a run takes in a chart."""
        return WIDTH / max(1, len(self.points))


def render(found: History, lang: str = ENGLISH) -> str:
    """Return the page for what was found in a folder of runs, in a language."""
    templates = environment(TEMPLATES, _printed)
    templates.filters |= {"ms": _ms, "link": _link, "localized": lambda text: localized(text, lang)}
    templates.globals |= {"t": partial(say, lang), "lang": lang}
    trends = _trends(found.points)
    return templates.get_template("history.html.jinja").render(
        found=found,
        trends=trends[:TARGETS],
        more_trends=max(0, len(trends) - TARGETS),
        flaky=found.flaky[:FLAKY],
        more_flaky=max(0, len(found.flaky) - FLAKY),
        unreadable=found.unreadable[:UNREADABLE],
        more_unreadable=max(0, len(found.unreadable) - UNREADABLE),
        marks=_MARKS,
        sequence=_sequence,
        size={"width": WIDTH, "height": HEIGHT, "strip": STRIP},
    )


def write(found: History, folder: Path, lang: str = ENGLISH) -> Path:
    """Write the page into `folder`, whole or not at all, and return its path; raises OSError."""
    path = folder / FILE
    atomic.write(path, [render(found, lang)])
    return path


def _printed(value: object) -> object:
    return visible(value, _TEXT) if type(value) is str else value


def _trends(points: Sequence[Point]) -> list[Trend]:
    """Return a trend for each target and release, that with the newest run first."""
    groups: dict[tuple[str, str], list[Point]] = {}
    for point in reversed(points):
        groups.setdefault((point.target, point.release), []).insert(0, point)
    return [_trend(target, release, runs) for (target, release), runs in groups.items()]


def _trend(target: str, release: str, runs: Sequence[Point]) -> Trend:
    operations = sorted({operation for run in runs for operation in run.p95})
    top = _round_up(max((value for run in runs for value in run.p95.values()), default=0.0))
    lines = [
        Line(operation, number, _points(runs, operation, top), _newest(runs, operation))
        for number, operation in enumerate(operations)
    ]
    return Trend(target, release, runs, lines, top)


def _points(runs: Sequence[Point], operation: str, top: float) -> str:
    step = WIDTH / max(1, len(runs))
    points = [
        f"{(place + 0.5) * step:.1f},{HEIGHT - run.p95[operation] / top * HEIGHT:.1f}"
        for place, run in enumerate(runs)
        if operation in run.p95
    ]
    return " ".join(points if len(points) > 1 else points * 2)  # a line from a point to itself shows as a dot


def _newest(runs: Sequence[Point], operation: str) -> float:
    return next(run.p95[operation] for run in reversed(runs) if operation in run.p95)


def _round_up(value: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten: the top of a scale."""
    if value <= 0:
        return 0.001
    power = 10.0 ** math.floor(math.log10(value))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= value)


def _sequence(flaky: Flaky) -> str:
    """Return the newest letters of a case that went to and fro."""
    return flaky.sequence[-60:]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"


def _link(*parts: str) -> Markup:
    """Return a path below the page, whole; a folder's name may have any sign in it, so all but letters are quoted."""
    return Markup("/").join(quote(part, safe="", errors="surrogateescape") for part in parts)
