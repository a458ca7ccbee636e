"""What changed from one run to another: cases, answers key by key, and times; and nothing where nothing did."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from contracts.__main__ import main
from contracts.catalog.release import ROOT
from contracts.report.compare.compare import Comparison, beyond_noise, compare, z
from contracts.report.compare.text import lines, markdown
from helpers.verdicts import HOSTILE, LIVE, STAND_IN, WRONG, case, verdict, write

SCHEMA = json.loads((ROOT / "schemas" / "compare.json").read_text(encoding="utf-8"))
GROUPS = ("newly_broken", "fixed", "still_broken", "newly_known", "new", "untold", "lost")


def compared(*cases: tuple[dict[str, Any], dict[str, Any]], **more: Any) -> Comparison:
    """Return the comparison of two runs with these cases, OLD's and NEW's."""
    found = compare(verdict(*(old for old, _ in cases)), verdict(*(new for _, new in cases), **more))
    Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(found.to_json())))
    return found


def answers(old: str, new: str, **parts: Any) -> list[tuple[str, str, str, str]]:
    """Return what changed between two bodies of one case."""
    found = compared((case("a/1", body=old), case("a/1", body=new)), **parts)
    return [(change.path, change.what, change.was, change.now) for change in found.answers]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["compare", *map(str, arguments)])


@pytest.mark.parametrize(
    ("was", "now", "group"),
    [
        pytest.param("held", "breach", "newly_broken", id="held-breach"),
        pytest.param("held", "drift", "newly_broken", id="held-drift"),
        pytest.param("held", "crashed", "newly_broken", id="held-crashed"),
        pytest.param("known", "breach", "newly_broken", id="known-breach"),
        pytest.param("blocked", "breach", "newly_broken", id="blocked-breach"),
        pytest.param("breach", "held", "fixed", id="breach-held"),
        pytest.param("drift", "held", "fixed", id="drift-held"),
        pytest.param("known", "held", "fixed", id="known-held"),
        pytest.param("breach", "drift", "still_broken", id="breach-drift"),
        pytest.param("breach", "breach", "still_broken", id="breach-breach"),
        pytest.param("held", "known", "newly_known", id="held-known"),
        pytest.param("breach", "known", "newly_known", id="breach-known"),
        pytest.param("held", "blocked", "untold", id="held-blocked"),
        pytest.param("breach", "unreachable", "untold", id="breach-unreachable"),
        pytest.param("known", "disturbed", "untold", id="known-disturbed"),
        pytest.param("unreachable", "held", "new", id="unreachable-held"),
        pytest.param("held", "held", "", id="held-held"),
        pytest.param("known", "known", "", id="known-known"),
        pytest.param("blocked", "unreachable", "", id="blocked-unreachable"),
    ],
)
def test_what_became_of_a_case(was: str, now: str, group: str) -> None:
    """Each change of result is in one group, and only what is newly broken makes the exit code 1."""
    found = compared((case("a/1", was), case("a/1", now)))
    assert [name for name in GROUPS if getattr(found, name)] == ([group] if group else [])
    assert found.exit == (1 if group == "newly_broken" else 0)


def test_new_and_lost_cases_are_told_apart() -> None:
    """A case that NEW did not plan or did not run is lost, each in its own word; one it could not arrange is not."""
    old = verdict(case("a/1"), case("a/2"), case("a/3"))
    new = verdict(case("a/2", "blocked"), case("b/1", "breach"), planned=["a/2", "a/3", "b/1"])
    found = compare(old, new)
    assert {move.case: move.now for move in found.lost} == {"a/1": "not planned", "a/3": "not run"}
    assert {move.case: move.now for move in found.untold} == {"a/2": "blocked"}
    assert [(move.case, move.was, move.now) for move in found.new] == [("b/1", "not planned", "breach")]


@pytest.mark.parametrize("now", ["blocked", "not run"])
def test_to_fail_on_lost_is_to_fail_on_any_case_without_a_result(now: str) -> None:
    """Whoever asks that NEW tell all that OLD told is not told 0 because a case was blocked."""
    new = verdict(*([case("a/1", now)] if now == "blocked" else []), planned=["a/1"])
    assert [compare(verdict(case("a/1")), new, fail_on_lost=strict).exit for strict in (False, True)] == [0, 6]


def test_a_run_against_itself() -> None:
    whole = verdict(case("a/1"), case("a/2", "known"), case("a/3", "blocked"), planned=["a/1", "a/2", "a/3", "a/4"])
    found = compare(whole, whole)
    assert list(lines(found))[-1] == "COMPARED: nothing changed (exit 0)"
    assert len(list(lines(found))) == 3


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        pytest.param('{"a":1}', '{"a":1,"b":2}', [("$.b", "added", "", "2")], id="added"),
        pytest.param('{"a":1,"b":{"c":2}}', '{"a":1,"b":{}}', [("$.b.c", "removed", "2", "")], id="removed"),
        pytest.param('{"a":1}', '{"a":"1"}', [("$.a", "type", "number 1", 'text "1"')], id="type"),
        pytest.param('{"a":true}', '{"a":1}', [("$.a", "type", "true or false true", "number 1")], id="boolean"),
        pytest.param('{"a":"x"}', '{"a":"y"}', [("$.a", "value", '"x"', '"y"')], id="value"),
        pytest.param('{"a":[1,2]}', '{"a":[1,3]}', [("$.a[1]", "value", "2", "3")], id="in-a-list"),
        pytest.param('{"a":[1]}', '{"a":[1,2]}', [("$.a", "value", "[1]", "[1, 2]")], id="longer-list"),
        pytest.param('{"a":1}', "oops", [("$", "type", 'object {"a": 1}', 'text "oops"')], id="no-json"),
        pytest.param('{"a":1.0,"b":2}', '{"b":2,"a":1}', [], id="the-same-in-other-words"),
    ],
)
def test_an_answer_is_compared_key_by_key(old: str, new: str, changed: list[tuple[str, str, str, str]]) -> None:
    """Keys that came, went, or have another type or value are told with their JSON path."""
    assert answers(old, new) == changed


def test_status_and_content_type() -> None:
    old, new = case("a/1"), case("a/1", status=500)
    new["evidence"][0]["content_type"] = None
    found = compared((old, new))
    assert [(change.path, change.was, change.now) for change in found.answers] == [
        ("status", "200", "500"),
        ("content_type", '"application/json; charset=utf-8"', "null"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(
            '{"pipeline_name":"zct-20260102t030405-abcd-main-7 a b","task_id":1}',
            '{"pipeline_name":"zct-20270102t030405-wxyz-gw3-12 a b","task_id":1}',
            id="name-of-a-workflow",
        ),
        pytest.param('{"run":"20260102t030405-abcd"}', '{"run":"20270102t030405-wxyz"}', id="run-id"),
        pytest.param('{"x":"https://zadig.example.com/a"}', '{"x":"http://other.example.com:81/a"}', id="base-url"),
        pytest.param('{"x":"zadig.example.com"}', '{"x":"other.example.com:81"}', id="host"),
        pytest.param('{"create_time":1700000000,"end_time":1}', '{"create_time":1800000000,"end_time":9}', id="times"),
        pytest.param('{"at":"2026-01-02T03:04:05Z"}', '{"at":"2027-01-02T03:04:05.123+08:00"}', id="written-times"),
        pytest.param('{"id":"507f1f77bcf86cd799439011"}', '{"id":"507f1f77bcf86cd799439012"}', id="id-of-a-document"),
        pytest.param(
            f"zct-20260102t030405-abcd-main-7{'x' * 50}… (5,000 characters in all)",
            f"zct-20270102t030405-wxyz-main-123{'x' * 48}… (5,002 characters in all)",
            id="cut-elsewhere",
        ),
    ],
)
def test_what_differs_from_run_to_run(old: str, new: str) -> None:
    """Names, ids, addresses and times are a run's own, and no change of an answer."""
    assert answers(old, new, run=replace(LIVE, host="other.example.com:81")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('{"pipeline_name":"zct-20260102t030405-abcd-main-7"}', '{"pipeline_name":"x"}', id="no-name"),
        pytest.param('{"create_time":1700000000}', '{"create_time":"now"}', id="time-of-another-type"),
        pytest.param('{"create_time":1700000000}', '{"create_time":0}', id="no-time"),
        pytest.param('{"x":"zadig.example.com"}', '{"x":"elsewhere.example.com"}', id="another-host"),
        pytest.param(f"{'x' * 50}… (500 characters in all)", f"{'y' * 50}… (500 characters in all)", id="cut"),
    ],
)
def test_what_is_more_than_that(old: str, new: str) -> None:
    """A placeholder hides no change of another kind."""
    assert len(answers(old, new)) == 1


