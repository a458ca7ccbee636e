"""From settings to a target: one look at what answers there, and what the cases then need."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from contracts.catalog import load
from contracts.client import Client, Exchange, Header, Limits, Request
from contracts.journal import FILE as JOURNAL
from contracts.journal import Guard, Journal, Names, RefusedError
from contracts.redact import register
from contracts.settings import Settings, SettingsError
from contracts.target import Place, Target
from contracts.transport import Transport

STAMP = "X-Zadig-Stand-In"


@dataclass(frozen=True)
class Look:
    """What one look at the target showed. `trouble` says why nothing can be tried, and `answered` whether it answers.

    `stand_in` has the stand-in's own facts where the target is one.
    """

    base_url: str
    answered: bool = True
    trouble: str = ""
    stand_in: Mapping[str, Any] = field(default_factory=dict)

    @property
    def behaviour(self) -> str | None:
        """The behaviour of the stand-in, None where the target is not one."""
        return self.stand_in.get("behaviour")


def limits(settings: Settings) -> Limits:
    """Return the bounds of each exchange."""
    return Limits(settings.connect_timeout, settings.first_byte_timeout, settings.answer_timeout, settings.max_answer)


def transport(settings: Settings) -> Transport:
    """Return how the target is reached."""
    cert = (settings.client_cert, settings.client_key or settings.client_cert) if settings.client_cert else None
    return Transport(settings.ca_file, cert, settings.proxy)


def look_at(settings: Settings, base_url: str) -> Look:
    """Look once at what answers at `base_url`, without changing anything: is it there, and does it take the token?"""
    header = credentials(settings, {})
    client = Client(base_url, header, guard=_refuse, limits=limits(settings), transport=transport(settings))
    path = load(settings.release).support["list-workflows"].path
    exchange = client.send(Request("GET", settings.api_prefix + path, {"projectName": settings.project or ""}))
    facts: Mapping[str, Any] = {}
    if STAMP in exchange.headers and (settings.base_url is None or settings.loopback):
        facts = json.loads(client.send(Request("GET", "/_standin")).body)
    client.close()
    if exchange.status is None:
        why = exchange.failure.text if exchange.failure else "no answer"
        return Look(base_url, False, f"{base_url} is unreachable: {why}")
    if exchange.status in (401, 403) and not (facts and settings.token is None):
        return Look(base_url, True, _refused(settings, exchange), facts)
    return Look(base_url, stand_in=facts)


def _refused(settings: Settings, exchange: Exchange) -> str:
    what = f"GET {exchange.url} answered HTTP {exchange.status}"
    if exchange.status == 403:
        return f"{what}: the token's user may not read in this project; check --project and the user's role"
    if settings.secret("token") is None:
        return f"{what}: no token is set; set ZADIG_TOKEN or ZADIG_TOKEN_FILE"
    return f"{what}: the token is refused; check ZADIG_TOKEN, it may be wrong or expired"


def open_target(settings: Settings, look: Look, *, run_id: str, worker: str, run_dir: Path) -> Target:
    """Return the target that `look` saw, ready for cases.

    Raises SettingsError where a setting is missing, CatalogError where the release is not known.
    """
    release = load(settings.release)
    place = _place(settings, look.stand_in)
    journal = Journal(run_dir / JOURNAL)
    projects = {place.project, place.other_project} - {None}
    guard = Guard(journal, {project for project in projects if project}, stand_in=bool(look.stand_in))
    client = Client(
        look.base_url + settings.api_prefix,
        credentials(settings, look.stand_in),
        guard=guard,
        limits=limits(settings),
        transport=transport(settings),
    )
    manual = look.stand_in.get("clock") == "manual"
    return Target(
        client=client,
        release=release,
        place=place,
        names=Names(run_id, worker),
        journal=journal,
        stand_in=look.behaviour,
        clock=StandInClock(look.base_url) if manual else None,
        patience=settings.state_timeout,
    )


def credentials(settings: Settings, stand_in: Mapping[str, Any]) -> dict[str, Header]:
    """Return the headers by the name of their user; where settings have no token, the stand-in's own are used."""
    own = stand_in.get("tokens", {})
    found: dict[str, Header] = {}
    for name, setting, user in (
        ("main", "token", "member"),
        ("viewer", "viewer_token", "viewer"),
        ("outsider", "outsider_token", "outsider"),
        ("expired", "expired_token", "expired"),
    ):
        token = settings.secret(setting) or own.get(user)
        if token:
            register.add(token)
            found[name] = Header(f"Bearer {token}", f"Bearer $ZADIG_{setting.upper()}")
    return found


class StandInClock:
    """Moves a stand-in's manual clock on."""

    def __init__(self, base_url: str) -> None:
        self._client = Client(base_url, {}, guard=_only_the_clock)

    def advance(self, workflow: str, seconds: float) -> None:
        """Let `seconds` pass for the tasks of `workflow`."""
        path = f"/_standin/clock/{quote(workflow, safe='')}"
        self._client.send(Request("POST", path, body=json.dumps({"seconds": seconds}).encode()))


def _refuse(request: Request) -> None:
    raise RefusedError(f"{request.method} {request.path}: a look changes nothing")


def _only_the_clock(request: Request) -> None:
    if not request.path.startswith("/_standin/clock/"):
        _refuse(request)


def _place(settings: Settings, stand_in: Mapping[str, Any]) -> Place:
    def known(name: str) -> str | None:
        value: str | None = getattr(settings, name, None) or stand_in.get(name)
        return value

    def needed(name: str) -> str:
        value = known(name)
        if value is None:
            option = "--" + name.replace("_", "-")
            raise SettingsError(
                f"setting {name} ({option}, ZADIG_{name.upper()}) is missing: say where the cases may work"
            )
        return value

    return Place(
        project=needed("project"),
        env_name=needed("env_name"),
        service=needed("service"),
        service_module=needed("service_module"),
        repo=needed("repo"),
        branch=known("branch") or "main",
        failing_branch=known("failing_branch"),
        hanging_branch=known("hanging_branch"),
        other_project=settings.outsider_project or stand_in.get("other_project"),
    )
