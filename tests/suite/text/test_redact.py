"""A registered secret shows in no text, in whatever form it came; nothing else is masked."""

import base64
import html
import json
import string
from collections.abc import Callable
from random import Random
from urllib.parse import quote, quote_plus

import pytest

from contracts.check.breach import SHOWN, show
from contracts.text.printable import printable
from contracts.text.redact import MASK, SHORTEST, Register, register
from helpers.growth import assert_linear

SECRETS = [
    pytest.param("canary-4711", id="word"),
    pytest.param("sixsix", id="shortest"),
    pytest.param("Zm9v+/bar==+/", id="base64-like"),
    pytest.param("p@ss w0rd & more", id="with-spaces"),
    pytest.param(string.punctuation, id="all-signs"),
    pytest.param('quote"back\\slash\\\\two/', id="json-signs"),
    pytest.param("100%25%2F<b>'&amp;", id="looks-escaped"),
    pytest.param("秘密的令牌字符串", id="chinese"),
    pytest.param("emoji\U0001f600secret", id="beyond-16-bits"),
    pytest.param("x" * 3000 + "/y", id="long"),
    pytest.param("\\" * 40 + "end", id="backslashes"),
    pytest.param("%" * 40 + "&" * 40, id="percents"),
]


def go_json(text: str) -> str:
    """Return a text in JSON as Go writes it."""
    found = json.dumps(text, ensure_ascii=False)[1:-1]
    for sign in "<>&":
        found = found.replace(sign, f"\\u{ord(sign):04x}")
    return found


def inside_base64(shift: int, encode: Callable[[bytes], bytes]) -> Callable[[str], str]:
    """Return the form: base64 of a longer text in which the secret starts behind `shift` bytes."""
    return lambda secret: encode(b"u:p"[:shift] + secret.encode() + b" and more").decode()


FORMS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "percent": lambda secret: quote(secret, safe=""),
    "percent-in-a-path": quote,
    "percent-in-a-form": quote_plus,
    "percent-lower-case": lambda secret: "".join(
        c.lower() if p else c for c, p in _percent_parts(quote(secret, safe=""))
    ),
    "percent-twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "percent-everything": lambda secret: "".join(f"%{byte:02X}" for byte in secret.encode()),
    "query": lambda secret: f"GET /api/x?token={quote_plus(secret)}&a=1",
    "json": json.dumps,
    "json-chinese-kept": lambda secret: json.dumps(secret, ensure_ascii=False),
    "json-of-go": go_json,
    "json-slash-escaped": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "repr": repr,
    "html": html.escape,
    "html-numbers": lambda secret: "".join(c if c.isalnum() else f"&#{ord(c)};" for c in secret),
    "base64-percent": lambda secret: quote(base64.b64encode(secret.encode()).decode(), safe=""),
    "base64-json": lambda secret: base64.b64encode(secret.encode()).decode().replace("/", "\\/"),
    "upper-case": str.upper,
    "backwards": lambda secret: secret[::-1],
    "hex": lambda secret: secret.encode().hex(),
    "hex-upper-case": lambda secret: secret.encode().hex().upper(),
    "entity-in-json": lambda secret: json.dumps(html.escape(secret))[1:-1],
    "json-in-json": lambda secret: json.dumps(json.dumps(secret)[1:-1])[1:-1],
    "unicode-escapes": lambda secret: "".join(f"\\u{unit:04x}" for unit in _utf16(secret)),
    **{f"base64-at-{shift}": inside_base64(shift, base64.b64encode) for shift in range(4)},
    **{f"base64url-at-{shift}": inside_base64(shift, base64.urlsafe_b64encode) for shift in range(4)},
}


def _utf16(text: str) -> list[int]:
    data = text.encode("utf-16-be")
    return [int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2)]