def test_one_of_many_answers_at_once_is_not_compared() -> None:
    """A case of concurrency shows now this answer, now that; that is no change."""
    old, new = case("concurrency/x", body='{"a":1}'), case("concurrency/x", body='{"b":1}')
    assert compared((old, new)).answers == ()


def times(median: float, count: int, seed: int) -> list[float]:
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    return [median * chance.lognormvariate(0, 0.3) for _ in range(count)]


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        pytest.param(times(0.05, 100, 1), times(0.05, 100, 2), False, id="the-same"),
        pytest.param(times(0.05, 100, 1), times(0.1, 100, 2), True, id="twice-as-long"),
        pytest.param(times(0.1, 100, 1), times(0.05, 100, 2), True, id="half-as-long"),
        pytest.param(times(0.1, 1000, 1), times(0.11, 1000, 2), False, id="ten-percent"),
        pytest.param(times(0.001, 100, 1), times(0.003, 100, 2), False, id="two-milliseconds"),
        pytest.param(times(0.05, 4, 1), times(0.5, 4, 2), False, id="too-few"),
        pytest.param([0.05] * 100, [0.05] * 99 + [9.0], False, id="one-that-took-long"),
        pytest.param([0.05] * 50, [0.05] * 50, False, id="all-equal"),
        pytest.param([], [], False, id="nothing"),
    ],
)
def test_times_beyond_noise(old: list[float], new: list[float], changed: bool) -> None:
    """Times have changed where chance does not explain it and it is worth a word."""
    assert beyond_noise(old, new) is changed


