"""What somebody sets wrong, as a user does: a run and the doctor end, change nothing, and name what to set instead."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.certificates import issue
from helpers.live_target import TODAY, Live, live
from helpers.messages import english_in
from helpers.processes import Done, called
from helpers.wrong_settings import REFUSED, TABLE, made, unsaid

SECRET = "s3cret-Value"
TRIED = [
    (command, name) for command in ("run", "doctor") for name in TABLE if command == "doctor" or name not in REFUSED
]


@pytest.fixture(name="zadig", scope="module")
def zadig_fixture() -> Iterator[Live]:
    """A Zadig with two projects, which says nothing to a token that it does not know."""
    with live({}, prefixes=TODAY) as zadig:
        yield zadig


@pytest.fixture
def _here(bare: Path) -> None:
    """A working folder with the files that settings name."""
    (bare / "empty").touch()
    (bare / "text").write_text(SECRET, encoding="utf-8")
    (bare / "broken.toml").write_text("[x\n", encoding="utf-8")
    (bare / "rows.toml").write_text("[a]\nx = 1\n", encoding="utf-8")
    pair = Path(issue("some").write(bare, "some")).read_text(encoding="utf-8")
    (bare / "certificate").write_text(pair.partition("-----BEGIN PRIVATE KEY")[0], encoding="utf-8")


def told(command: str, name: str, zadig: Live, lang: str) -> Done:
    """Return what comes of a command with the settings of a row."""
    zadig.app.seen.clear()
    options, env = made(name, zadig, lang)
    done = called(command, *options, **env)
    assert done.code == TABLE[name].get(command, 4), done.output
    assert zadig.app.changes() == []
    return done


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize(("command", "name"), TRIED)
def test_a_wrong_setting_is_one_line_with_the_right_advice(command: str, name: str, zadig: Live) -> None:
    """One line and exit 4, before anything is sent that could change something; what only the target can tell is a
    line that fails of the doctor."""
    done = told(command, name, zadig, "en")
    lines = [line for line in done.output.splitlines() if line.strip()]
    assert (len(lines) == 1) == (done.code == 4), done.output
    wrong = lines if done.code == 4 else [line for line in lines if line.startswith("fail")]
    assert unsaid(name, command, zadig, wrong) == [], done.output
    assert SECRET not in done.output
    assert "Traceback" not in done.output


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize(
    ("command", "name"), [row for row in TRIED if "ZADIG_LANG" not in TABLE[row[1]].get("env", ())]
)
def test_it_is_said_in_chinese(command: str, name: str, zadig: Live) -> None:
    """In one line too, without half a sentence of English."""
    done = told(command, name, zadig, "zh")
    wrong = [line for line in done.output.splitlines() if done.code == 4 or line.startswith("fail")]
    assert [line for line in wrong if line.isascii() and line.strip()] == []
    assert [each for line in wrong for each in english_in(line)] == []
