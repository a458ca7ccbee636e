"""What this run made, written to disk before the request that makes it; and the guard that refuses all else."""

import fcntl
import itertools
import json
import os
import re
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

from contracts.client import Request

PREFIX = "zct"
FILE = "journal.jsonl"
_NAME_IN_PATH = re.compile(r"/workflow/workflow/(?!find/)([^/]+)$|/pipelines/([^/]*)(?:/restart)?/?$")
_MAKES = re.compile(r"/workflow/(workflow|workflowtask)(/.*)?$")


class RefusedError(Exception):
    """A request that may not go out: it would change what this run did not make, or could never be undone."""


class Journal:
    """The names of this run that something may be made under, on disk before the first request that names them.

    Several processes may write to one journal; each holds only the names that it opened itself.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: dict[str, str] = {}
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def open(self, name: str, project: str) -> None:
        """Note on disk that `name` may be made in `project` from now on."""
        with self._lock:
            self._open[name] = project
        self._write({"event": "open", "name": name, "project": project})

    def adopt(self, name: str, project: str) -> None:
        """Take over a name that another process of this run, or an earlier run, opened on disk."""
        with self._lock:
            self._open[name] = project

    def note(self, request: Request, name: str) -> None:
        """Note on disk a request that makes something under `name`."""
        self._write({"event": "send", "name": name, "method": request.method, "path": request.path})

    def close(self, name: str) -> None:
        """Note that nothing is left under `name`."""
        with self._lock:
            self._open.pop(name, None)
        self._write({"event": "gone", "name": name})

    def holds(self, name: str) -> bool:
        """Whether `name` was opened here and is not gone."""
        return name in self._open

    def _write(self, entry: dict[str, str]) -> None:
        line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **entry}, ensure_ascii=False)
        with self._lock:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                os.write(self._file, f"{line}\n".encode())
                os.fsync(self._file)
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


def left_open(path: Path) -> dict[str, str]:
    """Return the names that a journal on disk opened and never saw gone, with their project; a torn line is passed."""
    names: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue  # the run was killed while it wrote this line, so before the request
        if entry.get("event") == "open":
            names[entry["name"]] = entry["project"]
        elif entry.get("event") == "gone":
            names.pop(entry["name"], None)
    return names


class Names:
    """Gives each thing of this run a name of its own: zct-<run id>-<worker>-<n>."""

    def __init__(self, run_id: str, worker: str) -> None:
        self._stem = f"{PREFIX}-{run_id}-{worker}"
        self._numbers = itertools.count(1)

    def new(self) -> str:
        """Return a name that was not given before."""
        return f"{self._stem}-{next(self._numbers)}"


class Guard:
    """Refuses each change that does not name what the journal holds, and journals what makes something.

    `projects` are those that the target has. What can never be removed again (an empty name, a name with a slash, a
    project that does not exist) is refused unless `stand_in`.
    """

    def __init__(self, journal: Journal, projects: Iterable[str], *, stand_in: bool) -> None:
        self._journal = journal
        self._projects = frozenset(projects)
        self._stand_in = stand_in

    def __call__(self, request: Request) -> None:
        """Raise RefusedError where `request` must not be sent."""
        body = _body(request)
        names = _names(request, body)
        what = f"{request.method} {request.path}"
        if isinstance(body, dict) and request.method == "POST" and request.path == "/workflow/workflow":
            name, project = body.get("name"), body.get("product_tmpl_name")
            lasting = not isinstance(name, str) or not name or "/" in name or project not in self._projects
            if lasting and not self._stand_in:
                raise RefusedError(f"{what} could leave a workflow that can never be removed; only a stand-in gets it")
            if lasting:
                return
        elif not names and not self._harmless(request, body):
            raise RefusedError(f"{what} names nothing that this run made")
        for name in names:
            if not self._journal.holds(name):
                raise RefusedError(f"{what} names {name!r}, which this run did not make")
            if request.method == "POST" and _MAKES.search(request.path):
                self._journal.note(request, name)

    @staticmethod
    def _harmless(request: Request, body: object) -> bool:
        """Whether a create or start has a body that is no JSON object, so that it cannot name anything."""
        return request.path.rstrip("/") in ("/workflow/workflow", "/workflow/workflowtask") and body is None


def _body(request: Request) -> object:
    """Return the JSON object of a request, or None where the body is no JSON object."""
    try:
        value = json.loads(request.body or b"")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _names(request: Request, body: object) -> list[str]:
    """Return all workflow names that a request would act on."""
    match = _NAME_IN_PATH.search(request.path)
    names = [unquote(match[1] or match[2] or "")] if match else []
    if isinstance(body, dict):
        names += [str(body[key]) for key in ("name", "workflow_name") if body.get(key)]
    if not names:  # an unknown path: the suite's own ones end in a name
        names = [part for part in map(unquote, request.path.split("/")) if part.startswith(f"{PREFIX}-")]
    return names
