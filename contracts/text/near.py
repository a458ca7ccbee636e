"""The names that are nearest to a misspelt one."""

from collections.abc import Callable, Collection

from contracts.text.message import Message, msg


def near(
    name: str,
    known: Collection[str],
    otherwise: Message,
    *,
    most: int = 3,
    cutoff: float = 0.4,
    written: Callable[[str], str] = str,
) -> Message:
    """Return a question for the names that are nearest to one that is not there, each as it is `written`; where none is
    near, `otherwise`."""
    import difflib  # seldom needed, and long to load

    found = difflib.get_close_matches(name, known, n=most, cutoff=cutoff)
    return msg("did you mean {names}?", ", ".join(repr(written(each)) for each in found)) if found else otherwise
