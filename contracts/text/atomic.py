"""Files that are written whole or not at all; whoever is watching their folder never sees a part."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the path of a draft, which takes the place of the file when the block ends without an error."""
    draft = path.with_name(f".{path.name}.tmp")
    try:
        yield draft
        os.replace(draft, path)  # noqa: PTH105 - atomic
    finally:
        draft.unlink(missing_ok=True)


def write(path: Path, pieces: Iterable[str]) -> None:
    """Write a text in UTF-8; half a surrogate pair in it is written as its code."""
    with replacing(path) as draft, draft.open("w", encoding="utf-8", errors="backslashreplace") as out:
        out.writelines(pieces)
