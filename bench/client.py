"""What one exchange costs the client, with and without a trick for speed, and what it costs requests' own session."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from statistics import median
from unittest.mock import patch

import requests
from requests.adapters import HTTPAdapter

from bench.exchanges import PREFIX, TOKEN
from bench.server import Server, serving
from bench.table import Table
from contracts.http.client import Client, Header
from contracts.http.exchange import Request
from contracts.http.transport import HEADERS, Adapter

TIMES, EACH = 9, 300
"""Turns, and exchanges of each kind in one."""
READ = Request("GET", "/system/nothing")
CHANGE = Request("POST", "/system/nothing", body=b'{"name": "x"}', content_type="application/json")
KINDS = {"a read, on a kept connection": READ, "a change, on a new one": CHANGE}


def measure(quick: bool = False) -> list[Table]:
    """Return the table; there is no bound. `quick` shows only that it works."""
    turns, each = (1, 3) if quick else (TIMES, EACH)
    ways: Mapping[str, Callable[[Server, Request, int], float]] = {
        "this suite's client": _ours,
        "with all of requests' adapter": _without_tricks,
        "a session of requests": _session,
    }
    took: dict[tuple[str, str], list[float]] = {(way, kind): [] for way in ways for kind in KINDS}
    with serving() as server:
        for _ in range(turns):  # in turn, so that all see the same machine
            for (way, kind), seconds in took.items():
                seconds.append(ways[way](server, KINDS[kind], each))
    rows: list[list[object]] = [[way, *(f"{median(took[way, kind]) * 1000:.2f}" for kind in KINDS)] for way in ways]
    notes = [
        "Milliseconds of CPU for an exchange at 0 ms per answer; a session keeps its connection for both.",
        "With all of requests' adapter: each request is prepared by requests, and its connections are looked for.",
    ]
    return [Table("What an exchange costs", ["", *KINDS], rows, notes)]


def _ours(server: Server, request: Request, number: int) -> float:
    header = Header(f"Bearer {TOKEN}", "Bearer $ZADIG_TOKEN")
    with closing(Client(server.url, {"main": header}, guard=lambda _: None, prefix=PREFIX)) as client:
        return _cpu(lambda: client.send(request), number)


def _without_tricks(server: Server, request: Request, number: int) -> float:
    def prepare(client: Client, request: Request) -> requests.PreparedRequest:
        headers = {**HEADERS, **({"Content-Type": request.content_type} if request.content_type else {})}
        whole = requests.Request(request.method, client.url(request), headers, data=request.body)
        return whole.prepare()

    usual = ("get_connection_with_tls_context", "request_url")
    with ExitStack() as patched:
        patched.enter_context(patch.object(Client, "_prepare", prepare))
        for name in usual:
            patched.enter_context(patch.object(Adapter, name, getattr(HTTPAdapter, name)))
        return _ours(server, request, number)


def _session(server: Server, request: Request, number: int) -> float:
    headers = {**HEADERS, "Authorization": f"Bearer {TOKEN}"}
    with requests.Session() as session:
        session.trust_env = False
        url = f"{server.url}{PREFIX}{request.path}"
        return _cpu(lambda: session.request(request.method, url, headers=headers, data=request.body).content, number)


def _cpu(exchange: Callable[[], object], number: int) -> float:
    """Return the seconds of CPU that one takes, once the first is over."""
    exchange()
    began = time.process_time()
    for _ in range(number):
        exchange()
    return (time.process_time() - began) / number
