"""The token as it is written, and the clocks that judge its expiry. Of what it says only its dates are shown."""

import math
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import jwt

from contracts.doctor.finding import Finding, fail, ok, warn
from contracts.text.message import Message, msg

SOON = timedelta(hours=2)
"""A token of a log-in is valid for a day, and a run over all cases with an agent may take more than an hour."""
SKEW = timedelta(minutes=1)
WHERE = msg("ZADIG_TOKEN or ZADIG_TOKEN_FILE")
ANEW = msg("log in to Zadig, copy the token again and set {where}", WHERE)


def token_findings(token: str | None, now: datetime, *, needed: bool) -> Finding:
    """Look at the token as it stands; `now` is the server's time, `needed` whether the target asks for a token."""
    if token is None and not needed:
        return ok("token", msg("none is set, and aslan's own port needs none"))
    if token is None:
        return fail("token", msg("none is set"), msg("set {where}", WHERE))
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return fail("token", msg("is set, but is not a JWT, which has three parts separated by dots"), ANEW)
    expires = _date(claims.get("exp"))
    if expires is None or not claims.get("uid"):
        lacks = msg("expiry (exp)") if expires is None else msg("user (uid)")
        return warn("token", msg("has no {what}, which Zadig's gateway requires", lacks), ANEW)
    left, date = expires - now, f"{expires:%Y-%m-%d %H:%M} UTC"
    if left <= timedelta():
        return fail("token", msg("expired {span} ago, at {date}", span(left), date), ANEW)
    if left < SOON:
        advice = msg("make sure that it outlives the run, or copy a new one")
        return warn("token", msg("expires in {span}, at {date}", span(left), date), advice)
    return ok("token", msg("is valid for another {span}, until {date}", span(left), date))


def file_findings(path: Path | None) -> Iterator[Finding]:
    """Yield whether anybody on this machine may read the token's file."""
    if path is not None and path.stat().st_mode & stat.S_IROTH:
        yield warn("token-file", msg("every user of this machine may read {path}", path), msg("chmod 600 {path}", path))


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """Return the time by the Date header of an answer."""
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def clock_finding(server: datetime | None, now: datetime) -> Finding:
    """Compare the server's clock with this machine's."""
    if server is None:
        return ok("clock", msg("the target does not report its time, so the clocks were not compared"))
    skew = server - now
    if abs(skew) < SKEW:
        return ok("clock", msg("the target's clock and this machine's agree"))
    ahead = msg("the target's clock is {span} ahead of this machine's")
    behind = msg("the target's clock is {span} behind this machine's")
    text = (ahead if skew > timedelta() else behind).put(span(skew))
    return warn(
        "clock", text, msg("synchronize both with a time server; the target's clock decides when a token expires")
    )


def span(time: timedelta) -> Message:
    """Return a span of time in its two largest units at most."""
    minutes = round(abs(time).total_seconds() / 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = (
        (days, msg("{n} day"), msg("{n} days")),
        (hours, msg("{n} hour"), msg("{n} hours")),
        (minutes, msg("{n} minute"), msg("{n} minutes")),
    )
    words = [(one if n == 1 else more).put(n) for n, one, more in parts if n]
    return msg("{spans| }", words[:2]) if words else msg("less than a minute")


def _date(value: object) -> datetime | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.max.replace(tzinfo=UTC) if value > 0 else datetime.min.replace(tzinfo=UTC)
