"""report.html as it is written: what it says of a run."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.check.breach import Breach, Kind
from contracts.report.html.page import render
from contracts.report.verdict_rules import Result
from helpers.html_page import NOW, Page, page
from helpers.html_samples import CODE, DEVIATION, LIVE, STAND_IN, WANTED, everything, outcome, verdict
from helpers.one_run import DRIFT


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
