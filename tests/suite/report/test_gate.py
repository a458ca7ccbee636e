"""The gate: from the folders of runs to one verdict and exit code, without trust in what they say of themselves."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.__main__ import main
from contracts.report.gate import gate, lines
from contracts.report.verdict_rules import decide, disagreement
from helpers.verdicts import DRIFT, LIVE, STAND_IN, WRONG, case, cases, verdict, write

TODAY = date(2026, 1, 3)
RESULTS = ["held", "known", "breach", "drift", "crashed", "blocked", "unreachable", "disturbed"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["gate", *map(str, arguments)])


def code(tmp_path: Path, data: Any) -> int:
    """Return the exit code of the gate on a run that says this."""
    return run(write(tmp_path / "run", data)).exit_code


@st.composite
def verdicts(draw: st.DrawFn) -> dict[str, Any]:
    """Return the verdict that a run decides on random results, settings and mishaps."""
    results = draw(st.lists(st.sampled_from([*RESULTS, "fixed", "unknown"]), max_size=6))
    found = []
    for number, result in enumerate(results):
        parts: dict[str, Any] = {"fixed": {"fixed": "wrong-code"}, "unknown": {"unknown": ("$.x",)}}.get(result, {})
        found.append(case(f"a/{number}", result if result in RESULTS else "held", **parts))
    lost = draw(st.lists(st.sampled_from(["b/1", "b/2"]), unique=True))
    about = replace(
        LIVE,
        profile=draw(st.sampled_from(["smoke", "regression", "nightly", "acceptance"])),
        drift=draw(st.sampled_from(["fail", "warn"])),
        unknown_fields=draw(st.sampled_from(["report", "fail", "ignore"])),
    )
    return verdict(
        *found,
        run=about,
        planned=[*(row["case"] for row in found), *lost],
        leaks=draw(st.lists(st.just("zct-1"), max_size=2)),
        interrupted=draw(st.sampled_from(["", "interrupted", "an internal error of the suite"])),
    )


@settings(deadline=None)
@given(verdicts())
def test_the_gate_decides_as_the_run_did(data: dict[str, Any]) -> None:
    """On the day of the run the gate comes to the same verdict, exit code and reasons, in the same order."""
    found = decide(data, TODAY)
    assert disagreement(data) == ""
    assert (found.verdict, found.exit, list(found.reasons)) == (data["verdict"], data["exit"], data["reasons"])


EXITS: list[tuple[str, list[dict[str, Any]], dict[str, Any], int]] = [
    ("accepted", cases(held=2, known=1), {}, 0),
    ("breach", cases(held=2, breach=1), {}, 1),
    ("drift", cases(held=2, drift=1), {}, 1),
    ("drift-that-warns", cases(held=2, drift=1), {"run": replace(LIVE, drift="warn")}, 0),
    ("blocked", cases(held=2, blocked=1), {}, 6),
    ("unreachable", cases(unreachable=2), {}, 6),
    ("disturbed", cases(disturbed=2), {}, 6),
    ("crashed", cases(held=2, crashed=1), {}, 6),
    ("not-run", cases(held=1), {"planned": ["cancel-task/held-0", "a/b"]}, 6),
    ("nothing", [], {}, 5),
    ("interrupted", cases(held=1), {"interrupted": "interrupted"}, 6),
    ("leaked", cases(held=1), {"leaks": ["zct-1"]}, 7),
    ("breach-and-blocked", cases(breach=1, blocked=1), {"leaks": ["zct-1"]}, 1),
    ("expired", cases(known=1), {"expires": "2020-01-01"}, 1),
    ("fixed", [case(fixed="wrong-code")], {}, 0),
    ("fixed-at-acceptance", [case(fixed="wrong-code")], {"run": replace(LIVE, profile="acceptance")}, 1),
]


@pytest.mark.parametrize(("found", "more", "expected"), [pytest.param(*row, id=name) for name, *row in EXITS])
def test_exit_code_of_one_run(found: list[dict[str, Any]], more: dict[str, Any], expected: int, tmp_path: Path) -> None:
    assert code(tmp_path, verdict(*found, **more)) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["held", "held"], 0, id="all-accepted"),
        pytest.param(["held", "leaked"], 7, id="leaked"),
        pytest.param(["leaked", "blocked"], 6, id="inconclusive-is-worse-than-leaked"),
        pytest.param(["blocked", "gone"], 4, id="unusable-is-worse-than-inconclusive"),
        pytest.param(["gone", "breach", "blocked", "leaked", "held"], 1, id="rejected-is-the-worst"),
        pytest.param(["held", "killed"], 6, id="killed"),
    ],
)
def test_the_worst_run_decides(names: list[str], expected: int, tmp_path: Path) -> None:
    for name in ("held", "breach", "blocked"):
        write(tmp_path / name, verdict(*cases(**{name: 1})))
    write(tmp_path / "leaked", verdict(case(), leaks=["zct-1"]))
    (tmp_path / "killed").mkdir()
    done = run(*(tmp_path / name for name in names))
    assert done.exit_code == expected
    assert len(done.output.splitlines()) == len(names) + 1
    assert f"(exit {expected}, {len(names)} runs)" in done.output.splitlines()[-1]


def test_a_killed_run_is_inconclusive(tmp_path: Path) -> None:
    """A folder without verdict.json is told as a run that was killed, and is never a pass."""
    done = run(tmp_path)
    assert done.exit_code == 6
    assert "the run was killed before its verdict" in done.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "is not JSON", id="empty"),
        pytest.param("{", "is not JSON", id="cut"),
        pytest.param('{"version": 1, "exit": 1, "exit": 0, "cases": [], "run": {}}', "is not JSON", id="key-twice"),
        pytest.param("[]", "is not a verdict of this suite", id="another-file"),
        pytest.param("[" * 100_000, "nested too deep", id="nested-deep"),
        pytest.param('{"version": 2, "cases": [], "run": {}}', "is of version 2", id="another-version"),
        pytest.param('{"version": 1, "cases": [], "run": {}}', "$ lacks ", id="half-a-verdict"),
        pytest.param(
            '{"version": 1, "cases": [1], "run": 1, "verdict": 3}',
            "was changed, or belongs to another suite: $",
            id="of-other-types",
        ),
    ],
)
def test_what_is_no_verdict(text: str, said: str, tmp_path: Path) -> None:
    """A file that cannot be used is exit code 4 and one line that says why."""
    (tmp_path / "verdict.json").write_text(text, encoding="utf-8")
    done = run(tmp_path)
    assert (done.exit_code, len(done.output.splitlines())) == (4, 2)
    assert said in done.output


def test_no_such_folder(tmp_path: Path) -> None:
    """A folder that is not there is exit code 4, and so is no folder at all."""
    assert run(tmp_path / "nope").exit_code == 4
    assert run().exit_code == 4


def test_a_deviation_may_expire_after_the_run(tmp_path: Path) -> None:
    """On the day of its expiry a known deviation is still known; a day later it counts as a breach."""
    data = verdict(*cases(held=1, known=1), expires="2026-06-30")
    folder = write(tmp_path / "run", data)
    assert gate([folder], date(2026, 6, 30))[1].exit == 0
    found = gate([folder], date(2026, 7, 1))[1]
    assert found.exit == 1
    assert "known deviations that expired: wrong-code (2026-06-30)" in found.reasons[0]


def test_the_profile_that_is_asked_for(tmp_path: Path) -> None:
    """With --profile, a run of a lesser profile cannot tell, and acceptance brings its own rule."""
    smoke = write(tmp_path / "smoke", verdict(case(), run=replace(LIVE, profile="smoke")))
    nightly = write(tmp_path / "nightly", verdict(case(fixed="wrong-code"), run=replace(LIVE, profile="nightly")))
    assert [run("--profile", "smoke", smoke).exit_code, run("--profile", "regression", smoke).exit_code] == [0, 6]
    assert [run("--profile", "nightly", nightly).exit_code, run("--profile", "acceptance", nightly).exit_code] == [0, 1]


@pytest.mark.parametrize(
    ("options", "environment", "expected"),
    [
        ((), {}, 0),
        (("--require-live",), {}, 6),
        ((), {"ZADIG_REQUIRE_LIVE": "true"}, 6),
        (("--no-require-live",), {"ZADIG_REQUIRE_LIVE": "true"}, 0),
        (("--profile", "smoke"), {}, 6),
        (("--profile", "smoke", "--no-require-live"), {}, 0),
        (("--profile", "smoke"), {"ZADIG_REQUIRE_LIVE": "false"}, 0),
    ],
)
def test_no_run_on_a_stand_in_lets_a_release_out(
    options: tuple[str, ...],
    environment: dict[str, str],
    expected: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a live Zadig is asked for, as with --profile it is, a run on a stand-in is none, and the reason is said."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    live, stand_in = (
        write(tmp_path / name, verdict(case(), run=LIVE if name == "live" else STAND_IN)) for name in ("live", "other")
    )
    assert run(*options, live).exit_code == 0
    done = run(*options, live, stand_in)
    assert done.exit_code == expected
    assert (f"{stand_in}: it ran on a stand-in" in done.output) == (expected == 6)


def test_shards_are_one_run(tmp_path: Path) -> None:
    """All shards of a plan are one run; with one missing, its cases did not run as far as the gate knows."""
    plan = ["a/1", "a/2", "a/3"]
    shards = []
    for number, name in enumerate(plan, 1):
        told = verdict(case(name), elsewhere=[*{*plan} - {name}], run=replace(LIVE, shard=f"{number}/3"))
        shards.append(write(tmp_path / str(number), told))
    assert run(*shards).exit_code == 0
    done = run(*shards[:2])
    assert done.exit_code == 6
    assert "1 of the planned cases belong to shards that were not given" in done.output


def test_a_part_of_a_profile_is_not_the_profile(tmp_path: Path) -> None:
    """Unless --selection says so; parts that are the whole together are the whole."""
    one = write(tmp_path / "one", verdict(case("a/1"), unselected=["a/2", "a/3"]))
    other = write(tmp_path / "other", verdict(case("a/2"), case("a/3"), unselected=["a/1"]))
    done = run(one)
    assert done.exit_code == 6
    assert "2 of the 3 cases of the profile regression were not selected; add --selection if" in done.output
    assert [run("--selection", one).exit_code, run(one, other).exit_code] == [0, 0]
    told = json.loads(run("--json", one).output)
    assert (told["exit"], len(told["reasons"])) == (6, 1)


def test_an_older_run_does_not_tell_what_was_selected(tmp_path: Path) -> None:
    """A verdict.json of an earlier version is inconclusive, and can be passed by saying that a part was meant."""
    older = write(tmp_path / "older", verdict(case(), unselected=None))
    done = run(older)
    assert (done.exit_code, run("--selection", older).exit_code) == (6, 0)
    assert "an earlier version of the suite ran it" in done.output


def test_a_stand_in_is_named(tmp_path: Path) -> None:
    """A run on a stand-in may pass, and its line and the last one say that it tells nothing about a live Zadig."""
    stand_in = write(tmp_path / "stand-in", verdict(case(), run=STAND_IN))
    live = write(tmp_path / "live", verdict(case()))
    *runs, last = run(stand_in, live).output.splitlines()
    assert "the stand-in (perfect), this says nothing about a live Zadig" in runs[0]
    assert "live Zadig" not in runs[1]
    assert last.endswith("1 of 2 on a stand-in: this says nothing about a live Zadig")
    told = json.loads(run("--json", stand_in).output)
    assert (told["live"], told["exit"], told["runs"][0]["run"]["stand_in"]) == (False, 0, "perfect")


def test_what_it_says_steers_no_terminal(tmp_path: Path) -> None:
    """Signs of a terminal in a changed file are printed as their codes."""
    data = verdict(case(), run=replace(LIVE, host="\x1b[2Jx\nGATE: ACCEPTED"))
    done = run(write(tmp_path / "run", data))
    assert "\x1b" not in done.output
    assert len(done.output.splitlines()) == 2


def test_json_says_what_the_lines_say(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", verdict(*cases(breach=1, drift=1)))
    told = json.loads(run("--json", folder).output)
    assert (told["verdict"], told["exit"], told["runs"][0]["reasons"]) == ("rejected", 1, ["1 breach", "1 drift"])
    assert told["reasons"] == [f"{folder}: 1 breach", f"{folder}: 1 drift"]


def test_a_breach_among_drifts_is_no_drift() -> None:
    """What a case shows is worked out from its breaches; its result must say the same."""
    data = verdict(case("a/0", "breach", breaches=(WRONG, DRIFT)))
    assert disagreement(data) == ""
    changed = copy.deepcopy(data)
    changed["cases"][0]["breaches"][0]["drift"] = True
    assert "a/0 is breach, but shows drift" in disagreement(changed)


CHANGES: dict[str, Callable[[Any], object]] = {
    "say-that-all-was-selected": lambda data: data["plan"].update(unselected=[]),
    "hide-a-breach": lambda data: data["cases"][0].update(result="held"),
    "forget-its-deviation": lambda data: data["deviations"].clear(),
    "say-it-is-known": lambda data: data["cases"][0].update(result="known", deviation="made-up"),
    "recount": lambda data: data["counts"].update(breach=0, held=3),
    "drop-the-case": lambda data: data["cases"].pop(0),
    "drop-it-everywhere": lambda data: (
        data["cases"].pop(0),
        data["counts"].update(breach=0, run=3, planned=3),
        data["plan"].update(cases=3),
        data["plan"]["profile"].update(cases=4),
    ),
    "call-it-a-drift": lambda data: (
        data["run"].update(drift="warn"),
        data["cases"][0].update(result="drift"),
        data["counts"].update(breach=0, drift=1),
    ),
    "twice": lambda data: data["cases"][1].update(case=data["cases"][2]["case"]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_file_is_refused(change: Callable[[Any], object], tmp_path: Path) -> None:
    """Whoever takes a breach out of verdict.json finds the gate closed: its counts, cases and breaches must agree."""
    data = verdict(*cases(breach=1, held=2, known=1), unselected=["a/other"])
    change(data)
    done = run(write(tmp_path / "run", data))
    assert done.exit_code == 4
    assert "was changed" in done.output


def test_a_verdict_that_is_better_than_its_cases(tmp_path: Path) -> None:
    """Where verdict.json says accepted and its cases do not, the cases count, and a line says so."""
    data = verdict(*cases(breach=1, held=2)) | {"verdict": "accepted", "exit": 0, "reasons": []}
    done = run(write(tmp_path / "run", data))
    assert done.exit_code == 1
    assert "verdict.json says exit 0, its cases say 1 today: the worse counts" in done.output


_OTHER = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 9), st.floats(), st.text(max_size=5), st.just([]), st.just({})
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_single_change_opens_the_gate(data: st.DataObject, tmp_path: Path) -> None:
    """Whatever one value of a rejected run is made to be, the gate neither fails nor lets it pass."""
    rejected = verdict(case("a/0", "drift"), case("a/1"), case("a/2", "known"), run=replace(LIVE, profile="acceptance"))
    paths = list(_paths(rejected))
    *parents, last = data.draw(st.sampled_from(paths))
    value: Any = rejected
    for part in parents:
        value = value[part]
    value[last] = data.draw(_OTHER)
    runs, together = gate([write(tmp_path / "run", rejected)], TODAY)
    assert together.exit in (1, 4, 6)
    assert list(lines(runs, together))


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Any:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*path, key)
        yield from _paths(item, (*path, key))
