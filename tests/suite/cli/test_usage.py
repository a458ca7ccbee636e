"""What is wrong in a command line ends as 4, whatever the command: 1 and 2 have meanings of their own."""

import pytest
from click.testing import CliRunner

from contracts.__main__ import main
from contracts.standin.defects import BEHAVIOURS

COMMANDS = sorted(main.commands.keys() - {"run"})
"""All but the one whose options are those of pytest, which ends as 4 by itself."""


@pytest.mark.parametrize("command", [*COMMANDS, "nothing-of-this-name", "--no-option"])
def test_a_mistake_in_a_command_line_ends_as_4(command: str) -> None:
    """No option of this name is known anywhere."""
    done = CliRunner().invoke(main, [command, "--no-such-option"])
    assert (done.exit_code, "No such" in done.output) == (4, True)


def test_what_a_command_finds_wrong_in_an_option_ends_as_4_too() -> None:
    """The nearest breakages are named."""
    done = CliRunner().invoke(main, ["standin", "--breakage", "nothing"])
    assert (done.exit_code, "--breakage" in done.output) == (4, True)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_behaviours_are_listed(lang: str) -> None:
    """Each stands in a line of its own, with its release."""
    done = CliRunner().invoke(main, ["standin", "--list", "--lang", lang])
    listed = [line.split()[0] for line in done.output.splitlines() if not line.startswith(" ")]
    assert (done.exit_code, listed) == (0, list(BEHAVIOURS))
    assert ("5.0.0          release 5.0.0, custom workflows: has 12 known defects" in done.output) == (lang == "en")
