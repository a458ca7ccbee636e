"""Pages that nobody meant, what becomes of them, and what is said of what they lost."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from contracts.derive.command import render
from contracts.derive.errors import DeriveError
from contracts.derive.page.documented import document
from contracts.derive.page.names import load_names
from contracts.derive.page.sections import read_page
from helpers.fuzzing import bounded

ROOT = Path(__file__).parents[3]
PAGES = {
    path.stem: path.read_bytes().decode() for path in sorted((Path(__file__).parents[1] / "derive/pages").rglob("*.md"))
}
NAMES = load_names(ROOT / "contracts/apis/aslan/operations.toml")
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


def derived(text: str) -> dict[str, Any] | None:
    """Return what a page derives to, None where it is refused in one line."""
    try:
        with bounded():
            content = document(read_page(text, "page.md"), NAMES)
            # What is derived can also be written, and has a line of the page for each finding.
            render(content).encode()
        assert all(1 <= finding["line"] <= content["page"]["lines"] + 1 for finding in content["findings"])
        return content
    except DeriveError as error:
        refused = str(error)
    assert "\n" not in refused
    return None


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
        for sample in (
            operation["body"],
            *operation["answers"].values(),
            *(one for shown in operation.get("model_samples", {}).values() for one in shown),
        )
        if sample is not None
    ]
    spans = [one["lines"] for sample in samples for one in (sample, *sample.get("samples", ()))]
    inside = {line for first, last in spans for line in range(first + 1, last)}
    # The last line of a fence that is never closed is part of its sample.
    opened = {finding["line"] for finding in content["findings"] if finding["rule"] == "fence-not-closed"}
    inside |= {last for first, last in spans if first in opened}
    # The front matter belongs to no operation.
    lines = PAGES[name].split("\n")
    front = range(1, next((at for at, line in enumerate(lines[1:], 2) if line.strip() == "---"), 0) + 1)
    alone = {finding["line"] for finding in content["findings"] if finding["rule"] in ONLY_THERE}
    alone |= {row["line"] for operation in content["operations"].values() for row in _rows_without_sample(operation)}
    return frozenset({*inside, *front, *alone})


def _rows_without_sample(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows that nothing but their table says: headers, and what has no sample, sub-models included."""
    body = [row for row in operation["parameters"] if row["in"] == "body"]
    yield from (row for row in operation["parameters"] if row["in"] == "header")
    yield from body if operation["body"] is None else ()
    answered = operation.get("answer_keys", [])
    lacks_sample = "sample" not in operation["answers"].get("success", {})
    yield from answered if lacks_sample else ()
    if (body and operation["body"] is None) or (answered and lacks_sample):
        yield from (row for rows in operation.get("models", {}).values() for row in rows)


def _completes(finding: dict[str, Any], operation: str) -> bool:
    """Whether a finding stands where a page goes on with an operation that it has already."""
    return finding["rule"] in ("operation-twice", "body-elsewhere") and finding["operation"] == operation


def assert_said(name: str, text: str, touched: set[int], cut: int | None = None) -> None:
    """Assert that each operation of a page is derived from its changed text as before, or that a finding says not."""
    before, after = original(name), derived(text)
    if after is None or touched & unknowable(name):
        return
    new = bool(findings(after) - findings(before))
    if cut is not None:  # before a cut no line moves
        new = any(finding not in before["findings"] for finding in after["findings"])
    last = text.count("\n") + 1
    lines = PAGES[name].split("\n")
    for operation, content in before["operations"].items():
        start = content["line"] + (set(lines[content["line"]]) in ({"="}, {"-"}))  # a heading may be underlined
        start = max([start, *(one["line"] for one in before["findings"] if _completes(one, operation))])
        if cut is not None and cut <= len("\n".join(lines[:start])):
            continue
        if cut is not None and any(row["line"] >= last for row in _rows_without_sample(content)):
            continue
        actual = after["operations"].get(operation)
        if actual is None or without_lines(actual) != without_lines(content):
            assert new, f"{operation} is {'lost' if actual is None else 'different'} and nothing says so"


names = st.sampled_from(sorted(PAGES))
numbers = st.integers(0, 10_000)
