"""Who a request can come from: the users whose tokens are set, and the headers that prove nobody."""

import base64
import json
import math
from collections.abc import Mapping

from contracts.http.client import Header
from contracts.settings.settings import Settings
from contracts.text.redact import Hidden, register

USERS = {
    "main": ("token", "member"),
    "viewer": ("viewer_token", "viewer"),
    "outsider": ("outsider_token", "outsider"),
    "expired": ("expired_token", "expired"),
}
"""Each user: the setting with the token, and the stand-in's own user where it is not set."""

CUT = 8
"""Characters that the beginning of a token lacks."""


def headers(settings: Settings, issued: Mapping[str, str]) -> dict[str, Header]:
    """Return the Authorization header of each credential, by name; `issued` are the stand-in's tokens by user.

    Raises SettingsError where the token file cannot be used.
    """
    tokens = {name: settings.secret(setting) or issued.get(user) for name, (setting, user) in USERS.items()}
    tokens |= {user: issued.get(user) or tokens["main"] for user in ("admin", "member")}
    found = {}
    for name, token in tokens.items():
        if token:
            register.add(token)
            setting = USERS[name][0] if name in USERS else "token"
            found[name] = Header(f"Bearer {token}", f"Bearer $ZADIG_{setting.upper()}")
    if tokens["main"]:
        found |= _forged(tokens["main"])
    return found


def own_users(settings: Settings) -> dict[str, str]:
    """Return the variable of each token that is not set, with the user of a stand-in who takes its place."""
    missing = {setting: user for setting, user in USERS.values() if settings.secret(setting) is None}
    return {f"ZADIG_{setting.upper()}": user for setting, user in missing.items()}


def expiry(token: str | None) -> float:
    """Return when a token ends by its own word, as time.time() counts; never where it does not say."""
    try:
        claims = (token or "").split(".")[1]
        ends = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]
    except (IndexError, KeyError, TypeError, ValueError):
        return math.inf
    return float(ends) if isinstance(ends, int | float) and not isinstance(ends, bool) else math.inf


def _forged(token: str) -> dict[str, Header]:
    """Return headers that a server must refuse, and how a shell makes each; `nobody`, no header at all, needs none."""
    alg_none = 'Bearer $(printf \'{"alg":"none"}\' | base64 | tr -d =).$(echo $ZADIG_TOKEN | cut -d. -f2).'
    forged = {
        "wrong-scheme": ("Basic", Hidden(token), "Basic $ZADIG_TOKEN"),
        "wrong-signature": ("Bearer", Hidden(_resigned(token)), "Bearer ${ZADIG_TOKEN%????}AAAA"),
        "alg-none": ("Bearer", Hidden(_unsigned(token)), alg_none),
        "beginning": ("Bearer", Hidden(token[:-CUT]), f"Bearer ${{ZADIG_TOKEN%{'?' * CUT}}}"),
    }
    register.add(*(value for _, value, _ in forged.values()))
    forged["garbage"] = ("Bearer", Hidden("garbage"), "Bearer garbage")
    forged["empty"] = ("Bearer", Hidden(""), "Bearer ")
    return {name: Header(f"{scheme} {value}", shown) for name, (scheme, value, shown) in forged.items()}


def _resigned(token: str) -> str:
    """Return a token with another signature of the same length."""
    head, dot, signature = token.rpartition(".")
    first = "B" if signature.startswith("A") else "A"
    return f"{head}{dot}{first}{signature[1:]}"


def _unsigned(token: str) -> str:
    """Return the token's claims under a header that says they need no signature."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    claims = token.split(".")[1] if token.count(".") == 2 else ""
    return f"{header}.{claims}."
