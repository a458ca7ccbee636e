"""Runs an ASGI app on a loopback port: the stand-in in the foreground, or any app in a thread of this process."""

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"
READY_SECONDS = 20.0
_GRACE_SECONDS = 1
_IDLE_SECONDS = 600
"""How long an idle connection stays open: longer than a client may pause in the middle of a run."""
HEAD_BYTES = 1 << 20
"""The longest request head, as in Go's server: names of thousands of characters are part of the path."""


class AppServer(uvicorn.Server):
    """A uvicorn server that says when it accepts connections, and leaves signals to whoever runs it."""

    def __init__(self, app: ASGIApp, on_accepting: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                access_log=False,
                log_level="warning",
                log_config=None,
                server_header=False,
                timeout_keep_alive=_IDLE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                h11_max_incomplete_event_size=HEAD_BYTES,
            )
        )
        self._on_accepting = on_accepting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept connections, and say so."""
        await super().startup(sockets)
        self._on_accepting()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signal handlers alone."""
        yield

    def stop(self) -> None:
        """Ask the server to end; may be called from any thread or signal handler."""
        self.should_exit = True


def bind(port: int = 0) -> socket.socket:
    """Return a socket bound to a loopback port (0: a free one); OSError saying which port could not be had."""
    # asyncio switches Nagle off only for sockets that say they are TCP; with it, each answer takes 40 ms longer
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, port))
        bound.listen()
    except (OSError, OverflowError) as error:
        bound.close()
        raise OSError(f"cannot listen on {HOST}:{port}: {error}; choose another port, or 0 for a free one") from error
    return bound


def base_url(bound: socket.socket) -> str:
    """Return the URL that a bound socket answers under, without a slash at the end."""
    return f"http://{HOST}:{bound.getsockname()[1]}"


def serve(app: ASGIApp, port: int, until_eof: bool, announce: Callable[[str], None]) -> None:
    """Run an app until SIGINT or SIGTERM, or (`until_eof`) until standard input ends as well.

    Calls `announce` with the base URL once connections are accepted. Must run in the main thread. OSError if the port
    cannot be had.
    """
    with bind(port) as bound:
        server = AppServer(app, lambda: announce(base_url(bound)))
        if until_eof:
            threading.Thread(target=_stop_at_eof, args=(server,), daemon=True).start()
        with _stopped_by_signals(server):
            asyncio.run(server.serve(sockets=[bound]))


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


def _stop_at_eof(server: AppServer) -> None:
    # os.read, because a daemon thread inside sys.stdin would hold its lock while the interpreter shuts down
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    server.stop()


@contextlib.contextmanager
def _stopped_by_signals(server: AppServer) -> Iterator[None]:
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: server.stop()) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
