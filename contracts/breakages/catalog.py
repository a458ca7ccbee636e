"""All changes by name."""

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from contracts.breakages.breakage import Breakage
from contracts.breakages.families import (
    authorization,
    body,
    concurrency,
    descriptions,
    envelope,
    flaky,
    headers,
    robustness,
    state_cancel,
    state_create,
    state_restart,
    state_start,
    state_task,
    status,
)
from contracts.breakages.families import benign_semantics as benign_sense
from contracts.breakages.families import benign_syntax as benign_form

_STATE = (state_create, state_start, state_task, state_cancel, state_restart)
_BREAKAGES = (
    *(envelope, body, status, headers),
    *_STATE,
    *(descriptions, authorization, concurrency, robustness, flaky),
)
_BENIGN = (benign_form, benign_sense)


def _by_name(changes: Iterable[Breakage]) -> Mapping[str, Breakage]:
    found: dict[str, Breakage] = {}
    for change in changes:
        if change.name in found:
            raise ValueError(f"two changes are named {change.name}")
        found[change.name] = change
    return MappingProxyType(found)


@cache
def breakages() -> Mapping[str, Breakage]:
    """Return every breakage by name."""
    return _by_name(change for module in _BREAKAGES for change in module.changes())


@cache
def benign() -> Mapping[str, Breakage]:
    """Return every harmless change by name."""
    return _by_name(change for module in _BENIGN for change in module.changes())
