"""Serves any ASGI app from a thread of this process, for as long as a with block lasts."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from starlette.types import ASGIApp

from contracts.standin.serve import AppServer, base_url, bind

READY_SECONDS = 20.0


@contextlib.contextmanager
def serve_in_thread(app: ASGIApp) -> Iterator[str]:
    """Yield the base URL of `app` on a free loopback port; it accepts connections until the block ends.

    RuntimeError if the server does not get ready.
    """
    ready = threading.Event()
    with bind() as bound:
        url = base_url(bound)
        server = AppServer(app, ready.set)
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[bound])), name=f"serving {url}", daemon=True
        )
        thread.start()
        try:
            if not ready.wait(READY_SECONDS):
                raise RuntimeError(f"the server at {url} was not ready within {READY_SECONDS:g} s")
            yield url
        finally:
            server.stop()
            thread.join()
