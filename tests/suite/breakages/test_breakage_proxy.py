"""The fault proxy puts what a breakage makes on the wire, before a stand-in or a server elsewhere."""

import asyncio
import errno
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests

from contracts.breakages.answer_edits import edits, everywhere, on
from contracts.breakages.breakage import Act, Forward, Memory, Request, Response
from contracts.breakages.catalog import breakages
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.breakages.proxy.recognise import recognise, to
from contracts.breakages.proxy.wire import PIECE, WIRES
from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread
from helpers.campaigns import HANG
from helpers.faults import fault

BREAKAGES = breakages()
HEALTH = b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n"
BODY = b'{"message":"success"}'


# ---------------------------------------------------------------- the proxy


def raw(url: str, sent: bytes) -> bytes:
    """Return all bytes that come back on one connection until it ends; b"reset" for a reset."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=HANG) as line:
        line.sendall(sent)
        came = b""
        try:
            if b"Connection: close" not in sent:
                line.shutdown(socket.SHUT_WR)
            while piece := line.recv(65_536):
                came += piece
        except OSError as error:
            if error.errno not in (errno.ECONNRESET, errno.ENOTCONN):  # the latter where the reset is there already
                raise
            return b"reset"
    return came


TYPE = b"content-type: application/json; charset=utf-8\r\nx-zadig-stand-in: perfect\r\n"
LENGTH = b"Content-Length: %d\r\n\r\n"
CHUNKS = b"".join(b"7\r\n%s\r\n" % BODY[at : at + PIECE] for at in range(0, len(BODY), PIECE))
ON_THE_WIRE = {
    "plain": b"HTTP/1.1 200 OK\r\n" + TYPE + LENGTH % 21 + BODY,
    "slow": b"HTTP/1.1 200 OK\r\n" + TYPE + LENGTH % 21 + BODY,
    "cut": b"HTTP/1.1 200 OK\r\n" + TYPE + LENGTH % 31 + BODY,
    "close": b"HTTP/1.1 200 OK\r\n" + TYPE + b"Connection: close\r\n\r\n" + BODY,
    "http-1.0": b"HTTP/1.0 200 OK\r\n" + TYPE + b"\r\n" + BODY,
    "chunked": b"HTTP/1.1 200 OK\r\n" + TYPE + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS + b"0\r\n\r\n",
    "chunked-with-length": (
        b"HTTP/1.1 200 OK\r\n"
        + TYPE
        + b"Content-Length: 21\r\nTransfer-Encoding: chunked\r\n\r\n"
        + CHUNKS
        + b"0\r\n\r\n"
    ),
    "twice": (b"HTTP/1.1 200 OK\r\n" + TYPE + LENGTH % 21 + BODY) * 2,
    "announced": b"HTTP/1.1 102 Processing\r\n\r\n"
    b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
    b"HTTP/1.1 200 OK\r\n" + TYPE + LENGTH % 21 + BODY,
    "ends": b"HTTP/1.1 200 OK\r\n" + TYPE + LENGTH % 21 + BODY,
    "once": b"HTTP/1.1 200 OK\r\n" + TYPE + LENGTH % 21 + BODY,
    "reset": b"reset",
    "silent": b"",
}


@pytest.mark.parametrize("wire", WIRES)
def test_every_way_to_deliver_comes_out_on_the_wire(wire: str) -> None:
    """What is to be chunked, cut, reset … is just that, byte for byte."""
    with fault_proxy(fault(everywhere(edits({"wire": wire}))), create_app()) as served:
        assert raw(served.base_url, HEALTH) == ON_THE_WIRE[wire]


def test_a_length_that_is_set_goes_out_as_it_is() -> None:
    """A Content-Length of a change is not put right."""
    act = on("cancel-task", "no-such-task", edits({"headers": {"Content-Length": "many"}}))
    request = b"DELETE /api/workflow/workflowtask/id/1/pipelines/a HTTP/1.1\r\nHost: x\r\n\r\n"
    with fault_proxy(fault(act), create_app()) as served:
        assert b"\r\nContent-Length: many\r\n\r\n{" in raw(served.base_url, request)


def test_a_connection_is_used_again() -> None:
    """Two requests that come in one go are answered one after the other, and HEAD without a body."""
    head = HEALTH.replace(b"GET", b"HEAD")
    with fault_proxy(None, create_app()) as served:
        came = raw(served.base_url, HEALTH + head + HEALTH)
    assert re.findall(rb"HTTP/1.1 (\d+)", came) == [b"200", b"405", b"200"]
    assert came.count(BODY) == 2
    assert b"Method not allowed" not in came


def test_what_is_no_http_is_refused() -> None:
    """A request that nobody could read is answered 400, and the proxy goes on."""
    with fault_proxy(None, create_app()) as served:
        assert raw(served.base_url, b"\x16\x03\x01 nonsense\r\n\r\n").startswith(b"HTTP/1.1 400")
        assert requests.get(f"{served.base_url}/api/health", timeout=HANG).ok


def test_a_large_body_is_waited_for() -> None:
    """Who asks first whether to send his body is told to go on."""
    large = b"x" * 100_000
    head = b"POST /api/workflow/workflow HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n\r\n"
    with fault_proxy(None, create_app()) as served:
        came = raw(served.base_url, head + large)
    assert b"HTTP/1.1 400 Bad Request" in came
    assert b'"EOF"' in came


def test_connections_are_served_at_once() -> None:
    """Eight requests are under way together: none is answered before the last one has come."""
    together = asyncio.Event()
    here = 0

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        nonlocal here
        here += 1
        if here == 8:
            together.set()
        await asyncio.wait_for(together.wait(), HANG)
        return await forward(request)

    with fault_proxy(fault(act), create_app()) as served, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: raw(served.base_url, HEALTH), range(8)))
    assert all(answer.endswith(BODY) for answer in answers)


async def _keeps_back(request: Request, forward: Forward, _: Memory) -> Response:
    return await forward(replace(request, path="/api/other"))


async def _follows(request: Request, forward: Forward, _: Memory) -> Response:
    await forward(request)
    return await forward(request)


CREATED = everywhere(edits({"status": 201}))


@pytest.mark.parametrize(
    ("act", "applied"),
    [
        pytest.param(everywhere(edits({})), 0, id="nothing"),
        pytest.param(CREATED, 1, id="another-answer"),
        pytest.param(_keeps_back, 1, id="another-request"),
        pytest.param(_follows, 1, id="a-further-request"),
    ],
)
def test_it_counts_what_a_change_made_different(act: Act, applied: int) -> None:
    """An answer counts as changed if the server behind did not say just that to just this request."""
    with fault_proxy(fault(act), create_app()) as served:
        requests.get(f"{served.base_url}/api/health", timeout=HANG)
        assert served.applied == applied


def test_the_stand_in_s_own_calls_pass_unchanged() -> None:
    """A change neither sees nor spoils what the suite asks of a stand-in beside Zadig's calls."""
    with fault_proxy(fault(CREATED), create_app()) as served:
        answer = requests.get(f"{served.base_url}/_standin", timeout=HANG)
        assert (answer.status_code, served.applied) == (200, 0)


