"""The one register of secrets. Whatever goes to a sink passes `mask` first."""

import base64
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.text.message import Message, changed

MASK = "***"
SHORTEST = 6
"""Characters below which a value is not masked: it would black out ordinary words. No secret may be so short."""

# Looks once at the start of each word whether a JWT can end it: from each eyJ anew would take minutes on a bad answer.
_JWT = re.compile(r"(?<![\w-])(?=[\w-]*+\.[\w-]{5})([\w-]*?)eyJ[\w-]{12,}\.[\w-]+(?:\.[\w-]*)?", re.ASCII)
_SIGN = re.compile(r"[^A-Za-z0-9]", re.DOTALL)
_SAME_IN_BASE64URL = {"+": "-", "/": "_"}


@dataclass(frozen=True)
class _Form:
    """One form of a secret: its pattern, and a part that stands in whatever matches it, at least so many times."""

    pattern: str
    part: str
    times: int = 1

    def may_be_in(self, text: str) -> bool:
        """Whether the pattern may match: in most texts it cannot, and to see that takes next to nothing."""
        return self.part in text and (self.times == 1 or text.count(self.part) >= self.times)


class Register:
    """Holds secrets and masks them, in every form that a server or a library may give them."""

    def __init__(self) -> None:
        self._forms: frozenset[_Form] = frozenset()
        self._pattern: tuple[frozenset[_Form], re.Pattern[str]] | None = None

    def add(self, *secrets: str | None) -> None:
        """Remember secrets; None and the empty string are nothing to hide."""
        new = {form for secret in secrets if secret and len(secret) >= SHORTEST for form in _forms(secret)}
        if not new <= self._forms:
            self._forms |= new

    def may_hide(self, text: str) -> bool:
        """Whether there may be something to mask in `text`; False is certain, and costs little."""
        return "eyJ" in text or any(form.may_be_in(text) for form in self._forms)

    def mask(self, text: str) -> str:
        """Return `text` without any secret and without anything shaped like a JWT; a message stays one."""
        if isinstance(text, Message):
            return changed(text, self.mask)
        forms, made = self._forms, self._pattern
        if any(form.may_be_in(text) for form in forms):
            if made is None or made[0] is not forms:  # made only when it is needed, because making it takes long
                patterns = sorted((form.pattern for form in forms), key=len, reverse=True)
                made = self._pattern = forms, re.compile("|".join(patterns))
            text = made[1].sub(MASK, text)
        return _JWT.sub(rf"\1{MASK}", text) if "eyJ" in text else text


def _forms(secret: str) -> frozenset[_Form]:
    """Return the forms of a secret: as it is or escaped in part, percent-encoded as a whole, inside base64."""
    escaped = {_SIGN.sub(_ways, secret), _SIGN.sub(_ways, secret.replace("\\", "\\\\"))}
    percent_encoded = "(?i:" + "".join(f"%{byte:02x}" for byte in secret.encode()) + ")"
    as_it_is = (_Form(pattern, _longest_word(secret)) for pattern in escaped)
    return frozenset({*as_it_is, _Form(percent_encoded, "%", len(secret.encode())), *_base64_forms(secret.encode())})


def _longest_word(text: str) -> str:
    """Return the longest run of letters and digits: in whatever way the signs around it are written, it stays."""
    return max(_SIGN.split(text), key=len)


def _ways(match: re.Match[str]) -> str:
    """Return a pattern of all ways to write a sign: as it is, and as URLs (once or twice), JSON and HTML escape it."""
    sign = match[0]
    utf16 = sign.encode("utf-16-be")
    ways = {
        re.escape(sign),
        "".join(f"%(?:25)?(?i:{byte:02x})" for byte in sign.encode()),
        "".join(rf"\\u(?i:{utf16[i : i + 2].hex()})" for i in range(0, len(utf16), 2)),
        rf"&\#(?:0*{ord(sign)}|[xX]0*(?i:{ord(sign):x}));",
        re.escape(html.escape(sign)),
    }
    if sign in "\"'/":
        ways.add(re.escape("\\" + sign))
    if sign == " ":
        ways.add(r"\+")
    return f"(?:{'|'.join(sorted(ways, key=len, reverse=True))})"


def _base64_forms(secret: bytes) -> set[_Form]:
    """Return what base64 of any longer text has of a secret: it stands at one of three alignments."""
    forms = set()
    for shift in range(3):
        data = base64.b64encode(b"\0" * shift + secret).decode()
        first_whole, last_whole = (shift * 8 + 5) // 6, (shift + len(secret)) * 8 // 6
        core = data[first_whole:last_whole]
        pattern = _SIGN.sub(lambda sign: f"(?:{_ways(sign)}|{_SAME_IN_BASE64URL[sign[0]]})", core)
        forms.add(_Form(pattern, _longest_word(core)))
    return forms


register = Register()
"""The register of this process. It is the one deliberate global: a sink that had to be handed it could be forgotten."""


def mask_all(value: Any) -> Any:
    """Return JSON data with every text in it masked; where there is nothing to mask, the data itself.

    JSON writes letters and digits as they are, so what no secret can be in as a whole, none can be in anywhere.
    """
    return _masked(value) if register.may_hide(json.dumps(value, ensure_ascii=False)) else value


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return register.mask(value)
    if isinstance(value, Mapping):
        return {register.mask(key): _masked(inner) for key, inner in value.items()}
    return [_masked(inner) for inner in value] if isinstance(value, list | tuple) else value
