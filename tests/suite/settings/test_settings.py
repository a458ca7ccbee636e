"""Settings come from option, environment, zadig.toml and default, in this order."""

from dataclasses import asdict
from pathlib import Path

import pytest

from contracts.settings.settings import FILE, load

SECRET = "s3cret-Value-of-a-token"


pytestmark = pytest.mark.usefixtures("bare")


GOOD = [
    ("trailing-slashes", "base_url", "https://zadig.example.com///", "https://zadig.example.com"),
    ("path", "base_url", "https://example.com/zadig/", "https://example.com/zadig"),
    ("port", "base_url", "https://zadig.example.com:8443", "https://zadig.example.com:8443"),
    ("ipv6", "base_url", "https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
    ("ipv6-loopback-plain", "base_url", "http://[::1]:8080", "http://[::1]:8080"),
    ("localhost-plain", "base_url", "http://localhost:8080", "http://localhost:8080"),
    ("empty-is-not-set", "base_url", "", None),
    ("aslans-own-prefix", "api_prefix", "/api/", "/api"),
    ("whole-shard", "shard", "1/1", "1/1"),
    ("seconds-with-a-fraction", "answer_timeout", "0.5", 0.5),
    ("proxy-with-password", "proxy", f"http://user:{SECRET}@proxy:3128", f"http://user:{SECRET}@proxy:3128"),
]


@pytest.mark.parametrize(("setting", "value", "wanted"), [pytest.param(*row, id=name) for name, *row in GOOD])
def test_a_good_setting_is_taken(setting: str, value: str, wanted: object) -> None:
    assert getattr(load({setting: value}), setting) == wanted


def test_plain_http_elsewhere_may_be_allowed() -> None:
    """Who says so may send a token over plain http."""
    assert load({"base_url": "http://zadig.example.com", "allow_http": True}).base_url == "http://zadig.example.com"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=name)
        for name, text in {
            "bare": SECRET,
            "with-scheme": f"Bearer {SECRET}",
            "with-scheme-in-small-letters": f"bearer  {SECRET}",
            "with-blanks-around": f" {SECRET}\t",
            "with-line-end": f"Bearer {SECRET}\r\n",
        }.items()
    ],
)
def test_a_token_is_taken_without_its_wrapping(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blanks, a line end and the word Bearer are not part of a token, from the variable or from a file."""
    Path("token").write_text(text, encoding="utf-8")
    assert load({"token_file": "token"}).secret("token") == SECRET
    monkeypatch.setenv("ZADIG_TOKEN", text)
    assert load({}).secret("token") == SECRET


def test_settings_do_not_show_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZADIG_TOKEN", SECRET)
    settings = load({})
    assert SECRET not in f"{settings} {settings!r} {settings.to_json()} {asdict(settings)}"


SOURCES = ("option", "environment", "toml", "default")


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        pytest.param(winner, loser, id=f"{winner}-over-{loser}")
        for index, winner in enumerate(SOURCES)
        for loser in SOURCES[index + 1 :]
    ],
)
def test_order_of_sources(winner: str, loser: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two sources the earlier one counts: option, environment, zadig.toml, default."""
    values = {"option": "smoke", "environment": "nightly", "toml": "acceptance", "default": "regression"}
    if "environment" in (winner, loser):
        monkeypatch.setenv("ZADIG_PROFILE", values["environment"])
    if "toml" in (winner, loser):
        Path(FILE).write_text(f'profile = "{values["toml"]}"\n', encoding="utf-8")
    options = {"profile": values["option"] if "option" in (winner, loser) else None}
    assert load(options).profile == values[winner]
