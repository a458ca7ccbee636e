"""The sample of zadig.toml has every setting that may stand there, and what it shows as default is one."""

import re
import tomllib

import pytest

from contracts.catalog.release import ROOT
from contracts.settings.sample import NO_DEFAULT, SAMPLE, sample
from contracts.settings.settings import NOT_IN_FILE, SETTINGS, is_secret, load


@pytest.fixture(name="shipped")
def shipped_fixture() -> str:
    return (ROOT / SAMPLE).read_text(encoding="utf-8")


def test_as_it_stands_it_sets_nothing(shipped: str) -> None:
    assert tomllib.loads(shipped) == {}


@pytest.mark.usefixtures("bare")
def test_each_setting_but_secrets_with_its_default(shipped: str) -> None:
    """Without the mark in front of each line, it is a file that changes nothing where there is a default."""
    uncommented = tomllib.loads("\n".join(re.findall(r"^# (\w+ = .*)$", shipped, re.MULTILINE)))
    assert [*uncommented] == [
        name for name, field in SETTINGS.items() if not is_secret(field) and name not in NOT_IN_FILE
    ]
    usual = {name: value for name, value in uncommented.items() if value != NO_DEFAULT}
    assert len(usual) > 15
    assert load(usual) == load({})


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_values_stand_in_it_with_their_meaning(lang: str) -> None:
    text = sample({"project": 'a "b"', "in_flight": 2, "allow_http": True}, lang)
    assert tomllib.loads(text) == {"project": 'a "b"', "in_flight": 2, "allow_http": True}
    assert ("# project to work in\n" in text) == (lang == "en")
