"""What the runs of the tests of deploy/ have in common: which cases, and whose token."""

import requests

from contracts.standin.process import StandIn
from helpers.processes import HANG

SOME = {"PYTEST_ADDOPTS": "-k create-workflow"}
"""Enough cases for every shard to have some, and few enough for many runs."""
STRICT = {"ZADIG_DEVIATIONS": "none"}
"""Makes a stand-in with the defects of a release a server that is rejected."""


def token_of(server: StandIn) -> str:
    """Return the token of a member, as a secret of a CI system holds it."""
    return requests.get(f"{server.base_url}/_standin/token/member", timeout=HANG).text.strip()
