"""report.html as it is written: what it says, that it asks for nothing, and that no text of a server does anything."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from html_samples import (
    CODE,
    DEVIATION,
    DRIFT,
    HOSTILE,
    LIVE,
    STAND_IN,
    WANTED,
    everything,
    outcome,
    put,
    texts,
    verdict,
)
from whole_runs import Runs

from contracts.breach import Breach, Kind
from contracts.casetable import cases
from contracts.language.speak import translated
from contracts.outcome import Evidence, Result
from contracts.plan import notes as plan_notes
from contracts.plan import scope as plan_scope
from contracts.profiles import PROFILES
from contracts.report.html import TEMPLATES, render
from contracts.report.sidebyside import Row, side_by_side
from contracts.report.view import RESULTS, covered, days_left, duration, matrix, scale
from contracts.report.visible import visible
from contracts.report.words import Word, load
from contracts.settings import Settings

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MOST = 1_000_000
"""Bytes that the page may have."""
LARGE = 5_000_000
"""Characters of a text that is too much."""
BREACHED = (outcome(Result.BREACH), outcome(Result.HELD))


class Page(HTMLParser):
    """A page as a browser reads it: tags with their attributes, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.parts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Keep a text, but not that of style and script."""
        if self.tags and self.tags[-1][0] not in ("style", "script"):
            self.parts.append(data)

    @property
    def text(self) -> str:
        """All of the text, in one line."""
        return " ".join("".join(self.parts).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]


def page(*outcomes: Any, **parts: Any) -> Page:
    return Page(render(verdict(*outcomes, **parts), now=NOW))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Runs that several tests look at."""
    return Runs(tmp_path_factory)


# ---------------------------------------------------------------- what it says


