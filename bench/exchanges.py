"""The exchanges that every contender makes: lives of a workflow in 8 requests, each with the answer it must get."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from contracts.catalog.release import load
from contracts.standin import seed
from contracts.target.requests import operation_call
from contracts.target.target import Subject, Target, Workspace

RELEASE = "1.7.0"
PREFIX = "/api/aslan"
TOKEN = "bench-token"  # noqa: S105 - the server takes any
PLACE = Workspace(seed.PROJECT, seed.ENVIRONMENT, seed.SERVICE, seed.SERVICE_MODULE, seed.REPOSITORY, seed.BRANCH)
LIFE = (
    ("create-workflow", 200, {"message": "success"}),
    ("create-workflow", 400, {"code": 6540}),
    ("start-task", 200, {"task_id": 1}),
    ("list-tasks", 200, {"total": 1}),
    ("cancel-task", 200, {"message": "success"}),
    ("restart-task", 200, {"message": "success"}),
    ("delete-workflow", 200, {"message": "success"}),
    ("cancel-task", 400, {"code": 6163}),
)
"""One life: each call, the HTTP status it must get, and what must stand in the body. The last one is what a broken
server answers with another code."""
EACH = len(LIFE)


@dataclass(frozen=True)
class Exchange:
    """One request and what must come back: its HTTP status, and these top-level keys of the body among others."""

    method: str
    path: str
    status: int
    answer: Mapping[str, Any]
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def lives(number: int) -> list[list[Exchange]]:
    """Return the exchanges of so many workflows, each with a name of its own."""
    return [_life(f"bench-{index:05}") for index in range(1, number + 1)]


def to_json(workflows: Iterable[Iterable[Exchange]]) -> list[list[dict[str, Any]]]:
    """Return lives as plain data, as bench/loop.py and the generated tests read them."""
    return [[asdict(exchange) for exchange in life] for life in workflows]


def _life(name: str) -> list[Exchange]:
    return [_exchange(call, Subject(name, PLACE.project), status, answer) for call, status, answer in LIFE]


def _exchange(call: str, subject: Subject, status: int, answer: Mapping[str, Any]) -> Exchange:
    """Return a request exactly as the suite itself builds it."""
    release = load(RELEASE)
    nobody: Any = None  # what is built here needs no client, names or journal
    target = Target(nobody, release, PLACE, nobody, nobody)
    request = operation_call(target, release.operations.get(call) or release.support[call], subject)
    query = "&".join(f"{key}={value}" for key, value in request.query.items())
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}
    if request.content_type:
        headers["Content-Type"] = request.content_type
    return Exchange(
        request.method,
        f"{PREFIX}{request.path}?{query}",
        status,
        answer,
        request.body.decode() if request.body else None,
        headers,
    )