def test_chance_is_rarely_taken_for_a_change() -> None:
    """Of two thousand pairs of the same kind, hardly any is beyond z 3.3, and z is spread as it should be."""
    found = [z(times(1, 40, 2 * i), times(1, 40, 2 * i + 1)) for i in range(2000)]
    assert sum(abs(value) > 3.3 for value in found) <= 8
    assert 0.94 < (sum(value * value for value in found) / len(found)) ** 0.5 < 1.06


def test_z_of_a_known_example() -> None:
    """z has the value of the formula, with ties, worked out by hand: U is 8.5, its mean 8, its variance 78/7."""
    assert z([1, 2, 2, 4], [1, 2, 3, 3]) == pytest.approx(0.5 / (78 / 7) ** 0.5)


def test_latency_is_told_by_call() -> None:
    """The times of all answers of a call, in all cases, are one series."""
    old = [(case(f"a/{i}", took=[0.1, 0.11]), case(f"a/{i}", took=[0.2, 0.21])) for i in range(20)]
    (found,) = compared(*old).latency
    assert (found.call, found.n_was, found.n_now) == ("a", 40, 40)
    assert (round(found.was, 3), round(found.now, 3)) == (0.105, 0.205)


def test_other_circumstances_are_said_first() -> None:
    """Another release, profile or target is named at the top, and the runs are compared all the same."""
    old, new = verdict(case("a/1")), verdict(case("a/1", "breach"), run=replace(STAND_IN, release="1.8.0"))
    text = list(lines(compare(old, new)))
    assert text[1:5] == [
        "note: different release: 1.7.0 → 1.8.0",
        "note: different target: zadig.example.com → 127.0.0.1:1",
        "note: different stand-in: none → perfect",
        "",
    ]
    assert "NEWLY BROKEN (1)" in text