@pytest.mark.parametrize(
    ("outcomes", "parts", "english", "chinese"),
    [
        pytest.param([Result.HELD], {}, "Accepted", "通过", id="accepted"),
        pytest.param([Result.BREACH], {}, "Rejected", "拒绝", id="rejected"),
        pytest.param([Result.BLOCKED], {}, "Inconclusive", "无法判定", id="inconclusive"),
        pytest.param([Result.HELD], {"leaks": ["x"]}, "left something behind", "未能清理", id="leaked"),
        pytest.param([Result.KNOWN], {}, "is known, and exactly as written down", "登记在案", id="known"),
        pytest.param([Result.HELD], {"leaks": ["x"]}, "exit code 7", "退出码 7", id="exit-code"),
        pytest.param(
            [Result.HELD],
            {"run": replace(LIVE, profile="acceptance"), "deviations": [DEVIATION | {"fixed": ["cancel-task/held"]}]},
            "no longer shows what is written down",
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
    assert "<title>ACCEPTED (stand-in)" in render(verdict(outcome(), run=STAND_IN), now=NOW)
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
        pytest.param(Result.CRASHED, (), "The suite: its own mistake", id="crashed"),
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
        "1 of 2 answers asked for",
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


def test_every_case_is_a_row() -> None:
    """The table of cases has each case once, with what the filters look at."""
    found = everything()
    rows = [attributes for attributes in Page(render(found, now=NOW)).all("tr") if "data-result" in attributes]
    assert [row["data-result"] for row in rows] == [case["result"] for case in found["cases"]]


def test_links_within_the_page_lead_somewhere() -> None:
    """Every anchor is there, and no id twice."""
    read = Page(render(everything(), now=NOW))
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {link["href"][1:] for link in read.all("a") if "=" not in link["href"]}
    labels = {name for _, tag in read.tags for name in tag.get("aria-labelledby", "").split()}
    assert (targets | labels) - set(ids) == set()


# ---------------------------------------------------------------- it asks for nothing and runs nothing


def test_the_page_asks_for_nothing() -> None:
    """No tag, style or script names anything outside of the file; forms go nowhere."""
    html = render(everything(), now=NOW)
    read = Page(html)
    for tag, attributes in read.tags:
        for name in ("src", "href", "action", "data", "srcset", "poster"):
            assert attributes.get(name, "#").startswith(("#", "data:image/svg+xml,")), (tag, attributes)
    style, script = (re.search(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[1] for tag in ("style", "script"))
    assert not re.search(r"url\(|@import|https?:", style)
    assert not re.search(r"https?:|fetch|XMLHttp|import\(|innerHTML|eval", script)


def test_only_the_own_style_and_script_may_run() -> None:
    """The policy allows one style and one script, by their hashes, and no attribute makes another."""
    html = render(everything(), now=NOW)
    read = Page(html)
    policy = next(tag["content"] for tag in read.all("meta") if tag.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        assert len(read.all(tag)) == 1
        inline = re.search(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert [name for _, tag in read.tags for name in tag if name.startswith("on") or name == "style"] == []


def with_texts(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return tags and names of attributes of a page in which `text` stands everywhere, without marks of differences."""
    found = everything()
    for path in texts(found):
        if path[-1] not in ("operation", "answer", "call", "kind"):
            found = put(found, path, f"{path} {text}")
    return [(tag, tuple(attributes)) for tag, attributes in Page(render(found, now=NOW)).tags if tag != "mark"]


def test_hostile_texts_change_no_tag() -> None:
    """With HTML, quotes, templates and control signs in every text there is, the page has the tags that it has."""
    assert with_texts(HOSTILE) == with_texts("x" * len(HOSTILE))


@pytest.mark.parametrize(
    "path", sorted({(*[step for step in path if isinstance(step, str)],) for path in texts(everything())}), ids=".".join
)
def test_no_text_of_a_verdict_does_harm(path: tuple[str, ...]) -> None:
    """In whatever place HTML, control signs and 5 MB of text stand, the page keeps its tags and stays small."""
    found = everything()
    place = next(each for each in texts(found) if tuple(step for step in each if isinstance(step, str)) == path)
    html = render(put(found, place, HOSTILE * (LARGE // len(HOSTILE))), now=NOW)
    read = Page(html)
    assert len(html.encode()) < MOST
    assert (len(read.all("script")), read.all("img")) == (1, [])
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u2028-\u202e\u2066-\u2069]", html)


def test_signs_that_steer_are_shown_as_codes() -> None:
    """Right-to-left marks, escapes and halves of a pair are written out; the page can always be saved as UTF-8."""
    body = '{"description": "a\u202eb\x1b \ud800 \\u202e \\ud800"}'
    evidence = Evidence("curl 'x\u2066'", 400, "text/\u200b", body, None, 0.1)
    html = render(verdict(outcome(Result.BREACH, evidence=(evidence,))), now=NOW)
    html.encode("utf-8")
    for code in (r"a\u202eb\x1b", r"\u2066", r"text/\u200b", r"\ud800"):
        assert code in Page(html).text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain 中文", "plain 中文", id="plain"),
        pytest.param("a\nb\tc", "a\nb\tc", id="line-end-and-tab"),
        pytest.param("a\rb", r"a\rb", id="carriage-return"),
        pytest.param("\u202etxt", r"\u202etxt", id="right-to-left"),
        pytest.param("\ud800", r"\ud800", id="half-a-pair"),
        pytest.param("x" * 11, "x" * 10 + "… (11 characters)", id="too-long"),
        pytest.param("\u202e" * 4, r"\u202e\u20" + "… (4 characters)", id="too-long-as-codes"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    """What does not show is its code, and what is long is cut."""
    assert visible(text, 10 if "characters" in shown else 400) == shown


# ---------------------------------------------------------------- it stays small


def test_500_cases_fit(runs: Runs) -> None:
    """500 cases of a real run, with their breaches, make a page of less than 1 MB."""
    ran = runs("--behaviour", "1.7.0", "--deviations", "none").verdict
    copies = [
        case | {"case": f"{case['case']}-{n}"} for n in range(500 // len(ran["cases"]) + 1) for case in ran["cases"]
    ]
    found = ran | {"cases": copies[:500]}
    html = render(found, now=NOW)
    assert html.count("<tr data-result=") == 500
    assert len(html.encode()) < MOST


def test_500_different_breaches_fit() -> None:
    """However much is wrong, and however much of it is escaped, the page stays small and names every cause."""
    quotes = '"' * 1500
    outcomes = [
        outcome(
            Result.BREACH,
            f"case-{number}",
            breaches=tuple(replace(CODE, came=f"{number} {quotes}", where=f"$.a{n}") for n in range(20)),
            evidence=(Evidence(f"curl '{quotes}'", 400, quotes, f"{quotes}\n" * 500, None, 0.1),) * 3,
            again=f"curl {quotes * 4}",
            unknown=tuple(f"$.{quotes}{n}" for n in range(50)),
        )
        for number in range(500)
    ]
    html = render(verdict(*outcomes), now=NOW)
    assert len(html.encode()) < MOST
    assert "cancel-task/case-0" in html
    assert "cancel-task/case-499" in html
    assert "more, in verdict.json" in html


# ---------------------------------------------------------------- promised beside received


def compared(wanted: Any, came: Any, *breaches: Breach, status: int = 400) -> list[Row]:
    """Return the rows for two bodies; texts are bodies as they are."""
    promised, received = (
        body if isinstance(body, str) else json.dumps(body, ensure_ascii=False) for body in (wanted, came)
    )
    evidence = Evidence("curl x", status, WANTED.content_type, received, None, 0.1)
    case = outcome(Result.BREACH, wanted=replace(WANTED, body=promised), evidence=(evidence,), breaches=breaches)
    return side_by_side(case.to_json())


def shown(row: Row) -> tuple[str, str]:
    sides = (row.left, row.right)
    return tuple("" if side is None else side.word or "".join(text for text, _ in side.parts) for side in sides)  # type: ignore[return-value]


def marked(row: Row) -> tuple[str, str]:
    """Return the marked parts of both sides."""
    sides = (row.left, row.right)
    return tuple("|".join(text for text, mark in side.parts if mark) if side else "" for side in sides)  # type: ignore[return-value]


def test_the_breach_is_marked_and_nothing_else() -> None:
    """Of a wrong value only its own part is marked, and it alone is called the breach."""
    rows = compared({"code": 6163, "message": "x"}, {"message": "x", "code": 6165}, CODE)
    assert [row.state for row in rows] == ["same", "same", "same", "breach", "same", "same"]
    assert marked(rows[3]) == ("6163", "6165")


def test_what_differs_and_may_is_told_apart() -> None:
    """An id that the promise leaves open differs, and is no breach."""
    rows = compared({"code": 6163, "task_id": 16}, {"code": 6165, "task_id": 1}, CODE)
    assert [(row.state, *marked(row)) for row in rows if row.state != "same"] == [
        ("breach", "6163", "6165"),
        ("other", "16", "1"),
    ]


def test_a_missing_key_stands_alone() -> None:
    """A key that did not come has nothing beside it; the others stay beside each other."""
    missing = Breach(Kind.MISSING, "$.extra", "this key", "no such key", True, "$.extra")
    rows = compared({"code": 1, "extra": {"a": 1}, "type": "error"}, {"code": 1, "type": "error"}, missing)
    assert [shown(row) for row in rows if row.state == "breach"] == [
        ('  "extra": {', ""),
        ('    "a": 1', ""),
        ("  },", ""),
    ]
    assert ('  "type": "error"', '  "type": "error"') in [shown(row) for row in rows]


def test_a_key_that_nobody_promised_stands_alone() -> None:
    """A further key is shown as one that may come."""
    rows = compared({"code": 1}, {"code": 1, "new": [2]})
    assert [(row.state, *shown(row)) for row in rows if row.state != "same"] == [
        ("other", "", '  "new": ['),
        ("other", "", "    2"),
        ("other", "", "  ]"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"code": 1, "code": 2}', id="key-twice"),
        pytest.param('{"code": NaN}', id="no-number"),
        pytest.param('{"code": 1} trailing', id="text-behind"),
        pytest.param("<html>\n<title>x</title>", id="html"),
        pytest.param("[" * 7000, id="deep"),
        pytest.param("1" * 5000, id="digits"),
    ],
)
def test_what_is_no_strict_json_is_shown_as_it_came(body: str) -> None:
    """A reader of JSON would hide what is wrong with it, so the text stands there itself."""
    rows = compared({"code": 1}, body, Breach(Kind.NOT_JSON, "body", "a JSON body", "x", True))
    assert any(body.splitlines()[0][:10] in shown(row)[1] for row in rows if row.state == "breach")


def test_long_equal_parts_are_folded() -> None:
    """Of many equal lines only those beside the difference are shown."""
    wanted = {f"k{n:02}": n for n in range(40)}
    rows = compared(wanted, wanted | {"k20": 99}, replace(CODE, where="$.k20"))
    assert [row.folded for row in rows if row.state == "fold"] == [17, 14]
    assert len(rows) < 20


def test_an_answer_that_did_not_come_is_shown_so() -> None:
    """Where the connection broke, the reason stands beside what was promised."""
    gone = Evidence("curl x", None, None, "", "the connection was closed", 0.1)
    rows = side_by_side(outcome(Result.BREACH, evidence=(gone,)).to_json())
    assert (shown(rows[0]), rows[0].state) == (("HTTP 400", "the connection was closed"), "breach")


@pytest.mark.parametrize("parts", [{"wanted": None}, {"evidence": ()}], ids=["no-promise", "no-answer"])
def test_nothing_is_beside_nothing(parts: dict[str, Any]) -> None:
    """A case without a promise or an answer has no such table."""
    assert side_by_side(outcome(Result.BREACH, **parts).to_json()) == []


# ---------------------------------------------------------------- numbers


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
    """Times are written as people say them."""
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
    """An expiry that is no date gives no count of days."""
    assert days_left("soon", NOW.date()) is None


# ---------------------------------------------------------------- the texts

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
    modules = (TEMPLATES.parent / f"{name}.py" for name in ("html", "view", "sidebyside"))
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
        ("interrupted", [outcome()], {"interrupted": "interrupted"}),
        ("internal-error", [outcome()], {"interrupted": "an internal error of the suite"}),
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
        chinese = translated(reason, "zh")
        assert re.search("[\u4e00-\u9fff]", chinese)
        assert re.findall(r"\d+", chinese) == re.findall(r"\d+", reason)


@pytest.mark.parametrize("prefix", ["/api", "/api/aslan"])
@pytest.mark.parametrize("profile", PROFILES)
def test_notes_are_said_in_chinese_too(profile: str, prefix: str) -> None:
    """Whatever a run leaves out, the page says why in Chinese too."""
    settings = Settings(profile=profile, api_prefix=prefix)
    allowed = plan_scope(settings, stand_in=False, credentials=())
    for note in plan_notes(cases("1.7.0"), allowed):
        assert re.search("[\u4e00-\u9fff]", translated(note, "zh"))
