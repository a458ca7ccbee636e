"""What all fuzzing shares: how much of it there is, always the same examples, and an end where one hangs."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

LONGER = int(os.environ.get("ZCT_FUZZ", "1"))
"""How many times as long as usual is fuzzed; for a long run: ZCT_FUZZ=50."""

BATCHES = 3 * LONGER
"""Batches of examples that a test of fuzzing tries: always the same ones."""

EXAMPLES = 60
"""Examples of a batch."""

HANG = 30
"""Seconds of CPU time after which one example counts as a hang; it takes milliseconds."""


class HungError(BaseException):
    """An example took so long that it may never end; not an Exception, so that nothing swallows it."""


@pytest.fixture(autouse=True)
def no_hang() -> Iterator[None]:
    """What hangs within `bounded` fails its test; wherever this is imported."""

    def hung(*_: object) -> None:
        raise HungError

    before = signal.signal(signal.SIGPROF, hung)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


@contextmanager
def bounded() -> Iterator[None]:
    """End the block with HungError where it takes too long."""
    signal.setitimer(signal.ITIMER_PROF, HANG)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def fuzzed(strategy: st.SearchStrategy[Any], check: Callable[[Any], object], batches: int = BATCHES) -> None:
    """Check one batch of examples after the other, each with a seed of its own."""

    def example(drawn: Any) -> None:
        check(drawn)

    for batch in range(batches):
        seed(batch)(
            settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            )(given(strategy)(example))
        )()
