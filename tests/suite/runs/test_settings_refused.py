"""A bad setting is one clear line wherever it stands, and nothing is sent."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from contracts.catalog.release import ROOT
from contracts.i18n.translate import localized
from contracts.settings.settings import FILE, SETTINGS, SettingsError, is_secret, load, option
from helpers.messages import english_in

pytestmark = pytest.mark.usefixtures("bare")

SECRET = "s3cret-Value-of-a-token"
BAD = [
    ("url-without-scheme", "base_url", "zadig.example.com", "has no scheme http or https"),
    ("url-of-ftp", "base_url", "ftp://zadig.example.com", "has no scheme http or https"),
    ("url-with-credentials", "base_url", f"https://user:{SECRET}@zadig.example.com", "has credentials in it"),
    ("url-with-empty-credentials", "base_url", "https://@zadig.example.com", "has credentials in it"),
    ("url-with-query", "base_url", "https://zadig.example.com?x=1", "has a query"),
    ("url-with-empty-query", "base_url", "https://zadig.example.com?", "has a query"),
    ("url-with-fragment", "base_url", "https://zadig.example.com/#/v1", "has a query or a fragment"),
    ("url-with-space", "base_url", "https://zadig.example.com/a b", "has a space"),
    ("url-with-line-break", "base_url", "https://zadig.example.com\n", "a line break"),
    ("url-with-backslash", "base_url", "https://zadig.example.com\\api", "no URL may hold"),
    ("url-not-ascii", "base_url", "https://例え.jp", "no URL may hold"),
    ("url-port-too-big", "base_url", "https://zadig.example.com:99999", "broken host or port"),
    ("url-port-no-number", "base_url", "https://zadig.example.com:https", "broken host or port"),
    ("url-port-zero", "base_url", "https://zadig.example.com:0", "broken host or port"),
    ("url-without-host", "base_url", "https://", "has no host"),
    ("url-with-port-only", "base_url", "https://:8080", "has no host"),
    ("url-ipv6-open", "base_url", "https://[::1", "broken host or port"),
    ("url-ipv6-broken", "base_url", "https://[::zz]", "broken host or port"),
    ("url-ipv6-with-more", "base_url", "https://[::1]x", "broken host or port"),
    ("plain-http-elsewhere", "base_url", "http://zadig.example.com", "use https, or add --allow-http"),
    ("plain-http-in-capitals", "base_url", "HTTP://zadig.example.com", "use https, or add --allow-http"),
    ("proxy-without-scheme", "proxy", "proxy.example.com", "write it like http://"),
    ("proxy-with-broken-port", "proxy", f"http://user:{SECRET}@proxy:99999", "broken host or port"),
    ("token-with-line-break", "token", f"{SECRET}\n{SECRET}", "has a line break"),
    ("token-with-space", "token", f"{SECRET} {SECRET}", "a space"),
    ("token-empty", "token", "", "is empty"),
    ("token-only-scheme", "token", "Bearer ", "is empty"),
    ("token-only-scheme-small", "token", "bearer", "is empty"),
    ("token-not-ascii", "token", f"{SECRET}ö", "a character that no header may hold"),
    ("viewer-token-with-space", "viewer_token", f"{SECRET} {SECRET}", "a space"),
    ("token-file-missing", "token_file", "missing", "cannot read missing: No such file"),
    ("token-file-empty", "token_file", "empty", "empty: is empty"),
    ("token-file-a-folder", "token_file", "folder", "cannot read folder: Is a directory"),
    ("token-file-two-lines", "token_file", "two-lines", "has a line break"),
    ("token-file-no-text", "token_file", "no-text", "no-text is not text"),
    ("unknown-profile", "profile", "quick", "'smoke', 'regression', 'nightly' or 'acceptance'"),
    ("unknown-release", "release", "9.9.9", "no release '9.9.9'; there are 1.7.0"),
    ("shard-zero", "shard", "0/3", "I/N with I from 1 to N"),
    ("shard-beyond", "shard", "4/3", "I/N with I from 1 to N"),
    ("shard-no-numbers", "shard", "x/y", "I/N with I from 1 to N"),
    ("shard-of-none", "shard", "1/0", "I/N with I from 1 to N"),
    ("shard-one-number", "shard", "1", "I/N with I from 1 to N"),
    ("timeout-negative", "answer_timeout", "-1", "greater than 0"),
    ("timeout-nan", "answer_timeout", "nan", "a finite number"),
    ("timeout-infinite", "connect_timeout", "inf", "a finite number"),
    ("timeout-no-number", "first_byte_timeout", "soon", "a valid number"),
    ("timeout-beyond-a-day", "state_timeout", "86401", "less than or equal to 86400"),
    ("no-bytes", "max_answer", "0", "greater than 0"),
    ("client-key-alone", "client_key", "good", "ZADIG_CLIENT_CERT); set both"),
    ("ca-file-missing", "ca_file", "missing.pem", "no such file: missing.pem"),
    ("client-cert-a-folder", "client_cert", "folder", "no such file: folder"),
    ("prefix-no-path", "api_prefix", "api", "is a path such as /api/aslan"),
    ("unknown-drift", "drift", "ignore", "'fail' or 'warn'"),
]


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


BAD_TOML = [
    ("broken", b"base_url = ", "zadig.toml is not TOML"),
    ("broken-at-a-token", f'token = "{SECRET}'.encode(), "zadig.toml is not TOML"),
    ("not-utf-8", b'project = "\xff"', "zadig.toml is not TOML"),
    ("unknown-key", b'base_ulr = "x"', "zadig.toml: unknown setting 'base_ulr'; did you mean 'base_url'?"),
    ("unknown-key-like-none", b"zzzz = 1", "zadig.toml: unknown setting 'zzzz'"),
    ("table", b'[zadig]\nproject = "x"', "zadig.toml: unknown setting 'zadig'"),
    ("wrong-type", b"project = 3", "setting project (--project, ZADIG_PROJECT): should be a valid string"),
    ("no-number", b'answer_timeout = "soon"', "setting answer_timeout (--answer-timeout, ZADIG_ANSWER_TIMEOUT)"),
    ("token-in-a-list", f'token = ["{SECRET}"]'.encode(), "setting token (ZADIG_TOKEN): should be a valid string"),
]


@pytest.mark.parametrize(("text", "says"), [pytest.param(*row, id=name) for name, *row in BAD_TOML])
def test_a_bad_toml_is_one_clear_line(text: bytes, says: str) -> None:
    """The line says what is wrong with zadig.toml, without a word of a secret."""
    Path(FILE).write_bytes(text)
    with pytest.raises(SettingsError) as raised:
        load({})
    assert says in one_line(raised.value)


class Counter:
    """A server that counts connections and answers none."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.connections = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                self.socket.accept()[0].close()
            except OSError:
                return
            self.connections += 1


