"""`python -m bench.readme`: the short table of figures in docs/comparison.md and its Chinese, from docs/bench.md."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench import document
from contracts.settings.readme_table import between, table_row

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
RATIO, BROKEN = "× bare loop", "on a broken server"
"""The columns of docs/bench.md that are shown."""
_SECTION = re.compile(r"^## \d+ exchanges, (\d+) ms per answer$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
Row = Mapping[str, str]


@dataclass(frozen=True)
class Words:
    """What stands around the figures in one language; `of`: the Chinese of a cell, where it has one."""

    head: tuple[str, str, str]
    before: str
    after: str
    missing: str
    of: Mapping[str, str]


WORDS: Mapping[str, Words] = {
    "docs/comparison.md": Words(
        ("", "time, {} ms per answer", "on a broken server"),
        "Times as multiples of a bare loop of the same requests, whole processes:",
        "How it was measured, and more figures: [bench.md](bench.md).",
        "Not measured yet.",
        {},
    ),
    "docs/comparison.zh-CN.md": Words(
        ("", "耗时，每个响应 {} ms", "面对有问题的服务器"),
        "耗时为用最简单的循环发送同样请求的倍数，按整个进程计算：",
        "测量方法和更多数字见 [bench.md](bench.md)。",
        "尚未测量。",
        {
            "bare loop": "最简单的循环",
            "this suite": "本套件",
            "threads": "个线程",
            "fails": "发现",
            "does not notice": "没有发现",
            "does not count": "不计",
        },
    ),
}


def sections(measured: str) -> dict[str, dict[str, Row]]:
    """Return for each delay, in milliseconds, the rows of its table by who made the exchanges."""
    return {delay: {row[""]: row for row in _rows(text)} for delay, text in _SECTION.findall(measured)}


def _rows(section: str) -> Iterator[Row]:
    lines = [line for line in section.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    for row in cells[2:]:
        yield dict(zip(cells[0], row, strict=True))


def block(measured: str, words: Words) -> str:
    """Return what stands between the markers; where nothing is measured, that it is not."""
    found = sections(measured)
    if not found:
        return words.missing
    name, delayed, broken = words.head
    head = [name, *(delayed.format(delay) for delay in found), broken]
    rows = [
        [who, *(table[who][RATIO] for table in found.values()), row[BROKEN]]
        for who, row in next(iter(found.values())).items()
    ]
    told = [[_said(cell, words) for cell in row] for row in rows]
    lines = [table_row(row) for row in (head, ["---"] * len(head), *told)]
    return "\n".join([words.before, "", *lines, "", words.after])


def _said(cell: str, words: Words) -> str:
    for english, other in words.of.items():
        cell = cell.replace(english, other)
    return cell


def filled(page: str, measured: str, words: Words) -> str:
    """Return a page with the table as it should be; raises ValueError where it has no place for it."""
    whole = between(page, BEGIN, END, block(measured, words))
    if whole is None:
        raise ValueError(f"put {BEGIN} and {END} on lines of their own")
    return whole


def write() -> None:
    """Write the table into the pages beside the document."""
    source = document.PATH
    measured = source.read_text(encoding="utf-8") if source.exists() else ""
    for name, words in WORDS.items():
        path = source.parent.parent / name
        if path.exists():
            path.write_text(filled(path.read_text(encoding="utf-8"), measured, words), encoding="utf-8")


if __name__ == "__main__":
    write()
