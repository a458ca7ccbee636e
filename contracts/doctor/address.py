"""Whether Zadig answers at the address: URL and prefix, TLS, time per request. No token is sent."""

import re
from dataclasses import replace
from statistics import median

from contracts.catalog.release import load
from contracts.doctor.finding import Finding, fail, ok, warn
from contracts.http.exchange import Exchange
from contracts.settings.settings import Settings
from contracts.target.connect import NOT_HERE, above, open_client
from contracts.target.health import health, is_health
from contracts.target.requests import knocking
from contracts.text.frozen import dataclass
from contracts.text.message import msg

CALLS = 5
SLOW_SECONDS = 1.0

TLS_TROUBLE = (
    ("certificate has expired", msg("the server's certificate has expired"), msg("renew it")),
    (
        "not yet valid",
        msg("the server's certificate is not valid yet"),
        msg("check its dates and this machine's clock"),
    ),
    (
        "mismatch|doesn't match|not valid for",
        msg("the server's certificate is for another host"),
        msg("use a host name of the certificate in --base-url"),
    ),
    (
        "self-signed|self signed|unable to get|unknown ca",
        msg("the server's certificate is signed by a CA that is not trusted here"),
        msg("set --ca-file to the certificate of that CA"),
    ),
    (
        "wrong.version.number|record layer|http.request",
        msg("the port speaks plain http"),
        msg("use http:// in --base-url, or the port that speaks https"),
    ),
    (
        "certificate.required|handshake.failure|bad.certificate",
        msg("the server refuses the handshake; it may ask for a client certificate"),
        msg("set --client-cert and --client-key"),
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
    release = load(settings.known_release)
    answers = {}
    for last in dict.fromkeys((settings.api_prefix, *release.binding.prefixes)):
        answers[last] = exchange = health(client, release, last)
        if is_health(exchange, release) or exchange.status is None:
            break
    client.close()
    if exchange.status is None:
        return Address((_no_answer(settings, base_url, exchange),), answered=False)
    if not is_health(exchange, release) and (right := above(settings, base_url)):
        found = fail("address", NOT_HERE.put(base_url, right), msg("set --base-url to {url}", right))
        return Address((_tls(settings, base_url), found))
    if not is_health(exchange, release):
        came = [describe(prefix, answer) for prefix, answer in answers.items()]
        text = msg("no Zadig at {base_url}: {came|; }", base_url, came)
        advice = msg("check --base-url and --api-prefix: they must point to Zadig's API, not to its console")
        return Address((_tls(settings, base_url), fail("address", text, advice)))
    if last == settings.api_prefix:
        found = ok(
            "address", msg("Zadig answers at {address}", base_url + (last if knocking(release).prefixed else ""))
        )
    else:
        elsewhere = "no Zadig at {prefix}, {which}, but it answers at {last}"
        which = describe(msg("which"), answers[settings.api_prefix])
        text = msg(elsewhere, settings.api_prefix, which, last)
        found = fail("address", text, msg("set --api-prefix {prefix}", last))
    return Address((found, _tls(settings, base_url)), prefix=last, health=exchange)


def describe(where: str, exchange: Exchange) -> str:
    """Return in a few words what came back from `where`."""
    content_type = exchange.headers.get("Content-Type", "")
    if "location" in exchange.headers:
        location = exchange.headers["location"]
        return msg("{where} redirects (HTTP {status}) to {location}", where, exchange.status, location)
    if "html" in content_type or re.match(rb"\s*<(!doctype|html)", exchange.body, re.IGNORECASE):
        page = "{where} returns a web page (HTTP {status}, HTML), as a console or a login page does"
        return msg(page, where, exchange.status)
    came = f"{exchange.status} {content_type.partition(';')[0]}".rstrip()
    return msg("{where} returns HTTP {what}", where, came)


def time_per_request(settings: Settings, base_url: str, prefix: str) -> Finding:
    """Measure the health call, which does no work, so this is the way to the target and back."""
    client = open_client(settings, base_url)
    release = load(settings.known_release)
    seconds = median(health(client, release, prefix).seconds for _ in range(CALLS))
    client.close()
    text = msg("{ms} ms per request, the median of {n} health calls", f"{seconds * 1000:.0f}", CALLS)
    advice = msg("a run will be slow; run closer to the target")
    return ok("time", text) if seconds < SLOW_SECONDS else warn("time", text, advice)


def _no_answer(settings: Settings, base_url: str, exchange: Exchange) -> Finding:
    why = exchange.failure.text if exchange.failure else msg("no response")
    if why.startswith("TLS: "):
        said = why.removeprefix("TLS: ")
        for pattern, meaning, advice in TLS_TROUBLE:
            if re.search(pattern, said, re.IGNORECASE):
                return fail("tls", msg("{base_url}: {meaning} ({why})", base_url, meaning, said), advice)
        return fail("tls", msg("{base_url}: no TLS connection: {why}", base_url, said), msg("check --base-url"))
    if base_url.startswith("http://") and _speaks_tls(settings, base_url):
        text = msg("{base_url}: the port speaks https, not plain http", base_url)
        return fail("tls", text, msg("use https:// in --base-url"))
    if settings.proxy:
        text = msg("{base_url} is unreachable through the proxy {proxy}: {why}", base_url, settings.shown("proxy"), why)
        return fail("address", text, msg("check --base-url, the network, --proxy and whether Zadig is up"))
    text = msg("{base_url} is unreachable: {why}", base_url, why)
    return fail("address", text, msg("check --base-url, the network and whether Zadig is up"))


def _speaks_tls(settings: Settings, base_url: str) -> bool:
    """Whether the other end of a plain connection that failed takes a TLS handshake, whatever its certificate."""
    secure = base_url.replace("http://", "https://", 1)
    client = open_client(replace(settings, base_url=secure), secure)
    exchange = health(client, load(settings.known_release), settings.api_prefix)
    client.close()
    text = exchange.failure.text if exchange.failure else ""
    return exchange.status is not None or "CERTIFICATE" in text or "certificate" in text


def _tls(settings: Settings, base_url: str) -> Finding:
    if base_url.startswith("https://"):
        return ok("tls", msg("the certificate is accepted"))
    if settings.loopback:
        return ok("tls", msg("plain http, on this machine"))
    return warn("tls", msg("plain http: the token can be read on the way"), msg("use https where the server has it"))
