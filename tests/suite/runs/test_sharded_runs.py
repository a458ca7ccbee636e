"""Shards of whole runs, merged, say what one run would have said."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts.run.merge import MergeError, merge
from helpers.verdicts import SCHEMA
from helpers.whole_runs import Ran, Runs, run_on_own

LIKE = ("--profile", "acceptance")


def shards(runs: Runs, number: int) -> list[Ran]:
    return [runs(*LIKE, "--shard", f"{index}/{number}") for index in range(1, number + 1)]


@pytest.mark.parametrize("number", [1, 3, 8])
def test_merged_shards_say_what_one_run_says(runs: Runs, number: int) -> None:
    whole, found = runs(*LIKE).verdict, merge([ran.verdict for ran in shards(runs, number)], "merged")
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(found)] == []
    assert results(found) == results(whole)
    for key in ("verdict", "exit", "reasons", "counts", "table", "not_run", "unknown_fields", "leaks"):
        assert found[key] == whole[key]
    assert found["plan"] == whole["plan"]


def results(verdict: dict[str, Any]) -> dict[str, str]:
    return {case["case"]: case["result"] for case in verdict["cases"]}


def test_a_lost_shard_is_no_accepted_run(runs: Runs) -> None:
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
        pytest.param({"shard": "1/3"}, "shard 1/3 was given twice", id="twice"),
        pytest.param({"embedded": False, "base_url": "https://other"}, "the base url is", id="target"),
    ],
)
def test_what_does_not_belong_together_is_refused(runs: Runs, change: dict[str, Any], said: str) -> None:
    """Runs of other releases, profiles, targets or plans are not merged, and one line says why."""
    first, second, _ = (ran.verdict for ran in shards(runs, 3))
    with pytest.raises(MergeError, match=said.replace("(", r"\(")):
        merge([first, changed(second, **change)], "merged")


def test_other_plans_are_refused(runs: Runs) -> None:
    """A shard of a run with -k is not one of a run of all cases."""
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
