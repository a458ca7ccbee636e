"""The health call: whether it is Zadig that answers somewhere. No token is sent."""

from dataclasses import replace

from contracts.catalog.release import Release
from contracts.http.client import Client
from contracts.http.exchange import Exchange
from contracts.target.requests import ROOT, knocking
from contracts.text.strict_json import is_page, value_of


def health(client: Client, release: Release, prefix: str) -> Exchange:
    """Ask for the health behind a prefix."""
    request = knocking(release)
    path = prefix + request.path if request.prefixed else request.path
    return client.send(replace(request, path=path, credential="nobody"))


def is_health(exchange: Exchange, release: Release) -> bool:
    """Whether this is Zadig's answer to the health call; without one in the release, any that is no web page."""
    if release.lacks(["health"]):
        return exchange.status is not None and (knocking(release).path == ROOT or not is_page(exchange.body))
    value, healthy = value_of(exchange.body), next(iter(release.call("health").answers.values()))
    return (
        exchange.status == healthy.status
        and isinstance(value, dict)
        and value.items() >= (healthy.sample or {}).items()
    )
