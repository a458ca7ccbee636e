"""Files that somebody else hands in: read only where they are files, and of a size that can be meant."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from contracts.text.message import msg

KB: Final = 1_000
MB: Final = 1_000 * KB
TOKEN, TOML, CERTIFICATES, PAGE, JOURNAL, VERDICT, BUNDLE = (
    64 * KB,
    5 * MB,
    5 * MB,
    5 * MB,
    100 * MB,
    500 * MB,
    1_000 * MB,
)
"""Bytes beyond which a file is not what it is given as; the largest that the suite itself writes are far below."""


def opened(path: Path, most: int) -> BinaryIO:
    """Return a file, open for reading; raises OSError, at once, for what is no regular file or has over `most` bytes.

    A pipe that nobody writes to would be waited for without end, and a device such as /dev/zero has no end.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if stat.S_ISDIR(found.st_mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, msg("not a regular file"), str(path))
        if found.st_size > most:
            raise OSError(errno.EFBIG, msg("larger than {n} bytes", f"{most:,}"), str(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def lines(path: Path, most: int) -> Iterator[bytes]:
    """Yield the lines of a file, as `opened` opens it, and no more than `most` bytes, should it grow meanwhile."""
    with opened(path, most) as file:
        while line := file.readline(most):
            most -= len(line)
            yield line


def read(path: Path, most: int) -> bytes:
    """Return the content of a file, as `opened` opens it."""
    with opened(path, most) as file:
        return file.read(most)


def text(path: Path, most: int, errors: str = "strict") -> str:
    """Return the content of a file of UTF-8, as `opened` opens it; raises UnicodeDecodeError for another."""
    return read(path, most).decode("utf-8", errors)
