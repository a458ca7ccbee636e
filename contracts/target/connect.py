"""From settings to a target: one look at what answers there, and what the cases then need."""

import math
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import field, fields, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from contracts.catalog.release import api_of, load, releases
from contracts.http.client import Client, Limits
from contracts.http.disturbance import SERVER_ERROR, sign_of
from contracts.http.exchange import Exchange, Hears, Request
from contracts.http.transport import Transport
from contracts.profiles import EXPLORE
from contracts.safety.guard import Guard, RefusedError
from contracts.safety.journal import FILE as JOURNAL
from contracts.safety.journal import Journal, Names
from contracts.settings.parsers import BUDGET
from contracts.settings.settings import AUTO, Settings, SettingsError, label
from contracts.target.credentials import expiry, headers, own_users
from contracts.target.discovery import UnreadWorkspaceError, discover_workspace, the_project
from contracts.target.health import health, is_health
from contracts.target.listing import Reader, Rights, UnreadableError, rights
from contracts.target.recognition import Told, recognise
from contracts.target.requests import ROOT, reading
from contracts.target.standin_control import STAMP, StandInControl, facts
from contracts.target.steady import look_request, looks
from contracts.target.target import Exploring, Target, Workspace
from contracts.target.weather import Weather
from contracts.text.errors import TargetError
from contracts.text.frozen import dataclass
from contracts.text.message import Message, about, msg

BRIEF = 2.0
"""Seconds in which a gateway may come to itself where nobody waits for the target."""
MOST_REQUESTS = 10_000_000
"""More than any run sends: for a budget of seconds alone."""
PLACES = ("project", "env_name", "service", "service_module", "repo")
"""Settings that name what must be there before a run."""
NOTHING: Mapping[str, Any] = {}
NOT_HERE = msg("no Zadig answers at {base_url}, but one does at {other}")
PATIENCE, LEAST_PATIENCE = 2, 5.0
"""How long after its sending a server may be at work on a request without an answer: so many times the deadline of a
whole answer, and at least so many seconds."""


@dataclass(frozen=True)
class Probe:
    """What one look at the target showed.

    answered: whether it answers.
    trouble: why nothing can be tried.
    disturbed: what answers is not the target, but what stands before it.
    stand_in: what the stand-in says of itself, where the target is one.
    release, told: the release that it is, and what showed that; both empty where nobody asked.
    """

    base_url: str
    answered: bool = True
    trouble: str = ""
    disturbed: bool = False
    stand_in: Mapping[str, Any] = field(default_factory=dict)
    release: str = ""
    told: str = ""

    @property
    def behaviour(self) -> str | None:
        """The behaviour of the stand-in, None where the target is not one."""
        return self.stand_in.get("behaviour")


def refuse(request: Request) -> None:
    """Guard a client that is only to look."""
    raise RefusedError(about(f"{request.method} {request.path}", "this client only reads"))


def open_client(
    settings: Settings,
    root: str,
    stand_in: Mapping[str, Any] = NOTHING,
    guard: Callable[[Request], Hears | None] = refuse,
    *,
    prefix: str = "",
) -> Client:
    """Return a client as settings say; `root` and `prefix` are in front of the paths that it is asked for."""
    cert = (settings.client_cert, settings.client_key or settings.client_cert) if settings.client_cert else None
    timeouts = (settings.connect_timeout, settings.first_byte_timeout, settings.answer_timeout)
    return Client(
        root,
        headers(settings, stand_in.get("tokens", {})),
        guard=guard,
        prefix=prefix,
        limits=Limits(*timeouts, settings.max_answer),
        transport=Transport(settings.ca_file, cert, settings.proxy.reveal() if settings.proxy else None),
    )


def probe(settings: Settings, base_url: str) -> Probe:
    """Look once at what answers at `base_url`, without changing anything.

    Is it there, does it take the token, and where the settings do not say so: of which release is it? Raises
    SettingsError where the project that is set is not there, or the address has a path too many.
    """
    if right := above(settings, base_url):
        raise SettingsError(about(label("base_url"), msg("{found}; set {url}", NOT_HERE.put(base_url, right), right)))
    with closing(open_client(settings, base_url, prefix=settings.api_prefix)) as client:
        look = _knock(settings, base_url, client)
        if look.trouble or settings.release != AUTO:
            return look
        told = recognised(settings, client, look.stand_in)
        return replace(look, release=told.release, told=told.how, trouble="" if told.release else told.how)


