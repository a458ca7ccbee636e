"""Tells a target's release by the routes that it has. Only reading calls are sent, so nothing changes."""

from collections.abc import Sequence

from contracts.catalog.release import api_of, releases
from contracts.catalog.routes import Route, routes
from contracts.http.client import Client
from contracts.http.exchange import Exchange, Request
from contracts.settings.settings import label
from contracts.text.frozen import dataclass
from contracts.text.message import msg
from contracts.text.releases import in_order, numbers
from contracts.text.strict_json import is_page

NO_ROUTE, OF_ROUTES = 404, (200, 400, 405, 500)
"""The status of an answer to a path without a route, and those by which a server shows that it has one."""


@dataclass(frozen=True)
class Told:
    """What a target's routes tell.

    release: the one that it is taken for, empty where that cannot be told.
    how: what showed it and how sure it is, or why it cannot be told and what to do.
    certain: whether no other release fits.
    """

    release: str
    how: str
    certain: bool = True


def recognise(client: Client, api: str | None = None) -> Told:
    """Ask a target for the routes that tell releases from each other; only those of one API fit where that is set."""
    fits = [name for name in releases() if api in (None, api_of(name))]
    seen: list[str] = []
    hidden: list[tuple[Route, str]] = []
    for route in routes().rows:
        exchange = client.send(Request("GET", route.path, prefixed=route.prefixed))
        came = msg("GET {path} {status}", route.path, str(exchange.status or msg("no response")))
        there = _is_there(exchange)
        if there is None:
            hidden.append((route, came))
        else:
            fits = [name for name in fits if route.is_in(name) is there]
            seen.append(came)
    veiled = [came for route, came in hidden if _splits(route, fits)]
    if veiled:
        hides = (
            "the release cannot be determined: "
            "something in front of the target hides its routes ({what|, }); set {setting}"
        )
        return Told("", msg(hides, veiled, label("release")), certain=False)
    if not fits:
        nothing = "no release of {names|, } has the routes of the target ({what|, }); set {setting} to the nearest"
        return Told("", msg(nothing, in_order(releases()), seen, label("release")), certain=False)
    return _taken(in_order(fits), seen)


def _splits(route: Route, names: Sequence[str]) -> bool:
    return len({route.is_in(name) for name in names}) > 1


def _is_there(exchange: Exchange) -> bool | None:
    """Whether a route is there; None where the answer does not tell, because it need not be the server's own.

    A web page with HTTP 200 is a console, which takes whatever has no route.
    """
    if exchange.status == NO_ROUTE and exchange.body.startswith(routes().unknown.encode()):
        return False
    if is_page(exchange.body):
        return False if exchange.status == 200 else None
    return True if exchange.status in OF_ROUTES else None


def _taken(fits: Sequence[str], seen: Sequence[str]) -> Told:
    """Return the newest release that fits, or of those that only a run can tell apart the one that promises less."""
    doubtful = [first for first in routes().only_runs if numbers(fits[0]) < numbers(first)]
    taken = [name for name in fits if all(numbers(name) < numbers(first) for first in doubtful)][-1]
    others = [name for name in fits if name != taken]
    if not others:
        return Told(taken, msg("release {release}, detected from the routes ({what|, })", taken, seen))
    several = (
        "release {release}, detected from the routes ({what|, }), which also fit {others|, }; {setting} chooses another"
    )
    return Told(taken, msg(several, taken, seen, others, label("release")), certain=False)
