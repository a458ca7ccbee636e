"""A small, fast server for measurements: the stand-in's calls behind a bare HTTP reader, without authorization.

`python -m bench.server` prints its base URL and ends with its standard input. Every answer can take `--delay` seconds.
It counts requests. A `--broken` one cancels a task that is not there with the code of a restart.
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

import requests

from bench.exchanges import PREFIX
from contracts.breakages.known_answers import ANSWERS
from contracts.catalog.release import ROOT
from contracts.standin import discovery, seed
from contracts.standin import routes as calls
from contracts.standin.clock import stopped
from contracts.standin.errors import ZadigError
from contracts.standin.process import StandIn
from contracts.standin.serve import base_url, bind
from contracts.standin.store import Store

CONTROL = "/_bench"
"""What is asked for here starts a new count, with nothing held, and answers what the old one was."""
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_CLOSE = re.compile(rb"(?i)\r\nconnection: *close")
_PLACEHOLDER = re.compile(r"\{(\w+)(:segment)?\}")
_NO_CANCEL, _NO_RESTART = (
    json.loads(ANSWERS[operation, "no-such-task"].example.body) for operation in ("cancel-task", "restart-task")
)
_REASONS = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True)
class Counted:
    """The requests since the last look, and the seconds of CPU that the server took for them."""

    requests: int
    cpu: float


@dataclass(frozen=True)
class Server:
    """A server under way."""

    url: str

    def restart(self) -> Counted:
        """Empty the server and return what was counted until now."""
        return Counted(**requests.get(f"{self.url}{CONTROL}", timeout=10).json())


@contextmanager
def serving(delay: float = 0.0, *, broken: bool = False) -> Iterator[Server]:
    """Run a server in a process of its own; it ends with this one, even when this one is killed."""
    command = [sys.executable, "-m", "bench.server", "--delay", str(delay), *(["--broken"] if broken else [])]
    complaints = tempfile.TemporaryFile()  # noqa: SIM115 - StandIn.close() closes it
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=complaints, cwd=ROOT, start_new_session=True)
    with StandIn(process, complaints) as child:
        yield Server(child.base_url)


class _Zadig:
    """Answers requests, and counts them."""

    def __init__(self, broken: bool) -> None:
        self._broken = broken
        self._routes = [
            (row.method, re.compile(_PLACEHOLDER.sub(r"(?P<\1>[^/]*)", PREFIX + row.path)), row.act)
            for row in (*calls.ROUTES, *discovery.ROUTES)
        ]
        self._begin()

    def _begin(self) -> None:
        self._world = calls.World(Store(seed.ENVIRONMENTS, stopped), frozenset())
        self._requests, self._cpu = 0, time.process_time()

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, object]:
        """Return the HTTP status and the value to answer with."""
        path, _, asked = target.partition("?")
        if path == CONTROL:
            counted = vars(Counted(self._requests, time.process_time() - self._cpu))
            self._begin()
            return 200, counted
        self._requests += 1
        query = dict(parse_qsl(asked))
        for verb, pattern, act in self._routes:
            if verb == method and (found := pattern.fullmatch(path)):
                names = {name: unquote(value) for name, value in found.groupdict().items()}
                return self._act(act, calls.Call(names, query.get("projectName", ""), body, "bench", _nothing, query))
        return 404, {"message": "no such path"}

    def _act(self, act: object, call: calls.Call) -> tuple[int, object]:
        try:
            return 200, act(self._world, call)  # type: ignore[operator]
        except ZadigError as error:
            envelope = error.envelope(error.description)
            if self._broken and error.code == _NO_CANCEL["code"]:
                envelope["code"] = _NO_RESTART["code"]
            return error.status, envelope


def _nothing(_project: str) -> None:
    pass


class _Connection(asyncio.Protocol):
    """Reads requests off one connection and answers each after the delay; clients wait for it before the next."""

    def __init__(self, zadig: _Zadig, delay: float) -> None:
        self._zadig, self._delay = zadig, delay
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are whole."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = _LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            status, value = self._zadig.answer(method, target, body)
            answer = _written(status, value)
            if self._delay and not target.startswith(CONTROL):
                asyncio.get_running_loop().call_later(self._delay, self._send, answer, bool(_CLOSE.search(head)))
            else:
                self._send(answer, bool(_CLOSE.search(head)))

    def _send(self, answer: bytes, last: bool) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)
            if last:
                self._transport.close()


def _written(status: int, value: object) -> bytes:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json; charset=utf-8\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _serve(delay: float, broken: bool) -> None:
    loop, zadig, ended = asyncio.get_running_loop(), _Zadig(broken), asyncio.Event()
    with bind() as bound:
        await loop.create_server(lambda: _Connection(zadig, delay), sock=bound, backlog=512)
        print(base_url(bound), flush=True)
        threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(ended.set)), daemon=True).start()
        await ended.wait()


def _options() -> Mapping[str, object]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--broken", action="store_true")
    return vars(parser.parse_args())


if __name__ == "__main__":
    asyncio.run(_serve(**_options()))  # type: ignore[arg-type]
