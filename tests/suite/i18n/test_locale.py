"""The language is the one that is set, else that of the locale."""

from pathlib import Path

import pytest

from contracts.i18n.locale import chosen, wished


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "ZH"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}, "zh"),
    ],
)
def test_without_a_setting_the_locale_decides(environ: dict[str, str], lang: str) -> None:
    """LC_ALL, LC_MESSAGES and LANG count in this order; whatever is not Chinese is English."""
    assert chosen(None, environ) == lang
    assert chosen("en", environ) == "en"
    assert chosen("zh", environ) == "zh"


def test_a_wish_is_heard_before_settings_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Option, variable and zadig.toml count in this order, whatever else is wrong with them."""
    monkeypatch.chdir(tmp_path)
    assert wished(None, {}) == "en"
    Path("zadig.toml").write_text('lang = "zh"\nunknown = 1\n')
    assert wished(None, {}) == "zh"
    assert wished(None, {"ZADIG_LANG": "en"}) == "en"
    assert wished("zh", {"ZADIG_LANG": "en"}) == "zh"
    assert wished("klingon", {"ZADIG_LANG": "en"}) == "en"
    Path("zadig.toml").write_bytes(b"\xff lang = ")
    assert wished(None, {"LANG": "zh_CN"}) == "zh"