def above(settings: Settings, base_url: str) -> str:
    """Return the address above this one at which Zadig answers; empty where it answers here, or at none of them."""
    release, path = load(settings.known_release), urlsplit(base_url).path
    root = base_url.removesuffix(path)
    for each in (path, *map(str, PurePosixPath(path).parents)) if path else ():
        with closing(open_client(settings, url := (root + each).rstrip("/"))) as client:
            found = health(client, release, settings.api_prefix)
        if is_health(found, release):
            return "" if url == base_url else url
        if found.status is None or found.status >= SERVER_ERROR:
            break  # that may pass, and says nothing of the address
    return ""


def recognised(settings: Settings, client: Client, stand_in: Mapping[str, Any] = NOTHING) -> Told:
    """Return which release a target is of: what a stand-in says of itself, or what routes tell."""
    own = stand_in.get("release")
    if own in releases() and settings.api in (None, api_of(own)):
        return Told(own, msg("release {release}, as reported by the stand-in", own))
    return recognise(client, settings.api)


def _knock(settings: Settings, base_url: str, client: Client) -> Probe:
    request = look_request(load(settings.known_release), settings.project)
    exchange = _steady(client, request, settings.wait)
    is_stand_in = STAMP in exchange.headers and (settings.base_url is None or settings.loopback)
    stand_in = facts(client) if is_stand_in else {}
    if exchange.status is None:
        why = exchange.failure.text if exchange.failure else msg("no response")
        return Probe(base_url, False, msg("{base_url} is unreachable: {why}", base_url, why))
    sign = sign_of(exchange)
    if exchange.status == 403 and sign is not None and sign.foreign:  # it tells nothing of the token's user
        return Probe(base_url, True, sign.sentence(exchange), disturbed=True)
    ours = stand_in and settings.secret("token") is None  # then the stand-in's own tokens are used
    if (exchange.status == 401 or (exchange.status == 403 and settings.project)) and not ours:
        if exchange.status == 403:
            with suppress(UnreadWorkspaceError):  # there may be no such project: that is another thing to mend
                the_project(settings, Reader(client, load(settings.known_release)))
        return Probe(base_url, True, _refused(settings, exchange), stand_in=stand_in)
    sign = sign if request.path != ROOT else None
    if sign is not None and sign.name == "page":
        page = "GET {url} returned HTTP {status} with an HTML page, where Zadig's API returns JSON"
        why = msg("{what}; check --base-url and --api-prefix", msg(page, exchange.url, exchange.status))
        return Probe(base_url, True, why, disturbed=True)
    if sign is not None and sign.name not in ("token", "empty-500") and exchange.failure is None:
        return Probe(base_url, True, sign.sentence(exchange), disturbed=True)
    return Probe(base_url, stand_in=stand_in)


def _steady(client: Client, request: Request, seconds: float | None) -> Exchange:
    """Return what comes back once it is an answer, or when so many seconds are over; a gateway may need a moment."""
    for _ in looks(seconds or BRIEF):
        exchange = client.send(request)
        sign = sign_of(exchange)
        proper = exchange.status is not None and sign is None and exchange.status < SERVER_ERROR
        passes = sign is not None and not sign.stays and exchange.failure is None
        if proper or not (seconds or passes) or exchange.status in (401, 403):
            break
    return exchange


def is_no_administrator(settings: Settings, look: Probe) -> bool:
    """Whether the token's user may not list the workflows of all projects, as every system administrator may."""
    with closing(open_client(settings, look.base_url, prefix=settings.api_prefix)) as client:
        return client.send(replace(reading(load(settings.known_release), "list"), query={})).status == 403


