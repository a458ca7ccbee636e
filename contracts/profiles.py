"""The profiles, and the levels of cases that each of them runs."""

from collections.abc import Mapping
from typing import Literal, get_args

LEVELS = ("smoke", "regression", "nightly")
"""The levels of cases, the least first."""
Profile = Literal["smoke", "regression", "nightly", "acceptance"]
PROFILES: Mapping[str, str] = {profile: profile if profile in LEVELS else LEVELS[-1] for profile in get_args(Profile)}
"""Each profile and the last level that it runs; a later one runs no less than those before it."""


def runs_at(level: str, last: str) -> bool:
    """Whether a case of this level is run where `last` is the last level."""
    return LEVELS.index(level) <= LEVELS.index(last)
