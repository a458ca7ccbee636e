"""What a changed verdict.json is told of: the first in which its counts, cases, plan and deviations do not agree."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.report.verdict_rules import Decision, decide, disagreement, in_words, plan_id, unknown_keys
from helpers.processes import called
from helpers.verdicts import LIVE, case, cases, verdict

Change = Callable[[Any], object]
PLAN = "its cases are not those of its plan"
CHANGES: dict[str, tuple[Change, str]] = {
    "nothing": (lambda _: None, ""),
    "count-of-a-result": (
        lambda data: data["counts"].update(breach=0),
        "it counts 0 breach, but has 1",
    ),
    "count-of-cases": (lambda data: data["counts"].update(run=7), "it counts 7 run, but has 4"),
    "count-of-what-was-not-run": (lambda data: data["counts"].update(not_run=7), "it counts 7 not_run, but has 1"),
    "count-of-leaks": (lambda data: data["counts"].update(leaks=7), "it counts 7 leaks, but has 2"),
    "count-of-what-was-planned": (lambda data: data["counts"].update(planned=7), "it counts 7 planned, but has 5"),
    "case-twice": (
        lambda data: data["cases"][1].update(case=data["cases"][2]["case"]),
        "it has a case twice",
    ),
    "run-and-not-run": (lambda data: data["not_run"].__setitem__(0, data["cases"][0]["case"]), "it has a case twice"),
    "not-run-twice": (
        lambda data: (data["not_run"].append(data["not_run"][0]), data["counts"].update(not_run=2, planned=6)),
        "it has a case twice",
    ),
    "unseen-and-no-leak": (
        lambda data: data.update(unseen=["zct-9"]),
        "what could not be checked is not among its leaks",
    ),
    "unseen-leak": (lambda data: data.update(unseen=["zct-1"]), ""),
    "of-an-older-suite": (lambda data: data.pop("unseen", None), ""),
    "another-plan": (lambda data: data["plan"].update(id="x"), PLAN),
    "as-many-of-another-plan": (lambda data: data["plan"].update(cases=99), PLAN),
    "another-shard": (lambda data: data["plan"].update(elsewhere=["b/1"]), PLAN),
    "another-selection": (lambda data: data["plan"].update(unselected=["b/1"]), PLAN),
    "another-profile": (lambda data: data["plan"]["profile"].update(id="x"), PLAN),
    "no-word-of-the-profile": (lambda data: (data["plan"].pop("profile"), data["plan"].pop("unselected")), ""),
    "no-word-of-the-selection": (lambda data: data["plan"].pop("unselected"), ""),
    "held-with-a-breach": (
        lambda data: (data["cases"][0].update(result="held"), data["counts"].update(breach=0, held=3)),
        "cancel-task/breach-0 is held, but shows breach",
    ),
    "known-without-a-deviation": (
        lambda data: data["cases"][3].update(deviation=""),
        "cancel-task/known-0 is known, which does not match its deviation",
    ),
    "held-with-a-deviation": (
        lambda data: data["cases"][1].update(deviation="wrong-code"),
        "cancel-task/held-0 is held, which does not match its deviation",
    ),
    "fixed-and-broken": (
        lambda data: data["cases"][0].update(fixed="wrong-code"),
        "cancel-task/breach-0 is breach, which does not match its deviation",
    ),
    "fixed-and-not-listed": (
        lambda data: data["cases"][1].update(fixed="wrong-code"),
        "its deviations and its cases differ in cancel-task/held-0",
    ),
    "seen-and-not-listed": (
        lambda data: data["deviations"][0]["seen"].clear(),
        "its deviations and its cases differ in cancel-task/known-0",
    ),
    "listed-and-not-seen": (
        lambda data: data["deviations"][0]["seen"].append("a/b"),
        "its deviations and its cases differ in a/b",
    ),
}


READERS = [
    ["report", "{run}"],
    ["compare", "{run}", "{run}"],
    ["gate", "{run}"],
    ["again", "{run}", "cancel-task/breach-0"],
    ["bundle", "{run}", "--out", "{out}.zip"],
    ["merge", "{run}", "{run}", "--out", "{out}"],
    ["notify", "{run}", "--to", "generic"],
]
"""Commands that read the verdict of a run."""
NOWHERE = "http://127.0.0.1:9/webhook"


@pytest.mark.parametrize("name", CHANGES)
def test_what_does_not_agree_is_named(name: str) -> None:
    """Whoever reads that a file was changed reads where."""
    change, wanted = CHANGES[name]
    found = cases(breach=1, held=2, known=1)
    planned = [*(row["case"] for row in found), "a/lost"]
    data = copy.deepcopy(verdict(*found, planned=planned, leaks=["zct-1", "zct-2"]))
    change(data)
    assert disagreement(data) == wanted


@pytest.mark.parametrize("words", READERS, ids=lambda words: words[0])
def test_no_command_believes_what_does_not_agree(words: list[str], tmp_path: Path) -> None:
    """A verdict whose counts were changed is none to anybody who reads one, not only at a gate."""
    folder = tmp_path / "run"
    folder.mkdir()
    data = copy.deepcopy(verdict(*cases(breach=1, held=2)))
    data["counts"].update(breach=0, held=3)
    (folder / "verdict.json").write_text(json.dumps(data), encoding="utf-8")
    done = called(*(word.format(run=folder, out=tmp_path / "out") for word in words), ZADIG_WEBHOOK=NOWHERE)
    assert (done.code, "it counts 0 breach, but has 1; run again" in done.output) == (4, True), done.output


def test_a_part_of_a_plan_agrees_with_the_whole() -> None:
    assert disagreement(verdict(case(), elsewhere=["b/1"], unselected=["b/2"])) == ""


def test_which_leaks_could_not_be_looked_at_is_told_apart() -> None:
    """A verdict of an older suite does not tell, and then all of them leaked."""
    data = verdict(case(), leaks=["zct-1", "zct-2"]) | {"unseen": ["zct-2"]}
    assert decide(data) == Decision(7, ("1 leaked", "1 may have leaked, and could not be checked"))
    del data["unseen"]
    assert decide(data) == Decision(7, ("2 leaked",))


def test_a_lesser_profile_and_other_doubts_are_reasons() -> None:
    data = verdict(case(), run=replace(LIVE, profile="smoke"))
    said = ("the profile smoke runs less than nightly", "it rained")
    assert decide(data, profile="nightly", doubts=("it rained",)) == Decision(6, said)


def test_unknown_keys_are_counted_by_case() -> None:
    """A key counts once for each case, however often it came in it."""
    found = [case("a/1", unknown=("$.x", "$.x", "$.y")), case("a/2", unknown=("$.x",)), case("b/1", unknown=("$.x",))]
    told = [(row["operation"], row["path"], row["count"]) for row in unknown_keys(found)]
    assert told == [("a", "$.x", 2), ("a", "$.y", 1), ("b", "$.x", 1)]


def test_one_undocumented_key_is_said_of_one() -> None:
    strict = replace(LIVE, unknown_fields="fail")
    for keys, said in ((("$.x",), "1 undocumented response key"), (("$.x", "$.y"), "2 undocumented response keys")):
        assert decide(verdict(case(unknown=keys), run=strict)) == Decision(1, (said,))


def test_plans_are_the_same_in_any_order() -> None:
    assert plan_id(["a", "b"]) == plan_id(["b", "a"]) != plan_id(["a\nb "])
    assert len(plan_id(["\ud800"])) == 16


def test_only_words_of_the_suite_are_translated() -> None:
    assert (in_words("body"), in_words("$.body")) == ("body", "$.body")
    assert type(in_words("$.body")) is str
