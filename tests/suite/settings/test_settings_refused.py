"""A bad setting is one clear line wherever it stands."""

import os
from pathlib import Path

import pytest

from contracts.settings.settings import FILE, SETTINGS, SettingsError, is_secret, load, option
from helpers.bad_settings import BAD, BAD_TOML, SECRET
from helpers.spoken import english_in

pytestmark = pytest.mark.usefixtures("bare")


@pytest.fixture
def _files(bare: Path) -> None:
    """Files that the bad settings name."""
    (bare / "empty").touch()
    (bare / "good").write_text(SECRET, encoding="utf-8")
    (bare / "two-lines").write_text(f"{SECRET}\n{SECRET}\n", encoding="utf-8")
    (bare / "no-text").write_bytes(SECRET.encode() + b"\xff")
    (bare / "folder").mkdir()


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
    assert english_in(raised.value.told("zh")) == []
    assert raised.value.told("en") == line


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
