"""What this run made, written to disk before the request that makes it."""

import contextlib
import fcntl
import itertools
import json
import os
import random
import re
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from contracts.http.exchange import Request
from contracts.text import files
from contracts.text.atomic import MODE
from contracts.text.frozen import dataclass

PREFIX = "zct"
_LONGEST = 10_000
"""Characters of the first line of a journal that are read."""
LONGEST_REQUEST = timedelta(days=3)
"""Longer than a server may be at work on any request; a journal that says more was written by somebody else."""
FILE = "journal.jsonl"
SUITE = "zadig-contract-tests"
RUN_ID = r"\d{8}t\d{6}-[a-z0-9]{4}"
"""The form of a run's id."""


@dataclass(frozen=True)
class Sending:
    """A request that may make something under a name.

    name: the name.
    number: tells it from the others about this name.
    until: when the server is at work on it no longer, whether or not its answer came.
    """

    name: str
    number: int
    until: datetime


class Journal:
    """The names of this run that something may be made under, on disk before the first request that names them.

    Several processes may write to one journal; each holds only the names that it opened itself. Where there is no room
    for a line that lets something be made, OSError is raised, and nothing is sent; without one that says that something
    is over, a sweep looks once more.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: dict[str, str] = {}
        self._late: dict[str, dict[int, datetime]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._torn = True  # as far as is known: another process may have been killed while it wrote its last line
        path.parent.mkdir(0o750, parents=True, exist_ok=True)
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR | os.O_NOFOLLOW, MODE)

    def begin(self, run_id: str, base_url: str) -> None:
        """Note which run of which suite this is, and on which target, where nothing stands in the journal yet."""
        entry = {"event": "run", "run": run_id, "base_url": base_url, "suite": SUITE}
        self._write(entry, sync=True, first=True)

    def open(self, name: str, project: str) -> None:
        """Note on disk that `name` may be made in `project` from now on."""
        self._write({"event": "open", "name": name, "project": project}, sync=True)
        self.adopt(name, project)

    def adopt(self, name: str, project: str, late: datetime | None = None) -> None:
        """Take over a name that another process of this run, or an earlier run, opened on disk.

        `late`: until when the server may be at work on requests about it whose answer never came.
        """
        with self._lock:
            self._open[name] = project
            if late is not None:
                self._late[name] = {0: late}

    def note(self, request: Request, name: str, seconds: float) -> Sending:
        """Note a request that may make something under `name`, whose line from `open` has long been on disk.

        For `seconds` from now on the server may be at work on it.
        """
        sending = Sending(name, next(self._numbers), datetime.now(UTC) + timedelta(seconds=seconds))
        with self._lock:
            self._late.setdefault(name, {})[sending.number] = sending.until
        about = {"method": request.method, "path": request.path, "until": sending.until.isoformat()}
        self._write({"event": "send", "name": name, "number": sending.number, **about})
        return sending

    def ended(self, sending: Sending, *, over: bool) -> None:
        """Note that the exchange of a request ended; with `over`, so that nothing more comes of it."""
        if over:
            with self._lock:
                self._late.get(sending.name, {}).pop(sending.number, None)
        with contextlib.suppress(OSError):
            self._write({"event": "ended" if over else "unanswered", "name": sending.name, "number": sending.number})

    def late(self, name: str) -> datetime | None:
        """Return until when the server may be at work on requests about `name` without an answer, None: there are none.

        That may be over by now.
        """
        with self._lock:
            return max(self._late.get(name, {}).values(), default=None)

    def close(self, name: str) -> None:
        """Note that nothing is left under `name`."""
        with self._lock:
            self._open.pop(name, None)
            self._late.pop(name, None)
        with contextlib.suppress(OSError):
            self._write({"event": "gone", "name": name})

    def holds(self, name: str) -> bool:
        """Whether `name` was opened here and is not gone."""
        return name in self._open

    def _write(self, entry: Mapping[str, str | int], *, sync: bool = False, first: bool = False) -> None:
        """Append an entry. It outlives this process at once, and with `sync` also the machine."""
        line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **entry}, ensure_ascii=False)
        with self._lock, self._alone():
            if first and os.fstat(self._file).st_size:
                return  # another worker has begun it
            data = f"{self._line_end() if self._torn else ''}{line}\n".encode()
            self._torn = True
            while data:  # a disk that is nearly full takes a part of it, and refuses only the rest
                data = data[os.write(self._file, data) :]
            self._torn = False
        if sync:  # others may write meanwhile, and have theirs on disk with it
            os.fsync(self._file)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other process of this run write meanwhile."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _line_end(self) -> str:
        """Return what ends a torn last line, so that the next one is not lost with it."""
        size = os.fstat(self._file).st_size
        return "" if size == 0 or os.pread(self._file, 1, size - 1) == b"\n" else "\n"


@dataclass(frozen=True)
class Header:
    """How a journal begins.

    run: the id of its run.
    base_url: the target that the run was for.
    """

    run: str
    base_url: str


def header(path: Path) -> Header | None:
    """Return how a journal on disk begins, None where it does not begin as one of this suite."""
    try:
        with files.opened(path, files.JOURNAL) as lines:
            entry = json.loads(lines.readline(_LONGEST).decode("utf-8", "replace"))
    except (OSError, ValueError, RecursionError):
        return None
    match entry:
        case {"event": "run", "run": str(run), "base_url": str(base_url), "suite": str(suite)}:
            return Header(run, base_url) if suite == SUITE and re.fullmatch(RUN_ID, run, re.ASCII) else None
    return None


def is_of_run(name: str, run_id: str) -> bool:
    """Whether a name has the form that only this run gives: its own names, and what some cases put behind them."""
    return name.isprintable() and bool(re.match(rf"{PREFIX}-{re.escape(run_id)}-(?:main|gw\d+)-\d+", name, re.ASCII))


def left_open(path: Path) -> dict[str, str]:
    """Return the names that a journal on disk opened and never saw gone, with their project; a torn line is passed."""
    return left_over(path)[0]


def left_late(path: Path) -> dict[str, datetime]:
    """Return the names with requests that have no answer in a journal on disk, and when the last of them is over."""
    return left_over(path)[1]


def left_over(path: Path) -> tuple[dict[str, str], dict[str, datetime]]:
    """Return what `left_open` and what `left_late` return of a journal on disk, by one look at it.

    A run that was killed noted no end of what was under way.
    """
    names: dict[str, str] = {}
    late: dict[str, dict[int, datetime]] = {}
    last = datetime.now(UTC) + LONGEST_REQUEST
    for entry in _entries(path):
        match entry:
            case {"event": "open", "name": str(name), "project": str(project)}:
                names[name] = project
            case {"event": "send", "name": str(name), "number": int(number), "until": str(until)}:
                with contextlib.suppress(ValueError, OverflowError):  # written by somebody else
                    time = datetime.fromisoformat(until).astimezone(UTC)
                    late.setdefault(name, {}).update({number: time} if time < last else {})
            case {"event": "ended", "name": str(name), "number": int(number)}:
                late.get(name, {}).pop(number, None)
            case {"event": "gone", "name": str(name)}:
                names.pop(name, None)
                late.pop(name, None)
    return names, {name: max(sent.values()) for name, sent in late.items() if sent}


def _entries(path: Path) -> Iterator[Any]:
    for line in files.lines(path, files.JOURNAL):
        with contextlib.suppress(ValueError, RecursionError):  # killed while it wrote this line, so before the request
            yield json.loads(line.decode("utf-8", "replace"))


def new_run_id() -> str:
    """Return the id of a new run: the time in UTC, to the second, and four random letters or digits."""
    letters = "".join(random.SystemRandom().choices("abcdefghjkmnpqrstuvwxyz23456789", k=4))
    return f"{datetime.now(UTC):%Y%m%dt%H%M%S}-{letters}"


class Names:
    """Gives each thing of this run a name of its own: zct-<run id>-<worker>-<n>."""

    def __init__(self, run_id: str, worker: str) -> None:
        self._stem = f"{PREFIX}-{run_id}-{worker}"
        self._numbers = itertools.count(1)

    def new(self) -> str:
        """Return a name that was not given before."""
        return f"{self._stem}-{next(self._numbers)}"

    def given_in(self, text: str) -> list[str]:
        """Return the names in a text that are written as this run gives them."""
        return re.findall(rf"{re.escape(self._stem)}-\d+", text, re.ASCII)
