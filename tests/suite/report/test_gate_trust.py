"""No change of verdict.json that hides what came of a case opens the gate."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.report.gate import gate, lines
from helpers.gating import TODAY, run
from helpers.run_folders import LIVE, case, cases, verdict, write


def hide_a_breach(data: Any) -> None:
    data["cases"][0] |= {"result": "held"}


def say_it_is_known(data: Any) -> None:
    data["cases"][0] |= {"result": "known", "deviation": "made-up"}


def forget_its_deviation(data: Any) -> None:
    data["deviations"] = []


def recount(data: Any) -> None:
    data["counts"] |= {"breach": 0, "held": 3}


def drop_the_case(data: Any) -> None:
    del data["cases"][0]


def drop_it_everywhere(data: Any) -> None:
    del data["cases"][0]
    data["counts"] |= {"breach": 0, "run": 3, "planned": 3}
    data["plan"]["cases"] = 3


def call_it_a_drift(data: Any) -> None:
    data["run"]["drift"] = "warn"
    data["cases"][0]["result"] = "drift"
    data["counts"] |= {"breach": 0, "drift": 1}


def twice(data: Any) -> None:
    data["cases"][1]["case"] = data["cases"][2]["case"]


@pytest.mark.parametrize(
    "change",
    [
        hide_a_breach,
        forget_its_deviation,
        say_it_is_known,
        recount,
        drop_the_case,
        drop_it_everywhere,
        call_it_a_drift,
        twice,
    ],
)
def test_a_changed_file_is_refused(change: Callable[[Any], None], tmp_path: Path) -> None:
    """Whoever takes a breach out of verdict.json finds the gate closed: its counts, cases and breaches must agree."""
    data = verdict(*cases(breach=1, held=2, known=1))
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
