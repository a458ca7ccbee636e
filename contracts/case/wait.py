"""The one waiter: looks again and again until a wished state shows, and tells the story where it does not."""

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from contracts.text.errors import EndedError
from contracts.text.message import msg

if TYPE_CHECKING:
    from tenacity import RetryCallState

LONGEST_PAUSE = 5.0
"""Seconds between two looks, at most."""


class WaitError(EndedError):
    """The wished state did not come; the text names the states seen with their times."""


def wait_for(
    look: Callable[[], str], wished: str, *, seconds: float, final: Collection[str] = (), interval: float = 0.2
) -> None:
    """Call `look` until it returns `wished`, for at most `seconds`; a `final` state that is not wished ends it at once.

    The pauses double, from `interval` to LONGEST_PAUSE; the last is cut short, so that a last look is made in time.
    Raises WaitError with the story; whatever `look` raises passes through.
    """
    from tenacity import (  # most runs never wait
        RetryError,
        Retrying,
        retry_if_result,
        stop_after_delay,
        wait_exponential,
    )

    started = time.monotonic()
    seen: list[tuple[str, float]] = []

    def look_once() -> str:
        state = look()
        if not seen or seen[-1][0] != state:
            seen.append((state, time.monotonic() - started))
        return state

    def go_on(state: str) -> bool:
        return state != wished and state not in final

    growing = wait_exponential(multiplier=interval, min=interval, max=max(interval, LONGEST_PAUSE))

    def pause(attempt: "RetryCallState") -> float:
        return min(growing(attempt), max(0.0, seconds - (time.monotonic() - started)))

    try:
        last = Retrying(
            retry=retry_if_result(go_on),
            stop=stop_after_delay(seconds),
            wait=pause,
        )(look_once)
    except RetryError:
        last = seen[-1][0]
    if last != wished:
        story = [msg("{state} at {seconds} s", state, f"{at:.1f}") for state, at in seen]
        waited = "waited {seconds} s for {state}; seen: {story|, }"
        raise WaitError(waited, f"{time.monotonic() - started:.1f}", repr(wished), story)
