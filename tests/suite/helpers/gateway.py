"""What stands between a suite and a server, as its users tell of it: a row for each way in which it misbehaves."""

import base64
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests

from contracts.breakages.breakage import Act, Breakage, Forward, Memory, Request, Response
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.catalog.cases import cases
from contracts.run.conclusion import clean_up, finish
from contracts.run.outcomes import row_job
from contracts.run.session import Session
from contracts.settings.settings import load
from helpers import faults
from helpers.live_target import ALL_SET, ONE_PROJECT, TODAY, Unstamped
from helpers.processes import HANG

FEW = (
    "create-workflow/with-empty-hook-ctl",
    "create-workflow/duplicate",
    "start-task/first-task",
    "cancel-task/queued-task",
    "cancel-task/no-such-workflow",
    "restart-task/no-such-workflow",
    "cancel-task/cancelled-task",
    "restart-task/cancelled-task",
    "start-task/no-such-workflow",
    "create-workflow/body-malformed",
)
"""Cases with all kinds of requests in them, and without an agent."""
CUSTOM = (
    "create-workflow/usual-body",
    "create-workflow/duplicate",
    "start-task/first-task",
    "cancel-task/queued-task",
    "cancel-task/no-such-workflow",
    "cancel-task/by-nobody",
    "restart-task/cancelled-task",
    "get-task/no-such-workflow",
    "update-workflow/same-definition",
    "delete-workflow/by-nobody",
)
"""The same, of custom workflows."""
When = Callable[[int], bool]


def page(title: str, below: str = "nginx/1.25.3") -> bytes:
    """Return a page as gateways have it."""
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        f"<hr><center>{below}</center>\r\n</body>\r\n</html>\r\n"
    ).encode()


def html(status: int, body: bytes, **headers: str) -> Response:
    """Return a response that is a page."""
    more = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    return Response(status, (("Content-Type", "text/html"), *more), body)


LOGIN = (
    b'<!doctype html><html><title>Sign in</title><form><input name="u"><input type="password" name="p"></form></html>'
)
ANSWERS: Mapping[str, Response] = {
    "401": Response(401),
    "407": html(407, page("407 Proxy Authentication Required", "squid/5.7"), Proxy_Authenticate="Basic"),
    "429": Response(429, (("Content-Type", "text/plain"),), b"slow down"),
    "429-in-0": Response(429, (("Retry-After", "0"),)),
    "429-in-1": Response(429, (("Retry-After", "1"),)),
    "429-page": html(429, page("429 Too Many Requests"), Retry_After="0"),
    "502": html(502, page("502 Bad Gateway")),
    "502-apache": html(502, b"<!DOCTYPE HTML><html><title>502 Proxy Error</title><address>Apache/2.4</address></html>"),
    "503": html(503, page("503 Service Temporarily Unavailable")),
    "503-envoy": Response(503, (("Server", "envoy"), ("Content-Type", "text/plain")), b"upstream connect error"),
    "503-json": Response(503, (("Content-Type", "application/json"),), b'{"message":"no healthy upstream"}'),
    "504": html(504, page("504 Gateway Time-out")),
    "504-empty": Response(504),
    "login": html(200, LOGIN),
    "login-there": Response(302, (("Location", "https://sso.example.com/login?next=/"),)),
    "login-here": Response(302, (("Location", "/login"),)),
    "waf": html(
        403, b"<html><head><title>Request Rejected</title></head><body>Your support ID is: 18446</body></html>"
    ),
    "cloudflare": html(403, b"<!DOCTYPE html><html><title>Attention Required! | Cloudflare</title></html>"),
    "captive": html(200, b"<html><title>Welcome to the guest network</title></html>"),
    "404-page": html(404, page("404 Not Found")),
    "413-page": html(413, page("413 Request Entity Too Large")),
    "reset": Response(0, wire="reset"),
    "cut": Response(200, (("Content-Type", "application/json; charset=utf-8"),), b'{"message":"succ', wire="cut"),
    "silent": Response(0, wire="silent"),
    "huge": Response(200, (("Content-Type", "application/json"),), b'{"message":"' + 2_000_000 * b"x" + b'"}'),
}


def after(number: int) -> When:
    """From a request on, for good."""
    return lambda count: count > number


