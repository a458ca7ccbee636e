"""Pages that nobody meant: whatever is cut, moved or thrown in, reading ends, and what is lost is said.

What can be known has a limit. A line inside of a sample that is taken out or moved may leave another valid sample, and
so may the row of a table for something that stands nowhere else; a page that is cut before an operation starts shows
nothing of it. Everything else leaves a trace, and each trace is a finding.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from contracts.derive.documented import document
from contracts.derive.error import DeriveError
from contracts.derive.names import load_names
from contracts.derive.page import read_page
from contracts.derive.run import render

ROOT = Path(__file__).parents[2]
PAGES = {path.stem: path.read_bytes().decode() for path in sorted((Path(__file__).parent / "pages").rglob("*.md"))}
NAMES = load_names(ROOT / "contracts/releases/operations.toml")
SECONDS = float(os.environ.get("ZCT_FUZZ_SECONDS", "6"))
"""How long all fuzzing of this file takes together; for a long run: ZCT_FUZZ_SECONDS=300."""

HANG = 30
"""Seconds after which reading one small page counts as a hang; it takes milliseconds."""

ONLY_THERE = {"parameter-not-in-sample", "parameter-not-in-request"}
"""Findings on rows that promise what nothing else on the page does."""

FRAGMENTS = [
    *["---", "# 船", "## 停止任务", "### Boats", "#### 请求", "**请求**", "#### 正常返回", "**异常返回**", "####", "#"],
    *[
        "```",
        "```json",
        "``` string",
        "~~~",
        "~~~~http",
        "::: details",
        ":::",
        "<!--",
        "-->",
        "<!-- x -->",
        "<img src=x>",
    ],
    *["GET /a", "POST /a/:b?c=:c&d=<丁>&e={e}&f=1&&=", "get https://x.example/a HTTP/1.1", "PUT /<a b>/{c", "DELETE /"],
    *[
        "|参数名|类型|描述|默认值|是否必须|",
        "|---|---|---|---|---|",
        "|---|",
        "|",
        "||",
        "|a|int|x|1|是|",
        "|a|[][B](#b)|",
        "a|b",
    ],
    *[
        '<h5 id="b">B 参数说明</h5>',
        "<h4>",
        "##### B",
        "**B 参数说明**",
        "[a](b)",
        "> 备注",
        "- 一",
        "    x",
        "===",
        "\\|",
    ],
    *[
        "{",
        "}",
        "[",
        "]",
        "},",
        '"a": 1,',
        '"a": "b',
        "'a'",
        "a: b",
        '"type: "x"',
        "# x",
        "// x",
        "/* x",
        "...",
        "1e999",
        "-",
    ],
    *[
        '"\\ud800"',
        '"\\q"',
        "\t",
        "\x00",
        "\x0b",
        "\u2028",
        "\ufeff",
        "\r",
        "",
        "",
        "9" * 5000,
        "[" * 200,
        "{" * 200,
        "NaN",
    ],
]


class HungError(BaseException):
    """Reading took so long that it may never end; not an Exception, so that nothing swallows it."""


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    def hung(*_: object) -> None:
        raise HungError

    before = signal.signal(signal.SIGALRM, hung)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def derived(text: str) -> dict[str, Any] | None:
    """Return what a page derives to, None where it is refused in one line."""
    signal.alarm(HANG)
    try:
        content = document(read_page(text, "page.md"), NAMES)
        # What is derived can also be written, and has a line of the page for each finding.
        render(content).encode()
        assert all(1 <= finding["line"] <= content["page"]["lines"] + 1 for finding in content["findings"])
        return content
    except DeriveError as error:
        refused = str(error)
    finally:
        signal.alarm(0)
    assert "\n" not in refused
    return None


def fuzzed(strategy: st.SearchStrategy[Any], check: Callable[[Any], None], seconds: float) -> None:
    """Check one batch of examples after the other, each with a seed of its own, until the time is over."""
    end, batch = time.monotonic() + seconds, 0
    while batch == 0 or time.monotonic() < end:
        seed(batch)(
            settings(
                max_examples=60,
                deadline=None,
                database=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            )(given(strategy)(check))
        )()
        batch += 1


def without_lines(value: Any) -> Any:
    """Return derived content without the lines of the page, rows in the order of their names."""
    if isinstance(value, dict):
        return {key: without_lines(item) for key, item in value.items() if key not in ("line", "lines")}
    if isinstance(value, list):
        items = [without_lines(item) for item in value]
        rows = bool(items) and all(isinstance(item, dict) and {"name", "in"} <= set(item) for item in items)
        return sorted(items, key=lambda row: (row["in"], row["name"])) if rows else items
    return value


def findings(content: dict[str, Any]) -> Counter[tuple[str, str, str | None]]:
    return Counter((finding["rule"], finding["what"], finding["operation"]) for finding in content["findings"])


@cache
def original(name: str) -> dict[str, Any]:
    content = derived(PAGES[name])
    assert content is not None
    return content


@cache
def unknowable(name: str) -> frozenset[int]:
    """Return the lines of a page that may change or vanish without a trace: see the docstring above."""
    content = original(name)
    samples = [
        sample
        for operation in content["operations"].values()
        for sample in (operation["body"], *operation["answers"].values())
        if sample is not None
    ]
    spans = [one["lines"] for sample in samples for one in (sample, *sample.get("samples", ()))]
    inside = {line for first, last in spans for line in range(first + 1, last)}
    # The front matter belongs to no operation.
    lines = PAGES[name].split("\n")
    front = range(1, next((at for at, line in enumerate(lines[1:], 2) if line.strip() == "---"), 0) + 1)
    alone = {finding["line"] for finding in content["findings"] if finding["rule"] in ONLY_THERE}
    return frozenset({*inside, *front, *alone})


def assert_said(name: str, text: str, touched: set[int], cut: int | None = None) -> None:
    """Assert that each operation of a page is derived from its changed text as before, or that a finding says not."""
    before, after = original(name), derived(text)
    if after is None or touched & unknowable(name):
        return
    new = findings(after) - findings(before)
    lines = PAGES[name].split("\n")
    for operation, content in before["operations"].items():
        if cut is not None and cut <= len("\n".join(lines[: content["line"]])):
            continue
        found = after["operations"].get(operation)
        if found is None or without_lines(found) != without_lines(content):
            assert new, f"{operation} is {'lost' if found is None else 'different'} and nothing says so"


names = st.sampled_from(sorted(PAGES))
numbers = st.integers(0, 10_000)


def test_page_of_random_fragments_is_read_or_refused():
    """No crash and no hang, whatever lines come in whatever order."""
    text = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=20)), max_size=60).map("\n".join)
    fuzzed(text, lambda page: derived(page) and None, SECONDS / 6)


def test_page_with_random_passages_is_read_or_refused():
    """A real page with fragments thrown into it anywhere, within lines too, is survived as well."""

    def check(drawn: tuple[str, list[tuple[int, str]]]) -> None:
        name, passages = drawn
        text = PAGES[name]
        for at, passage in passages:
            text = text[: at % len(text)] + passage + text[at % len(text) :]
        derived(text)

    passages = st.lists(
        st.tuples(numbers, st.one_of(st.sampled_from(FRAGMENTS), st.characters(codec="utf-8"))), max_size=8
    )
    fuzzed(st.tuples(names, passages), check, SECONDS / 6)


def test_shuffled_page_keeps_each_request_line():
    """With all lines in another order, each request is an operation, or a finding stands at its line."""

    def check(drawn: tuple[str, Any]) -> None:
        name, random = drawn
        lines = PAGES[name].replace("\r", "").removeprefix("\ufeff").split("\n")
        random.shuffle(lines)
        content = derived("\n".join(lines))
        if content is None:
            return
        known = [operation["path"].partition(":")[0] for operation in content["operations"].values()]
        for number, line in enumerate(lines, 1):
            method, _, path = line.partition(" ")
            if method in ("GET", "POST", "PUT", "DELETE") and path.startswith("/"):
                start = path.removeprefix("/api/aslan").partition(":")[0].partition("<")[0].partition("?")[0]
                near = [finding for finding in content["findings"] if finding["line"] == number]
                assert near or any(start.startswith(one) for one in known), f"{line} is lost in silence"

    fuzzed(st.tuples(names, st.randoms(use_true_random=False)), check, SECONDS / 6)


def test_page_cut_anywhere_says_what_is_lost():
    """Of an operation whose heading still stands, everything is there or a finding says that it is not."""

    def check(drawn: tuple[str, int]) -> None:
        name, at = drawn
        cut = at % len(PAGES[name])
        assert_said(name, PAGES[name][:cut], set(), cut)

    fuzzed(st.tuples(names, numbers), check, SECONDS / 6)


def test_page_with_lines_gone_doubled_or_moved_says_what_is_lost():
    """Each operation is derived as before, or derived differently with a finding, or missing with a finding."""

    def check(drawn: tuple[str, str, int, int]) -> None:
        name, change, one, other = drawn
        lines = PAGES[name].split("\n")
        one, other = one % len(lines), other % len(lines)
        touched = {one + 1, other + 1} if change in ("swap", "move") else {one + 1}
        if change == "delete":
            del lines[one]
        elif change == "double":
            lines.insert(one, lines[one])
        elif change == "swap":
            lines[one], lines[other] = lines[other], lines[one]
        else:
            lines.insert(other, lines.pop(one))
        assert_said(name, "\n".join(lines), touched)

    changes = st.sampled_from(["delete", "double", "swap", "move"])
    fuzzed(st.tuples(names, changes, numbers, numbers), check, SECONDS / 3)


def test_each_lost_operation_is_said_near_its_place():
    """When a single line goes and an operation with it, a finding stands within the lines of that operation."""
    text = PAGES["plain"]
    lines = text.split("\n")
    starts = {operation["line"]: name for name, operation in original("plain")["operations"].items()}
    for gone in range(6, len(lines)):
        content = derived("\n".join(lines[:gone] + lines[gone + 1 :]))
        assert content is not None
        new = Counter((one["rule"], one["line"]) for one in content["findings"])
        for start, name in starts.items():
            if name not in content["operations"]:
                end = min([line for line in starts if line > start], default=len(lines))
                assert any(start - 1 <= line <= end for _, line in new), f"line {gone + 1}: {name}"


PATHOLOGICAL = {
    "fences": "```\n",
    "fences-with-language": "```json\n",
    "open-brackets": "[",
    "open-links": "[a](",
    "open-tags": "<a ",
    "open-comments": "<!--",
    "comments": "<!-- -->",
    "bars": "|",
    "rows": "|a|b|\n",
    "tables": "|a|\n\n",
    "headings": "## 船\n",
    "sections": "#### 正常返回\n",
    "requests": "GET /a\n",
    "blank-lines": "\n",
    "spaces": " ",
    "words": "a ",
    "empty-brackets": "[]",
    "braces": "{",
    "backslashes": "\\",
    "backticks": "`",
    "stars": "**",
    "quotes": "> ",
    "dashes": "---\n",
}


@pytest.mark.parametrize("unit", PATHOLOGICAL.values(), ids=PATHOLOGICAL)
@pytest.mark.parametrize("place", ["page", "table", "sample", "heading", "request"])
def test_time_grows_with_the_page_and_not_faster(unit: str, place: str):
    """Eight times as much of anything takes about eight times as long, wherever it stands."""

    def took(size: int) -> float:
        filler = unit * (size // len(unit))
        page = {
            "page": f"{PAGES['plain']}\n{filler}\n",
            "table": PAGES["plain"].replace("|上限|5|", f"|{filler}|5|"),
            "sample": PAGES["plain"].replace('"limit": 3', f'"limit": [{filler}'),
            "heading": PAGES["plain"].replace("## 新建工作流", f"## 新建{filler}工作流".replace("\n", " ")),
            "request": PAGES["plain"].replace("/workflow/workflow\n", f"/workflow/{filler}".replace("\n", " ") + "\n"),
        }[place]
        start = time.process_time()
        derived(page)
        return time.process_time() - start

    took(500)
    small = min(took(3_000), took(3_000))
    assert took(24_000) <= 0.2 + 24 * small


def test_large_page_takes_time_in_proportion():
    """A page of a megabyte takes at most twenty times as long as one of a tenth of that: time is linear."""
    body = PAGES["plain"].split("---\n", 2)[2]

    def page(size: int) -> str:
        return "\n".join(
            body.replace("/workflow/", f"/workflow{number}/") for number in range(size // len(body.encode()) + 1)
        )

    def took(size: int) -> float:
        text = page(size)
        start = time.process_time()
        content = derived(text)
        assert content is not None
        assert len(content["operations"]) == 2 * (size // len(body.encode()) + 1)
        return time.process_time() - start

    small = min(took(100_000), took(100_000))
    assert took(1_000_000) <= 20 * small + 0.5