def _refused(settings: Settings, exchange: Exchange) -> Message:
    what = msg("GET {url} returned HTTP {status}", exchange.url, exchange.status)
    if exchange.status == 403:
        return msg(
            "{what}: the token's user has no permission to read in this project; check --project and the user's role",
            what,
        )
    return _unknown_token(settings, what)


def _unknown_token(settings: Settings, what: str) -> Message:
    """Return why nobody is known by the token: there is none, it has expired, or it is another one."""
    if settings.secret("token") is None:
        return msg("{what}: no token is set; set ZADIG_TOKEN or ZADIG_TOKEN_FILE", what)
    ends = expiry(settings.secret("token"))
    if 0 < ends < time.time():
        date = datetime.fromtimestamp(ends, UTC)
        return msg("{what}: the token expired at {time}; set a new one", what, f"{date:%Y-%m-%d %H:%M} UTC")
    return msg("{what}: the token is refused; check ZADIG_TOKEN, it may be wrong or expired", what)


def open_target(
    settings: Settings, look: Probe, where: Workspace, *, release: str, run_id: str, worker: str, run_dir: Path
) -> Target:
    """Return the target that `look` saw, ready for cases that work in `where`.

    Raises CatalogError where the release is not known.
    """
    journal = Journal(run_dir / JOURNAL)
    journal.begin(run_id, look.base_url)
    projects = filter(None, (where.project, where.other_project))
    patience = max(LEAST_PATIENCE, PATIENCE * settings.answer_timeout)
    contract = load(release)
    guard = Guard(journal, projects, contract, stand_in=bool(look.stand_in), patience=patience)
    manual = look.stand_in.get("clock") == "manual"
    return Target(
        client=open_client(settings, look.base_url, look.stand_in, guard, prefix=settings.api_prefix),
        release=contract,
        workspace=where,
        names=Names(run_id, worker),
        journal=journal,
        control=StandInControl(look.base_url, manual=manual, users=own_users(settings)) if look.stand_in else None,
        state_timeout=settings.state_timeout,
        weather=Weather(settings.rate_limit or math.inf),
        expires=expiry(settings.secret("token")),
        exploring=exploring(settings, run_id),
    )


def exploring(settings: Settings, run_id: str) -> Exploring:
    """Return how much a run explores: what it does at length it does another way each time, unless a seed is set."""
    seed = settings.seed
    if seed is None:
        seed = crc32(run_id.encode()) if settings.profile == EXPLORE else 0
    requests, seconds = BUDGET.fullmatch(settings.budget).groups()  # type: ignore[union-attr]  # as it was read
    return Exploring(seed, int(requests or MOST_REQUESTS), float(seconds or math.inf))


def find_workspace(settings: Settings, look: Probe) -> Workspace:
    """Return where the cases may work: what settings say, then a stand-in's own facts, or what a live target has.

    Raises SettingsError where the target has nothing fit for it, or several things to choose from.
    """
    stand_in, same = look.stand_in, load(settings.known_release).binding.workspace
    if not stand_in:
        with closing(open_client(settings, look.base_url, prefix=settings.api_prefix)) as client:
            return replace(discover_workspace(settings, client), **same)
    known = {item.name: getattr(settings, item.name, None) or stand_in.get(item.name) for item in fields(Workspace)}
    if any(getattr(settings, name) for name in PLACES):  # what is misspelt is not there on a stand-in either
        places: dict[str, Any] = {name: known[name] for name in PLACES}
        with closing(open_client(settings, look.base_url, stand_in, prefix=settings.api_prefix)) as client:
            discover_workspace(replace(settings, **places), client)
    return Workspace(**known | {"other_project": settings.outsider_project or stand_in.get("other_project"), **same})


def find_rights(settings: Settings, look: Probe, project: str) -> Rights | None:
    """Return what the token's user may do in a project; None where no reading call tells.

    Raises TargetError where the token is refused, which the look does not see of a server that has other calls.
    """
    with closing(open_client(settings, look.base_url, look.stand_in, prefix=settings.api_prefix)) as client:
        try:
            return rights(Reader(client, load(settings.known_release)), project)
        except UnreadableError as error:
            if error.status == 401:
                raise TargetError(_unknown_token(settings, str(error.message.values.get("what")))) from None
            return None
