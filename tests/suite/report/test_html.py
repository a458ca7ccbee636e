"""report.html as it is written: what it says of a run, its numbers, and its texts in both languages."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.catalog.cases import cases
from contracts.check.breach import Breach, Kind
from contracts.http.trace import Phase, Step
from contracts.i18n.page_texts import Word, load
from contracts.i18n.translate import localized
from contracts.profiles import PROFILES
from contracts.report.html.page import RESULTS, TEMPLATES, covered, days_left, duration, matrix, render, scale
from contracts.report.verdict_rules import Result
from contracts.run.plan import notes as plan_notes
from contracts.run.plan import scope as plan_scope
from contracts.settings.settings import Settings
from contracts.text.message import msg
from helpers.html_samples import CODE, DEVIATION, LIVE, NOW, STAND_IN, WANTED, Page, everything, outcome, page, verdict
from helpers.verdicts import DRIFT


@pytest.mark.parametrize(
    ("outcomes", "parts", "english", "chinese"),
    [
        pytest.param([Result.HELD], {}, "Accepted", "通过", id="accepted"),
        pytest.param([Result.BREACH], {}, "Rejected", "拒绝", id="rejected"),
        pytest.param([Result.BLOCKED], {}, "Inconclusive", "无法判定", id="inconclusive"),
        pytest.param([Result.HELD], {"leaks": ["x"]}, "left something behind", "未能清理", id="leaked"),
        pytest.param([Result.KNOWN], {}, "is a known deviation, exactly as recorded", "登记在案", id="known"),
        pytest.param([Result.HELD], {"leaks": ["x"]}, "exit code 7", "退出码 7", id="exit-code"),
        pytest.param(
            [Result.HELD],
            {"run": replace(LIVE, profile="acceptance"), "deviations": [DEVIATION | {"fixed": ["cancel-task/held"]}]},
            "no longer shows what is recorded",
            "与登记的内容不一致",
            id="rejected-without-a-breach",
        ),
    ],
)
def test_the_verdict_is_said_in_both_languages(
    outcomes: list[Result], parts: dict[str, Any], english: str, chinese: str
) -> None:
    """The banner has the verdict in words, English and Chinese."""
    text = page(*map(outcome, outcomes), **parts).text
    assert english in text
    assert chinese in text


def test_a_stand_in_is_marked() -> None:
    """Nobody can take a run on the stand-in for one on a live Zadig: banner, facts and title say so."""
    assert "Stand-in, not a live Zadig" in page(outcome(), run=STAND_IN).text
    title = re.search("<title[^>]*>(.*)</title>", render(verdict(outcome(), run=STAND_IN), now=NOW))
    assert title[1].startswith("ACCEPTED (stand-in)")
    live = page(outcome()).text
    assert "Stand-in" not in live
    assert "Live target" in live


def test_a_breach_is_told_with_all_that_is_needed() -> None:
    """The card says who, what was promised where, what came, and how to see it again, once for all of its cases."""
    others = [outcome(Result.BREACH, f"other-{number}") for number in range(13)]
    text = page(outcome(Result.BREACH), *others).text
    assert "cancel-task/breach × 14 cases" in text
    for part in ("The target: it breaks what the page promises", CODE.promised, CODE.came, LIVE.host, WANTED.schema):
        assert part in text
    assert "pytest tests/api -k '[cancel-task/breach]' --base-url https://zadig.example.com" in text
    assert "zadig-1.7.0-workflow-api.md:71-79" in text
    assert "The other 13 cases" in text


@pytest.mark.parametrize(
    ("result", "breaches", "said"),
    [
        pytest.param(Result.BREACH, (CODE,), "it breaks what the page promises", id="documented"),
        pytest.param(Result.BREACH, (Breach(Kind.STATUS, "status", "x", "y", False, "500"),), "it crashed", id="crash"),
        pytest.param(Result.DRIFT, (DRIFT,), "The target: it differs", id="drift"),
        pytest.param(Result.CRASHED, (), "The suite: its own fault", id="crashed"),
        pytest.param(Result.BLOCKED, (), "The preparation", id="blocked"),
        pytest.param(Result.UNREACHABLE, (), "The network or the target", id="unreachable"),
    ],
)
def test_each_trouble_is_laid_to_somebody(result: Result, breaches: tuple[Breach, ...], said: str) -> None:
    """A reader sees at once whether target, suite, preparation or network is to be looked at."""
    assert page(outcome(result, breaches=breaches)).text.count(said) == 2  # at the head, and on the card


def test_an_accepted_run_proves_what_was_covered() -> None:
    """Counts, coverage and latency stand there too when nothing is wrong."""
    text = page(outcome()).text
    for part in (
        "1 of 1 planned cases have a result",
        "1 of 2 response types exercised",
        "1 of 1 documented keys seen",
        "12 ms",
    ):
        assert part in text
    assert "Nothing: no breach, no drift, nothing blocked." in text
    assert "本次运行没有用例涉及 cancel-task/lost" in text


@pytest.mark.parametrize(
    ("day", "said"),
    [
        pytest.param(datetime(2026, 6, 1, tzinfo=UTC), "29 days left", id="days"),
        pytest.param(datetime(2026, 6, 29, tzinfo=UTC), "one day left", id="one-day"),
        pytest.param(datetime(2026, 6, 30, 23, tzinfo=UTC), "0 days left", id="last-day"),
        pytest.param(datetime(2026, 7, 1, tzinfo=UTC), "expired: counts as a breach", id="expired"),
    ],
)
def test_a_known_deviation_says_how_long_it_holds(day: datetime, said: str) -> None:
    """The day of expiry is the last one; after it, the deviation is marked as expired."""
    text = Page(render(verdict(outcome(Result.KNOWN, "known"), deviations=[DEVIATION]), now=day)).text
    assert f"2026-06-30 · {said}" in text


def test_every_part_of_a_verdict_is_on_the_page() -> None:
    """What is not run, left behind, undocumented, fixed or noted has its place."""
    text = Page(render(everything(), now=NOW)).text
    for part in (
        "cancel-task/forgotten",
        "workflow zct-1",
        "$.extra.new",
        "No longer shows in one case",
        "22 个用例属于更大的执行范围",
        "python -m contracts sweep",
        "why it is blocked",
        "0123456789ab",
    ):
        assert part in text


def test_what_could_not_be_looked_at_stands_apart() -> None:
    """A list says what is there, and another one what may be."""
    text = Page(render(everything(), now=NOW)).text.partition("Still there")[2]
    there, _, unseen = text.partition("Could not be checked, and may still be there")
    assert ("zct-1" in there, "zct-2" in there, "zct-1" in unseen, "zct-2" in unseen) == (True, False, False, True)


def test_every_case_is_a_row() -> None:
    """Each case stands once among those of its result, the worst first; those that held are folded."""
    found, html = everything(), render(everything(), now=NOW)
    bodies = re.findall(r'<tbody data-result="(\w+)">(.*?)</tbody>', html, re.DOTALL)
    assert [result for result, _ in bodies] == list(RESULTS)
    shown = {(result, case) for result, rows in bodies for case in re.findall(r"<code>(.*?)</code>", rows)}
    assert shown == {(case["result"], case["case"]) for case in found["cases"]}
    assert re.search(r'<details id="held">(?:(?!</details>).)*<tbody data-result="held">', html, re.DOTALL)


FLOWED = Breach(Kind.STATE, "state afterwards", "task 1 is cancelled", "created", True, "task-created", "queued")


def test_a_breach_of_state_shows_before_after_and_expected() -> None:
    """Where only the state is wrong, the page shows what it was, is, and should be, and not two equal answers."""
    found = outcome(Result.BREACH, breaches=(FLOWED,), evidence=(replace(outcome().evidence[0], body=WANTED.body),))
    html = render(verdict(found), now=NOW)
    cells = re.search(r'<table class="breaches states.*?</table>', html, re.DOTALL)[0]
    read = [Page(f"<p>{cell}</p>").text for cell in re.findall(r"<code>(.*?)</code>", cells, re.DOTALL)]
    assert read == ["queued", "task 1 is cancelled", "created"]
    assert "The response itself is as expected." in html
    assert 'class="beside"' not in html


def test_a_state_of_an_earlier_verdict_has_no_before() -> None:
    """A verdict that was written when nothing was told of the state before still makes a page."""
    found = verdict(outcome(Result.BREACH, breaches=(FLOWED, CODE)))
    for breach in found["cases"][0]["breaches"]:
        del breach["before"]
    html = render(found, now=NOW)
    cells = re.search(r'<table class="breaches states.*?</table>', html, re.DOTALL)[0]
    assert re.findall(r"<code>(.*?)</code>", cells) == ["task 1 is cancelled", "created"]
    assert "操作前" not in cells
    assert 'class="beside"' in html


def test_steps_are_told_with_their_times() -> None:
    """The steps of a case stand folded on its card: what for, what came, when and how long; a poll is one row."""
    polls = tuple(Step(Phase.AFTERWARDS, "list-tasks", "", 200, at, 0.1) for at in (0.5, 1.0, 1.9))
    first = Step(Phase.GIVEN, "create-workflow", "success", None, 0.0, 0.25)
    html = render(verdict(outcome(Result.BREACH, steps=(first, *polls))), now=NOW)
    table = re.search(r"4 steps.*?<tbody>(.*?)</tbody>", html, re.DOTALL)[1]
    rows = [Page(row).text for row in re.findall("<tr>.*?</tr>", table)]
    assert rows == [
        "precondition前置条件create-workflowsuccessno response无响应0 ms250 ms",
        "state afterwards操作后的状态list-tasks × 3–200500 ms1.5 s",
    ]


def test_times_are_for_a_script_to_say_in_the_reader_s_zone() -> None:
    """Without a script a time is UTC; beside it stands what a script needs."""
    html = render(verdict(outcome(), run=replace(LIVE, started="2026-11-30T18:37:06+08:00")), now=NOW)
    assert '<time datetime="2026-11-30T18:37:06+08:00">2026-11-30 10:37:06 UTC</time>' in html


def test_links_within_the_page_lead_somewhere() -> None:
    """Every anchor is there, and no id twice."""
    read = Page(render(everything(), now=NOW))
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {link["href"][1:] for link in read.all("a") if "=" not in link["href"]}
    labels = {name for _, tag in read.tags for name in tag.get("aria-labelledby", "").split()}
    assert (targets | labels) - set(ids) == set()


def test_matrix_has_every_answer_once() -> None:
    """Counts stand where operation and answer meet; what nothing asked for is a gap; flows stand apart."""
    flow = outcome(Result.HELD, case="flows/life", operation="flows", answer="life", steps=())
    found = matrix(verdict(outcome(Result.BREACH), outcome(), flow))
    assert found.operations == ("cancel-task",)
    assert [(answer, cells[0].state) for answer, cells in found.rows if cells[0]] == [
        ("no-such-task", "breach"),
        ("lost", "gap"),
    ]
    assert found.rows[0][1][0].counts == (("breach", 1), ("held", 1))
    assert [cell.answer for cell in found.stories] == ["life"]


def test_coverage_counts_answers_and_keys() -> None:
    """An answer is covered if a case asked for it, a key if it came."""
    found = covered(verdict(outcome()))
    assert (found.asked, found.answers, found.seen, found.keys) == (1, 2, 1, 1)
    assert [row["answer"] for row in found.gaps] == ["lost"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0012, "1.2 ms"), (0.35, "350 ms"), (0.9999, "1 s"), (2.927, "2.93 s"), (59.99, "60 s"), (250, "4 min 10 s")],
)
def test_duration(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_all_times_have_a_place_on_the_scale() -> None:
    """The scale is logarithmic, from the shortest time to the longest; nothing lies outside."""
    found = scale(
        [
            {"p50": 0.002, "p95": 0.02, "max": 0.9},
            {"p50": None, "p95": None, "max": None},
            {"p50": 0, "p95": 0, "max": 0},
        ]
    )
    assert (found.place(0), found.place(0.9) < 100, found.place(1), found.place(9e9)) == (0, True, 100, 100)
    assert found.ticks == pytest.approx([0.001, 0.01, 0.1, 1])
    assert scale([]).place(1) == 0


def test_a_day_that_is_none_is_passed_over() -> None:
    assert days_left("soon", NOW.date()) is None


WORDS = load()
DYNAMIC = {
    "result": list(RESULTS),
    "means": list(RESULTS),
    "who": [*RESULTS[:-1], "crash", "title", "warning"],
    "kind": [str(kind) for kind in Kind],
    "phase": [str(phase) for phase in Phase],
    "place": ["status", "Content-Type", "body", "answer", "state-afterwards", "all-answers-together"],
}
"""Parts of the catalogue whose names come from data, and all names that there are."""


def named() -> Iterator[str]:
    """Yield the names of texts that the templates and modules use."""
    for source in (*TEMPLATES.glob("report*.jinja"), *(TEMPLATES.parent / "html").glob("*.py")):
        yield from re.findall(r'"([a-z-]+\.[a-z-]+)"', source.read_text(encoding="utf-8"))


def test_every_text_that_is_used_is_there_and_no_other() -> None:
    used = {name for name in named() if name.partition(".")[0] in {key.partition(".")[0] for key in WORDS}}
    used |= {f"{part}.{name}" for part, names in DYNAMIC.items() for name in names}
    used |= {f"verdict.{name}" for name in ("accepted", "rejected", "inconclusive")}
    used |= {name for name in WORDS if name.startswith("verdict.is-")}
    used |= {f"not-run.{name}" for name in ("unreachable", "disturbed", "blocked", "crashed")}
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