def test_an_error_of_a_change_is_not_lost() -> None:
    """A change that fails in itself ends the connection, and says so at the end of the block."""

    async def fails(_: Request, __: Forward, ___: Memory) -> Response:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), fault_proxy(fault(fails), create_app()) as served:
        assert raw(served.base_url, HEALTH) == b""


def test_a_port_that_is_taken_is_named() -> None:
    """Two proxies cannot have one port."""
    with fault_proxy(None, create_app()) as served:
        port = int(served.base_url.rpartition(":")[2])
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"):
            fault_proxy(None, create_app(), port)


# ---------------------------------------------------------------- before a base URL

PATHS = (
    "/api/health",
    "/api/workflow/workflow/find/zct%20a%2541%D9%A1..?projectName=a%20b&x=%2F",
    "/api/workflow/workflow/find/a%2Fb",
    "/api/workflow/workflow/",
    "/api/no/such?x",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_proxy_passes_paths_as_they_came(path: str) -> None:
    """Before a base URL, a path, its query and a redirect pass unchanged in both directions."""
    request = b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path.encode()
    with serve_in_thread(create_app()) as url, fault_proxy(None, url) as served:
        came = [answer_of(raw(base, request)) for base in (url, served.base_url)]
    assert came[0] == came[1]
    assert came[0][0] in (200, 307, 400, 404)


def answer_of(came: bytes) -> tuple[int, str, bytes]:
    """Return status, place of a redirect, and body."""
    head, _, body = came.partition(b"\r\n\r\n")
    location = re.search(rb"(?i)\r\nlocation: ([^\r]*)", head)
    return int(head.split()[1]), location[1].decode() if location else "", body


def test_a_proxy_changes_what_a_server_elsewhere_says() -> None:
    """The same change stands before a base URL."""
    change = BREAKAGES["status/cancel-task/no-such-task/404"]
    with serve_in_thread(create_app()) as url, fault_proxy(change, url) as served:
        for base, status in ((url, 400), (served.base_url, 404)):
            path = "/api/workflow/workflowtask/id/1/pipelines/a"
            assert requests.delete(base + path, timeout=HANG).status_code == status
        assert served.applied == 1


def test_a_proxy_before_nothing_gives_no_answer() -> None:
    """Where the server behind does not answer, neither does the proxy."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with fault_proxy(None, f"http://127.0.0.1:{unused.getsockname()[1]}") as served:
            assert raw(served.base_url, HEALTH) == b"reset"


@pytest.mark.parametrize("task", ["%D9%A1", "%20", "1%26x%3D2", "%FF", "a%2Fb"])
@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("DELETE", "/openapi/workflows/custom/task", "workflowKey=a&taskId={task}"),
        ("DELETE", "/api/aslan/workflow/workflowtask/id/{task}/pipelines/a", ""),
    ],
)
def test_a_task_is_asked_for_by_any_id(method: str, path: str, query: str, task: str) -> None:
    """A change that looks at the task of a request sends an id that HTTP can carry, and no other parameter with it."""
    asked = to(recognise(method, path.format(task=task), query.format(task=task)), "get-task")
    assert asked.operation == "get-task"
    assert f"{asked.path}?{asked.query}".isascii()
    assert "x=2" not in asked.query
