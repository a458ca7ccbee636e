"""The folder of a run: it has one owner at a time, and what an earlier run left in it is neither believed nor lost."""

import contextlib
import errno
import fcntl
import itertools
import os
from pathlib import Path

from contracts.safety.journal import FILE as JOURNAL
from contracts.safety.journal import Header, header
from contracts.text.errors import InputError, of_system
from contracts.text.message import msg

LOCK = "run.lock"
UNUSABLE = msg("run folder {folder}: cannot be used: {why}")


class RunFolderError(InputError):
    """A folder that no run may work in: another one is at work there, or what stands there is of no run."""


def claim(folder: Path, run_id: str) -> int:
    """Make a folder this run's own, and return what keeps it so until it is closed: a file descriptor.

    The journal of an earlier run moves aside as `journal.<its id>.jsonl`, where a sweep finds it: its names are not
    this run's, on whatever target they stand; what stands under that name already stays. Raises RunFolderError, with
    nothing changed, where another run is at work there or a journal is of no run.
    """
    try:
        folder.mkdir(0o750, parents=True, exist_ok=True)
        if not os.path.lexists(folder / LOCK):
            _begun(folder)  # what is refused gets no lock either
        lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise RunFolderError(UNUSABLE.put(folder, of_system(error.strerror))) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock).st_nlink == 0:  # whoever had it was just leaving, and took it along
            raise BlockingIOError
        _set_aside(folder, run_id)
    except BlockingIOError:
        os.close(lock)
        busy = "run folder {folder}: another run is using it; choose another --run-dir"
        raise RunFolderError(busy, folder) from None
    except BaseException:
        os.close(lock)
        raise
    return lock


def usable(folder: Path) -> None:
    """Raise RunFolderError where no run could begin in a folder, as far as that shows without touching anything."""
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not there.is_dir():
        raise RunFolderError(UNUSABLE.put(folder, of_system(os.strerror(errno.ENOTDIR))))
    if not os.access(there, os.W_OK | os.X_OK):
        raise RunFolderError(UNUSABLE.put(folder, of_system(os.strerror(errno.EACCES))))


def release(folder: Path, lock: int, *, made: bool) -> None:
    """Leave a folder to others; of a run that came to nothing, nothing stays, nor the folder if it `made` that."""
    with contextlib.suppress(OSError):
        if [*folder.iterdir()] == [folder / LOCK]:
            (folder / LOCK).unlink()
            if made:
                folder.rmdir()
    os.close(lock)


def is_claimed(folder: Path) -> bool:
    """Whether a run, or a sweep, is at work in a folder."""
    try:
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _begun(folder: Path) -> Header | None:
    """Return how the journal in a folder begins, None where there is none; RunFolderError for one of no run."""
    path = folder / JOURNAL
    is_file = path.is_file() and not path.is_symlink()
    if not os.path.lexists(path) or (is_file and path.stat().st_size == 0):  # killed before its first line
        return None
    begun = header(path) if is_file else None
    if begun is None:
        stranger = "run folder {folder}: its {file} belongs to no run of this suite; choose another --run-dir"
        raise RunFolderError(stranger, folder, JOURNAL)
    return begun


def _set_aside(folder: Path, run_id: str) -> None:
    begun = _begun(folder)
    if begun is not None and begun.run != run_id:
        names = (f"journal.{begun.run}{f'.{n}' if n > 1 else ''}.jsonl" for n in itertools.count(1))
        (folder / JOURNAL).rename(next(folder / name for name in names if not os.path.lexists(folder / name)))
