"""The one waiter: looks again and again until a state shows, and says which ones came where it does not."""

import time
from collections.abc import Callable, Collection
from typing import TypeVar

from contracts.target.target import Target
from contracts.text.errors import EndedError
from contracts.text.message import msg

LONGEST_PAUSE = 5.0
"""Seconds between two looks, at most."""

Held = TypeVar("Held")
LAG_SECONDS = 20.0
"""How long a live target may show an earlier state of a task, where its lifecycle says that it may."""


class WaitError(EndedError):
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
            states = [msg("{state} at {seconds} s", state, f"{at:.1f}") for state, at in seen]
            raise WaitError("waited {seconds} s for {state}; seen: {states|, }", f"{waited:.1f}", repr(wished), states)
        time.sleep(min(pause, seconds - waited))
        pause = min(2 * pause, max(interval, LONGEST_PAUSE))


def settled(target: Target, look: Callable[[], Held], state_of: Callable[[Held], str | None], expected: str) -> Held:
    """Return what `look` finds; on a live target, look again while the task's state may lag behind the expected one."""
    found, started = look(), time.monotonic()
    while target.control is None and target.release.lifecycle.may_lag(state_of(found), expected):
        if time.monotonic() - started >= LAG_SECONDS or time.time() >= target.deadline:
            break
        time.sleep(1.0)
        found = look()
    return found