@pytest.fixture
def counter() -> Iterator[Counter]:
    """A counting server."""
    counter = Counter()
    yield counter
    counter.socket.shutdown(socket.SHUT_RDWR)
    counter.socket.close()


PYTEST_BAD = [
    ("shard", ["--shard", "4/3"], {}, "", "setting shard (--shard, ZADIG_SHARD)"),
    ("release", ["--release", "9.9.9"], {}, "", "setting release (--release, ZADIG_RELEASE)"),
    ("token", [], {"ZADIG_TOKEN": f"{SECRET} {SECRET}"}, "", "setting token (ZADIG_TOKEN)"),
    ("toml", [], {}, 'projct = "x"', "unknown setting 'projct'; did you mean 'project'?"),
]


@pytest.mark.parametrize(
    ("options", "environment", "toml", "says"), [pytest.param(*row, id=name) for name, *row in PYTEST_BAD]
)
def test_pytest_ends_with_one_line_and_sends_nothing(
    options: list[str], environment: Mapping[str, str], toml: str, says: str, counter: Counter, tmp_path: Path
) -> None:
    """A bad setting ends pytest with exit 4 and one line, before anything is sent."""
    if toml:
        Path(FILE).write_text(toml, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        str(ROOT / "tests" / "api"),
        "--rootdir",
        str(ROOT),
        "-p",
        "no:cacheprovider",
    ]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    run = subprocess.run(
        [*command, "-c", str(ROOT / "pytest.ini"), "--base-url", counter.url, *options],
        env=kept | {"PYTHONPATH": str(ROOT)} | environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    output = run.stdout + run.stderr
    assert run.returncode == 4, output
    assert [line for line in output.splitlines() if line.strip()] == [
        line for line in re.findall(".*", output) if says in line
    ]
    assert "Traceback" not in output
    assert SECRET not in output
    assert counter.connections == 0
