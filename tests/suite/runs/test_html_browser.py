"""report.html in a real Chromium, from disk and offline: it opens, filters, speaks, and can be used by all."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from contracts.report.history import history
from contracts.report.history import render as history_page
from contracts.report.html.page import render
from contracts.report.verdict_rules import Result
from helpers.html_samples import HOSTILE, LIVE, STAND_IN, everything, outcome, put, texts, verdict
from helpers.verdicts import write

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
HANG = 600_000
"""Milliseconds after which a browser hangs; it is slow on a busy machine."""
expect.set_options(timeout=HANG)
SERIOUS = ("serious", "critical")
CASES = "#cases tbody tr:not([hidden])"

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium of this machine."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this machine: install the package chromium")
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=as_root, timeout=HANG)
        yield started
        started.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Return what opens the page of a verdict, or a page; at the end, nothing may have been asked for or gone wrong."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    wrong: list[str] = []

    def opened(found: Any, width: int = 1280, scripts: bool = True, at: str = "", **options: Any) -> Page:
        options = {"locale": "en-US", "color_scheme": "light", "reduced_motion": "reduce"} | options
        context = browser.new_context(
            offline=True, java_script_enabled=scripts, viewport={"width": width, "height": 900}, **options
        )
        context.set_default_timeout(HANG)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("dialog", lambda dialog: wrong.append(f"dialog {dialog.message}") or dialog.dismiss())
        path = tmp_path / "report.html"
        path.write_text(found if isinstance(found, str) else render(found, now=NOW), encoding="utf-8")
        page.goto(path.as_uri() + at)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}


def shown(page: Page) -> list[str]:
    """Return the ids of the cases that the table shows."""
    return page.locator(f"{CASES} th code").all_inner_texts()


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return wide


def issues(page: Page) -> list[tuple[Any, ...]]:
    """Return what axe finds on a page that is serious."""
    return [
        (issue["id"], node["target"], node["failureSummary"])
        for issue in Axe().run(page).response["violations"]
        if issue["impact"] in SERIOUS
        for node in issue["nodes"]
    ]


def test_it_opens_from_disk(show: Open) -> None:
    """With the network off, everything is there and nothing is complained about."""
    page = show(everything())
    expect(page.get_by_role("heading", level=1)).to_have_text("Rejected", use_inner_text=True)
    expect(page.locator(CASES)).to_have_count(len(Result))
    expect(page.get_by_text("Live target")).to_be_visible()


def test_a_stand_in_is_seen_at_once(show: Open) -> None:
    """Without scrolling, the reader sees that no live Zadig was tested."""
    page = show(verdict(outcome(), run=STAND_IN))
    expect(page.get_by_text("Stand-in, not a live Zadig").first).to_be_in_viewport()


def test_why_who_and_how_again_are_near(show: Open) -> None:
    """When the gate is red, the first screen says why and who, and one click leads to how it is seen again."""
    page = show(verdict(outcome(Result.BREACH), outcome()))
    expect(page.locator(".reasons")).to_have_text("1 breach", use_inner_text=True)
    for said in ("$.code expected 6163 got 6165", "The target: it breaks what the page promises"):
        expect(page.locator(".why")).to_contain_text(said, use_inner_text=True)
    expect(page.locator(".why")).to_be_in_viewport(ratio=1)
    page.locator(".banner").get_by_role("link", name="cancel-task/breach").click()
    expect(page.locator("#cause-1").get_by_text("python -m contracts again")).to_be_in_viewport()


def test_filter_by_result_and_operation(show: Open) -> None:
    """Filters narrow the table, the number is said aloud, and the address keeps them."""
    page = show(everything())
    page.get_by_role("combobox", name="Result", exact=True).select_option("breach")
    assert shown(page) == ["cancel-task/breach"]
    expect(page.locator("#shown")).to_have_text("1 of 8 cases shown", use_inner_text=True)
    assert page.url.endswith("#result=breach")
    page.get_by_role("combobox", name="Operation", exact=True).select_option("cancel-task")
    assert shown(page) == ["cancel-task/breach"]
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(CASES)).to_have_count(8)
    assert page.url.endswith("#cases")


def test_an_address_with_filters_can_be_passed_on(show: Open) -> None:
    page = show(everything(), at="#result=held&q=HELD")
    assert shown(page) == ["cancel-task/held"]
    expect(page.get_by_role("searchbox")).to_have_value("HELD")
    page.evaluate("location.hash = 'result=no-such-result'")
    expect(page.locator(CASES)).to_have_count(8)


def test_search_by_keyboard(show: Open) -> None:
    """The slash key leads to the search; all words have to be in a row; nothing found is said."""
    page = show(everything())
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("unreach task/")
    assert shown(page) == ["cancel-task/unreachable"]
    page.keyboard.type(" nowhere")
    assert shown(page) == []
    expect(page.get_by_text("No case matches.")).to_be_visible()
    expect(page.locator("#shown")).to_have_text("0 of 8 cases shown", use_inner_text=True)


def test_a_cell_of_the_matrix_leads_to_its_cases(show: Open) -> None:
    other = outcome(Result.HELD, "other", answer="lost")
    page = show(verdict(outcome(), other))
    page.get_by_text("Operation × response type").click()
    page.locator("table.matrix").get_by_role("row", name="lost").get_by_role("link").click()
    assert shown(page) == ["cancel-task/other"]
    expect(page.locator("#cases")).to_be_in_viewport()


@pytest.mark.parametrize(
    ("locale", "language", "heading"),
    [
        pytest.param("zh-CN", "zh-CN", "拒绝", id="chinese"),
        pytest.param("zh-TW", "zh-CN", "拒绝", id="chinese-elsewhere"),
        pytest.param("de-DE", "en", "Rejected", id="other"),
    ],
)
def test_it_speaks_the_reader_s_language(show: Open, locale: str, language: str, heading: str) -> None:
    """Readers whose browser is Chinese get Chinese, all others English."""
    page = show(everything(), locale=locale)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading, use_inner_text=True)


def test_language_is_switched_and_kept(show: Open) -> None:
    """One button changes every text, the filters' options too; the choice is there when the page is opened again."""
    page = show(everything())
    page.get_by_role("button", name="中文").click()
    text = page.locator("main").inner_text()
    for english in (
        "\nbreach\n",
        "Source",
        "Known deviations",
        "Undocumented response keys",
        "cases shown",
        "Expected",
    ):
        assert english not in text
    assert "已知偏差" in text
    expect(page.locator("#shown")).to_have_text("显示 8 / 8 个用例", use_inner_text=True)
    assert page.get_by_role("combobox", name="结果", exact=True).locator("option").all_text_contents()[:2] == [
        "全部",
        "违约",
    ]
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("拒绝", use_inner_text=True)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rejected", use_inner_text=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_theme_follows_the_system_until_it_is_switched(show: Open, scheme: str) -> None:
    """The page is as light or dark as the system; a button turns it over, and that is kept."""
    page = show(everything(), color_scheme=scheme)

    def light() -> bool:
        colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        return int(re.findall(r"\d+", colour)[0]) > 127

    assert light() == (scheme == "light")
    page.get_by_role("button", name="Light / dark").click()
    assert light() == (scheme == "dark")
    page.reload()
    assert light() == (scheme == "dark")


