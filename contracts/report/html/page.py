"""report.html: one file that asks for nothing, shows a verdict to people, and lets no text of a server do anything."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup, escape

from contracts.i18n.page_texts import Word, load
from contracts.i18n.translate import in_both
from contracts.report.html.side_by_side import of_answer, of_state, side_by_side
from contracts.report.html.templates import TEMPLATES, both, environment, hashes, inline
from contracts.report.steps import calls
from contracts.report.summary.groups import TROUBLE, Group, cases_of, groups
from contracts.report.summary.terminal import again, alone, tool
from contracts.report.verdict_rules import leaks
from contracts.text.frozen import dataclass
from contracts.text.printable import LIMIT, visible

CARDS, EVIDENCE = 250_000, 100_000
"""Characters that the cards of what is wrong, and the evidence of known deviations, may take together."""
ROWS = 200
"""Rows that a list of the page has at most, except that of the cases; verdict.json has all."""
RESULTS = (*TROUBLE, "known", "held")
"""All results, the worst first."""
NOTHING = Markup()
LEAST = 0.0005
"""Seconds at which the scale of latency may begin."""

Verdict = Mapping[str, Any]


def render(verdict: Verdict, *, now: datetime | None = None) -> str:
    """Return the page for a verdict as verdict.json has it; `now` decides how many days a deviation has left."""
    return "".join(pieces(verdict, now=now))


def pieces(verdict: Verdict, *, now: datetime | None = None) -> Iterator[str]:
    """Yield the same page in small pieces, so that a page of many cases is never held whole."""
    templates = _environment(load())
    wrong, (there, unseen) = groups(verdict), leaks(verdict)
    card = partial(_card, templates, verdict["run"])
    cards = _within(CARDS, (card(group, f"cause-{number}", number == 1) for number, group in enumerate(wrong, 1)))
    style, script = inline("report.css"), inline("pages.js", "report.js")
    page = templates.get_template("report.html.jinja").stream(
        verdict=verdict,
        run=verdict["run"],
        counts=verdict["counts"],
        statement=statement(verdict),
        groups=wrong,
        cards=cards,
        to_blame=to_blame,
        number_of={case["case"]: number for number, group in enumerate(wrong, 1) for case in group.cases},
        named=_named(verdict),
        matrix=matrix(verdict),
        covered=covered(verdict),
        scale=scale(verdict["latency"]),
        deviations=_deviations(verdict, card),
        days_left=partial(days_left, today=(now or datetime.now(UTC)).date()),
        results=RESULTS,
        style=style,
        script=script,
        hashes=hashes(style, script),
        tool=tool(verdict["run"]),
        there=there,
        unseen=unseen,
        answered=sum(row["n"] for row in verdict["latency"]),
    )
    page.enable_buffering(100)  # a page has thousands of pieces, most of them a word
    yield from page


def _named(verdict: Verdict) -> dict[str, list[str]]:
    """Return the operations and answers that cases have, in order."""
    return {key: sorted({row[key] for row in verdict["table"]}, key=str.casefold) for key in ("operation", "answer")}


def _environment(words: Mapping[str, Word]) -> Environment:
    """Return the templates' environment: whatever they print is made visible, cut and escaped, but for markup."""

    def safe(value: Any) -> Any:
        return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    def text(name: str, **values: Any) -> Markup:
        word = words[name].filled(**{key: safe(value) for key, value in values.items()})
        return both(word.en, word.zh)

    def attributes(name: str, behind: Markup = NOTHING) -> Markup:
        word = words[name]
        return Markup('data-en="{}{}" data-zh="{}{}"').format(word.en, behind, word.zh, behind)

    def term(part: str, value: str, limit: int = LIMIT) -> Markup:
        word = words.get(f"{part}.{value.replace(' ', '-')}")
        return both(word.en, word.zh) if word else sentence(value, limit)

    def cut(value: str, limit: int) -> Markup:
        return escape(visible(value, limit))

    def sentence(value: str, limit: int = LIMIT) -> Markup:
        return both(*(visible(said, limit) for said in in_both(value)))

    templates = environment(TEMPLATES, safe)
    templates.globals |= {"t": text, "attrs": attributes, "term": term, "ROWS": ROWS}
    templates.filters |= {"cut": cut, "sentence": sentence, "duration": duration, "utc": utc}
    templates.filters["urlencode"] = lambda text: quote(visible(text))  # as it stands where a link leads
    return templates


def _card(templates: Environment, run: Mapping[str, Any], group: Group, anchor: str, unfolded: bool) -> str:
    """Return what is to be told of one cause."""
    html: str = templates.get_template("report-card.html.jinja").render(
        group=group,
        case=group.first,
        run=run,
        anchor=anchor,
        unfolded=unfolded,
        who=to_blame(group),
        breaches=of_answer(group.first),
        states=of_state(group.first),
        rows=side_by_side(group.first),
        calls=[*calls(group.first)],
        timeline=_timeline(group.first),
        again=again(group.first, run),
        alone=alone(group.first, run),
        tool=tool(run),
    )
    return html


def _timeline(case: Mapping[str, Any]) -> Any:
    """Return the drawing of what was asked at once; few cases have one, and only then it is loaded."""
    if not case.get("history"):
        return None
    from contracts.report.html.timeline import timeline

    return timeline(case)


def _within(size: int, parts: Iterable[str]) -> list[Markup]:
    """Return the first of the rendered parts, as many as fit into `size` characters together."""
    kept: list[Markup] = []
    for part in parts:
        size -= len(part)
        if size < 0:
            break
        kept.append(Markup(part))  # noqa: S704 - rendered with everything escaped
    return kept


