"""Who may read what the suite writes: answers of somebody's Zadig are nobody else's business."""

import os
from collections.abc import Callable, Mapping

UMASKS: Mapping[str, int] = {"owner": 0o077, "group": 0o027}


def let_read(who: str) -> Callable[[], None]:
    """Let only the owner, or also the group, read what this process makes from now on; return what undoes that.

    It is the process's own mask, so it also holds for what pytest and its plugins write.
    """
    before = os.umask(UMASKS[who])

    def undo() -> None:
        os.umask(before)

    return undo
