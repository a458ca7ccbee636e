"""How many processes -n auto is worth: waiting for a server is not work, so threads wait, and only work needs cores."""

from dataclasses import replace

from contracts.catalog.release import load
from contracts.run.executor import IN_A_WORKER
from contracts.settings.settings import Settings
from contracts.target.connect import open_client
from contracts.target.requests import knocking

WORK = 0.0015
"""Seconds of work that one exchange takes, measured with `make bench`."""
MOST = 32
"""Requests that all workers together may have under way: enough to keep cores busy, few enough for any deployment."""


def workers(settings: Settings, cores: int) -> int:
    """Return how many workers of xdist to start for a target; 0: none, this process does it faster alone.

    One process with N cases in flight waits for a server N times at once. Where it still waits longer than it works,
    more processes are worth their start, if together they have more in flight than it has.
    """
    if settings.base_url is None:
        return 0  # the stand-in answers at once
    waited = latency(settings) / settings.in_flight
    each = min(settings.in_flight, IN_A_WORKER)
    wished = min(round(waited / WORK), 2 * cores, MOST // each)
    return wished if wished * each > settings.in_flight else 0


def latency(settings: Settings) -> float:
    """Return the seconds of one exchange on a connection that is open; 0 where the target does not answer."""
    client = open_client(settings, settings.base_url or "", prefix=settings.api_prefix)
    try:
        health = replace(knocking(load(settings.known_release)), credential="nobody")
        first, second = client.send(health), client.send(health)
    finally:
        client.close()
    return second.seconds if None not in (first.status, second.status) else 0.0
