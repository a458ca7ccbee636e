"""Whether Zadig answers at the address: URL and prefix, TLS, time per request. No token is sent."""

import re
from dataclasses import dataclass, replace
from statistics import median

from contracts.check.state import json_value
from contracts.doctor.finding import Finding, fail, ok, warn
from contracts.http.client import Client, Exchange, Request
from contracts.settings.settings import Settings
from contracts.target.connect import open_client

PREFIXES = ("/api/aslan", "/api")
"""The gateway's prefix, and that of aslan's own port."""
CALLS = 5
SLOW_SECONDS = 1.0

TLS_TROUBLE = (
    ("certificate has expired", "the server's certificate has expired", "have it renewed"),
    ("not yet valid", "the server's certificate is not valid yet", "check its dates and this machine's clock"),
    (
        "mismatch|doesn't match|not valid for",
        "the server's certificate is for another host",
        "write in --base-url a host name that stands in the certificate",
    ),
    (
        "self-signed|self signed|unable to get|unknown ca",
        "the server's certificate is of a CA that is not trusted here",
        "set --ca-file to the certificate of that CA",
    ),
    (
        "wrong.version.number|record layer|http.request",
        "the port speaks plain http",
        "write http:// in --base-url, or use the port that speaks https",
    ),
    (
        "certificate.required|handshake.failure|bad.certificate",
        "the server refuses the handshake; it may ask for a client certificate",
        "set --client-cert and --client-key",
    ),
)
"""What the library says of a failed handshake, what that means, and what to do."""


@dataclass(frozen=True)
class Address:
    """What answers where. `health` is the answer of the health call behind `prefix`, None where none is Zadig's."""

    findings: tuple[Finding, ...]
    answered: bool = True
    prefix: str = ""
    health: Exchange | None = None


def knock(settings: Settings, base_url: str) -> Address:
    """Ask for the health call behind each prefix that there may be, the set one first."""
    client = open_client(settings, base_url)
    prefixes = dict.fromkeys((settings.api_prefix, *PREFIXES))
    answers = {}
    for prefix in prefixes:
        answers[prefix] = exchange = _health(client, prefix)
        if is_health(exchange) or exchange.status is None:
            break
    client.close()
    last = exchange.request.path.removesuffix("/health")
    if exchange.status is None:
        return Address((_no_answer(settings, base_url, exchange),), answered=False)
    if not is_health(exchange):
        came = "; ".join(describe(prefix, answer) for prefix, answer in answers.items())
        advice = "check --base-url and --api-prefix: they are to lead to Zadig's API, not to its console"
        return Address((_tls(settings, base_url), fail("address", f"no Zadig at {base_url}: {came}", advice)))
    if last == settings.api_prefix:
        address = base_url + last
        found = ok("address", f"Zadig answers at {address}")
    else:
        which = describe("which", answers[settings.api_prefix])
        came = f"nothing of Zadig at {settings.api_prefix}, {which}, but it answers at {last}"
        found = fail("address", came, f"set --api-prefix {last}")
    return Address((found, _tls(settings, base_url)), prefix=last, health=exchange)


def is_health(exchange: Exchange) -> bool:
    """Whether this is Zadig's answer to the health call."""
    value = json_value(exchange)
    return exchange.status == 200 and isinstance(value, dict) and value.get("message") == "success"


def describe(where: str, exchange: Exchange) -> str:
    """Return in a few words what came back from `where`."""
    content_type = exchange.headers.get("Content-Type", "")
    if "location" in exchange.headers:
        return f"{where} redirects (HTTP {exchange.status}) to {exchange.headers['location']}"
    if "html" in content_type or re.match(rb"\s*<(!doctype|html)", exchange.body, re.IGNORECASE):
        return f"{where} answers with a web page (HTTP {exchange.status}, HTML), as a console or a login page does"
    came = f"{exchange.status} {content_type.partition(';')[0]}".rstrip()
    return f"{where} answers HTTP {came}"


def time_per_request(settings: Settings, base_url: str, prefix: str) -> Finding:
    """Measure the health call, which does no work, so this is the way to the target and back."""
    client = open_client(settings, base_url)
    seconds = median(_health(client, prefix).seconds for _ in range(CALLS))
    client.close()
    text = f"{seconds * 1000:.0f} ms per request, the median of {CALLS} health calls"
    return ok("time", text) if seconds < SLOW_SECONDS else warn("time", text, "a run will take long; run it nearer by")


def _health(client: Client, prefix: str) -> Exchange:
    return client.send(Request("GET", f"{prefix}/health", credential="nobody"))


def _no_answer(settings: Settings, base_url: str, exchange: Exchange) -> Finding:
    text = exchange.failure.text if exchange.failure else "no answer"
    if text.startswith("TLS: "):
        for pattern, meaning, advice in TLS_TROUBLE:
            if re.search(pattern, text, re.IGNORECASE):
                return fail("tls", f"{base_url}: {meaning} ({text.removeprefix('TLS: ')})", advice)
        return fail("tls", f"{base_url}: no TLS connection: {text.removeprefix('TLS: ')}", "check --base-url")
    if base_url.startswith("http://") and _speaks_tls(settings, base_url):
        return fail("tls", f"{base_url}: the port speaks https, not plain http", "write https:// in --base-url")
    if settings.proxy:
        advice = "check --base-url, the network, --proxy and whether Zadig is up"
        return fail("address", f"{base_url} is unreachable through the proxy {settings.proxy}: {text}", advice)
    return fail(
        "address", f"{base_url} is unreachable: {text}", "check --base-url, the network and whether Zadig is up"
    )


def _speaks_tls(settings: Settings, base_url: str) -> bool:
    """Whether the other end of a plain connection that failed takes a TLS handshake, whatever its certificate."""
    secure = base_url.replace("http://", "https://", 1)
    client = open_client(replace(settings, base_url=secure), secure)
    exchange = _health(client, settings.api_prefix)
    client.close()
    text = exchange.failure.text if exchange.failure else ""
    return exchange.status is not None or "CERTIFICATE" in text or "certificate" in text


def _tls(settings: Settings, base_url: str) -> Finding:
    if base_url.startswith("https://"):
        return ok("tls", "the certificate is accepted")
    if settings.loopback:
        return ok("tls", "plain http, on this machine")
    return warn("tls", "plain http: the token can be read on the way", "use https where the server has it")
