"""The routes below /_standin, which no Zadig has: to learn what is seeded, move clocks and look inside."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from contracts.standin import clock, seed
from contracts.standin.clock import Clock
from contracts.standin.defects import RELEASE_OF, Defect
from contracts.standin.responses import json_answer


class Store(Protocol):
    """What the control calls ask of workflows and their tasks."""

    def clock(self, name: str) -> Clock | None:
        """Return the clock of a workflow, or None."""

    def forget(self, name: str) -> None:
        """Remove a workflow."""

    def held(self) -> Iterable[Mapping[str, Any]]:
        """Return name, project and tasks of each workflow."""


def routes(described: Mapping[str, Any], *stores: Store) -> list[Route]:
    """Return the control routes of one stand-in; its app's state says how many `requests` came in to its API."""

    async def describe(_request: Request) -> Response:
        return json_answer(described)

    async def token(request: Request) -> Response:
        issued = described["tokens"].get(request.path_params["user"])
        return PlainTextResponse(issued or "no such user", 200 if issued else 404)

    async def advance(request: Request) -> Response:
        name = request.path_params["workflow"]
        found = next(filter(None, (store.clock(name) for store in stores)), None)
        if found is None:
            return json_answer({"error": f"no workflow {name!r}"}, 404)
        seconds = _seconds(await request.body())
        if seconds is None:
            return json_answer({"error": 'the body must be {"seconds": a number, 0 or more}'}, 400)
        return json_answer({"now": found.advance(seconds)})

    async def forget(request: Request) -> Response:
        name = (await request.body()).decode()
        for store in stores:
            store.forget(name)
        return json_answer({})

    async def state(request: Request) -> Response:
        workflows = [row for store in stores for row in store.held()]
        return json_answer({"workflows": workflows, "requests": request.app.state.requests})

    return [
        Route("/_standin", describe),
        Route("/_standin/token/{user}", token),
        Route("/_standin/clock/{workflow:path}", advance, methods=["POST"]),
        Route("/_standin/forget", forget, methods=["POST"]),
        Route("/_standin/state", state),
    ]


def description(
    behaviour: str, time_source: str, defects: frozenset[Defect], tokens: Mapping[str, str]
) -> dict[str, Any]:
    """Return what a stand-in says about itself, which does not change while it runs; `tokens` is user to token."""
    return {
        "behaviour": behaviour,
        "release": RELEASE_OF[behaviour],
        "clock": time_source,
        "defects": sorted(defects),
        "project": seed.PROJECT,
        "env_name": seed.ENVIRONMENT,
        "service": seed.SERVICE,
        "service_module": seed.SERVICE_MODULE,
        "repo": seed.REPOSITORY,
        "branch": seed.BRANCH,
        "failing_branch": clock.FAILING_BRANCH,
        "hanging_branch": clock.HANGING_BRANCH,
        "other_project": seed.OTHER_PROJECT,
        "tokens": dict(tokens),
    }


def _seconds(body: bytes) -> float | None:
    try:
        value = json.loads(body)["seconds"]
    except (ValueError, TypeError, KeyError):
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < math.inf else None
