"""What is told of how long answers took."""

from typing import Any

import pytest

from contracts.run.metrics import slow_answers


def outcomes(*seconds: float) -> list[dict[str, Any]]:
    return [{"steps": [{"call": "start-task", "status": 200, "seconds": each}]} for each in seconds]


def test_answers_that_are_slow_now_and_then_are_told_with_figures() -> None:
    told = slow_answers(outcomes(*[0.1, 0.1, 0.1, 0.1, 3.25] * 20))
    assert told == "20 of 100 responses took 3.2 s or more, up to 3.2 s, half of all at most 0.100 s: start-task × 20"


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param([], id="none"),
        pytest.param([0.1] * 100, id="all-fast"),
        pytest.param([3.0] * 100, id="all-slow"),
        pytest.param([0.1] * 99 + [30.0], id="one"),
        pytest.param([0.001, 0.9] * 50, id="less-than-seconds"),
    ],
)
def test_nothing_is_told_of_others(seconds: list[float]) -> None:
    assert slow_answers(outcomes(*seconds)) == ""
