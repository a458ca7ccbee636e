"""Shards of a plan: every case in exactly one, all about as long; merged, they say what one run would have said."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contracts.case.outcome import Outcome
from contracts.catalog.cases import cases
from contracts.catalog.release import releases
from contracts.report.verdict_rules import Result
from contracts.run.merge import merge
from contracts.run.shards import record, recorded, shard
from contracts.run.verdict import RunResult, decide
from helpers.verdicts import DETAILS, RUN, valid

NUMBERS = (1, 2, 3, 7, 8)
OPERATIONS = ("create-workflow", "start-task", "cancel-task", "restart-task")
IDS = [f"{OPERATIONS[number % 4]}/case-{number}" for number in range(500)]
SECONDS = {case: 0.1 + number * 37 % 300 / 10 for number, case in enumerate(IDS) if number >= 50}
"""Between 0.1 and 30 seconds, and 50 cases that nobody timed."""
ALL_HELD = dict.fromkeys(IDS, Result.HELD)
MIXED = ALL_HELD | {case: [*DETAILS][number % len(DETAILS)] for number, case in enumerate(IDS[::9])}
FEW_IN_DOUBT = ALL_HELD | {IDS[7]: Result.BLOCKED, IDS[333]: Result.UNREACHABLE}


SOME_IDS = some.lists(some.text("abc/-", min_size=1, max_size=8), unique=True, max_size=60)


def shards_of(ids: list[str], number: int, seconds: dict[str, float]) -> list[set[str]]:
    return [shard(ids, f"{index}/{number}", seconds) for index in range(1, number + 1)]


@given(SOME_IDS, some.integers(1, 9), some.dictionaries(some.text("abc/-", max_size=8), some.floats(0.01, 100)))
def test_every_case_is_in_exactly_one_shard(ids: list[str], number: int, seconds: dict[str, float]) -> None:
    """The shards have all cases among them and none twice, whatever was timed, in whatever order the ids come."""
    found = shards_of(ids, number, seconds)
    assert sorted(case for part in found for case in part) == sorted(ids)
    assert shards_of(ids[::-1], number, seconds) == found


@given(SOME_IDS.filter(bool), some.integers(2, 8), some.randoms())
def test_shards_are_about_as_long(ids: list[str], number: int, random: Any) -> None:
    """No shard is longer than the shortest by more than the longest case."""
    seconds = {case: random.uniform(0.1, 60) for case in ids}
    lengths = [sum(seconds[case] for case in part) for part in shards_of(ids, number, seconds)]
    assert max(lengths) - min(lengths) <= max(seconds.values()) + 1e-6


@pytest.mark.parametrize("number", NUMBERS)
def test_cases_that_nobody_timed_are_shared_out(number: int) -> None:
    """500 cases are all there, once each, in shards of about a size."""
    sizes = [len(part) for part in shards_of(IDS, number, {})]
    assert (sum(sizes), max(sizes) - min(sizes) <= 1) == (500, True)


@pytest.mark.parametrize("release", releases())
def test_shards_are_balanced_out_of_the_box(release: str) -> None:
    """Durations are recorded for every release: nearly all cases are timed, none that is gone, and shards are alike."""
    seconds, ids = recorded(release), [case.id for case in cases(release)]
    assert sum(case in seconds for case in ids) > 0.98 * len(ids)
    stories = {case for case in seconds if case.partition("/")[0] in ("concurrency", "flows")}
    assert set(seconds) - stories - set(ids) == set()
    lengths = [sum(seconds[case] for case in part) for part in shards_of(sorted(seconds), 3, seconds)]
    assert max(lengths) < 1.1 * min(lengths)


def test_what_a_run_does_once_is_no_part_of_a_case(tmp_path: Path) -> None:
    """A case is recorded from its first request on, and only where it held."""
    (tmp_path / "contracts/apis/aslan/1.7.0").mkdir(parents=True)
    slow = {"case": "a/slow-to-begin", "result": "held", "seconds": 19.2, "steps": [{"at": 18.0}]}
    quiet = {"case": "a/nothing-sent", "result": "held", "seconds": 0.5, "steps": []}
    lost = {"case": "a/lost", "result": "unreachable", "seconds": 60.0, "steps": []}
    record({"run": {"release": "1.7.0"}, "cases": [slow, quiet, lost]}, tmp_path)
    found = json.loads((tmp_path / "contracts/apis/aslan/1.7.0/timings.json").read_text())
    assert found == {"a/slow-to-begin": 1.2, "a/nothing-sent": 0.5}


def test_a_release_records_what_those_before_it_have_not(tmp_path: Path) -> None:
    """What a later release builds on is timed there; only its own cases are written beside its data."""
    (tmp_path / "contracts/apis/aslan/1.9.0").mkdir(parents=True)
    old, new = (
        {"case": case, "result": "held", "seconds": 1.0, "steps": []} for case in (min(recorded("1.7.0")), "a/new")
    )
    record({"run": {"release": "1.9.0"}, "cases": [old, new]}, tmp_path)
    assert json.loads((tmp_path / "contracts/apis/aslan/1.9.0/timings.json").read_text()) == {"a/new": 1.0}


def one(case: str, result: Result) -> dict[str, Any]:
    """Return the outcome of a case as plain data."""
    operation = case.partition("/")[0]
    return Outcome(
        case, operation, "success", result, seconds=SECONDS.get(case, 1.0), **DETAILS.get(result, {})
    ).to_json()


def part(index: int, number: int, results: dict[str, Result]) -> dict[str, Any]:
    """Return the verdict of one shard of the plan."""
    mine = shard(IDS, f"{index}/{number}", SECONDS)
    planned = [case for case in IDS if case in mine]
    tally = RunResult(
        planned,
        [one(case, results[case]) for case in planned],
        elsewhere=[case for case in IDS if case not in mine],
    )
    return decide(replace(RUN, id=f"run-{index}", shard=f"{index}/{number}"), tally)


def parts(number: int, results: dict[str, Result]) -> list[dict[str, Any]]:
    return [part(index, number, results) for index in range(1, number + 1)]


def by_case(verdict: dict[str, Any]) -> dict[str, Any]:
    return {case["case"]: case for case in verdict["cases"]}


@pytest.mark.parametrize("number", NUMBERS)
def test_shards_are_the_plan_and_share_nothing(number: int) -> None:
    """The union of all shards is the plan, and no case is in two; by recorded durations all take about as long."""
    found = [{case["case"] for case in verdict["cases"]} for verdict in parts(number, ALL_HELD)]
    assert set().union(*found) == set(IDS)
    assert sum(map(len, found)) == len(IDS)
    usual = sorted(SECONDS.values())[len(SECONDS) // 2]
    lengths = [sum(SECONDS.get(case, usual) for case in cases) for cases in found]
    assert max(lengths) - min(lengths) <= max(SECONDS.values()) + 0.1


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("results", [ALL_HELD, MIXED, FEW_IN_DOUBT], ids=["accepted", "rejected", "inconclusive"])
def test_merged_shards_are_the_unsharded_run_case_by_case(number: int, results: dict[str, Result]) -> None:
    """Verdict, exit, reasons, counts and every case with all that it has are those of one run, in whatever order."""
    whole = decide(RUN, RunResult(IDS, [one(case, results[case]) for case in IDS]))
    merged = valid(merge(parts(number, results)[::-1], "merged"))
    assert by_case(merged) == by_case(whole)
    for key in ("verdict", "exit", "reasons", "counts", "table", "not_run", "plan"):
        assert merged[key] == whole[key]


@pytest.mark.parametrize("number", NUMBERS[1:])
def test_a_lost_shard_is_inconclusive(number: int) -> None:
    """Whichever is lost, its cases are planned and not run, and the exit code is 6."""
    verdicts = parts(number, ALL_HELD)
    for lost in range(number):
        merged = merge([verdict for index, verdict in enumerate(verdicts) if index != lost], "merged")
        assert (merged["verdict"], merged["exit"]) == ("inconclusive", 6)
        assert set(merged["not_run"]) == shard(IDS, f"{lost + 1}/{number}", SECONDS)
        assert merged["counts"]["planned"] == len(IDS)


@pytest.mark.parametrize("number", NUMBERS[1:])
def test_a_lost_shard_does_not_hide_a_breach(number: int) -> None:
    verdicts = parts(number, ALL_HELD | {IDS[0]: Result.BREACH})
    lost = next(index for index, verdict in enumerate(verdicts) if IDS[0] not in by_case(verdict))
    merged = merge([verdict for index, verdict in enumerate(verdicts) if index != lost], "merged")
    assert (merged["verdict"], merged["exit"]) == ("rejected", 1)
    assert merged["counts"]["not_run"] > 0
