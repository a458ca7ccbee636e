"""What steers a terminal or a CI is written as its code; all else stays as it is."""

import json

import pytest

from contracts.text.message import changed, from_plain, msg, to_plain
from contracts.text.printable import in_json, printable, visible, without_commands
from helpers.growth import assert_linear

COMMANDS = {
    "::error::x": r"\x3a:error::x",
    "::set-output name=a::b": r"\x3a:set-output name=a::b",
    "\u00a0 ::error::x": r"\xa0 ::error::x",
    "##[error]x": r"\x23#[error]x",
    "a ##vso[task.setvariable variable=x]y": r"a \x23#vso[task.setvariable variable=x]y",
    "###teamcity[x]##[x]": r"#\x23#teamcity[x]\x23#[x]",
}


@pytest.mark.parametrize("text", COMMANDS)
def test_a_command_is_written_with_a_code(text: str) -> None:
    """What a CI takes for a command is none any more, and can still be read; to do it twice changes nothing."""
    assert printable(text) == COMMANDS[text]
    assert printable(printable(text)) == COMMANDS[text]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n  \t"])
def test_a_command_in_a_later_line_is_none(end: str) -> None:
    """Where line ends are kept, no line begins with a command."""
    assert without_commands(f"a{end}::error::x") == rf"a{end}\x3a:error::x"
    assert visible(f"a{end}::error::x").splitlines()[-1].lstrip()[0] != ":"


@pytest.mark.parametrize(
    "text",
    ["tests/x.py::test_x[a::b]", "::test_x", "::1", "[::1]:80", "a::error::x", "## A title", "#1 # [x]", "C#[x]"],
)
def test_what_is_no_command_stays(text: str) -> None:
    """Ids of tests, addresses and titles stay as they are."""
    assert printable(text) == text


def test_json_stays_the_same_data() -> None:
    """JSON in which nothing steers is read back as it was."""
    data = {"name": "##vso[x]\u202e\x1b\U000e0001", "::error::": ["##[x]"]}
    shown = printable(json.dumps(data, ensure_ascii=False, indent=1), keep="\n", code=in_json)
    assert json.loads(shown) == data
    assert "##" not in shown
    assert shown.replace("\n", "").isprintable()


def test_a_value_of_a_message_is_printable_wherever_it_is_put() -> None:
    """A value steers nothing, alone, in a list, and in a message that is a value; and the message can still be said."""
    name = "::error::x\x1b\n\u202e"
    inner = msg("no {name}", name)
    whole = msg("{why}: {names|, } and {n}", inner, [name, "b"], 3)
    assert whole == r"no \x3a:error::x\x1b\n\u202e: \x3a:error::x\x1b\n\u202e, b and 3"
    assert from_plain(to_plain({"reason": whole})) == {"reason": whole}
    assert changed(whole, str.upper).startswith("NO ")


def test_looking_for_commands_takes_linear_time() -> None:
    """Neither blanks nor signs of a command that never ends take long."""
    for part in ("\n ", " ", "::a\n", "##a", "#", "\r\n\t::"):
        assert_linear(lambda size, part=part: without_commands(part * size + "::"))  # type: ignore[misc]
