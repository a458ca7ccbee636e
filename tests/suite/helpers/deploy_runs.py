"""What the runs of the tests of deploy/ have in common: which cases, whose token, and what they say in the end."""

from pathlib import Path
from typing import Any

import requests

from contracts.standin.process import StandIn
from helpers.whole_runs import Ran

SOME = {"PYTEST_ADDOPTS": "-k create-workflow"}
"""Enough cases for every shard to have some, and few enough for many runs."""
STRICT = {"ZADIG_DEVIATIONS": "none"}
"""Makes a stand-in with the defects of a release a server that is rejected."""


def token_of(server: StandIn) -> str:
    """Return the token of a member, as a secret of a CI system holds it."""
    return requests.get(f"{server.base_url}/_standin/token/member", timeout=10).text.strip()


def verdict(folder: Path) -> Any:
    """Return what the verdict.json of a run says."""
    return Ran(0, "", str(folder)).verdict
