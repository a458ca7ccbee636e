"""The ASGI application: the calls under both prefixes, authorization in front of one of them, and the error pages."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
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
from contracts.standin.defects import NAMES_PROJECT, Defect, defects_of
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


class _Segment(StringConvertor):
    """A path segment that may be empty, as in Zadig's own router."""

    regex = "[^/]*"


register_url_convertor("segment", _Segment())


def create_app(behaviour: str = "perfect", clock: str = "manual") -> Starlette:
    """Make a stand-in that shares nothing with any other one.

    `behaviour` is a key of BEHAVIOURS; `clock` is `manual` (tasks stand still until their workflow's clock is advanced)
    or `real`. ValueError for anything else.
    """
    defects, time_source = defects_of(behaviour), _time_source(clock)
    world = calls.World(Store(seed.ENVIRONMENTS, time_source), defects, behaviour in NAMES_PROJECT)
    server = _Server(world, auth.TokenDesk(), ErrorAnswers(shared=Defect.CROSS_TALK in defects))
    traffic = control.Traffic()
    facts = control.Facts(behaviour, clock, defects, server.desk.issue_all())
    routes: list[BaseRoute] = [*server.routes(GATEWAY_PREFIX), *server.routes(ASLAN_PREFIX)]
    app = Starlette(
        routes=[*routes, *control.routes(facts, world.store, traffic)],
        middleware=[Middleware(_Stamp, behaviour=behaviour, traffic=traffic)],
        exception_handlers={404: _no_such_path(routes), 405: _wrong_method},
    )
    app.router.redirect_slashes = False  # _no_such_path does it the way Zadig does
    return app


def _time_source(kind: str) -> Callable[[], float]:
    sources = {"manual": stopped, "real": time.monotonic}
    if kind not in sources:
        raise ValueError(f"unknown clock {kind!r}: choose one of {', '.join(sources)}")
    return sources[kind]


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
        admit = self._past_gateway if prefix == GATEWAY_PREFIX and row.right is not None else _past_nobody

        async def answer(request: Request) -> Response:
            try:
                project = next(iter(request.query_params.getlist("projectName")), "")  # as in Go, the first counts
                user, need = admit(request, row.right or "", project)
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


def _past_nobody(_request: Request, _right: str, _project: str) -> tuple[str, Callable[[str], None]]:
    return "", _need_nothing


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


class _Stamp:
    """Middleware that puts the stamp on every answer and counts the requests to the API."""

    def __init__(self, app: ASGIApp, behaviour: str, traffic: control.Traffic) -> None:
        self._app, self._behaviour, self._traffic = app, behaviour, traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"].startswith("/api/"):
            self._traffic.requests += 1

        async def send_stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[STAMP] = self._behaviour
            await send(message)

        await self._app(scope, receive, send_stamped)
