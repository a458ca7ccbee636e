"""The one waiter: looks again and again until a state shows, and says which ones came where it does not."""

import time
from collections.abc import Callable, Collection
from typing import TypeVar

from contracts.target.target import Target
from contracts.text.errors import EndedError
from contracts.text.message import msg

LONGEST_PAUSE = 5.0
"""Seconds between two looks, at most."""
SHARE = 10
"""A pause is at most this part of the time waited so far, so that a short state is seen early on."""
GONE = msg("gone")
"""What a look says where there is no task any more, which is as final as any end of one."""

Held = TypeVar("Held")
LAG_SECONDS = 20.0
"""How long a live target may show an earlier state of a task, where its lifecycle says that it may."""


class WaitError(EndedError):
    """The state did not come; the text names the states seen with their times. `last`: the last one."""

    last = ""


def wait_for(
    look: Callable[[], str],
    wished: str,
    *,
    seconds: float,
    final: Collection[str] = (),
    interval: float = 0.2,
    looks: int | None = None,
) -> None:
    """Call `look` until it returns `wished`, for at most `seconds`, and at most so many `looks`.

    A `final` state that is not wished ends it at once, and so does GONE. The pauses grow with the time waited, from
    `interval` to LONGEST_PAUSE; the last is cut short, so that a last look is made in time.
    Raises WaitError with what was seen; whatever `look` raises passes through.
    """
    started, made = time.monotonic(), 1
    seen: list[tuple[str, float]] = []
    while (state := look()) != wished:
        waited = time.monotonic() - started
        if not seen or seen[-1][0] != state:
            seen.append((state, waited))
        if state in final or state == GONE or waited >= seconds or made == looks:
            states = [msg("{state} at {seconds} s", state, f"{at:.1f}") for state, at in seen]
            error = WaitError(
                "waited {seconds} s for {state}; seen: {states|, }", f"{waited:.1f}", repr(wished), states
            )
            error.last = state
            raise error
        made += 1
        pause = min(max(interval, waited / SHARE), max(interval, LONGEST_PAUSE)) if interval else 0.0
        time.sleep(min(pause, seconds - waited))


def settled(target: Target, look: Callable[[], Held], state_of: Callable[[Held], str | None], expected: str) -> Held:
    """Return what `look` finds; on a live target, look again while the task's state may lag behind the expected one."""
    found, started = look(), time.monotonic()
    while target.control is None and target.release.lifecycle.may_lag(state_of(found), expected):
        if time.monotonic() - started >= LAG_SECONDS or time.time() >= target.deadline:
            break
        time.sleep(1.0)
        found = look()
    return found
