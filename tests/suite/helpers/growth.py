"""Whether time grows with the size of what is read, and no faster: nothing here depends on how fast a machine is."""

import gc
import time
from collections.abc import Callable

TIMES = 8
"""How much larger the large input is."""
BOUND = 3 * TIMES
"""A ratio between linear growth, 8, and that by the square, 64: far from both, so that noise cannot decide."""
SECONDS = 0.005
"""CPU time that the small input takes at least, so that it can be measured."""
LARGEST = 1_000_000
TRIES = 2


def assert_linear(work: Callable[[int], object], size: int = 1_000) -> None:
    """Fail where `work`, on an input of the given size, takes much more than 8 times as long on 8 times as much.

    The size is doubled until the work takes long enough to be measured; up to LARGEST nothing may be too fast for that.
    """
    while _seconds(work, size) < SECONDS:
        size *= 2
        if size > LARGEST:
            return
    for _ in range(TRIES):
        small = min(_seconds(work, size), _seconds(work, size))
        ratio = _seconds(work, TIMES * size) / small
        if ratio <= BOUND:
            return
    raise AssertionError(f"{TIMES} times as much takes {ratio:.0f} times as long, from a size of {size} on")


def _seconds(work: Callable[[int], object], size: int) -> float:
    gc.disable()
    try:
        start = time.thread_time()
        work(size)
        return time.thread_time() - start
    finally:
        gc.enable()
