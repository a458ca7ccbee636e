"""x"""

from dataclasses import replace
from typing import Any

import pytest

from contracts.case.outcome import Outcome
from contracts.report.verdict_rules import Result
from contracts.run.merge import merge
from contracts.run.shards import shard
from contracts.run.verdict import RunResult, decide
from helpers.one_run import RUN
from helpers.verdict_samples import DETAILS, valid

NUMBERS = (1, 2, 3, 7, 8)
OPERATIONS = ("create-workflow", "start-task", "cancel-task", "restart-task")
IDS = [f"{OPERATIONS[number % 4]}/case-{number}" for number in range(500)]
SECONDS = {case: 0.1 + number * 37 % 300 / 10 for number, case in enumerate(IDS) if number >= 50}
"""Between 0.1 and 30 seconds, and 50 cases that nobody timed."""
ALL_HELD = dict.fromkeys(IDS, Result.HELD)
MIXED = ALL_HELD | {case: [*DETAILS][number % len(DETAILS)] for number, case in enumerate(IDS[::9])}
FEW_IN_DOUBT = ALL_HELD | {IDS[7]: Result.BLOCKED, IDS[333]: Result.UNREACHABLE}


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
    """What another shard found still rejects."""
    verdicts = parts(number, ALL_HELD | {IDS[0]: Result.BREACH})
    lost = next(index for index, verdict in enumerate(verdicts) if IDS[0] not in by_case(verdict))
    merged = merge([verdict for index, verdict in enumerate(verdicts) if index != lost], "merged")
    assert (merged["verdict"], merged["exit"]) == ("rejected", 1)
    assert merged["counts"]["not_run"] > 0
