"""What stands before a server, told by what it answers: gateways, proxies, login pages, rate limits, dead tokens.

The one place that knows them, as a table. A sign is a reason to look again, never yet a result: what the server itself
answers each time is its own, whatever it looks like.
"""

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from time import time
from urllib.parse import urlsplit

from contracts.http.exchange import Exchange
from contracts.text.frozen import dataclass
from contracts.text.message import Message, msg
from contracts.text.strict_json import is_page

UNKNOWN_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds to wait where a limit does not say how long, and at most."""

SERVER_ERROR = 500
"""The first status that tells of trouble at a server."""


@dataclass(frozen=True)
class Sign:
    """What shows that somebody else answered, or nobody in time.

    name: which one.
    says: the sentence that people read; its value is the request.
    shows: whether an exchange has it.
    repeats: how often a case is done again; what comes each time is believed to be the server's own answer.
    stays: it does not go by itself, so where the look at the target shows it too, the run ends.
    foreign: no server behind could have answered so, however often it comes.
    load: it may come of this run's own load, so that a case that holds alone holds.
    """

    name: str
    says: Message
    shows: Callable[[Exchange], bool]
    repeats: int = 2
    stays: bool = False
    foreign: bool = False
    load: bool = False

    def sentence(self, exchange: Exchange) -> Message:
        """Return in one sentence what came instead of the server's answer."""
        request = exchange.request
        return msg(
            "{request}: {why} ({came})", f"{request.method} {urlsplit(exchange.url).path}", self.says, exchange.came
        )


def _text(exchange: Exchange) -> str:
    return exchange.body[:20_000].decode("utf-8", "replace")


def _matches(pattern: str) -> Callable[[Exchange], bool]:
    expression = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    return lambda exchange: is_page(exchange.body) and bool(expression.search(_text(exchange)))


def _status(*statuses: int) -> Callable[[Exchange], bool]:
    return lambda exchange: exchange.status in statuses


def _failed(*kinds: str) -> Callable[[Exchange], bool]:
    return lambda exchange: exchange.failure is not None and exchange.failure.kind in kinds


def _location(exchange: Exchange) -> tuple[str, str]:
    """Return host and path of a redirect; both empty where it is none or leads to no address."""
    if exchange.status is None or not 300 <= exchange.status < 400:
        return "", ""
    try:
        found = urlsplit(exchange.headers.get("Location", ""))
    except ValueError:
        return "", ""
    return found.netloc, found.path


def _leads_away(exchange: Exchange) -> bool:
    host, _ = _location(exchange)
    return bool(host) and host.lower() != urlsplit(exchange.url).netloc.lower()


_LOGIN = r"<input[^>]+type=.?password|<title>[^<]*(log\s?in|sign\s?in|single\ssign-on|\u767b\u5f55)"
_WAF = (
    r"request\srejected|support\sid|attention\srequired|cloudflare|incapsula|akamai|mod_security|application\sfirewall"
)
_GATEWAY = r"<center>\s*(nginx|openresty|tengine)|<address>apache|envoy|traefik|haproxy|kong|apisix|squid"
_NO_ROUTE = re.compile(rb'\s*\{\s*"(error_msg"|message"\s*:\s*"no Route matched)')
"""How a JSON of APISIX or Kong begins that refuses a request."""
_SIGN_IN = re.compile(r"/(log-?in|sign-?in|sso|oauth2?|cas|auth)\b", re.IGNORECASE)

SIGNS = (
    Sign("token", msg("the token is no longer accepted"), _status(401), stays=True),
    Sign("proxy-login", msg("the proxy asks for a login"), _status(407), stays=True, foreign=True),
    Sign("rate", msg("a rate limit refused it"), _status(429)),
    Sign("elsewhere", msg("it was redirected to another host, as to a login"), _leads_away, stays=True, foreign=True),
    Sign(
        "login",
        msg("it was redirected to a login"),
        lambda exchange: bool(_SIGN_IN.search(_location(exchange)[1])),
        stays=True,
    ),
    Sign("waf", msg("a web application firewall blocked it"), _matches(_WAF), stays=True, foreign=True),
    Sign("login-page", msg("a login page came back"), _matches(_LOGIN), stays=True),
    Sign("gateway", msg("a gateway answered instead of the server"), _status(502, 503, 504)),
    Sign(
        "gateway-page",
        msg("a gateway's own page came back"),
        lambda exchange: exchange.status != 500 and _matches(_GATEWAY)(exchange),
        stays=True,
    ),
    Sign(
        "page",
        msg("a web page came back"),
        lambda exchange: exchange.status != 500 and is_page(exchange.body),
        stays=True,
    ),
    Sign("deadline", msg("no complete response in time"), _failed("deadline"), repeats=1, load=True),
    Sign("cut", msg("the connection was cut"), _failed("no-answer", "garbled")),
    Sign("too-large", msg("a response was too large"), _failed("too-large"), repeats=1, load=True),
    Sign(
        "empty-500",
        msg("HTTP 500 with an empty body under load"),
        lambda exchange: exchange.status == 500 and not exchange.body.strip(),
        repeats=1,
        load=True,
    ),
)
"""Each sign, the most telling first."""
BY_NAME = {sign.name: sign for sign in SIGNS}


@dataclass(frozen=True)
class Doubt:
    """An exchange that may not be the server's own.

    sign: why.
    exchange: which one.
    at: what it was for, so that the same can be told in another run of the case.
    """

    sign: Sign
    exchange: Exchange
    at: tuple[str, ...] = ()

    @property
    def sentence(self) -> Message:
        """In one sentence what came."""
        return self.sign.sentence(self.exchange)


def sign_of(exchange: Exchange, own: Callable[[Exchange], bool] = lambda _: False) -> Sign | None:
    """Return the sign that an exchange has; `own` tells what only the server behind could have said."""
    sign = next((sign for sign in SIGNS if sign.shows(exchange)), None)
    return None if sign and exchange.failure is None and own(exchange) else sign


def gateways_own(body: bytes) -> bool:
    """Whether a body is plainly that of a gateway: an HTML page, or the JSON of one that has no such route."""
    return is_page(body) or _NO_ROUTE.match(body) is not None


def wait_of(exchange: Exchange) -> float:
    """Return for how many seconds a limit asks to wait: Retry-After in seconds or as a date."""
    said = exchange.headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return min(float(said), LONGEST_WAIT)
    try:
        return min(max(0.0, parsedate_to_datetime(said).timestamp() - time()), LONGEST_WAIT)
    except ValueError:
        return UNKNOWN_WAIT
