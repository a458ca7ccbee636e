"""Every contender of the bench makes the same exchanges, and fails on a server that is broken."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench import peers, scale, scenarios
from bench.__main__ import PARTS
from bench.contenders import BESIDES, Contender, Scene, contenders, once
from bench.exchanges import EACH, lives
from bench.measure import run
from bench.per_case import Cost, beyond
from bench.server import serving
from bench.table import BenchError

TWO = 2 * EACH


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


@pytest.mark.parametrize(("part", "rows"), [("overhead", 5), ("reports", 3), ("start", 7)])
def test_other_parts_measure(part: str, rows: int) -> None:
    tables = PARTS[part](True)
    shown, missed = sum(len(table.rows) for table in tables), [line for table in tables for line in table.missed]
    assert (shown >= rows, missed) == (True, [])


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


def test_what_a_case_costs() -> None:
    """A run of each release tells its cases and what they sent, made and started, and what it is without sharing."""
    (table,) = PARTS["per-case"](True)
    names = ["1.7.0", "5.0.0", "1.7.0 --isolate", "5.0.0 --isolate"]
    assert ([row[0] for row in table.rows], table.missed) == (names, [])
    assert all([*map(int, (str(row[1]), *map(str, row[4:6])))] == [1, 1, 1] for row in table.rows)
    assert all(float(str(row[3])) > 1 for row in table.rows)


def test_what_costs_too_much_is_told() -> None:
    """A release whose cases send, make or start more than they may is out of its bounds, by the name of what it is."""
    cheap = Cost(all_cases=199, seconds=3, cases=199, requests=690, made=40, started=30)
    assert [*beyond("1.7.0", cheap)] == []
    dear = replace(cheap, requests=700, made=41, started=31)
    assert [line.split()[:2] for line in beyond("1.7.0", dear)] == [
        ["700", "requests"],
        ["41", "workflows"],
        ["31", "tasks"],
    ]
