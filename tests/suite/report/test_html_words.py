"""Every text of report.html is there in both languages, reasons and notes too."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from contracts.catalog.cases import cases
from contracts.check.breach import Kind
from contracts.i18n.page_texts import Word, load
from contracts.i18n.translate import localized
from contracts.profiles import PROFILES
from contracts.report.html.page import TEMPLATES
from contracts.report.html.view import RESULTS
from contracts.report.verdict_rules import Result
from contracts.run.plan import notes as plan_notes
from contracts.run.plan import scope as plan_scope
from contracts.settings.settings import Settings
from contracts.text.message import msg
from helpers.html_samples import DEVIATION, LIVE, outcome, verdict

WORDS = load()
DYNAMIC = {
    "result": list(RESULTS),
    "means": list(RESULTS),
    "who": [*RESULTS[:-1], "crash", "title", "warning"],
    "kind": [str(kind) for kind in Kind],
    "place": ["status", "Content-Type", "body", "answer", "state-afterwards", "all-answers-together"],
}
"""Parts of the catalogue whose names come from data, and all names that there are."""


def named() -> Iterator[str]:
    """Yield the names of texts that the templates and modules use."""
    modules = (TEMPLATES.parent / "html").glob("*.py")
    sources = [*TEMPLATES.glob("report*.jinja"), *modules]
    for source in sources:
        yield from re.findall(r'"([a-z-]+\.[a-z-]+)"', source.read_text(encoding="utf-8"))


def test_every_text_that_is_used_is_there_and_no_other() -> None:
    """The catalogue has just the texts that the page uses."""
    used = {name for name in named() if name.partition(".")[0] in {key.partition(".")[0] for key in WORDS}}
    used |= {f"{part}.{name}" for part, names in DYNAMIC.items() for name in names}
    used |= {f"verdict.{name}" for name in ("accepted", "rejected", "inconclusive")}
    used |= {name for name in WORDS if name.startswith("verdict.is-")}
    used |= {f"not-run.{name}" for name in ("unreachable", "blocked", "crashed")}
    assert used == WORDS.keys()


@pytest.mark.parametrize("name", WORDS)
def test_every_text_is_there_in_both_languages(name: str) -> None:
    """English and Chinese say something, with the same values put in, and the Chinese is Chinese."""
    word = WORDS[name]
    holes = [set(re.findall(r"\{(\w+)\}", text)) for text in (word.en, word.zh)]
    assert holes[0] == holes[1]
    assert word.en.strip()
    assert word.one == "" or set(re.findall(r"\{(\w+)\}", word.one)) <= holes[0]
    same = {"page.language", "card.schema", "place.Content-Type"}
    assert name in same or re.search("[\u4e00-\u9fff]", word.zh)
    assert name in same or not re.search("[\u4e00-\u9fff]", word.en)


def test_singular_and_plural() -> None:
    """English has a form for one; values are put in once."""
    word = Word("{n} cases", "{n} 个用例", "one case")
    assert [word.filled(n=n).en for n in (0, 1, 2)] == ["0 cases", "one case", "2 cases"]
    assert Word("{a} {b}", "").filled(a="{b}", b="x").en == "{b} x"


REASONS = [
    pytest.param(verdict(*outcomes, **tally)["reasons"], id=name)
    for name, outcomes, tally in (
        ("one-of-each", [outcome(result) for result in Result], {"leaks": ["x"]}),
        ("two-of-each", [outcome(result, f"{result}-{n}") for result in Result for n in (1, 2)], {}),
        ("not-run", [outcome()], {"planned": ["a/b"]}),
        ("interrupted", [outcome()], {"interrupted": msg("interrupted")}),
        ("internal-error", [outcome()], {"interrupted": msg("an internal error of the suite")}),
        ("nothing", [], {}),
        ("unknown-keys", [outcome(unknown=("$.a",))], {"run": replace(LIVE, unknown_fields="fail")}),
        ("more-unknown-keys", [outcome(unknown=("$.a", "$.b"))], {"run": replace(LIVE, unknown_fields="fail")}),
        (
            "fixed",
            [outcome()],
            {"run": replace(LIVE, profile="acceptance"), "deviations": [DEVIATION | {"fixed": ["a/b"]}]},
        ),
    )
]


@pytest.mark.parametrize("reasons", REASONS)
def test_reasons_are_said_in_chinese_too(reasons: list[str]) -> None:
    """Every reason that a verdict can have has a Chinese counterpart with the same figures."""
    assert reasons
    for reason in reasons:
        chinese = localized(reason, "zh")
        assert re.search("[\u4e00-\u9fff]", chinese)
        assert re.findall(r"\d+", chinese) == re.findall(r"\d+", reason)


@pytest.mark.parametrize("prefix", ["/api", "/api/aslan"])
@pytest.mark.parametrize("profile", PROFILES)
def test_notes_are_said_in_chinese_too(profile: str, prefix: str) -> None:
    """Whatever a run leaves out, the page says why in Chinese too."""
    settings = Settings(profile=profile, api_prefix=prefix)
    allowed = plan_scope(settings, stand_in=False, credentials=())
    for note in plan_notes(cases("1.7.0"), allowed):
        assert re.search("[\u4e00-\u9fff]", localized(note, "zh"))
