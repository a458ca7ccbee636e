"""The bench measures what it says: every contender makes the same exchanges, and fails on a server that is broken."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench import document, peers, scale, scenarios, tree
from bench.__main__ import PARTS, main
from bench.contenders import BESIDES, Contender, Scene, contenders, once
from bench.exchanges import EACH, lives
from bench.measure import run
from bench.server import serving
from bench.table import BenchError, Table

TWO = 2 * EACH
BOUNDED = {"this suite": 1.0, "this suite --in-flight 1": 1.0, "this suite --in-flight 12": 0.2, "pytest": 1.0}


@pytest.fixture
def lived(tmp_path: Path) -> Path:
    """Two lives in each tool's form, for a server that is not there."""
    return scenarios.write(tmp_path / "files", "http://127.0.0.1:9", lives(2))


def test_same_exchanges_by_everyone_who_is_there() -> None:
    """Each makes its requests as the server counts them, fails on a broken one, and a quick look holds no bound."""
    (table,) = peers.measure(quick=True)
    told = {row[0]: (row[5], row[6]) for row in table.rows}
    assert told == {each.name: (str(TWO + (BESIDES if each.ours else 0)), "fails") for each in contenders(quick=True)}
    assert (table.missed, any(each.ours for each in contenders(quick=True))) == ([], True)


def test_many_cases_and_exchanges() -> None:
    """Rows and lives run in the product itself, and what the server counts is what their verdict tells."""
    cases, exchanges = scale.measure(quick=True)
    assert [row[0] for row in cases.rows] == ["1", "16"]
    assert [row[-1] for row in exchanges.rows] == [str(TWO), str(TWO + BESIDES)]


@pytest.mark.parametrize("part", ["overhead", "reports"])
def test_other_parts_measure(part: str) -> None:
    """The parts that run the cases of the project give a table each."""
    (table,) = PARTS[part](True)
    assert (len(table.rows) >= 3, table.missed) == (True, [])


def test_server_counts_and_waits(lived: Path) -> None:
    """Every answer takes its time, every request counts, and a restart begins anew."""
    loop = contenders()[0]
    with serving(0.02) as server:
        scene = Scene(scenarios.write(lived / "here", server.url, lives(2)), lived, 2)
        done = run(loop.program(scene), server)
        assert (done.status, done.requests, server.restart().requests) == (0, TWO, 0)
        assert done.seconds >= TWO * 0.02


def test_broken_server_is_broken_in_one_answer(lived: Path) -> None:
    """Only the cancel of a task that is not there differs, by its code."""
    with serving(broken=True) as server:
        scene = Scene(scenarios.write(lived / "here", server.url, lives(1)), lived, 1)
        done = run(contenders()[0].program(scene), server)
    assert (done.status, done.requests) == (1, EACH)
    assert done.output.startswith("DELETE ")
    assert '"code":6164' in done.output


def test_contender_that_leaves_requests_out_is_no_contender(lived: Path) -> None:
    """Whoever does not make all requests is not compared with those who do."""
    lazy = Contender("lazy", contenders()[0].command, besides=1)
    with serving() as server:
        scene = Scene(scenarios.write(lived / "here", server.url, lives(2)), lived, 2)
        with pytest.raises(BenchError, match=f"lazy made {TWO} requests, not {TWO + 1}"):
            once(lazy, server, scene)


def test_contender_that_fails_has_no_time(lived: Path) -> None:
    """A tool that fails on a good server is not measured."""
    with (
        serving() as server,
        pytest.raises(BenchError, match="lost ended with 2"),
    ):
        once(Contender("lost", ["no-such-file.py"]), server, Scene(lived, lived, 2))


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
    assert differing == {"contracts/releases/1.7.0/cases.toml"}


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
    """Each bound of the comparison is held."""
    there = [each for each in contenders(quick=True) if each.name in BOUNDED]
    fails = dict.fromkeys(BOUNDED, True)
    assert peers.missed_bounds(delay, there, BOUNDED, fails) == []
    (missed,) = peers.missed_bounds(delay, there, BOUNDED | {name: ratio}, fails)
    assert words in missed


@pytest.mark.parametrize(
    ("seconds", "hurl", "cpu", "words"),
    [
        pytest.param(7.6, 99.0, 0.001, "1.52 times the ideal", id="ideal"),
        pytest.param(5.0, 9.9, 0.001, "Hurl takes 1.98 times", id="hurl"),
        pytest.param(5.0, 99.0, 0.0041, "4.10 ms of CPU", id="cpu"),
    ],
)
def test_missed_bound_of_many_exchanges_is_told(seconds: float, hurl: float, cpu: float, words: str) -> None:
    """Each bound of many exchanges is held."""
    assert scale.missed_bounds({"ours": 5.0, "Hurl": 10.0}, "ours", 5.0, 0.004) == []
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
