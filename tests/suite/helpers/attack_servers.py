"""The targets of attacks.toml, by the names that rows have for what stands before somebody's Zadig."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response as Page

from contracts.breakages.breakage import Breakage, Forward, Memory, Request, Response
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.breakages.proxy.recognise import with_json
from helpers import faults
from helpers.bad_servers import BAD_SERVERS
from helpers.live_target import ONE_PROJECT, Live, live
from helpers.raw_server import Behaviour, Server, Visit, answer
from helpers.raw_server import serving as raw

EVIL = "\x1b[2J::error::x\r\n::stop-commands::y\u202e##vso[task.complete]"


@dataclass(frozen=True)
class Served:
    """A target: its address, the Zadig behind it, another server that nobody should ask, a proxy's address."""

    url: str
    zadig: Live
    elsewhere: Server
    proxy: str = ""


def _twice(call: str) -> Breakage:
    """Carry each request of a call out twice."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        if request.operation == call:
            await forward(request)
        return await forward(request)

    return faults.fault(act)


def _also(call: str, **values: object) -> Breakage:
    """Carry out another request beside each of a call."""

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        if request.operation == call:
            await forward(with_json(request, **values))
        return await forward(request)

    return faults.fault(act)


async def _tells(request: Request, forward: Forward, _: Memory) -> Response:
    """Say the token of each request that changes something back: in a header, in the body, as what it redirects to."""
    if request.method == "GET":
        return await forward(request)
    token = next(value for name, value in request.headers if name.lower() == "authorization")
    said = (("x-said", token), ("location", f"/{token}"), ("content-type", "application/json"))
    return Response(302, said, json.dumps({"message": token, token: [token[:40], token.split(".")]}).encode())


FAULTS: Mapping[str, Breakage] = {
    "delete-says-success": faults.ignored("delete-workflow"),
    "create-says-success": faults.ignored("create-workflow"),
    "cancel-says-success": faults.ignored("cancel-task"),
    "create-under-another-name": faults.sent_with("create-workflow", name="made-by-nobody"),
    "create-makes-another-too": _also("create-workflow", name="made-by-nobody"),
    "create-answers-twice": _twice("create-workflow"),
    "starts-twice": _twice("start-task"),
    "delete-cut": faults.unanswered("delete-workflow", "reset"),
    "delete-502": faults.edited("delete-workflow", "*", faults.EMPTY | {"status": 502}),
    "find-502": faults.edited("find-workflow", "*", faults.EMPTY | {"status": 502}),
    "list-502": faults.edited("list-workflows", "*", faults.EMPTY | {"status": 502}),
    "says-the-token": faults.fault(_tells),
    "task-id-is-a-path": faults.edited("start-task", "queued", {"set": {"task_id": "1/pipelines/release?x=#"}}),
    "task-id-is-huge": faults.edited("start-task", "queued", {"set": {"task_id": 10**400}}),
    "read-only": faults.turned_away(403),
}
BAD = {bad.name: bad for bad in BAD_SERVERS}


def redirecting(status: int, location: str) -> Callable[[Server], Behaviour]:
    """Return what makes a server that sends everybody on, with a body."""

    def to(elsewhere: Server) -> Behaviour:
        where = location.replace("{elsewhere}", elsewhere.url)

        def behave(visit: Visit) -> None:
            visit.say(answer(b"{}", f"HTTP/1.1 {status} Moved\r\nLocation: {where}\r\n".encode()))

        return behave

    return to


REDIRECTS = {
    "301-elsewhere": redirecting(301, "{elsewhere}/api"),
    "302-elsewhere": redirecting(302, "{elsewhere}/api"),
    "303-elsewhere": redirecting(303, "{elsewhere}/api"),
    "307-elsewhere": redirecting(307, "{elsewhere}/api"),
    "308-elsewhere": redirecting(308, "{elsewhere}/api"),
    "302-link-local": redirecting(302, "http://169.254.169.254/latest/meta-data"),
    "307-file": redirecting(307, "file:///etc/passwd"),
}


def _refuses_and_tells(visit: Visit) -> None:
    """Answer as a proxy that wants another password, and says back the one that came."""
    lines = visit.request.split(b"\r\n")
    came = next((line.partition(b": ")[2] for line in lines if line.lower().startswith(b"proxy-auth")), b"none")
    head = b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=" + came + b"\r\n"
    visit.say(answer(b"you said " + came, head))


PROXIES: Mapping[str, Behaviour] = {
    "proxy-407": _refuses_and_tells,
    "proxy-answers-itself": lambda visit: visit.say(answer(b"[]", b"HTTP/1.1 200 OK\r\nVia: 1.1 x\r\n")),
}


def _large(rows: int) -> bytes:
    return json.dumps([{"name": f"others-{n}", "projectName": "nginx", "x": "y" * 100} for n in range(rows)]).encode()


LISTS: Mapping[str, Page] = {
    "over-the-cap": Page(_large(10_000), media_type="application/json"),
    "truncated": Page(_large(20)[:-40], media_type="application/json"),
    "bomb": Page(gzip.compress(b"[" + b" " * 50_000_000 + b"]"), headers={"content-encoding": "gzip"}),
    "html": Page("<!doctype html><html></html>", media_type="text/html"),
    "evil-names": Page(
        json.dumps([{"name": f"zct-{EVIL}", "projectName": "nginx"}, {"name": EVIL, "projectName": "nginx"}]).encode(),
        media_type="application/json",
    ),
    "names-of-a-run": Page(
        json.dumps(
            [
                {"name": "zct-20250101t000000-abcd-main-7", "projectName": "nginx"},
                {"name": "zct-20250101t000000-abcd-main-8", "projectName": "elsewhere"},
            ]
        ).encode(),
        media_type="application/json",
    ),
}


def _answers(rows: Mapping[str, Any]) -> dict[str, Any]:
    return {path: LISTS[value] if isinstance(value, str) else value for path, value in rows.items()}


@contextmanager
def serving(name: str, answers: Mapping[str, Any]) -> Iterator[Served]:
    """Serve somebody's Zadig, what stands before it by its name, and another server."""
    with ExitStack() as stack:
        elsewhere = stack.enter_context(raw(Visit.close, reads=False))
        zadig = stack.enter_context(live(ONE_PROJECT | _answers(answers)))
        if name in FAULTS:
            proxy = stack.enter_context(fault_proxy(FAULTS[name], zadig.url))
            yield Served(proxy.base_url, zadig, elsewhere)
        elif name in PROXIES:
            yield Served(zadig.url, zadig, elsewhere, stack.enter_context(raw(PROXIES[name])).url)
        elif name in REDIRECTS:
            yield Served(stack.enter_context(raw(REDIRECTS[name](elsewhere))).url, zadig, elsewhere)
        elif name in BAD:
            bad = BAD[name]
            yield Served(
                stack.enter_context(raw(bad.behaviour, reads=bad.reads, listens=bad.listens)).url, zadig, elsewhere
            )
        elif not name:
            yield Served(zadig.url, zadig, elsewhere)
        else:
            raise ValueError(name)
