"""The run that the tests of verdicts and reports tell of, and what may become of its cases."""

from typing import Any

from contracts.check.breach import Breach, Kind
from contracts.report.verdict_rules import Result
from contracts.run.verdict import Run

RUN = Run(
    id="20260102t030405-abcd",
    started="2026-01-02T03:04:05+00:00",
    seconds=1.5,
    release="1.7.0",
    profile="regression",
    base_url="https://zadig.example.com",
    api_prefix="/api/aslan",
    stand_in=None,
    embedded=False,
    host="zadig.example.com",
    ended="2026-01-02T03:04:07+00:00",
    suite={"version": "0.1.0", "commit": None},
)
CURL = 'curl -sSig -X DELETE -H "Authorization: Bearer $ZADIG_TOKEN" https://zadig.example.com/api/aslan/x'
WRONG = Breach(Kind.CONSTANT, "$.code", "6163", "6164", True, "$.code")
CRASH = Breach(Kind.STATUS, "status", "HTTP 400", "HTTP 500", False, "500")
DRIFT = Breach(Kind.STATUS, "status", "HTTP 400", "HTTP 404", False, "404")
DETAILS: dict[str, dict[str, Any]] = {
    Result.BREACH: {"breaches": (WRONG,)},
    Result.DRIFT: {"breaches": (DRIFT,)},
    Result.KNOWN: {"breaches": (WRONG,), "deviation": "wrong-code"},
    Result.CRASHED: {"reason": "the worker that ran it was killed"},
    Result.BLOCKED: {"reason": "the given could not be arranged"},
    Result.UNREACHABLE: {"reason": "Connection refused"},
}
"""What an outcome has besides its result."""
