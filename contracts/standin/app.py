"""The ASGI application: the calls under their prefixes, the gateway's login in front of them, and the error pages."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from html import escape
from typing import TypeVar
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.standin import auth, control_api, discovery, seed
from contracts.standin import routes as calls
from contracts.standin.agents import Agents
from contracts.standin.clock import stopped
from contracts.standin.defects import BEHAVIOURS, CUSTOM_RELEASES, SINCE_1_8, Defect
from contracts.standin.errors import LATER_TEXTS, Texts
from contracts.standin.responses import Endpoint, ErrorAnswers, exact_route
from contracts.standin.store import Store
from contracts.text.frozen import dataclass

GATEWAY_PREFIX = "/api/aslan"
ASLAN_PREFIX = "/api"
STAMP = "X-Zadig-Stand-In"
"""The header of every answer, so that the stand-in is never taken for a real server; its value is the behaviour."""

ROUTES = (*calls.ROUTES, *discovery.ROUTES)
KEPT_ROUTES = (*(row for row in calls.ROUTES if row.act is calls.health), *discovery.ROUTES)
"""What is left of them in releases without product workflows."""
ErrorPage = Callable[[Request, Exception], Response]
Value = TypeVar("Value")


class _Segment(StringConvertor):
    """A path segment that may be empty, as in Zadig's own router."""

    regex = "[^/]*"


register_url_convertor("segment", _Segment())


def create_app(
    behaviour: str = "perfect",
    clock: str = "manual",
    licence: str = seed.BASIC,
    *,
    own_port: bool = False,
    agents: int = 0,
    chance: int = 0,
) -> Starlette:
    """Make a stand-in that shares nothing with any other one.

    `behaviour` is a key of BEHAVIOURS; `clock` is `manual` (tasks stand still until their workflow's clock is advanced)
    or `real`; `licence` is one of LICENCES. With `own_port` there is no login in front of /openapi, as at the workflow
    service's own port. So many `agents` take tasks and end them at times of their own, by the seed `chance`, where the
    clock is real. ValueError for anything else.
    """
    defects = _choice("behaviour", behaviour, BEHAVIOURS)
    time_source = _choice("clock", clock, {"manual": stopped, "real": time.monotonic})
    licence = _choice("licence", licence, {name: name for name in seed.LICENCES})
    version = CUSTOM_RELEASES.get(behaviour)
    texts = Texts() if version is None else LATER_TEXTS
    if agents and clock != "real":
        raise ValueError("agents need a real clock")
    team = Agents(agents, time_source, chance) if agents else None
    world = calls.World(Store(seed.ENVIRONMENTS, time_source, team), defects, behaviour in SINCE_1_8, texts)
    server = _Server(world, auth.TokenDesk(), ErrorAnswers(shared=Defect.CROSS_TALK in defects))
    described = control_api.description(behaviour, clock, defects, server.desk.issue_all())
    if version is None:
        routes = server.routes(ROUTES)
        control = control_api.routes(described, world.store)
    else:
        from contracts.standin.custom.server import CustomServer  # a run of product workflows starts without them
        from contracts.standin.custom.world import World as CustomWorld

        own = CustomWorld.empty(version, defects, time_source, licence, team)
        custom = CustomServer(own, server.desk, server.errors, own_port)
        routes = [*custom.routes(), *server.routes(ROUTES if custom.has_products else KEPT_ROUTES)]
        control = [*control_api.routes(described | custom.facts(), world.store, own.store), *custom.control()]
    app = Starlette(
        routes=[*routes, *control],
        middleware=[Middleware(_stamped, behaviour=behaviour)],
        exception_handlers={404: _no_such_path(routes, moved=version is not None), 405: _wrong_method},
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

    def routes(self, rows: Iterable[calls.Route]) -> list[Route]:
        """Return a Starlette route for every call, below both prefixes."""
        return [
            exact_route(prefix + row.path, row.method, self._endpoint(row, prefix))
            for prefix in (GATEWAY_PREFIX, ASLAN_PREFIX)
            for row in rows
        ]

    def _endpoint(self, row: calls.Route, prefix: str) -> Endpoint:
        right = row.right if prefix == GATEWAY_PREFIX else None

        async def act(request: Request) -> object:
            project = next(iter(request.query_params.getlist("projectName")), "")  # as in Go, the first counts
            user, need = self._past_gateway(request, right, project) if right else ("", _need_nothing)
            call = calls.Call(request.path_params, project, await request.body(), user, need, request.query_params)
            return row.act(self.world, call)

        return self.errors.answering(act)

    def _past_gateway(self, request: Request, right: str, project: str) -> tuple[str, Callable[[str], None]]:
        """Return the user, and the check of a further project; DeniedError if the token or the query does not do."""
        user = self.desk.user_of(request.headers.get("authorization"))
        auth.require(user, right, project)
        unscoped = Defect.PROJECT_SCOPE in self.world.defects
        return user, _need_nothing if unscoped else partial(auth.require, user, right)


def _need_nothing(_project: str) -> None:
    pass


def _no_such_path(routes: Sequence[BaseRoute], *, moved: bool) -> ErrorPage:
    """Return the page of unknown paths; `moved`: a GET with a slash too many is answered 301, and with a page."""

    def answer(request: Request, _error: Exception) -> Response:
        path: str = request.scope["path"]
        shorter = path.removesuffix("/")
        if shorter != path and any(
            route.matches({**request.scope, "path": shorter})[0] is Match.FULL for route in routes
        ):
            query = request.url.query
            location = quote(shorter) + (f"?{query}" if query else "")
            if moved and request.method == "GET":
                page = f'<a href="{escape(location)}">Moved Permanently</a>.\n\n'
                return HTMLResponse(page, 301, headers={"Location": location})
            return Response(status_code=307, headers={"Location": location})
        return PlainTextResponse(f"Invalid path: {path}", 404)

    return answer


def _wrong_method(request: Request, _error: Exception) -> Response:
    return PlainTextResponse(f"Method not allowed: {request.method} {request.scope['path']}", 405)


def _stamped(app: ASGIApp, behaviour: str) -> ASGIApp:
    """Return an app that puts the stamp on every answer and counts the requests to the API."""

    async def stamped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path", "").startswith(("/api/", "/openapi/")):
            scope["app"].state.requests += 1

        async def send_stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[STAMP] = behaviour
            await send(message)

        await app(scope, receive, send_stamped)

    return stamped
