"""The routes below /_standin, which no Zadig has: to learn what is seeded, move clocks and look inside."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from contracts.standin import clock, seed
from contracts.standin.defects import Defect
from contracts.standin.responses import json_answer
from contracts.standin.store import Store


@dataclass
class Traffic:
    """How many requests came in below /api so far, whatever was answered."""

    requests: int = 0


@dataclass(frozen=True)
class Facts:
    """What does not change while a stand-in runs; `tokens` is user to token."""

    behaviour: str
    clock: str
    defects: frozenset[Defect]
    tokens: Mapping[str, str]


def routes(facts: Facts, store: Store, traffic: Traffic) -> list[Route]:
    """Return the control routes of one stand-in."""

    async def describe(_request: Request) -> Response:
        return json_answer(_description(facts))

    async def token(request: Request) -> Response:
        issued = facts.tokens.get(request.path_params["user"])
        return PlainTextResponse(issued or "no such user", 200 if issued else 404)

    async def advance(request: Request) -> Response:
        workflow = store.get(request.path_params["workflow"])
        if workflow is None:
            return json_answer({"error": f"no workflow {request.path_params['workflow']!r}"}, 404)
        seconds = _seconds(await request.body())
        if seconds is None:
            return json_answer({"error": 'the body must be {"seconds": a number, 0 or more}'}, 400)
        return json_answer({"now": workflow.clock.advance(seconds)})

    async def forget(request: Request) -> Response:
        store.forget((await request.body()).decode())
        return json_answer({})

    async def state(_request: Request) -> Response:
        return json_answer({"workflows": _held(store), "requests": traffic.requests})

    return [
        Route("/_standin", describe),
        Route("/_standin/token/{user}", token),
        Route("/_standin/clock/{workflow:path}", advance, methods=["POST"]),
        Route("/_standin/forget", forget, methods=["POST"]),
        Route("/_standin/state", state),
    ]


def _description(facts: Facts) -> dict[str, object]:
    return {
        "behaviour": facts.behaviour,
        "clock": facts.clock,
        "defects": sorted(facts.defects),
        "project": seed.PROJECT,
        "env_name": seed.ENVIRONMENT,
        "service": seed.SERVICE,
        "service_module": seed.SERVICE_MODULE,
        "repo": seed.REPOSITORY,
        "branch": seed.BRANCH,
        "failing_branch": clock.FAILING_BRANCH,
        "hanging_branch": clock.HANGING_BRANCH,
        "other_project": seed.OTHER_PROJECT,
        "tokens": dict(facts.tokens),
    }


def _seconds(body: bytes) -> float | None:
    try:
        value = json.loads(body)["seconds"]
    except (ValueError, TypeError, KeyError):
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < math.inf else None


def _held(store: Store) -> list[dict[str, object]]:
    return [
        {
            "name": workflow.name,
            "project": workflow.project,
            "tasks": [{"task_id": task.task_id, "status": workflow.status(task)} for task in workflow.tasks.values()],
        }
        for workflow in store
    ]
