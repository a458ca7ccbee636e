"""The settings tables of docs/ are written from the settings, and compared to the last byte."""

import shutil
from pathlib import Path

import pytest

from contracts.catalog.release import ROOT
from contracts.i18n.translate import word
from contracts.settings.readme_table import BEGIN, END, LANGUAGES, readme
from contracts.settings.sample import SAMPLE
from contracts.settings.settings import SETTINGS


def test_settings_tables_are_up_to_date() -> None:
    """The tables are what python -m contracts readme would write."""
    said: list[str] = []
    assert readme(ROOT, check=True, echo=said.append) == 0, "\n".join(said)


def test_no_two_settings_mean_the_same_in_chinese() -> None:
    """Each setting has a meaning of its own."""
    assert len({word("zh", setting.metadata["means"]) for setting in SETTINGS.values()}) == len(SETTINGS)


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    """Return a folder with both pages, and the sample."""
    (tmp_path / "docs").mkdir()
    for file in (*(language.file for language in LANGUAGES), SAMPLE):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def test_check_shows_a_changed_row_and_writes_nothing(copies: Path) -> None:
    """--check prints a diff and exits with 1; without it, the table is put right and the rest is left as it was."""
    path, said = copies / "docs/settings.md", []
    right = path.read_bytes()
    wrong = right.replace(b"| `regression` | how much", b"| `smoke` | how much")
    path.write_bytes(wrong)
    assert readme(copies, check=True, echo=said.append) == 1
    assert path.read_bytes() == wrong
    assert any(line.startswith("-| `--profile`") for line in "\n".join(said).splitlines())
    assert readme(copies, check=False, echo=said.append) == 0
    assert path.read_bytes() == right


@pytest.mark.parametrize("old", [pytest.param(BEGIN, id="no-begin"), pytest.param(END, id="no-end")])
def test_page_without_a_place_for_the_table_is_one_line(copies: Path, old: str) -> None:
    """Where the table cannot go anywhere, one line says so, the exit code is 4, and nothing is written."""
    path, said = copies / "docs/settings.zh-CN.md", []
    before = path.read_bytes().replace(old.encode(), b"")
    path.write_bytes(before)
    assert readme(copies, check=False, echo=said.append) == 4
    assert said == [
        f"docs/settings.zh-CN.md: has no place for the settings; put {BEGIN} and {END} on lines of their own"
    ]
    assert path.read_bytes() == before


def test_setting_without_a_meaning_is_one_line(copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who adds a setting and forgets its Chinese is told how to write it."""
    said: list[str] = []
    monkeypatch.setattr("contracts.settings.readme_table.word", lambda lang, text: lang and text)
    assert readme(copies, check=False, echo=said.append) == 4
    assert said == ["docs/settings.zh-CN.md: setting base_url has no Chinese yet; run make messages, and translate it"]


def test_missing_page_is_one_line(tmp_path: Path) -> None:
    said: list[str] = []
    assert readme(tmp_path, check=True, echo=said.append) == 4
    assert said == ["docs/settings.md: cannot be read: No such file or directory"]
