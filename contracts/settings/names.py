"""The names of settings as people misspell them: whether one is meant for the suite, and what was meant."""

import re
from collections.abc import Callable, Collection

from contracts.paths import RUN
from contracts.text.message import Message, msg
from contracts.text.near import near

_OURS = re.compile(r"zadig[\W_]", re.IGNORECASE)
"""How a variable begins that is meant for the suite, also in small letters or with another sign in place of `_`."""
_OF_A_CLUSTER = re.compile(r"_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)$")
"""Variables that Kubernetes sets in each container for a service there, such as zadig-portal: they are no settings."""


def is_ours(name: str) -> bool:
    """Whether a variable is meant for the suite."""
    return bool(_OURS.match(name)) and not _OF_A_CLUSTER.search(name)


def unknown(name: str, known: Collection[str], written: Callable[[str], str]) -> Message:
    """Return that no setting has this name, and the nearest of those that are `known`, as it is `written` there."""
    meant = re.sub(r"\W", "_", _OURS.sub("", name, count=1)).lower()
    listed = msg("{command} --help lists all settings", RUN)
    hint = near(meant, known, listed, most=1, cutoff=0.5, written=written)
    return msg("unknown setting {name}; {hint}", repr(name), hint)