def test_copying_a_line(show: Open) -> None:
    """The button beside a line puts just that line into the clipboard, and says so."""
    page = show(verdict(outcome(Result.BREACH, again="curl 'x' | grep \"<b>\"")), permissions=["clipboard-read"])
    page.locator("#cause-1").get_by_text("Request and response").click()
    page.locator("#cause-1 .more").get_by_role("button", name="Copy").click()
    expect(page.locator("#status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "curl 'x' | grep \"<b>\""


@pytest.mark.parametrize(
    ("locale", "zone", "time", "title"),
    [
        pytest.param("en-US", "Asia/Shanghai", "Nov 30, 2026, 6:37:06 PM GMT+8", "Rejected · ", id="english"),
        pytest.param("zh-CN", "America/New_York", "2026年11月30日 GMT-5 05:37:06", "拒绝 · ", id="chinese"),
    ],
)
def test_times_and_title_are_the_reader_s(show: Open, locale: str, zone: str, time: str, title: str) -> None:
    """Times are said in the reader's zone and language, with UTC at hand; the title of the page speaks it too."""
    found = verdict(outcome(Result.BREACH), run=replace(LIVE, started="2026-11-30T10:37:06+00:00"))
    page = show(found, locale=locale, timezone_id=zone)
    shown = page.locator(".banner time")
    assert " ".join(shown.inner_text().split()) == time
    expect(shown).to_have_attribute("title", "2026-11-30 10:37:06 UTC")
    assert page.title().startswith(title)


def test_held_cases_are_folded_until_somebody_looks_for_them(show: Open) -> None:
    """The first look is at what went wrong; a filter unfolds what it finds."""
    page = show(everything())
    expect(page.get_by_role("row", name="cancel-task/held")).to_be_hidden()
    page.get_by_role("searchbox").fill("held")
    expect(page.get_by_role("row", name="cancel-task/held")).to_be_visible()


def test_a_cause_is_unfolded_by_what_leads_to_it(show: Open) -> None:
    """The first cause is open, the others are a line each until a link or a click opens them."""
    page = show(everything())
    state = [page.locator(f"#cause-{n}").get_attribute("open") is not None for n in (1, 2, 3)]
    assert state == [True, False, False]
    page.locator(".banner").get_by_role("link", name="cancel-task/drift").click()
    expect(page.locator("#cause-2 .states")).to_be_in_viewport()


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("kind", "width"), [("accepted", 1280), ("everything", 1280), ("everything", 390)])
def test_nothing_stands_in_the_way_of_anybody(show: Open, kind: str, width: int, scheme: str, locale: str) -> None:
    """axe finds no serious issue, with everything unfolded."""
    found = verdict(outcome(), run=STAND_IN) if kind == "accepted" else everything()
    page = show(found, color_scheme=scheme, locale=locale)
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    page.set_viewport_size({"width": width, "height": 900})
    assert issues(page) == []


def test_the_keyboard_reaches_everything(show: Open) -> None:
    """Going on with the tab key leads over the skip link through all controls, each of which shows its focus."""
    page = show(everything())
    seen = []
    for _ in range(15):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert "Skip to what matters" in seen[0]
    assert any("中文" in each for each in seen)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("hostile", [False, True], ids=["plain", "hostile"])
def test_nothing_is_wider_than_the_window(show: Open, width: int, hostile: bool) -> None:
    """Nothing overflows sideways, on a phone neither, whatever the server sent."""
    found = everything()
    if hostile:
        for path in texts(found):
            if path[-1] not in ("operation", "answer", "call", "kind"):
                found = put(found, path, f"{path} " + HOSTILE * 20 + "x" * 900)
    page = show(found, width=width)
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    assert overflow(page) <= 0


def test_hostile_answers_do_no_harm(show: Open) -> None:
    """HTML, scripts, 5 MB of text and right-to-left marks in an answer are shown, and do nothing."""
    found = verdict(outcome(Result.BREACH), run=LIVE)
    for path in texts(found):
        if path[0] == "cases" and path[-1] in ("body", "curl", "came", "promised", "again"):
            found = put(found, path, HOSTILE * (5_000_000 // len(HOSTILE)))
    page = show(found)
    expect(page.get_by_role("heading", level=1)).to_have_text("Rejected", use_inner_text=True)
    expect(page.locator("script")).to_have_count(1)
    expect(page.locator("img")).to_have_count(0)
    assert "\\u202e" in page.locator("#cause-1").inner_text()
    assert "\u202e" not in page.content()
    page.keyboard.press("/")
    page.keyboard.type("held")
    assert shown(page) == []


def test_without_scripts_everything_can_be_read(show: Open) -> None:
    """With JavaScript off, every case and card is there in one language, and no control that does nothing."""
    page = show(everything(), scripts=False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Rejected", use_inner_text=True)
    expect(page.get_by_role("row", name="cancel-task/breach").first).to_be_visible()
    page.get_by_text("1 case held").click()
    expect(page.get_by_role("row", name="cancel-task/held")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("searchbox")).to_have_count(0)


def test_on_paper_it_is_light_and_unfolded(show: Open) -> None:
    page = show(everything(), color_scheme="dark")
    unfolded = page.locator("details[open]").count()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.get_by_role("button")).to_have_count(0)
    assert page.locator("details:not([open])").count() == 0
    assert page.evaluate("getComputedStyle(document.querySelector('.banner')).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == unfolded


@pytest.fixture(scope="module")
def runs_over_time(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the page of runs on two targets and releases, with a case that went to and fro."""
    folder = tmp_path_factory.mktemp("runs")
    of_it, later, other = {}, {"release": "1.8.0"}, {"host": "other.example.com"}
    on = [
        (Result.HELD, of_it),
        (Result.BREACH, of_it),
        (Result.HELD, of_it),
        (Result.BLOCKED, later),
        (Result.HELD, other),
    ]
    for day, (result, about) in enumerate(on):
        run = replace(LIVE, started=f"2026-11-{10 + day}T10:00:00+00:00", id=f"run-{day}", **about)
        write(folder / str(day), verdict(outcome(result, "flaky"), run=run))
        (folder / str(day) / "report.html").touch()
    return history_page(history(folder))


@pytest.mark.parametrize(
    ("width", "scheme", "locale"),
    [(1280, "light", "en-US"), (1280, "dark", "zh-CN"), (390, "dark", "en-US"), (390, "light", "zh-CN")],
)
def test_runs_over_time_stand_in_nobody_s_way(
    show: Open, runs_over_time: str, width: int, scheme: str, locale: str
) -> None:
    """On a phone and a screen, light and dark, in both languages: axe finds nothing serious, nothing overflows."""
    page = show(runs_over_time, width=width, color_scheme=scheme, locale=locale)
    heading = "历次运行" if locale == "zh-CN" else "Runs over time"
    expect(page.get_by_role("heading", level=1)).to_have_text(heading, use_inner_text=True)
    assert overflow(page) <= 0
    assert issues(page) == []


def test_runs_over_time_are_filtered(show: Open, runs_over_time: str) -> None:
    """Of one target or release only its rows, charts and flaky cases stay; the language changes all words."""
    page = show(runs_over_time)
    visible = page.locator("tr[data-target]:visible")
    expect(visible).to_have_count(3 + 1 + 5)
    page.get_by_role("combobox", name="Release").select_option(label="1.8.0")
    expect(visible).to_have_count(1 + 0 + 1)
    page.get_by_role("combobox", name="Release").select_option(label="all")
    page.get_by_role("combobox", name="Target").select_option(label="other.example.com")
    expect(page.get_by_role("heading", level=2, name="zadig.example.com")).to_have_count(0)
    page.get_by_role("button", name="中文").click()
    assert page.title() == "Zadig 契约测试：历次运行"
    expect(page.get_by_role("combobox", name="版本").locator("option").first).to_have_text("全部")
