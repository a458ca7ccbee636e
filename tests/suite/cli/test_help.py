"""The help of a run and of the commands has our options and settings, with the values that each may have."""

import pytest
from click.testing import CliRunner

from contracts.__main__ import main
from contracts.catalog.release import releases
from contracts.i18n.translate import word
from contracts.profiles import PROFILES
from contracts.pytest_plugin.collection import OF_A_RUN
from contracts.pytest_plugin.helping import text
from contracts.settings.settings import SETTINGS, is_secret, option, variable
from contracts.standin.defects import BEHAVIOURS

WORDS = [*PROFILES, *releases(), *BEHAVIOURS, "auto", "aslan", "openapi", "report", "ignore", "owner", "group", "zh"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_help_of_a_run(lang: str) -> None:
    """Each option stands there with its meaning; a secret has none, and is named by its variable."""
    shown = " ".join(text(OF_A_RUN, lang).split())
    for name, field in SETTINGS.items():
        assert (f" {option(name)} " in shown) == (not is_secret(field)), name
        assert (f" {variable(name)} " in shown) == is_secret(field), name
        assert "".join(word(lang, field.metadata["means"]).split()) in "".join(shown.split())
    assert [each for each in OF_A_RUN if f" {each} " not in shown] == []
    assert [each for each in WORDS if each not in shown] == []
    assert "pytest --help" in shown


def test_help_of_a_command_with_settings() -> None:
    shown = " ".join(CliRunner().invoke(main, ["doctor", "--help"]).output.split())
    assert "how much is run (smoke, regression, nightly, acceptance, explore)" in shown
    assert "release whose contract is tested; auto: detected from the routes of the target (auto, 1.7.0, " in shown
