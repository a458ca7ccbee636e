"""Settings: what is taken from where, and a bad one is one clear line wherever it stands."""

import os
from dataclasses import asdict
from pathlib import Path

import pytest

from contracts.i18n.translate import localized
from contracts.settings.settings import FILE, SETTINGS, SettingsError, is_secret, load, option
from helpers.bad_settings import BAD, BAD_TOML, SECRET
from helpers.certificates import issue
from helpers.messages import english_in

pytestmark = pytest.mark.usefixtures("bare")


GOOD = [
    ("trailing-slashes", "base_url", "https://zadig.example.com///", "https://zadig.example.com"),
    ("path", "base_url", "https://example.com/zadig/", "https://example.com/zadig"),
    ("port", "base_url", "https://zadig.example.com:8443", "https://zadig.example.com:8443"),
    ("ipv6", "base_url", "https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
    ("ipv6-loopback-plain", "base_url", "http://[::1]:8080", "http://[::1]:8080"),
    ("localhost-plain", "base_url", "http://localhost:8080", "http://localhost:8080"),
    ("aslans-own-prefix", "api_prefix", "/api/", "/api"),
    ("whole-shard", "shard", "1/1", "1/1"),
    ("seconds-with-a-fraction", "answer_timeout", "0.5", 0.5),
]


@pytest.mark.parametrize(("setting", "value", "wanted"), [pytest.param(*row, id=name) for name, *row in GOOD])
def test_a_good_setting_is_taken(setting: str, value: str, wanted: object) -> None:
    assert getattr(load({setting: value}), setting) == wanted


def test_a_home_folder_is_meant_as_a_shell_means_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file and the variables of a job have no shell; what no user is called is a name like any other."""
    monkeypatch.setenv("HOME", "/home/me")
    assert load({"run_dir": "~/runs"}).run_dir == Path("/home/me/runs")
    assert load({"run_dir": "~nobody-of-this-name/runs"}).run_dir == Path("~nobody-of-this-name/runs")


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


@pytest.fixture
def _files(bare: Path) -> None:
    """Files that the bad settings name."""
    (bare / "empty").touch()
    (bare / "good").write_text(SECRET, encoding="utf-8")
    (bare / "two-lines").write_text(f"{SECRET}\n{SECRET}\n", encoding="utf-8")
    (bare / "no-text").write_bytes(SECRET.encode() + b"\xff")
    (bare / "folder").mkdir()
    Path(issue("some").write(bare, "some")).rename(bare / "pair")
    (bare / "certificate").write_text((bare / "pair").read_text().partition("-----BEGIN PRIVATE KEY")[0])


def names_of(setting: str) -> list[str]:
    """Return what a line about a setting must name."""
    names = [f"setting {setting} ", f"ZADIG_{setting.upper()}"]
    return names if is_secret(SETTINGS[setting]) else [*names, option(setting)]


def one_line(error: SettingsError) -> str:
    text = str(error)
    assert len(text.splitlines()) == 1
    assert SECRET not in text
    return text


@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize(("setting", "value", "says"), [pytest.param(*row, id=name) for name, *row in BAD])
def test_a_bad_setting_is_one_clear_line(setting: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names the setting, its option and its variable, says what is wrong, and never shows a secret."""
    monkeypatch.setenv(f"ZADIG_{setting.upper()}", value)
    with pytest.raises(SettingsError) as raised:
        load({})
    line = one_line(raised.value)
    assert says in line
    assert [name for name in names_of(setting) if name not in line] == []
    assert english_in(localized(raised.value.message, "zh")) == []


@pytest.mark.usefixtures("_files")
def test_token_and_token_file_exclude_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tokens are one too many; the line names both."""
    monkeypatch.setenv("ZADIG_TOKEN", SECRET)
    with pytest.raises(SettingsError) as raised:
        load({"token_file": "good"})
    line = one_line(raised.value)
    assert all(name in line for name in [*names_of("token"), *names_of("token_file")])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
@pytest.mark.parametrize(("setting", "file"), [("token_file", "secret"), (None, FILE)], ids=["token-file", "toml"])
def test_an_unreadable_file_is_one_clear_line(setting: str | None, file: str) -> None:
    """A file without the right to read it is named with the system's own reason."""
    Path(file).write_text(SECRET, encoding="utf-8")
    Path(file).chmod(0)
    with pytest.raises(SettingsError, match="Permission denied") as raised:
        load({setting: file} if setting else {})
    assert file in one_line(raised.value)


@pytest.mark.parametrize(("text", "says"), [pytest.param(*row, id=name) for name, *row in BAD_TOML])
def test_a_bad_toml_is_one_clear_line(text: bytes, says: str) -> None:
    """The line says what is wrong with zadig.toml, without a word of a secret."""
    Path(FILE).write_bytes(text)
    with pytest.raises(SettingsError) as raised:
        load({})
    assert says in one_line(raised.value)