def between(first: int, last: int) -> When:
    """For a window of requests."""
    return lambda count: first <= count <= last


def at_random(share: float) -> When:
    """For some requests, the same ones each time."""
    chosen = random.Random(20)  # noqa: S311 - no secret
    return lambda _: chosen.random() < share


@dataclass(frozen=True)
class Mode:
    """One way in which what stands before a server misbehaves.

    name: which one.
    answer: what it answers instead; empty: it passes on what `changes` makes of it.
    when: at which requests, counted from the first.
    says: what the summary has to say where the run could not tell.
    exits: the exit codes that a good server may come to.
    settings: what is set besides.
    changes: what becomes of what the server says, and of what it is asked.
    """

    name: str
    answer: str = ""
    when: When = field(default=after(0), repr=False)
    says: str = ""
    exits: tuple[int, ...] = (0, 6)
    settings: Mapping[str, Any] = field(default_factory=dict)
    changes: Act | None = field(default=None, repr=False)

    @property
    def act(self) -> Act:
        """What a proxy does."""

        async def act(request: Request, forward: Forward, memory: Memory) -> Response:
            memory.counts["all"] += 1
            if self.changes is not None:
                return await self.changes(request, forward, memory)
            hit = self.answer and self.when(memory.counts["all"])
            return ANSWERS[self.answer] if hit else await forward(request)

        return act


async def _pages_for_500s(request: Request, forward: Forward, _: Memory) -> Response:
    response = await forward(request)
    return html(500, page("500 Internal Server Error")) if response.status == 500 else response


async def _decoded_slashes(request: Request, forward: Forward, _: Memory) -> Response:
    return await forward(replace(request, path=request.path.replace("%2F", "/").replace("%2f", "/")))


async def _cookies(request: Request, forward: Forward, _: Memory) -> Response:
    response = await forward(request)
    return replace(response, headers=(*response.headers, ("Set-Cookie", "route=a1; Path=/"), ("Via", "1.1 gateway")))


async def _closes(request: Request, forward: Forward, _: Memory) -> Response:
    return replace(await forward(request), wire="close")


async def _chunks(request: Request, forward: Forward, _: Memory) -> Response:
    return replace(await forward(request), wire="chunked")


GONE = (6,)
SLOWLY = {"rate_limit": "20/s", "in_flight": 1}
"""Settings by which no machine is done before a token ends in which no case may begin for its last five seconds."""
MODES = (
    Mode("401-after-9", "401", after(9), "token", GONE),
    Mode("401-after-40", "401", after(40), "token", GONE),
    Mode("401-from-the-start", "401", after(0), "token", GONE),
    Mode("token-that-lives-5-s", says="token", exits=GONE, settings={"lives": 5.2, **SLOWLY}),
    Mode("407-after-12", "407", after(12), "proxy", GONE),
    Mode("407-from-the-start", "407", after(0), "proxy", GONE),
    Mode("429-without-a-word", "429", between(9, 10), "rate limit"),
    Mode("429-in-0-at-random", "429-in-0", at_random(0.1), "rate limit"),
    Mode("429-in-1", "429-in-1", between(14, 15), "rate limit"),
    Mode("429-page", "429-page", between(20, 24), "rate limit"),
    Mode("429-for-good", "429-in-0", after(10), "rate limit", GONE),
    Mode("502-window", "502", between(10, 16), "gateway"),
    Mode("502-of-apache", "502-apache", between(25, 28), "gateway"),
    Mode("502-at-random", "502", at_random(0.05), "gateway"),
    Mode("502-often", "502", at_random(0.3), "gateway"),
    Mode("huge-for-a-moment", "huge", between(25, 25), "larger"),
    Mode("502-for-good", "502", after(12), "gateway", GONE),
    Mode("503-at-the-start", "503", between(1, 3), "gateway", (0,)),
    Mode("503-of-envoy", "503-envoy", between(12, 17), "gateway"),
    Mode("503-as-json", "503-json", between(12, 15), "gateway"),
    Mode("504-at-random", "504", at_random(0.05), "gateway"),
    Mode("504-without-a-body", "504-empty", between(30, 32), "gateway"),
    Mode("login-by-200", "login", after(15), "login", GONE),
    Mode("login-by-302", "login-there", after(15), "another host", GONE),
    Mode("login-by-302-here", "login-here", after(15), "login", GONE),
    Mode("login-from-the-start", "login", after(0), "login", GONE),
    Mode("waf-at-times", "waf", at_random(0.05), "firewall"),
    Mode("waf-for-good", "cloudflare", after(11), "firewall", GONE),
    Mode("captive-portal", "captive", after(18), "web page", GONE),
    Mode("404-pages", "404-page", after(13), "page", GONE),
    Mode("413-at-times", "413-page", at_random(0.05), "page"),
    Mode("resets-at-random", "reset", at_random(0.05), "was cut"),
    Mode("reset-once", "reset", between(17, 17), "was cut"),
    Mode("cut-once", "cut", between(19, 19), "was cut"),
    Mode("silent-once", "silent", between(21, 21), "in time", settings={"first_byte_timeout": 3}),
    Mode("pages-for-500s", exits=(0,), changes=_pages_for_500s),
    Mode("decoded-slashes", exits=(0,), changes=_decoded_slashes),
    Mode("cookies", exits=(0,), changes=_cookies),
    Mode("closes-connections", exits=(0,), changes=_closes),
    Mode("chunks", exits=(0,), changes=_chunks),
)


