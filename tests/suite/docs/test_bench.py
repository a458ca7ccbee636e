"""The bench measures the product as it is, by the same exchanges in all forms, and its tables stand in docs/."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench import document, peers, readme, scale, scenarios, tree
from bench.__main__ import PARTS, main
from bench.contenders import contenders
from bench.exchanges import lives
from bench.table import Table
from contracts.catalog.release import ROOT

BOUNDED = {"this suite": 1.0, "this suite --in-flight 1": 1.0, "this suite --in-flight 12": 0.2, "pytest": 1.0}


@pytest.fixture
def lived(tmp_path: Path) -> Path:
    """Two lives in each tool's form, for a server that is not there."""
    return scenarios.write(tmp_path / "files", "http://127.0.0.1:9", lives(2))


def test_every_form_has_every_exchange(lived: Path) -> None:
    """The files of all tools have the same requests and the same promises."""
    wanted = [(each.method, each.path, each.status) for life in lives(2) for each in life]

    collection = json.loads((lived / "collection.json").read_text())
    requests = [
        (step["request"], step["event"][0]["script"]["exec"]) for life in collection["item"] for step in life["item"]
    ]
    newman = [
        (sent["method"], path_of(sent["url"]), int(re.findall(r"\d+", checks[1])[0])) for sent, checks in requests
    ]
    stages = [
        stage
        for test in (lived / "test_lives.tavern.yaml").read_text().split("---\n")[1:]
        for stage in json.loads(test)["stages"]
    ]
    tavern = [
        (each["request"]["method"], path_of(each["request"]["url"]), each["response"]["status_code"]) for each in stages
    ]
    tests = json.loads((lived / "stepci.yml").read_text())["tests"].values()
    https = [step["http"] for test in tests for step in test["steps"]]
    stepci = [(each["method"], path_of(each["url"]), each["check"]["status"]) for each in https]
    text = "\n".join(path.read_text() for path in sorted((lived / "hurl").iterdir()))
    entries = re.findall(r"^([A-Z]+) (http\S+)$|^HTTP (\d+)$", text, re.MULTILINE)
    hurl = [
        (method, path_of(url), int(status))
        for (method, url, _), (_, _, status) in zip(entries[::2], entries[1::2], strict=True)
    ]
    assert newman == tavern == stepci == hurl == wanted
    assert text.count('jsonpath "$.code" == 6163') == 2


def path_of(url: str) -> str:
    return url.removeprefix("http://127.0.0.1:9")


def test_product_is_measured_as_it_is(tmp_path: Path) -> None:
    """The folder that is measured has the package byte for byte, but for the cases of the bench."""
    made = tree.with_rows(tmp_path / "made", 16)
    differing = {
        str(path.relative_to(made))
        for path in made.rglob("*")
        if path.is_file() and path.read_bytes() != (document.ROOT / path.relative_to(made)).read_bytes()
    }
    assert differing == {"contracts/apis/aslan/1.7.0/cases.toml", "contracts/apis/aslan/lifecycle.toml"}


@pytest.mark.parametrize(
    ("name", "ratio", "delay", "words"),
    [
        pytest.param("this suite", 3.1, 0.0, "this suite takes 3.10 times the bare loop, and may take 3", id="at-once"),
        pytest.param("this suite --in-flight 1", 1.2, 0.05, "takes 1.20 times the bare loop", id="one-by-one"),
        pytest.param("this suite --in-flight 12", 0.31, 0.05, "takes 0.31 times the bare loop", id="many"),
        pytest.param("pytest", 0.1, 0.05, "pytest is faster than this suite --in-flight 12", id="peer"),
    ],
)
def test_missed_bound_is_told(name: str, ratio: float, delay: float, words: str) -> None:
    there = [each for each in contenders(quick=True) if each.name in BOUNDED]
    fails = dict.fromkeys(BOUNDED, True)
    assert peers.missed_bounds(delay, there, BOUNDED, fails) == []
    (missed,) = peers.missed_bounds(delay, there, BOUNDED | {name: ratio}, fails)
    assert words in missed


@pytest.mark.parametrize(
    ("seconds", "hurl", "cpu", "words"),
    [
        pytest.param(7.1, 99.0, 0.001, "1.42 times the ideal", id="ideal"),
        pytest.param(5.0, 9.9, 0.001, "Hurl takes 1.98 times", id="hurl"),
        pytest.param(5.0, 99.0, 0.0031, "3.10 ms of CPU", id="cpu"),
    ],
)
def test_missed_bound_of_many_exchanges_is_told(seconds: float, hurl: float, cpu: float, words: str) -> None:
    assert scale.missed_bounds({"ours": 5.0, "Hurl": 10.0}, "ours", 5.0, 0.003) == []
    (missed,) = scale.missed_bounds({"ours": seconds, "Hurl": hurl}, "ours", 5.0, cpu)
    assert words in missed


def test_missed_bound_fails_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table with a missed bound says so and ends in exit 1, one without in 0."""
    bad = Table("bad", ["a"], [["b"]], missed=["too slow"])
    for tables, exit_code in (([bad], 1), ([Table("good", ["a"], [["b"]])], 0)):
        monkeypatch.setitem(PARTS, "peers", lambda _quick, found=tables: found)  # type: ignore[misc]
        done = CliRunner().invoke(main, ["peers"])
        assert (done.exit_code, "OUT OF BOUNDS: too slow" in done.output) == (exit_code, bool(exit_code))


def test_document_has_all_parts_or_is_not_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The document says when and on what was measured; a part alone would leave the others out."""
    monkeypatch.setattr(document, "PATH", tmp_path / "bench.md")
    assert CliRunner().invoke(main, ["--write", "scale"]).exit_code == 2
    assert not document.PATH.exists()
    for part in PARTS:
        monkeypatch.setitem(PARTS, part, lambda _quick, part=part: [Table(part, ["a"], [["b"]])])  # type: ignore[misc]
    assert CliRunner().invoke(main, ["--write"]).exit_code == 0
    text = document.PATH.read_text()
    assert re.search(r"Measured on 20\d\d-\d\d-\d\d, on \d+ cores .*Python 3\.", text)
    assert re.findall("^## (.*)", text, re.MULTILINE) == list(PARTS)


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
    """What docs/bench.md says stands in the comparison; whoever measures anew gets both."""
    measured = document.PATH.read_text(encoding="utf-8") if document.PATH.exists() else ""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert readme.filled(text, measured, readme.WORDS[name]) == text, "run python -m bench.readme"


@pytest.mark.parametrize(
    ("name", "table"),
    [
        pytest.param(
            "docs/comparison.md",
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
            "docs/comparison.zh-CN.md",
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
    """A page without the markers is not written to."""
    with pytest.raises(ValueError, match="bench: begin"):
        readme.filled("# Title\n", MEASURED, readme.WORDS["docs/comparison.md"])


def test_whoever_measures_anew_gets_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages beside the document get the table, and all else in them stays."""
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(document, "PATH", tmp_path / "docs" / "bench.md")
    document.PATH.write_text(MEASURED, encoding="utf-8")
    for name in readme.WORDS:
        (tmp_path / name).write_text(f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n", encoding="utf-8")
    readme.write()
    for name, words in readme.WORDS.items():
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text == f"before\n{readme.BEGIN}\n{readme.block(MEASURED, words)}\n{readme.END}\nafter\n"
