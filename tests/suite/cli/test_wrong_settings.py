"""What somebody sets wrong, as a user does: a run and the doctor end, change nothing, and name what to set instead."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.settings.settings import FILE
from contracts.target.credentials import expiry
from helpers.certificates import issue
from helpers.live_target import TODAY, Live, live
from helpers.messages import english_in
from helpers.processes import Done, called

TABLE: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    (Path(__file__).parents[1] / "helpers" / "wrong_settings.toml").read_text(encoding="utf-8")
)
SECRET = "s3cret-Value"
CASE = ("-q", "-p", "no:cacheprovider", "-k", "cancel-task/no-such-task")


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


def told(command: str, row: Mapping[str, Any], zadig: Live, lang: str) -> Done:
    """Return what comes of a command with the settings of a row."""
    known = {"url": zadig.url, **zadig.tokens}
    env = {name: value.format(**known) for name, value in row.get("env", {}).items()}
    options = [word.format(**known) for word in row.get("options", ())]
    if not row.get("alone"):
        options = options if "--base-url" in options else ["--base-url", zadig.url, *options]
        env = {"ZADIG_TOKEN": zadig.tokens["member"]} | env
    if "file" in row:
        Path(FILE).write_text(row["file"], encoding="utf-8") if row["file"] else Path(FILE).mkdir()
    spoken = {} if "ZADIG_LANG" in env else {"ZADIG_LANG": lang}
    return called(command, *(CASE if command == "run" else ()), *options, **env | spoken)


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize("command", ["run", "doctor"])
@pytest.mark.parametrize("name", TABLE)
def test_a_wrong_setting_is_one_line_with_the_right_advice(command: str, name: str, zadig: Live) -> None:
    """One line and exit 4, before anything is sent that could change something; what only the target can tell is a
    line that fails of the doctor. A refused token says nothing about the release: such a run is inconclusive."""
    row = TABLE[name]
    zadig.app.seen.clear()
    done = told(command, row, zadig, "en")
    known = {
        "url": zadig.url,
        "since": f"{datetime.fromtimestamp(expiry(zadig.tokens['expired']), UTC):%Y-%m-%d %H:%M}",
    }
    says = [each.format(**known) for each in row.get("doctor_says", ()) or [row["says"]]]
    says = says if command == "doctor" else [row["says"].format(**known)]
    lines = [line for line in done.output.splitlines() if line.strip()]
    assert done.code == row.get(command, 4), done.output
    assert (len(lines) == 1) == (done.code == 4), done.output
    if command == "doctor" and done.code == 1:
        lines = [line for line in lines if line.startswith("fail")]
    assert [each for each in says if not any(each in line for line in lines)] == [], done.output
    assert zadig.app.changes() == []
    assert SECRET not in done.output
    assert "Traceback" not in done.output


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize("command", ["run", "doctor"])
@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if "ZADIG_LANG" not in row.get("env", ())])
def test_it_is_said_in_chinese(command: str, name: str, zadig: Live) -> None:
    """In one line too, without half a sentence of English."""
    done = told(command, TABLE[name], zadig, "zh")
    assert done.code == TABLE[name].get(command, 4)
    wrong = [line for line in done.output.splitlines() if done.code == 4 or line.startswith("fail")]
    assert [line for line in wrong if line.isascii() and line.strip()] == []
    assert [each for line in wrong for each in english_in(line)] == []
