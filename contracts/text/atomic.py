"""Files that are written whole or not at all; whoever is watching their folder never sees a part."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

MODE = 0o640
"""What a file of the suite's allows at most; the mask of the process may take more away, see readable.py."""


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a draft to write to, which takes the place of the file when the block ends without an error."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")  # a name that nobody could have planted a link under
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, MODE)
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield out
        os.replace(draft, path)  # noqa: PTH105 - atomic
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def write(path: Path, pieces: Iterable[str]) -> None:
    """Write a text in UTF-8; half a surrogate pair in it is written as its code."""
    with replacing(path) as out:
        out.writelines(piece.encode("utf-8", "backslashreplace") for piece in pieces)
