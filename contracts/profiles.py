"""The profiles, and the levels of cases that each of them runs."""

from collections.abc import Mapping
from typing import Literal, get_args

LEVELS = ("smoke", "regression", "nightly")
"""The levels of cases, the least first."""
EXPLORE = "explore"
"""The level of what is explored at length, and the profile of that alone."""
Profile = Literal["smoke", "regression", "nightly", "acceptance", "explore"]
PROFILES: Mapping[str, str] = {
    profile: profile if profile in (*LEVELS, EXPLORE) else LEVELS[-1] for profile in get_args(Profile)
}
"""Each profile and the last level that it runs; a later one runs no less than those before it, but for EXPLORE."""


def runs_at(level: str, last: str) -> bool:
    """Whether a case of this level is run where `last` is the last level."""
    if EXPLORE in (level, last):
        return level == last
    return LEVELS.index(level) <= LEVELS.index(last)
