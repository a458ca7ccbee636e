"""report.html: one file that asks for nothing, shows a verdict to people, and lets no text of a server do anything."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from contracts.i18n.locale import CHINESE, ENGLISH
from contracts.i18n.page_texts import Word, load
from contracts.i18n.translate import localized
from contracts.report.html import view
from contracts.report.html.side_by_side import side_by_side
from contracts.report.html.templates import TEMPLATES, environment
from contracts.report.summary.groups import Group, groups
from contracts.report.summary.terminal import alone, tool
from contracts.text.printable import LIMIT, visible

CARDS, EVIDENCE = 250_000, 100_000
"""Characters that the cards of what is wrong, and the evidence of known deviations, may take together."""
ROWS = 200
"""Rows that a list of the page has at most, except that of the cases; verdict.json has all."""


def render(verdict: Mapping[str, Any], *, now: datetime | None = None) -> str:
    """Return the page for a verdict as verdict.json has it; `now` decides how many days a deviation has left."""
    return "".join(pieces(verdict, now=now))


def pieces(verdict: Mapping[str, Any], *, now: datetime | None = None) -> Iterator[str]:
    """Yield the same page in small pieces, so that a page of many cases is never held whole."""
    templates = _environment(load())
    wrong = groups(verdict)
    card = partial(_card, templates, verdict["run"])
    cards = _within(CARDS, (card(group, f"cause-{number}") for number, group in enumerate(wrong, 1)))
    style, script = ((TEMPLATES / f"report.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    yield from templates.get_template("report.html.jinja").generate(
        verdict=verdict,
        run=verdict["run"],
        counts=verdict["counts"],
        statement=view.statement(verdict),
        groups=wrong,
        cards=cards,
        to_blame=view.to_blame,
        number_of=view.numbers(wrong),
        matrix=view.matrix(verdict),
        covered=view.covered(verdict),
        scale=view.scale(verdict["latency"]),
        deviations=_deviations(verdict, card),
        days_left=partial(view.days_left, today=(now or datetime.now(UTC)).date()),
        results=view.RESULTS,
        style=_inline(style),
        script=_inline(script),
        hashes={"style": _hash(style), "script": _hash(script)},
        tool=tool(verdict["run"]),
        answered=sum(row["n"] for row in verdict["latency"]),
    )


def _environment(words: Mapping[str, Word]) -> Environment:
    """Return the templates' environment: whatever they print is made visible, cut and escaped, but for markup."""

    def safe(value: Any) -> Any:
        return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    def both(word: Word) -> Markup:
        english, chinese = escape(word.en), escape(word.zh)
        if english == chinese:
            return english
        return Markup(f'<span lang="en">{english}</span><span lang="zh-CN">{chinese}</span>')  # noqa: S704 - escaped

    def text(name: str, **values: Any) -> Markup:
        return both(words[name].filled(**{key: safe(value) for key, value in values.items()}))

    def attributes(name: str) -> Markup:
        word = words[name]
        return Markup('data-en="{}" data-zh="{}"').format(word.en, word.zh)

    def term(part: str, value: Any) -> Markup:
        word = words.get(f"{part}.{str(value).replace(' ', '-')}")
        return both(word) if word else escape(visible(str(value)))

    def cut(value: str, limit: int) -> Markup:
        return escape(visible(value, limit))

    def sentence(value: str, limit: int = LIMIT) -> Markup:
        return both(Word(*(visible(localized(value, lang), limit) for lang in (ENGLISH, CHINESE))))

    templates = environment(TEMPLATES, safe)
    templates.globals |= {"t": text, "attrs": attributes, "term": term, "ROWS": ROWS}
    templates.filters |= {"cut": cut, "sentence": sentence, "duration": view.duration}
    return templates


def _card(templates: Environment, run: Mapping[str, Any], group: Group, anchor: str) -> str:
    """Return what is to be told of one cause."""
    html: str = templates.get_template("report-card.html.jinja").render(
        group=group,
        case=group.first,
        run=run,
        anchor=anchor,
        who=view.to_blame(group),
        rows=side_by_side(group.first),
        alone=alone(group.first, run),
        tool=tool(run),
    )
    return html


def _within(size: int, parts: Iterable[str]) -> list[Markup]:
    """Return the first of the rendered parts, as many as fit into `size` characters together."""
    kept: list[Markup] = []
    for part in parts:
        size -= len(part)
        if size < 0:
            break
        kept.append(Markup(part))  # noqa: S704 - rendered with everything escaped
    return kept


def _deviations(verdict: Mapping[str, Any], card: Callable[[Group, str], str]) -> list[tuple[Any, Markup | None]]:
    """Return the known deviations, those that showed first, each with the evidence of a case or None."""
    cases = {case["case"]: case for case in verdict["cases"]}
    rows = sorted(verdict["deviations"], key=lambda row: (not row["fixed"], not row["seen"]))
    shown = [row for row in rows if row["seen"] and row["seen"][0] in cases]
    found = [Group("known", tuple(cases[case] for case in row["seen"] if case in cases)) for row in shown]
    parts = _within(EVIDENCE, (card(group, f"known-{number}") for number, group in enumerate(found, 1)))
    evidence = {row["id"]: part for row, part in zip(shown, parts, strict=False)}
    return [(row, evidence.get(row["id"])) for row in rows]


def _inline(text: str) -> Markup:
    return Markup(text)  # noqa: S704 - a file of this project


def _hash(text: str) -> str:
    """Return what a Content-Security-Policy calls the inline text by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