def _percent_parts(text: str) -> list[tuple[str, bool]]:
    """Return each character with whether it belongs to a percent escape."""
    return [(c, "%" in text[max(0, i - 2) : i + 1]) for i, c in enumerate(text)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_masked_in_every_form(secret: str, form: str) -> None:
    """Whatever a server or a library makes of a secret, its text does not come through and its surroundings do."""
    held = Register()
    held.add(secret)
    written = FORMS[form](secret)
    masked = held.mask(f"before {written} behind")
    assert MASK in masked
    assert masked.startswith("before ")
    assert masked.endswith(" behind")
    assert secret not in masked
    if form.startswith("base64"):  # the bits at both ends are shared with the neighbours
        assert len(masked) - len("before *** behind") <= len(written) - len(secret) * 4 // 3 + 12
    elif form not in ("query", "json", "json-chinese-kept", "json-slash-escaped", "repr"):
        assert masked == "before *** behind"


TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJ1aWQiOiJjYW5hcnkiLCJleHAiOjE5MDAwMDAwMDB9.c2lnbmF0dXJlLW9mLXRoZS1jYW5hcnk"


@pytest.mark.parametrize(
    "form",
    ["raw", "upper-case", "backwards", "hex", "percent-everything", "html-numbers", "base64-at-0", "base64-at-1"],
)
def test_a_piece_of_a_secret_is_masked(form: str) -> None:
    """Wherever an answer is cut, what came of a long secret does not show, from 12 characters on."""
    held = Register()
    held.add(TOKEN)
    for start in range(0, len(TOKEN) - 20, 3):
        for size in (12, 13, 20):
            piece = TOKEN[start : start + size]
            masked = held.mask(f"before {FORMS[form](piece)} behind")
            assert MASK in masked, (piece, masked)
            assert piece[3:-3] not in masked


def test_a_token_with_every_kind_of_escape_is_masked() -> None:
    """Each character written another way, and all of that once more."""
    held = Register()
    held.add(TOKEN)
    kinds = ("percent-everything", "unicode-escapes", "html-numbers", "raw")
    mixed = "".join(FORMS[kinds[place % 4]](sign) for place, sign in enumerate(TOKEN))
    for again in ("raw", "percent", "json", "html"):
        assert held.mask(f"before {FORMS[again](mixed)} behind").replace('"', "") == "before *** behind", again


def test_what_is_shorter_than_a_piece_stays() -> None:
    """Eleven characters of a secret may be an ordinary word."""
    held = Register()
    held.add(TOKEN)
    assert held.mask(f"x {TOKEN[30:41]} x") == f"x {TOKEN[30:41]} x"


def test_random_secrets_are_masked_in_random_surroundings() -> None:
    """300 random secrets: each form of each is masked and what stands around it stays."""
    random = Random(4711)  # noqa: S311 - not for secrecy
    for _ in range(300):
        secret = "".join(random.choices(string.printable[:94], k=random.randint(SHORTEST, 60)))
        held = Register()
        held.add(secret)
        for form in ("raw", "percent", "percent-twice", "html", "json-of-go", "percent-everything"):
            assert held.mask(f"〈{FORMS[form](secret)}〉") == "〈***〉", (secret, form)
        for shift in range(3):
            core = base64.b64encode(b"\0" * shift + secret.encode()).decode()[4:-4]
            masked = held.mask(FORMS[f"base64-at-{shift}"](secret))
            assert not core or core not in masked, (secret, shift)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("mongo: no documents in result", id="description"),
        pytest.param("canary-471 canary_4711 CANARY-471 canary 4711", id="similar"),
        pytest.param("%63%61%6E%61%72%79", id="only-a-part-escaped"),
        pytest.param("Y2FuYXJ5", id="only-a-part-in-base64"),
        pytest.param("eyJ is how a token starts. eyJude.hey", id="short-eyj"),
        pytest.param("eyJhbGciOiJIUzI1NiJ9", id="header-of-a-token-alone"),
        pytest.param("see www.example.com/a.b.c and v1.7.0", id="dots"),
        pytest.param('{"code":6163,"extra":{}}', id="json"),
    ],
)
def test_nothing_else_is_masked(text: str) -> None:
    """A text without a secret stays as it is."""
    held = Register()
    held.add("canary-4711")
    assert held.mask(text) == text
    assert Register().mask(text) == text


JWT = "eyJhbGciOiJIUzI1NiJ9.eyJ1aWQiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        pytest.param(JWT, "***", id="alone"),
        pytest.param(f"Bearer {JWT}", "Bearer ***", id="bearer"),
        pytest.param(f"Bearer%20{JWT}&a=1", "Bearer%20***&a=1", id="behind-an-escape"),
        pytest.param(f"/x?token={JWT}#end", "/x?token=***#end", id="query"),
        pytest.param(f'{{"token":"{JWT}"}}', '{"token":"***"}', id="json"),
        pytest.param(f"{JWT}\n{JWT}", "***\n***", id="two"),
        pytest.param(JWT.rpartition(".")[0] + ".", "***", id="unsigned"),
        pytest.param(JWT[:40], "***", id="cut"),
    ],
)
def test_an_unknown_jwt_is_masked(text: str, masked: str) -> None:
    """What is shaped like a JWT is masked though nobody registered it."""
    assert Register().mask(text) == masked


@pytest.mark.parametrize("secret", [None, "", "short", "用户名称"], ids=["none", "empty", "five", "four-chinese"])
def test_what_is_too_short_is_not_masked(secret: str | None) -> None:
    """A value below SHORTEST characters masks nothing, or ordinary words would be blacked out."""
    held = Register()
    held.add(secret)
    assert held.mask("a short text 用户名称") == "a short text 用户名称"


def test_several_secrets_are_masked_the_longest_first() -> None:
    """A secret that begins with another one is masked as a whole."""
    held = Register()
    held.add("canary-1", "canary-12345")
    held.add("canary-1")
    assert held.mask("canary-12345 canary-1 canary-2") == "*** *** canary-2"


@pytest.mark.parametrize(
    ("unit", "end"),
    [
        pytest.param("eyJ", "", id="eyj-without-end"),
        pytest.param("eyJ", ".x", id="eyj-and-a-dot"),
        pytest.param("a.eyJ", "", id="dots-and-eyj"),
        pytest.param("%25", "", id="percents"),
        pytest.param("canary-471", "", id="nearly-the-secret"),
        pytest.param("\\", "", id="backslashes"),
    ],
)
def test_no_text_takes_long_to_mask(unit: str, end: str) -> None:
    """Masking a text takes time in proportion to its length, whatever is in it."""
    held = Register()
    held.add("canary-4711", "%" * 20 + "canary", "\\" * 20 + "canary", JWT)
    held.mask("canary-4711")  # makes the pattern
    assert_linear(lambda size: held.mask(unit * (size // len(unit)) + end))


def test_a_secret_that_is_cut_shows_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that a line shows cut has no first half of a secret at its end."""
    monkeypatch.setattr(register, "_secrets", frozenset())
    monkeypatch.setattr(register, "_indexes", None)
    register.add("canary-4711-and-more")
    assert "canary" not in show("x" * (SHOWN - 8) + "canary-4711-and-more")


def test_a_text_steers_no_terminal() -> None:
    """What is no sign is written as its code."""
    assert printable("名 \x1b[31mred\0\ufeff\u202e") == r"名 \x1b[31mred\x00\ufeff\u202e"
