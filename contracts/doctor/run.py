"""The whole look: the checks in their order, until one shows that the next can tell nothing."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.catalog.cases import cases
from contracts.catalog.release import load
from contracts.doctor.address import Address, knock, time_per_request
from contracts.doctor.finding import Finding, Status, fail, ok
from contracts.doctor.place import access, edition, handed_in, place_findings, release
from contracts.doctor.token import clock_finding, file_findings, server_time, token_findings
from contracts.paths import real
from contracts.run.plan import OTHER_PROJECT, not_shown, scope
from contracts.safety.run_folder import usable
from contracts.settings.settings import AUTO, FILE, STAND_IN, Settings, SettingsError, label
from contracts.target.connect import open_client, recognised
from contracts.target.credentials import headers
from contracts.target.listing import Reader
from contracts.target.standin_control import STAMP, facts
from contracts.text.message import about, msg
from contracts.text.printable import in_json, printable
from contracts.text.redact import register

OK, FAILED, UNREACHABLE = 0, 1, 6

OWN = ("project", "env_name", "service", "service_module", "repo", "branch")
"""Settings that a run takes from a stand-in's own facts."""


def doctor(settings: Settings, *, as_json: bool, echo: Callable[[str], None], now: datetime | None = None) -> int:
    """Look at the target and tell what was found, a line each as it is found; return the exit code.

    Raises InputError where no target is set, or a run would have no folder. `now` is this machine's time, if it is to
    be another one.
    """
    if settings.base_url is None:
        raise SettingsError("{variable} is missing; set it to the Zadig to check", label("base_url"))
    if settings.run_dir is not None:
        usable(real(settings.run_dir))
    findings = []
    address = knock(settings, settings.base_url)
    for finding in examine(settings, settings.base_url, address, now or datetime.now(UTC)):
        findings.append(finding)
        if not as_json:
            echo(finding.line(settings.language))
    if as_json:
        data = json.dumps([finding.to_json() for finding in findings], ensure_ascii=False, indent=2)
        echo(printable(data, keep="\n", code=in_json))
    if not address.answered:
        return UNREACHABLE
    return FAILED if any(finding.status is Status.FAIL for finding in findings) else OK


def examine(settings: Settings, base_url: str, address: Address, now: datetime) -> Iterator[Finding]:
    """Yield the findings on a target of which `address` is known already."""
    token = settings.secret("token")
    register.add(token)
    there, alone = msg("{file}, the environment and options"), msg("the environment and options; no {file}")
    source = (there if Path(FILE).is_file() else alone).put(FILE)
    where = settings.source("base_url")
    yield ok("settings", msg("read from {source}; the address is set by {where}", source, where))
    yield from address.findings
    server = server_time(address.health.headers) if address.health else None
    stand_in: Mapping[str, Any] = {}
    if address.health is not None:
        yield clock_finding(server, now)
        settings = replace(settings, api_prefix=address.prefix)
        if STAMP in address.health.headers and settings.loopback:
            client = open_client(settings, base_url)
            stand_in = facts(client)
            client.close()
            update: dict[str, Any] = {name: stand_in.get(name) for name in OWN if getattr(settings, name) is None}
            settings = replace(settings, **update)
            token = token or stand_in.get("tokens", {}).get("member")
            if settings.require_live:
                asked = about(label("require_live"), STAND_IN.put(base_url))
                yield fail("address", asked, msg("set --base-url to the address of a Zadig"))
    needed = address.prefix != load(settings.known_release).binding.open_prefix
    yield token_findings(token, server or now, needed=needed)
    yield from file_findings(settings.token_file)
    if address.health is None:
        return
    yield time_per_request(settings, base_url, address.prefix)
    if needed and token is None:
        return
    with closing(open_client(settings, base_url, stand_in, prefix=address.prefix)) as client:
        accepted = access(settings, Reader(client, load(settings.known_release)), authorizes=needed)
        if accepted.status is Status.FAIL:
            yield accepted
            return
        told = recognised(settings, client, stand_in)
        yield release(settings, told)
        yield accepted
        settings = replace(settings, release=told.release if settings.release == AUTO else settings.release)
        if settings.release:
            yield from edition(settings, stand_in)
            yield from place_findings(settings, Reader(client, load(settings.release)))
            yield from handed_in(settings)
            yield from _not_shown(settings, stand_in)


def _not_shown(settings: Settings, stand_in: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what a run of the profile would not show on this target."""
    known = set(headers(settings, {})) | ({OTHER_PROJECT} if settings.outsider_project else set())
    told = not_shown(cases(settings.known_release), scope(settings, stand_in=bool(stand_in), credentials=known))
    if told:
        yield ok("profile", msg("{profile}: {what}", settings.profile, told))