def _deviations(verdict: Verdict, card: Callable[[Group, str, bool], str]) -> list[tuple[Any, Markup | None]]:
    """Return the known deviations, those that showed first, each with the evidence of a case or None."""
    seen = {name for row in verdict["deviations"] for name in row["seen"]}
    cases = cases_of(verdict, seen)
    rows = sorted(verdict["deviations"], key=lambda row: (not row["fixed"], not row["seen"]))
    shown = [row for row in rows if row["seen"] and row["seen"][0] in cases]
    found = [Group("known", tuple(cases[case] for case in row["seen"] if case in cases)) for row in shown]
    parts = _within(EVIDENCE, (card(group, f"known-{number}", True) for number, group in enumerate(found, 1)))
    evidence = {row["id"]: part for row, part in zip(shown, parts, strict=False)}
    return [(row, evidence.get(row["id"])) for row in rows]


@dataclass(frozen=True)
class Cell:
    """What became of one answer of one operation: counts by result, the worst first; `within`: cases of other answers
    that asked for it, where none is its own."""

    operation: str
    answer: str
    counts: tuple[tuple[str, int], ...] = ()
    within: int = 0

    @property
    def state(self) -> str:
        """Return the worst result, `within`, or `gap` where nothing asked for it."""
        return self.counts[0][0] if self.counts else "within" if self.within else "gap"


@dataclass(frozen=True)
class Matrix:
    """Operations side by side, a row for each answer (None: the operation has none of this name); `stories` apart."""

    operations: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]
    stories: tuple[Cell, ...]


def matrix(verdict: Verdict) -> Matrix:
    """Return the answers of a release against its operations: what the page promises first, and what many have."""
    cells = {(row["operation"], row["answer"]): Cell(row["operation"], row["answer"], (), len(row["cases"])) for row in
             verdict["coverage"]}  # fmt: skip
    operations = tuple(dict.fromkeys(operation for operation, _ in cells)) or tuple(
        dict.fromkeys(row["operation"] for row in verdict["table"])
    )
    for row in verdict["table"]:
        counts = tuple((result, row[result]) for result in RESULTS if row[result])
        cells[row["operation"], row["answer"]] = Cell(row["operation"], row["answer"], counts)
    stories = tuple(cell for (operation, _), cell in cells.items() if operation not in operations)
    answers = dict.fromkeys(answer for operation, answer in cells if operation in operations)
    rows = [(answer, tuple(cells.get((operation, answer)) for operation in operations)) for answer in answers]
    documented = {row["answer"] for row in verdict["coverage"] if row["documented"]}
    rows.sort(key=lambda row: (row[0] not in documented, row[1].count(None)))
    return Matrix(operations, tuple(rows), stories)


@dataclass(frozen=True)
class Covered:
    """How much of a release the run asked for: answers and documented keys, and the answers that nothing asked for."""

    answers: int
    asked: int
    keys: int
    seen: int
    gaps: tuple[Mapping[str, Any], ...]


def covered(verdict: Verdict) -> Covered:
    """Return the sums of the coverage."""
    rows = verdict["coverage"]
    gaps = tuple(row for row in rows if not row["cases"])
    keys = [key["seen"] for row in rows for key in row["keys"]]
    return Covered(len(rows), len(rows) - len(gaps), len(keys), sum(map(bool, keys)), gaps)


@dataclass(frozen=True)
class Scale:
    """A logarithmic scale of seconds, `low` to `high`; places on it are percent of its width."""

    low: float
    high: float

    def place(self, seconds: float) -> float:
        """Return where a time stands, 0 to 100."""
        inside = min(max(seconds, self.low), self.high)
        return round(100 * math.log10(inside / self.low) / math.log10(self.high / self.low), 2)

    @property
    def ticks(self) -> list[float]:
        """The powers of ten on the scale."""
        powers = range(math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9) + 1)
        return [10.0**power for power in powers]


def scale(rows: Iterable[Mapping[str, Any]]) -> Scale:
    """Return the scale on which all times of these rows of latency have a place."""
    times = [max(row[name], LEAST) for row in rows for name in ("p50", "p95", "max") if row[name] is not None] or [1.0]
    low, high = 10.0 ** math.floor(math.log10(min(times))), 10.0 ** math.ceil(math.log10(max(times)))
    return Scale(max(low, LEAST), high if high > low else low * 10)


def duration(seconds: float) -> str:
    """Return a time as people write it: 1.2 ms, 350 ms, 2.93 s, 4 min 10 s."""
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms" if seconds < 0.9995 else "1 s"
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def utc(time: str) -> str:
    """Return a time as it stands on the page until its script says it as the reader's clock does."""
    try:
        return f"{datetime.fromisoformat(time).astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError):
        return time


def days_left(expires: str, today: date) -> int | None:
    """Return the days up to and including the one on which a deviation expires; negative: it has; None: no date."""
    try:
        return (date.fromisoformat(expires) - today).days
    except ValueError:
        return None


def to_blame(group: Group) -> str:
    """Return who a group of cases is to be laid to, as the catalogue of texts names it."""
    breaches = group.first["breaches"]
    if group.result == "breach" and not any(row["documented"] and not row["drift"] for row in breaches):
        return "crash"
    return group.result


def statement(verdict: Verdict) -> str:
    """Return which sentence sums the verdict up, as the catalogue of texts names it."""
    if verdict["exit"] == 7:
        return "is-leaked"
    if verdict["verdict"] == "accepted" and verdict["counts"]["known"]:
        return "is-known"
    if verdict["verdict"] == "rejected" and not verdict["counts"]["breach"] + verdict["counts"]["drift"]:
        return "is-departs"
    return f"is-{verdict['verdict']}"
