"""Shards of a plan: every case in exactly one, all about as long; merged, they say what one run would have said."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from jsonschema import Draft202012Validator

from contracts.catalog.cases import cases
from contracts.catalog.release import releases
from contracts.run.merge import MergeError, merge
from contracts.run.shards import record, recorded, shard
from helpers.verdict_samples import SCHEMA
from helpers.whole_runs import Ran, Runs, run_on_own

IDS = some.lists(some.text("abc/-", min_size=1, max_size=8), unique=True, max_size=60)
NUMBERS = (1, 2, 3, 7, 8)
LIKE = ("--profile", "acceptance")


def parts(ids: list[str], number: int, seconds: dict[str, float]) -> list[set[str]]:
    return [shard(ids, f"{index}/{number}", seconds) for index in range(1, number + 1)]


@given(IDS, some.integers(1, 9), some.dictionaries(some.text("abc/-", max_size=8), some.floats(0.01, 100)))
def test_every_case_is_in_exactly_one_shard(ids: list[str], number: int, seconds: dict[str, float]) -> None:
    """The shards have all cases among them and none twice, whatever was timed, in whatever order the ids come."""
    found = parts(ids, number, seconds)
    assert sorted(case for part in found for case in part) == sorted(ids)
    assert parts(ids[::-1], number, seconds) == found


@given(IDS.filter(bool), some.integers(2, 8), some.randoms())
def test_shards_are_about_as_long(ids: list[str], number: int, random: Any) -> None:
    """No shard is longer than the shortest by more than the longest case."""
    seconds = {case: random.uniform(0.1, 60) for case in ids}
    lengths = [sum(seconds[case] for case in part) for part in parts(ids, number, seconds)]
    assert max(lengths) - min(lengths) <= max(seconds.values()) + 1e-6


@pytest.mark.parametrize("number", NUMBERS)
def test_many_cases_are_shared_out(number: int) -> None:
    """500 cases are all there, once each, in shards of about a size."""
    ids = [f"cancel-task/case-{index}" for index in range(500)]
    sizes = [len(part) for part in parts(ids, number, {})]
    assert (sum(sizes), max(sizes) - min(sizes) <= 1) == (500, True)


@pytest.mark.parametrize("release", releases())
def test_shards_are_balanced_out_of_the_box(release: str) -> None:
    """Durations are recorded for every release: nearly all cases are timed, none that is gone, and shards are alike."""
    seconds, ids = recorded(release), [case.id for case in cases(release)]
    assert sum(case in seconds for case in ids) > 0.9 * len(ids)
    stories = {case for case in seconds if case.partition("/")[0] in ("concurrency", "flows")}
    assert set(seconds) - stories - set(ids) == set()
    lengths = [sum(seconds[case] for case in part) for part in parts(sorted(seconds), 3, seconds)]
    assert max(lengths) < 1.1 * min(lengths)


def test_what_a_run_does_once_is_no_part_of_a_case(tmp_path: Path) -> None:
    """A case is recorded from its first request on, and only where it held."""
    (tmp_path / "contracts/releases/1.7.0").mkdir(parents=True)
    slow = {"case": "a/slow-to-begin", "result": "held", "seconds": 19.2, "steps": [{"at": 18.0}]}
    quiet = {"case": "a/nothing-sent", "result": "held", "seconds": 0.5, "steps": []}
    lost = {"case": "a/lost", "result": "unreachable", "seconds": 60.0, "steps": []}
    record({"run": {"release": "1.7.0"}, "cases": [slow, quiet, lost]}, tmp_path)
    found = json.loads((tmp_path / "contracts/releases/1.7.0/timings.json").read_text())
    assert found == {"a/slow-to-begin": 1.2, "a/nothing-sent": 0.5}


def shards(runs: Runs, number: int) -> list[Ran]:
    return [runs(*LIKE, "--shard", f"{index}/{number}") for index in range(1, number + 1)]


@pytest.mark.parametrize("number", [1, 3, 8])
def test_merged_shards_say_what_one_run_says(runs: Runs, number: int) -> None:
    """Case by case and in all, the shards together are the run without shards."""
    whole, found = runs(*LIKE).verdict, merge([ran.verdict for ran in shards(runs, number)], "merged")
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(found)] == []
    assert results(found) == results(whole)
    for key in ("verdict", "exit", "reasons", "counts", "table", "not_run", "unknown_fields", "leaks"):
        assert found[key] == whole[key]
    assert found["plan"] == whole["plan"]


def results(verdict: dict[str, Any]) -> dict[str, str]:
    return {case["case"]: case["result"] for case in verdict["cases"]}


def test_a_lost_shard_is_no_accepted_run(runs: Runs) -> None:
    """Cases that no shard ran are planned and not run."""
    first, _, third = shards(runs, 3)
    found = merge([first.verdict, third.verdict], "merged")
    assert (found["verdict"], found["exit"]) == ("inconclusive", 6)
    assert found["counts"]["not_run"] == len(runs(*LIKE).results) - len(first.results) - len(third.results)


def test_a_shard_of_workers_knows_the_whole_plan(runs: Runs) -> None:
    """With xdist only workers collect, and the run still tells which cases are elsewhere."""
    one, many = runs(*LIKE, "--shard", "1/3"), runs(*LIKE, "--shard", "1/3", "-n", "2")
    assert many.verdict["plan"] == one.verdict["plan"]
    assert set(many.results) == set(one.results)


def changed(verdict: dict[str, Any], **run: Any) -> dict[str, Any]:
    """Return a verdict whose run was about something else."""
    other: dict[str, Any] = json.loads(json.dumps(verdict))
    other["run"] |= run
    return other


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"release": "1.8.0"}, "the release is '1.7.0' and '1.8.0'", id="release"),
        pytest.param({"profile": "smoke"}, "the profile is 'acceptance' and 'smoke'", id="profile"),
        pytest.param({"shard": "2/4"}, "the number of shards is '3' and '4'", id="number"),
        pytest.param({"shard": "1/3"}, "shard 1/3 is there twice", id="twice"),
        pytest.param({"embedded": False, "base_url": "https://other"}, "the base url is", id="target"),
    ],
)
def test_what_does_not_belong_together_is_refused(runs: Runs, change: dict[str, Any], said: str) -> None:
    """Runs of other releases, profiles, targets or plans are not merged, and one line says why."""
    first, second, _ = (ran.verdict for ran in shards(runs, 3))
    with pytest.raises(MergeError, match=said.replace("(", r"\(")):
        merge([first, changed(second, **change)], "merged")


def test_other_plans_are_refused(runs: Runs) -> None:
    """A shard of a run with -k is none of a run of all cases."""
    other = runs(*LIKE, "--shard", "2/3", "-k", "cancel-task").verdict
    with pytest.raises(MergeError, match="the plan is"):
        merge([shards(runs, 3)[0].verdict, other], "merged")


def test_leaks_and_breaches_of_all_shards_count(tmp_path: Path) -> None:
    """The worst of all shards decides."""
    ran = [run_on_own(tmp_path / part[0], "--shard", part, behaviour="1.7.0") for part in ("1/2", "2/2")]
    verdicts = [changed(each.verdict, base_url="http://127.0.0.1:1") for each in ran]
    verdicts[1]["leaks"] = ["zct-x in project nginx: HTTP 500"]
    found = merge(verdicts, "merged")
    assert (found["verdict"], found["exit"]) == ("accepted", 7)
    assert found["leaks"] == verdicts[1]["leaks"]
    assert {row["id"] for row in found["deviations"] if row["seen"]} == {
        row["id"] for verdict in verdicts for row in verdict["deviations"] if row["seen"]
    }
