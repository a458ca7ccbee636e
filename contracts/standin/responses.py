"""Answers as Zadig renders them, errors included."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from contracts.standin.errors import DeniedError, PanicError, UncodedError, ZadigError

MIX_UP_SECONDS = 0.001
"""How long a shared error value stays open to other requests between being written and being rendered."""


def json_answer(value: object, status: int = 200) -> Response:
    """Render a value as Zadig does: compact JSON in UTF-8, not escaped to ASCII."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text, status, media_type="application/json; charset=utf-8")


Endpoint = Callable[[Request], Awaitable[Response]]


def exact_route(path: str, method: str, endpoint: Endpoint) -> Route:
    """Return a route for this method alone."""
    route = Route(path, endpoint, methods=[method])
    route.methods = {method}  # Starlette adds HEAD to GET; Zadig answers HEAD with 405
    return route


class ErrorAnswers:
    """Renders errors. With `shared` set, all requests write to and read from one description per code."""

    def __init__(self, shared: bool) -> None:
        self._shared = shared
        self._descriptions: dict[int, str] = {}

    async def answer(self, error: ZadigError) -> Response:
        """Return the error envelope with the error's HTTP status."""
        description = await self._description_left_by(error) if self._shared else error.description
        return json_answer(error.envelope(description), error.status)

    def answering(self, act: Callable[[Request], Awaitable[object]]) -> Endpoint:
        """Return an endpoint that answers what `act` returns, or the error that it raises."""

        async def endpoint(request: Request) -> Response:
            try:
                value = await act(request)
            except ZadigError as error:
                return await self.answer(error)
            except UncodedError as uncoded:
                return json_answer(uncoded.envelope(), 500)
            except DeniedError as denied:
                return Response(status_code=denied.status)
            except PanicError:
                return Response(status_code=500)
            return value if isinstance(value, Response) else json_answer(value)

        return endpoint

    async def _description_left_by(self, error: ZadigError) -> str | None:
        if error.description is not None:
            self._descriptions[error.code] = error.description
        await asyncio.sleep(MIX_UP_SECONDS)
        return self._descriptions.get(error.code)
