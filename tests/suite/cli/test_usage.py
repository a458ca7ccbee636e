"""What is wrong in a command line ends as 4, whatever the command: 1 and 2 have meanings of their own."""

import pytest
from click.testing import CliRunner

from contracts.__main__ import main
from contracts.standin.defects import BEHAVIOURS
from helpers.processes import called

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


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--base-ulr", "x"], "--base-ulr: did you mean '--base-url'?"),
        (["--relase=5.0.0"], "--relase: did you mean '--release'?"),
        (["--exlude", "flows", "--durations=3"], "--exlude: did you mean '--exclude'?"),
        (
            ["--nothing-like-it", "3", "https://zadig.example.com"],
            "an address is set by --base-url https://zadig.example.com",
        ),
        (["--base-ulr=https://zadig.example.com", "--lang", "zh"], "--base-ulr：是否想写 '--base-url'？"),
    ],
)
@pytest.mark.usefixtures("bare")
def test_a_misspelt_option_of_a_run_names_the_nearest(words: list[str], says: str) -> None:
    """pytest knows of no nearest one, and takes an address for a file."""
    done = called("run", *words)
    assert (done.code, done.output.splitlines()[-1]) == (4, says)


@pytest.mark.usefixtures("bare")
def test_a_mistake_elsewhere_has_no_such_hint() -> None:
    """An option of pytest that is near one of ours is none that is misspelt."""
    done = called("run", "--shard", "4/3", "--durations=3", "--base-url", "https://zadig.example.com")
    assert (done.code, "did you mean" in done.output, "an address is set" in done.output) == (4, False, False)
