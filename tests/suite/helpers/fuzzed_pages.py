"""Pages that nobody meant, what becomes of them, and what is said of what they lost."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from contracts.derive.command import render
from contracts.derive.errors import DeriveError
from contracts.derive.page.documented import document
from contracts.derive.page.names import load_names
from contracts.derive.page.sections import read_page

ROOT = Path(__file__).parents[3]
PAGES = {
    path.stem: path.read_bytes().decode() for path in sorted((Path(__file__).parents[1] / "derive/pages").rglob("*.md"))
}
NAMES = load_names(ROOT / "contracts/apis/aslan/operations.toml")
BATCHES = 3 * int(os.environ.get("ZCT_FUZZ", "1"))
"""Batches of pages, 60 each, that a test of fuzzing reads: always the same ones; for a long run: ZCT_FUZZ=50."""

HANG = 30
"""Seconds of CPU time after which reading one small page counts as a hang; it takes milliseconds."""

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
def no_hang() -> Iterator[None]:
    """A page whose reading hangs fails its test."""

    def hung(*_: object) -> None:
        raise HungError

    before = signal.signal(signal.SIGPROF, hung)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


def derived(text: str) -> dict[str, Any] | None:
    """Return what a page derives to, None where it is refused in one line."""
    signal.setitimer(signal.ITIMER_PROF, HANG)
    try:
        content = document(read_page(text, "page.md"), NAMES)
        # What is derived can also be written, and has a line of the page for each finding.
        render(content).encode()
        assert all(1 <= finding["line"] <= content["page"]["lines"] + 1 for finding in content["findings"])
        return content
    except DeriveError as error:
        refused = str(error)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    assert "\n" not in refused
    return None


def fuzzed(strategy: st.SearchStrategy[Any], check: Callable[[Any], None], batches: int = BATCHES) -> None:
    """Check one batch of examples after the other, each with a seed of its own."""
    for batch in range(batches):
        seed(batch)(
            settings(
                max_examples=60,
                deadline=None,
                database=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            )(given(strategy)(check))
        )()


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
        start = content["line"] + (set(lines[content["line"]]) in ({"="}, {"-"}))  # a heading may be underlined
        if cut is not None and cut <= len("\n".join(lines[:start])):
            continue
        actual = after["operations"].get(operation)
        if actual is None or without_lines(actual) != without_lines(content):
            assert new, f"{operation} is {'lost' if actual is None else 'different'} and nothing says so"


names = st.sampled_from(sorted(PAGES))
numbers = st.integers(0, 10_000)
