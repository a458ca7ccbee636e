"""How many processes -n auto is worth: waiting for a server is not work, so threads wait, and only work needs cores."""

from dataclasses import replace

from contracts.catalog.release import load
from contracts.run.executor import IN_A_WORKER
from contracts.settings.settings import Settings
from contracts.target.connect import open_client
from contracts.target.pace import at_once
from contracts.target.requests import knocking

WORK = 0.0015
"""Seconds of work that one exchange takes, measured with `make bench`."""


def workers(settings: Settings, cores: int) -> int:
    """Return how many workers of xdist to start for a target; 0: none, this process does it faster alone.

    However many there are, they have as many cases under way as one process would. So they are worth their start only
    where that one would work longer than it waits, and each of them has enough under way.
    """
    if settings.base_url is None:
        return 0  # the stand-in answers at once
    waited = latency(settings)
    busy = round(at_once(settings.in_flight) * WORK / waited) if waited else 0
    wished = min(busy, cores, at_once(settings.in_flight) // IN_A_WORKER)
    return wished if wished > 1 else 0


def latency(settings: Settings) -> float:
    """Return the seconds of one exchange on a connection that is open; 0 where the target does not answer."""
    client = open_client(settings, settings.base_url or "", prefix=settings.api_prefix)
    try:
        health = replace(knocking(load(settings.known_release)), credential="nobody")
        first, second = client.send(health), client.send(health)
    finally:
        client.close()
    return second.seconds if None not in (first.status, second.status) else 0.0
