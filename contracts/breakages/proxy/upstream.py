"""Asks the server behind a proxy: an ASGI app of this process, or whatever answers at a base URL."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

import requests
from requests.adapters import HTTPAdapter
from starlette.types import ASGIApp, Message

from contracts.breakages.breakage import Forward, Headers, Request, Response

AT_ONCE = 32
"""Requests that may be under way to a base URL at the same time."""
SECONDS = (10.0, 120.0)
"""How long a base URL may take to connect, and for each piece of its answer: longer than any deadline of a run."""
_OF_ONE_CONNECTION = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding"})
"""Headers that are about one connection or are worked out anew."""
NOTHING = Response(0, wire="reset")
"""What is passed on where the server behind gives no answer."""


def _passed_on(headers: Headers) -> Headers:
    return tuple(pair for pair in headers if pair[0].lower() not in _OF_ONE_CONNECTION)


def to_app(app: ASGIApp) -> Forward:
    """Return what asks an ASGI app, in the loop that it is awaited in."""

    async def forward(request: Request) -> Response:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await app(_scope(request), receive, send)
        headers = tuple((key.decode("latin-1"), text.decode("latin-1")) for key, text in sent[0]["headers"])
        return Response(sent[0]["status"], _passed_on(headers), b"".join(part.get("body", b"") for part in sent[1:]))

    return forward


def _scope(request: Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(request.path),
        "raw_path": request.path.encode("latin-1"),
        "query_string": request.query.encode("latin-1"),
        "headers": [(key.lower().encode("latin-1"), text.encode("latin-1")) for key, text in request.headers],
        "client": None,
        "server": None,
    }


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return none: a redirect is passed on as any other answer."""


def to_url(base_url: str, ca_file: str | None = None) -> Forward:
    """Return what asks a base URL, in threads; nothing of the environment is used, and TLS is verified."""
    session = _Session()
    session.trust_env = False
    session.verify = ca_file or True
    session.headers.clear()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=AT_ONCE))
    threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="behind")

    def ask(request: Request) -> Response:
        prepared = requests.Request(
            request.method, base_url, dict(_passed_on(request.headers)), data=request.body
        ).prepare()
        prepared.url = f"{base_url}{request.path}" + (f"?{request.query}" if request.query else "")  # as it came
        try:
            with session.send(prepared, stream=True, allow_redirects=False, timeout=SECONDS) as response:
                body = response.raw.read(decode_content=False)
                return Response(response.status_code, _passed_on(tuple(response.headers.items())), body)
        except (requests.RequestException, OSError):
            return NOTHING

    async def forward(request: Request) -> Response:
        return await asyncio.get_running_loop().run_in_executor(threads, ask, request)

    return forward