def test_own_stand_ins_are_one_target() -> None:
    """The stand-in of each run has a port of its own, which is no other target."""
    one, other = verdict(case(), run=STAND_IN), verdict(case(), run=replace(STAND_IN, host="127.0.0.1:2"))
    assert compare(one, other).differ == {}


def test_the_command(tmp_path: Path) -> None:
    """Exit code 1 on anything newly broken, else 0, in text, Markdown and JSON alike."""
    old = write(tmp_path / "old", verdict(case("a/1")))
    new = write(tmp_path / "new", verdict(case("a/1", "breach", body='{"code":6164}')))
    done = run(old, new)
    assert done.exit_code == 1
    assert "  a/1 held → breach $.code: expected 6163, got 6164" in done.output.splitlines()
    assert "  a/1 $.code added 6164" in done.output.splitlines()
    assert run(new, old).exit_code == 0
    told = run("--format", "json", old, new)
    assert (told.exit_code, json.loads(told.output)["newly_broken"][0]["case"]) == (1, "a/1")
    assert "## newly broken (1)" in run("--format", "markdown", old, new).output.splitlines()


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    """A folder without a verdict is exit code 4 and one line."""
    old = write(tmp_path / "old", verdict(case("a/1")))
    (tmp_path / "verdict.json").write_text('{"version": 1, "cases": [{}], "run": {}}', encoding="utf-8")
    for other in (tmp_path / "nope", tmp_path):
        done = run(old, other)
        assert (done.exit_code, len(done.output.splitlines())) == (4, 1)


def test_a_hostile_answer_does_nothing(tmp_path: Path) -> None:
    """What a server sent steers no terminal and makes nothing in Markdown."""
    old, new = verdict(case("a/1")), verdict(case("a/1", "blocked", body=HOSTILE, reason=HOSTILE))
    done = run(write(tmp_path / "old", old), write(tmp_path / "new", new))
    assert "\x1b" not in done.output
    assert done.exit_code == 0
    said = markdown(compare(old, new))
    assert "<script" not in said
    assert all(not line.startswith("# title") for line in said.splitlines())


def test_one_cause_is_told_once() -> None:
    """Cases that are newly broken, or fixed, in the same way share a row, which names the others; JSON has them all."""
    other = (replace(WRONG, where="$.other"),)
    broken = [(case(f"a/{i}"), case(f"a/{i}", "breach")) for i in range(12)]
    fixed = [(case(f"b/{i}", "breach", breaches=other), case(f"b/{i}")) for i in range(3)]
    found = compared(*broken, *fixed, (case("c/1"), case("c/1", "breach", breaches=other)))
    said = list(lines(found))
    first = said.index("NEWLY BROKEN (13)")
    assert said[first + 1 : first + 4] == [
        "  a/0 × 12 cases held → breach $.code: expected 6163, got 6164",
        "    the same in 11: a/1, a/2, a/3, a/4, a/5, a/6, …",
        "  c/1 held → breach $.other: expected 6163, got 6164",
    ]
    assert "  b/0 × 3 cases breach → held" in said
    assert (len(found.newly_broken), len(found.fixed)) == (13, 3)
    marked = markdown(found).splitlines()
    (place,) = [number for number, line in enumerate(marked) if line.startswith("- `a/0`")]
    assert marked[place + 1].startswith("  - the same in `a/1`, ")
    assert marked[place + 1].endswith(", and 6 more")


def test_long_lists_are_cut() -> None:
    """Thousands of changes stay readable: the first fifty of each list, and how many there are."""
    wrong = [(replace(WRONG, where=f"$.{i}"),) for i in range(200)]
    many = [
        (case(f"a/{i}"), case(f"a/{i}", "breach", body=f"{i}{'x' * 100_000}", breaches=breaches))
        for i, breaches in enumerate(wrong)
    ]
    said = "\n".join(lines(compared(*many)))
    assert "NEWLY BROKEN (200)" in said
    assert "… and 150 more" in said
    assert len(said) < 60_000
