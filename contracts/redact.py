"""The one register of secrets. Whatever goes to a sink passes `mask` first."""

import base64
import re
from urllib.parse import quote, quote_plus

MASK = "***"
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?")
_SHORTEST = 6
"""Characters below which a value is not masked outright: it would black out ordinary words."""


class Register:
    """Holds secrets and masks them, in every form that a server or a library may give them."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, *secrets: str | None) -> None:
        """Remember secrets; None and the empty string are nothing to hide."""
        for secret in secrets:
            if secret and len(secret) >= _SHORTEST:
                self._forms |= _forms(secret)
        longest_first = sorted(self._forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def mask(self, text: str) -> str:
        """Return `text` without any secret and without anything shaped like a JWT."""
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        return _JWT.sub(MASK, text) if "eyJ" in text else text


def _forms(secret: str) -> set[str]:
    forms = {secret, quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]}
    forms |= {form.lower() for form in forms if "%" in form}
    for shift in range(3):  # base64 of a longer text has the secret at one of three alignments
        data = base64.b64encode(b"\0" * shift + secret.encode())
        start = (shift * 8 + 5) // 6
        end = (shift + len(secret.encode())) * 8 // 6
        if end - start >= _SHORTEST:
            core = data[start:end].decode()
            forms |= {core, core.replace("+", "-").replace("/", "_")}
    return forms


register = Register()
"""The register of this process. It is the one deliberate global: a sink that had to be handed it could be forgotten."""
