"""A server that takes its time."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send


class Slow:
    """A stand-in that takes its time for each answer."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await asyncio.sleep(self._seconds)
        await self._app(scope, receive, send)
