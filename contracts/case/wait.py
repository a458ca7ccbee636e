"""The one waiter: looks again and again until a state shows, and says which ones came where it does not."""

import time
from collections.abc import Callable, Collection

LONGEST_PAUSE = 5.0
"""Seconds between two looks, at most."""


class WaitError(Exception):
    """The state did not come; the text names the states seen with their times."""


def wait_for(
    look: Callable[[], str], wished: str, *, seconds: float, final: Collection[str] = (), interval: float = 0.2
) -> None:
    """Call `look` until it returns `wished`, for at most `seconds`; a `final` state that is not wished ends it at once.

    The pauses double, from `interval` to LONGEST_PAUSE; the last is cut short, so that a last look is made in time.
    Raises WaitError with what was seen; whatever `look` raises passes through.
    """
    started, pause = time.monotonic(), interval
    seen: list[tuple[str, float]] = []
    while (state := look()) != wished:
        waited = time.monotonic() - started
        if not seen or seen[-1][0] != state:
            seen.append((state, waited))
        if state in final or waited >= seconds:
            states = ", ".join(f"{state} at {at:.1f} s" for state, at in seen)
            raise WaitError(f"waited {waited:.1f} s for {wished!r}; seen: {states}")
        time.sleep(min(pause, seconds - waited))
        pause = min(2 * pause, max(interval, LONGEST_PAUSE))
