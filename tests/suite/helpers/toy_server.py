"""A toy API beside Zadig's: other verbs, the name in the query, the id in the body, a body of YAML."""

from typing import Any

import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

FLOW, RUN = "no such flow", "no such run"


def answer(status: int = 200, **body: Any) -> Response:
    return JSONResponse(body, status, media_type="application/json; charset=utf-8")


def refused(status: int, code: int, reason: str, message: str) -> Response:
    return answer(status, code=code, reason=reason, message=message)


class Toy:
    """Flows by name, each with what was sent, its group and the state of its runs."""

    def __init__(self) -> None:
        self.flows: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, dict[int, str]] = {}

    def app(self) -> Starlette:
        """Return the app that serves it."""
        calls = {
            "GET /ok": self.health,
            "PUT /flows": self.make,
            "GET /flows": self.list,
            "POST /flows/drop": self.drop,
            "GET /flows/one": self.look,
            "POST /runs": self.start,
            "GET /runs": self.list_runs,
            "GET /runs/one": self.look_at_run,
            "PATCH /runs/stop": self.stop,
            "PATCH /runs/again": self.again,
        }
        split = ((*line.split(), call) for line, call in calls.items())
        return Starlette(routes=[Route(path, call, methods=[method]) for method, path, call in split])

    async def health(self, _: Request) -> Response:
        """Say that it is up."""
        return answer(message="fine")

    async def make(self, request: Request) -> Response:
        """Make a flow."""
        name, group = request.query_params["flow"], request.query_params["group"]
        try:
            body = yaml.safe_load(await request.body())
        except yaml.YAMLError:
            return refused(400, 1011, "no YAML", "not made")
        if name in self.flows:
            return refused(409, 1012, f"flow {name} is there already", "not made")
        if not body["steps"]:
            return refused(400, 1012, f"no steps in {name}", "not made")
        self.flows[name], self.runs[name] = {"flow": name, "group": group, **body}, {}
        return answer(message="made")

    async def drop(self, request: Request) -> Response:
        """Drop a flow with its runs."""
        name = request.query_params["flow"]
        if self.flows.pop(name, None) is None:
            return refused(404, 1021, FLOW, "not dropped")
        del self.runs[name]
        return answer(message="dropped")

    async def look(self, request: Request) -> Response:
        """Tell of a flow."""
        found = self.flows.get(request.query_params["flow"])
        return refused(404, 1021, FLOW, "not found") if found is None else answer(**found)

    async def list(self, request: Request) -> Response:
        """List the flows of a group."""
        group = request.query_params["group"]
        return answer(flows=[flow for flow in self.flows.values() if flow["group"] == group])

    async def start(self, request: Request) -> Response:
        """Start a run."""
        runs = self.runs.get((await request.json())["flow"])
        if runs is None:
            return refused(404, 1031, FLOW, "not started")
        number = len(runs) + 1
        runs[number] = "lined-up"
        return answer(201, run={"number": number}, message="started")

    async def list_runs(self, request: Request) -> Response:
        """List the runs of a flow."""
        runs = self.runs.get(request.query_params["flow"], {})
        return answer(runs=[{"number": number, "is": state} for number, state in runs.items()])

    async def look_at_run(self, request: Request) -> Response:
        """Tell of a run."""
        number = int(request.query_params["number"])
        state = self.runs.get(request.query_params["flow"], {}).get(number)
        return answer(number=number, **{"is": state}) if state else refused(404, 1041, RUN, "not found")

    async def stop(self, request: Request) -> Response:
        """Stop a run."""
        return await self._move(request, 1041, "stopped", ("stopped", "was stopped before", "not stopped"))

    async def again(self, request: Request) -> Response:
        """Line a stopped run up again."""
        return await self._move(request, 1051, "lined-up", ("again", "is not stopped", "not again"))

    async def _move(self, request: Request, code: int, state: str, said: tuple[str, str, str]) -> Response:
        """Put a run into a state, unless it is in it."""
        body = await request.json()
        name, number = body["flow"], body["run"]["number"]
        runs = self.runs.get(name, {})
        if number not in runs:
            return refused(404, code, RUN, said[2])
        if runs[number] == state:
            return refused(409, code + 1, f"run {number} of {name} {said[1]}", said[2])
        runs[number] = state
        return answer(message=said[0])
