"""The ASGI application: the calls under both prefixes, authorization in front of one of them, and the error pages."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.standin import auth, discovery, seed
from contracts.standin import control_api as control
from contracts.standin import routes as calls
from contracts.standin.clock import stopped
from contracts.standin.defects import BEHAVIOURS, NAMES_PROJECT, Defect
from contracts.standin.errors import DeniedError, PanicError, ZadigError
from contracts.standin.responses import ErrorAnswers, json_answer
from contracts.standin.store import Store

GATEWAY_PREFIX = "/api/aslan"
ASLAN_PREFIX = "/api"
STAMP = "X-Zadig-Stand-In"
"""The header of every answer, so that the stand-in is never taken for a real server; its value is the behaviour."""

ROUTES = (*calls.ROUTES, *discovery.ROUTES)
Endpoint = Callable[[Request], Awaitable[Response]]
ErrorPage = Callable[[Request, Exception], Response]
Value = TypeVar("Value")


class _Segment(StringConvertor):
    """A path segment that may be empty, as in Zadig's own router."""

    regex = "[^/]*"


register_url_convertor("segment", _Segment())


def create_app(behaviour: str = "perfect", clock: str = "manual") -> Starlette:
    """Make a stand-in that shares nothing with any other one.

    `behaviour` is a key of BEHAVIOURS; `clock` is `manual` (tasks stand still until their workflow's clock is advanced)
    or `real`. ValueError for anything else.
    """
    defects = _choice("behaviour", behaviour, BEHAVIOURS)
    time_source = _choice("clock", clock, {"manual": stopped, "real": time.monotonic})
    world = calls.World(Store(seed.ENVIRONMENTS, time_source), defects, behaviour in NAMES_PROJECT)
    server = _Server(world, auth.TokenDesk(), ErrorAnswers(shared=Defect.CROSS_TALK in defects))
    described = control.description(behaviour, clock, defects, server.desk.issue_all())
    routes: list[BaseRoute] = [*server.routes(GATEWAY_PREFIX), *server.routes(ASLAN_PREFIX)]
    app = Starlette(
        routes=[*routes, *control.routes(described, world.store)],
        middleware=[Middleware(_stamped, behaviour=behaviour)],
        exception_handlers={404: _no_such_path(routes), 405: _wrong_method},
    )
    app.state.requests = 0
    app.router.redirect_slashes = False  # _no_such_path does it the way Zadig does
    return app


def _choice(what: str, name: str, known: Mapping[str, Value]) -> Value:
    if name not in known:
        raise ValueError(f"unknown {what} {name!r}: choose one of {', '.join(known)}")
    return known[name]


@dataclass(frozen=True)
class _Server:
    """What the endpoints of one stand-in share."""

    world: calls.World
    desk: auth.TokenDesk
    errors: ErrorAnswers

    def routes(self, prefix: str) -> list[Route]:
        """Return a Starlette route for every call, below the prefix."""
        return [_exact_route(prefix + row.path, row.method, self._endpoint(row, prefix)) for row in ROUTES]

    def _endpoint(self, row: calls.Route, prefix: str) -> Endpoint:
        right = row.right if prefix == GATEWAY_PREFIX else None

        async def answer(request: Request) -> Response:
            try:
                project = next(iter(request.query_params.getlist("projectName")), "")  # as in Go, the first counts
                user, need = self._past_gateway(request, right, project) if right else ("", _need_nothing)
                call = calls.Call(request.path_params, project, await request.body(), user, need, request.query_params)
                return json_answer(row.act(self.world, call))
            except ZadigError as error:
                return await self.errors.answer(error)
            except DeniedError as denied:
                return Response(status_code=denied.status)
            except PanicError:
                return Response(status_code=500)

        return answer

    def _past_gateway(self, request: Request, right: str, project: str) -> tuple[str, Callable[[str], None]]:
        """Return the user, and the check of a further project; DeniedError if the token or the query does not do."""
        user = self.desk.user_of(request.headers.get("authorization"))
        auth.require(user, right, project)
        unscoped = Defect.PROJECT_SCOPE in self.world.defects
        return user, _need_nothing if unscoped else partial(auth.require, user, right)


def _need_nothing(_project: str) -> None:
    pass


def _exact_route(path: str, method: str, endpoint: Endpoint) -> Route:
    route = Route(path, endpoint, methods=[method])
    route.methods = {method}  # Starlette adds HEAD to GET; Zadig answers HEAD with 405
    return route


def _no_such_path(routes: list[BaseRoute]) -> ErrorPage:
    def answer(request: Request, _error: Exception) -> Response:
        path: str = request.scope["path"]
        shorter = path.removesuffix("/")
        if shorter != path and any(
            route.matches({**request.scope, "path": shorter})[0] is Match.FULL for route in routes
        ):
            query = request.url.query
            return Response(status_code=307, headers={"Location": quote(shorter) + (f"?{query}" if query else "")})
        return PlainTextResponse(f"Invalid path: {path}", 404)

    return answer


def _wrong_method(request: Request, _error: Exception) -> Response:
    return PlainTextResponse(f"Method not allowed: {request.method} {request.scope['path']}", 405)


def _stamped(app: ASGIApp, behaviour: str) -> ASGIApp:
    """Return an app that puts the stamp on every answer and counts the requests to the API."""

    async def stamped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path", "").startswith("/api/"):
            scope["app"].state.requests += 1

        async def send_stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[STAMP] = behaviour
            await send(message)

        await app(scope, receive, send_stamped)

    return stamped
