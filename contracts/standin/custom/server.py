"""The calls on custom workflows as Starlette routes: the gateway's login in front of them, and their control calls."""

import json
from typing import Any

import jwt
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from contracts.standin import auth, seed
from contracts.standin.custom import release, rights
from contracts.standin.custom.routes import routes_of
from contracts.standin.custom.tasks import FAILING_SCRIPT, HANGING_SCRIPT, STATES
from contracts.standin.custom.world import Call, Route, World
from contracts.standin.responses import Endpoint, ErrorAnswers, exact_route, json_answer
from contracts.text.frozen import dataclass

GATEWAY_PREFIX, OWN_PREFIX = "/api/aslan", "/api"


@dataclass(frozen=True)
class CustomServer:
    """What the endpoints of one stand-in share. own_port: there is no gateway in front of /openapi."""

    world: World
    desk: auth.TokenDesk
    errors: ErrorAnswers
    own_port: bool

    @property
    def has_products(self) -> bool:
        """Whether the release has product workflows beside."""
        return not self.world.has(release.NO_PRODUCT_WORKFLOWS)

    def facts(self) -> dict[str, Any]:
        """Return what the stand-in says about itself besides what every one says."""
        return {
            "licence": self.world.licences.everywhere,
            "vm_project": seed.VM_PROJECT,
            "failing_script": FAILING_SCRIPT,
            "hanging_script": HANGING_SCRIPT,
            "tokens": self.desk.issue_all((rights.PROJECT_ADMIN, rights.NOBODY)),
        }

    def routes(self) -> list[StarletteRoute]:
        """Return a route for every call that the release has."""
        return [
            exact_route(prefix + row.path, row.method, self._endpoint(row, login=login))
            for row in routes_of(self.world)
            for prefix, login in ((GATEWAY_PREFIX, True), (OWN_PREFIX, False))
            if row.below_prefix
        ] + [
            exact_route(row.path, row.method, self._endpoint(row, login=not self.own_port))
            for row in routes_of(self.world)
            if not row.below_prefix and not (self.own_port and row.first == release.USER_SERVICE)
        ]

    def control(self) -> list[StarletteRoute]:
        """Return the routes below /_standin that only these workflows need."""
        world = self.world

        async def licence(request: Request) -> Response:
            wanted = _text(await request.body(), "licence")
            if wanted not in seed.LICENCES:
                return _bad(f'the body must be {{"licence": one of {", ".join(seed.LICENCES)}}}')
            key = request.path_params.get("workflow")
            if key is None:
                world.licences.everywhere = wanted
            else:
                world.licences.of_key[key] = wanted
            return json_answer({"licence": wanted})

        async def put_in_state(request: Request) -> Response:
            key, task_id = request.path_params["workflow"], request.path_params["id"]
            status, task = _text(await request.body(), "status"), world.store.task(key, task_id)
            if task is None:
                return json_answer({"error": f"no task {task_id} of {key!r}"}, 404)
            if status not in STATES:
                return _bad(f'the body must be {{"status": one of {", ".join(sorted(STATES))}}}')
            task.status, task.halted = status, True
            world.store.free(key)
            return json_answer({"status": status})

        return [
            StarletteRoute("/_standin/licence", licence, methods=["POST"]),
            StarletteRoute("/_standin/licence/{workflow:path}", licence, methods=["POST"]),
            StarletteRoute("/_standin/task/{workflow}/{id:int}", put_in_state, methods=["POST"]),
        ]

    def _endpoint(self, row: Route, *, login: bool) -> Endpoint:
        async def act(request: Request) -> object:
            query = {key: request.query_params.getlist(key)[0] for key in request.query_params}  # as in Go, the first
            user = self._logged_in(request, query) if login else _unverified(request)
            return row.act(self.world, Call(request.path_params, query, await request.body(), user))

        return self.errors.answering(act)

    def _logged_in(self, request: Request, query: dict[str, str]) -> rights.User:
        """Return the user of the token, that of the query first; DeniedError (401) if it proves nobody."""
        token = query.get("token")
        header = request.headers.get("authorization")
        return rights.known(self.desk.user_of(header if token is None else f"Bearer {token}"))


def _unverified(request: Request) -> rights.User:
    """Return the user whom the header claims, as the service behind the gateway does: the system, if it is no token."""
    token = request.headers.get("authorization", "").rpartition(" ")[2]
    try:
        return rights.known(str(jwt.decode(token, options={"verify_signature": False})["uid"]))
    except (jwt.InvalidTokenError, KeyError):
        return rights.SYSTEM


def _text(body: bytes, key: str) -> str:
    try:
        return str(json.loads(body)[key])
    except (ValueError, TypeError, KeyError):
        return ""


def _bad(text: str) -> Response:
    return json_answer({"error": text}, 400)
