"""Where settings come from, what of them may show, and that no credential goes where zadig.toml alone leads."""

import base64
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

import pytest

from contracts.i18n.translate import localized
from contracts.settings.parsers import Address, Secret
from contracts.settings.settings import (
    CREDENTIALS,
    FILE,
    SETTINGS,
    SettingsError,
    hide_environment,
    is_secret,
    load,
    one,
    variable,
)
from contracts.text.redact import register
from helpers.bad_settings import AT, CA, ELSEWHERE, ENV_TOKEN, ENV_URL, LED_ASTRAY, LIVE, PROXY, SECRET, TOKEN
from helpers.certificates import issue
from helpers.messages import english_in

pytestmark = pytest.mark.usefixtures("bare")


def _set(toml: str, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ca", "cert"):
        issue(name).write(Path(), name)
    Path("token").write_text(SECRET, encoding="utf-8")
    Path("../outside").write_text(SECRET, encoding="utf-8")
    Path("link").symlink_to("../outside")
    Path(FILE).write_text(toml, encoding="utf-8")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("toml", "environment", "options", "leads", "credential"),
    [pytest.param(*row, id=name) for name, row in LED_ASTRAY.items()],
)
def test_no_credential_goes_where_the_file_alone_leads(
    toml: str,
    environment: Mapping[str, str],
    options: Mapping[str, str],
    leads: str,
    credential: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One line names both settings, and says by what the address is confirmed."""
    _set(toml, environment, monkeypatch)
    with pytest.raises(SettingsError) as raised:
        load(options)
    line = str(raised.value)
    assert line.startswith(f"setting {leads} ")
    assert f"is from zadig.toml alone, but setting {credential} " in line
    assert f"to send it there, set --{leads.replace('_', '-')} or {variable(leads)} as well" in line
    assert len(line.splitlines()) == 1
    assert SECRET not in line
    assert english_in(localized(raised.value.message, "zh")) == []


TAKEN = {
    "all-in-the-file": (AT + TOKEN, {}, {}),
    "token-file-beside-it": (f'{AT}token_file = "token"\n', {}, {}),
    "no-token-at-all": (AT, {}, {}),
    "confirmed-by-variable": (AT, ENV_TOKEN | {"ZADIG_BASE_URL": ELSEWHERE}, {}),
    "confirmed-by-option": (AT, ENV_TOKEN, {"base_url": ELSEWHERE}),
    "another-address-by-option": (AT, ENV_TOKEN, {"base_url": LIVE}),
    "token-alone-in-the-file": (TOKEN, ENV_URL, {}),
    "proxy-of-https": (PROXY, ENV_URL | ENV_TOKEN, {}),
    "proxy-and-ca-by-variable": (PROXY, ENV_URL | ENV_TOKEN | {"ZADIG_CA_FILE": "ca.pem"}, {}),
    "ca-without-a-proxy": (CA, ENV_URL | ENV_TOKEN, {}),
    "stand-in": ('profile = "smoke"\n', ENV_TOKEN, {}),
}


@pytest.mark.parametrize(
    ("toml", "environment", "options"), [pytest.param(*row, id=name) for name, row in TAKEN.items()]
)
def test_what_comes_together_or_is_confirmed_is_taken(
    toml: str, environment: Mapping[str, str], options: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _set(toml, environment, monkeypatch)
    load(options)


def test_each_setting_says_what_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads a run sees by what the address was set, and what zadig.toml says of it; secrets stay hidden."""
    proxy = f"http://me:{SECRET}@proxy.example.com"
    _set(f'{AT}{TOKEN}proxy = "{proxy}"\ndrift = "warn"\n', {"ZADIG_PROFILE": "smoke"}, monkeypatch)
    settings = load({"base_url": LIVE})
    sources = [settings.source(name) for name in ("base_url", "profile", "drift", "release")]
    assert sources == ["--base-url", "ZADIG_PROFILE", "zadig.toml", "the default"]
    assert sorted(settings.from_file) == [
        "drift = warn",
        "proxy = http://***@proxy.example.com",
        "token = **********",
    ]


@pytest.mark.parametrize("name", SETTINGS)
def test_each_setting_is_plain_or_hides_itself(name: str) -> None:
    """What proves who asks is a secret or a file; a URL hides its user; nothing else could hold a password."""
    hides = any(issubclass(one, Secret) for one in get_args(SETTINGS[name].type) if isinstance(one, type))
    assert hides == (name in ("proxy", "webhook", "webhook_secret") or ("token" in name and name != "token_file"))
    assert is_secret(SETTINGS[name]) == (hides and name != "proxy")
    assert name not in CREDENTIALS or hides or Path in get_args(SETTINGS[name].type)


@pytest.mark.parametrize("password", ["s3cretValue-123", "s3cret%2FVal%40ue", "short"])
def test_a_password_of_a_proxy_shows_nowhere(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither as it stands there, nor as it is meant, nor as a header has it, in any print of the settings."""
    url = f"http://user:{password}@proxy:3128"
    monkeypatch.setenv("ZADIG_PROXY", url)
    settings = load({})
    assert settings.proxy == Address(url)
    assert settings.shown("proxy") == "http://***@proxy:3128"
    assert settings.to_json()["proxy"] == "http://***@proxy:3128"
    meant = f"user:{unquote(password)}"
    texts = [f"{settings} {asdict(settings)}", url, meant, base64.b64encode(meant.encode()).decode()]
    shown = register.mask(" ".join(texts))
    assert not [text for text in (password, unquote(password), texts[-1][:12]) if text in shown]


@pytest.mark.parametrize("user", ["", "@"], ids=["none", "empty"])
def test_a_proxy_without_a_user_hides_nothing(user: str) -> None:
    assert load({"proxy": f"http://{user}proxy:3128"}).shown("proxy") == f"http://{user}proxy:3128"


def test_one_setting_is_read_whatever_is_wrong_with_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that needs one setting does not fail for another, but for a mistake in that one."""
    _set('readable_by = "group"\n', {"ZADIG_PROJECT": ""}, monkeypatch)
    assert one("readable_by") == "group"
    assert one("readable_by", "owner") == "owner"
    monkeypatch.setenv("ZADIG_READABLE_BY", "all")
    with pytest.raises(SettingsError, match=r"setting readable_by .*: should be 'owner' or 'group'"):
        one("readable_by")


def test_variables_are_hidden_for_commands_without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they hide shows nowhere, whatever is wrong with others."""
    for name, value in {"TOKEN": SECRET, "PROXY": "http://me:p4ssword@proxy", "RELEASE": "", "SHARD": "x"}.items():
        monkeypatch.setenv(f"ZADIG_{name}", value)
    hide_environment()
    assert register.mask(f"{SECRET} p4ssword") == "*** ***"


@pytest.mark.parametrize(
    ("name", "near"),
    [("ZADIG_BASE_ULR", "ZADIG_BASE_URL"), ("ZADIG_URL", "ZADIG_BASE_URL"), ("ZADIG_TOKENS", "ZADIG_TOKEN")],
)
def test_a_misspelt_variable_is_an_error(name: str, near: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the setting that was meant, and never shows the value."""
    monkeypatch.setenv(name, SECRET)
    with pytest.raises(SettingsError) as raised:
        load({})
    assert str(raised.value) == f"the environment: unknown setting {name!r}; did you mean {near!r}?"


@pytest.mark.parametrize(
    "name", ["ZADIG_PORTAL_SERVICE_HOST", "ZADIG_PORTAL_SERVICE_PORT_HTTP", "ZADIG_PORTAL_PORT_80_TCP_ADDR"]
)
def test_what_a_cluster_sets_is_no_misspelt_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kubernetes tells a container in Zadig's own namespace of its services by such variables."""
    monkeypatch.setenv(name, "10.0.0.1")
    assert load({}).base_url is None


@pytest.mark.parametrize("options", [{"require_live": True}, {"require_live": True, "release": "5.0.0"}])
def test_who_asks_for_a_live_zadig_has_to_say_where(options: Mapping[str, object]) -> None:
    """Without an address there is no run, and none on the stand-in either."""
    with pytest.raises(SettingsError) as raised:
        load(options)
    assert "--require-live, ZADIG_REQUIRE_LIVE" in str(raised.value)
    assert "--base-url, ZADIG_BASE_URL" in str(raised.value)
    assert load(options | {"base_url": "https://zadig.example.com"}).require_live