@dataclass(frozen=True)
class Ended:
    """What a run came to.

    exit: its exit code.
    verdict: what its verdict.json says.
    asked: how many requests came to the gateway.
    """

    exit: int
    verdict: Mapping[str, Any]
    asked: int

    @property
    def said(self) -> str:
        """All that the verdict says in words."""
        cases = (case["reason"] for case in self.verdict["cases"])
        return "\n".join([*self.verdict["reasons"], *self.verdict["run"]["notes"], *cases])


def run_few(base_url: str, folder: Path, chosen: tuple[str, ...] = FEW, **options: Any) -> Ended:
    """Run some cases against an address in this process, up to the verdict."""
    settings = load({"base_url": base_url, "run_dir": str(folder), **ALL_SET, **options})
    run = Session(settings)
    run.connect()
    try:
        run.open()
        rows = {row.id: row for row in cases(run.release)}
        run.planned = list(chosen)
        jobs = [row_job(run, rows[case]) for case in chosen]
        run.pool.expect(jobs)
        run.outcomes = [run.pool.outcome(job).to_json() for job in jobs]
        run.pool.stop()
        clean_up(run, lambda _: None)
        code = finish(run, 0)
    finally:
        run.close()
    return Ended(code, run.verdict, 0)


def _living(seconds: float) -> str:
    """Return a token that says when it ends; only the gateway knows what it is worth."""
    claims = base64.urlsafe_b64encode(json.dumps({"uid": "u", "exp": time.time() + seconds}).encode()).decode()
    return f"e30.{claims.rstrip('=')}.c2ln"


@contextmanager
def gateway(
    mode: Mode | None, broken: Breakage | None = None, behaviour: str = "perfect"
) -> Iterator[tuple[str, str, Memory]]:
    """Serve a Zadig behind a gateway; yields its address, a member's token and what the gateway counted."""
    app = Unstamped(ONE_PROJECT, TODAY, behaviour)
    counted = Memory()
    lives, made, tokens = (mode.settings.get("lives") if mode else None), time.time(), {}

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        if lives and time.time() > made + lives:
            return ANSWERS["401"]
        if lives:
            request = replace(request, headers=(("Authorization", f"Bearer {tokens['member']}"),))
        if mode is None:
            counted.counts["all"] += 1
            return await forward(request)
        return await mode.act(request, forward, counted)

    chain = faults.together(*filter(None, (broken, faults.fault(act))))
    with fault_proxy(chain, app) as served:
        tokens |= requests.get(f"{served.base_url}/_standin", timeout=HANG).json()["tokens"]
        yield served.base_url, _living(lives) if lives else tokens["member"], counted


def through(mode: Mode | None, folder: Path, broken: Breakage | None = None, **options: Any) -> Ended:
    """Run some cases through a gateway."""
    behaviour = options.pop("behaviour", "perfect")
    with gateway(mode, broken, behaviour) as (url, token, counted):
        more = {name: value for name, value in (mode.settings if mode else {}).items() if name != "lives"}
        ended = run_few(url, folder, token=token, **options | more)
    return replace(ended, asked=counted.counts["all"])
