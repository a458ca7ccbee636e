"""What the suite costs beside the exchanges that it must make: a whole run against a bare loop of the same requests."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from tabulate import tabulate

from contracts.casetable import Case, cases
from contracts.catalog import ROOT
from contracts.connect import look_at, open_target
from contracts.plan import chosen, scope
from contracts.credentials import USERS
from contracts.plan import OTHER_PROJECT
from contracts.runner import run_case
from contracts.settings import AUTO, Settings, load
from contracts.standin.process import start

BOUND = 3.0
"""How many times the bare loop a run may take, without what collecting the cases takes."""
TIMES = 3
RELEASE = "1.7.0"


@dataclass(frozen=True)
class Sent:
    """One request as it went out; `path` begins with a slash, and so does what the stand-in's control calls have."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None
