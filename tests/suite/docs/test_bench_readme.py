"""The table of figures in the READMEs is that of docs/bench.md, in the words of each language."""

from pathlib import Path

import pytest

from bench import document, readme
from bench.table import Table
from contracts.catalog.release import ROOT

HEAD = ["", "s", "× bare loop", "CPU s", "MB", "requests", "on a broken server"]
AT_ONCE = [
    ["bare loop", "0.10", "1.00", "0.1", "30", "96", "fails"],
    ["bare loop, 12 threads", "0.10", "1.00", "0.1", "30", "96", "fails"],
    ["this suite --in-flight 12", "0.26", "2.60", "0.3", "60", "99", "fails"],
    ["Other", "0.10", "does not count", "0.1", "30", "96", "does not notice"],
]
LATER = [[*row[:2], ratio, *row[3:]] for row, ratio in zip(AT_ONCE, ("1.00", "0.10", "0.14", "1.20"), strict=True)]
MEASURED = "\n".join(
    [
        document.INTRODUCTION,
        Table("96 exchanges, 0 ms per answer", HEAD, AT_ONCE, ["A note | with a bar."]).markdown(),
        Table("96 exchanges, 50 ms per answer", HEAD, LATER).markdown(),
        Table("Many cases", ["cases", "s"], [["1", "2"]]).markdown(),
    ]
)


@pytest.mark.parametrize("name", readme.WORDS)
def test_table_is_that_of_the_document(name: str) -> None:
    """What docs/bench.md says stands in the README; whoever measures anew gets both."""
    measured = document.PATH.read_text(encoding="utf-8") if document.PATH.exists() else ""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert readme.filled(text, measured, readme.WORDS[name]) == text, "run python -m bench.readme"


@pytest.mark.parametrize(
    ("name", "table"),
    [
        pytest.param(
            "README.md",
            [
                "| | time, 0 ms per answer | time, 50 ms per answer | on a broken server |",
                "| --- | --- | --- | --- |",
                "| bare loop | 1.00 | 1.00 | fails |",
                "| bare loop, 12 threads | 1.00 | 0.10 | fails |",
                "| this suite --in-flight 12 | 2.60 | 0.14 | fails |",
                "| Other | does not count | 1.20 | does not notice |",
            ],
            id="English",
        ),
        pytest.param(
            "README.zh-CN.md",
            [
                "| | 耗时，每个响应 0 ms | 耗时，每个响应 50 ms | 面对有问题的服务器 |",
                "| --- | --- | --- | --- |",
                "| 最简单的循环 | 1.00 | 1.00 | 发现 |",
                "| 最简单的循环, 12 个线程 | 1.00 | 0.10 | 发现 |",
                "| 本套件 --in-flight 12 | 2.60 | 0.14 | 发现 |",
                "| Other | 不计 | 1.20 | 没有发现 |",
            ],
            id="Chinese",
        ),
    ],
)
def test_both_delays_stand_side_by_side(name: str, table: list[str]) -> None:
    """Each who made the exchanges has a row: its time at each delay, and whether it noticed the broken server.

    In Chinese the rows are those of the English table, and no English word is left but names and options.
    """
    assert readme.block(MEASURED, readme.WORDS[name]).splitlines()[2:8] == table


def test_place_of_the_table_is_needed() -> None:
    """A README without the markers is not written to."""
    with pytest.raises(ValueError, match="bench: begin"):
        readme.filled("# Title\n", MEASURED, readme.WORDS["README.md"])


def test_whoever_measures_anew_gets_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The READMEs beside docs/ get the table, and all else in them stays."""
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(document, "PATH", tmp_path / "docs" / "bench.md")
    document.PATH.write_text(MEASURED, encoding="utf-8")
    for name in readme.WORDS:
        (tmp_path / name).write_text(f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n", encoding="utf-8")
    readme.write()
    for name, words in readme.WORDS.items():
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text == f"before\n{readme.BEGIN}\n{readme.block(MEASURED, words)}\n{readme.END}\nafter\n"
