"""The pictures of the READMEs show this version, with Chinese where Chinese belongs, and are small."""

import json
import re
import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest

from contracts.report.summary.terminal import Line
from docs import pictures

HEAD = struct.Struct(">8s4x4sII")
"""The first 24 bytes of a PNG: its signature, the name of its first chunk, width and height."""
LARGEST = 200_000


def texts(lang: str) -> str:
    """Return what the drawing of a terminal says, without its breaks."""
    drawing = ElementTree.fromstring(  # noqa: S314 - a file of this project
        (pictures.FOLDER / pictures.name("terminal", lang)).read_text(encoding="utf-8")
    )
    return "".join("".join(drawing.itertext()).split("\n")).replace("\xa0", " ")


def test_pictures_are_of_this_version() -> None:
    """What decides how the summary or the page looks has not changed since the pictures were made."""
    assert pictures.stale() == [], "run make pictures"


def test_nothing_of_a_machine_is_kept() -> None:
    """What the pictures are made from names no folder of whoever made them."""
    text = pictures.FOLDER.joinpath("verdict.json").read_text(encoding="utf-8")
    assert re.findall(r'"(?:[a-z_]+=)?/(?!api)[^"]*', text) == []


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the pictures, which is looked at in their place."""
    for path in pictures.FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(pictures, "FOLDER", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "file", [pictures.name(what, lang) for what in ("terminal", "report") for lang in ("en", "zh")]
)
def test_picture_that_was_changed_is_noticed(file: str, copied: Path) -> None:
    with (copied / file).open("ab") as picture:
        picture.write(b"\n")
    assert pictures.stale() == [file]


def test_other_words_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page and a summary that say something else than on the pictures are named."""
    summary, render = pictures.summary, pictures.render
    monkeypatch.setattr(pictures, "summary", lambda *told: [*summary(*told), Line("and more")])
    monkeypatch.setattr(pictures, "render", lambda *told, **when: render(*told, **when) + "more")
    assert pictures.stale() == ["page", "terminal.en.svg", "terminal.zh-CN.svg"]


def test_other_version_is_noticed(copied: Path) -> None:
    told = json.loads((copied / pictures.MADE_FROM).read_text(encoding="utf-8"))
    (copied / pictures.MADE_FROM).write_text(json.dumps(told | {"suite": "0.0.1"}), encoding="utf-8")
    assert pictures.stale() == ["suite"]


def test_run_of_another_form_is_noticed(copied: Path) -> None:
    """A run that was kept by an older suite, and that nothing can be drawn from any more, is named."""
    verdict = json.loads((copied / pictures.VERDICT).read_text(encoding="utf-8"))
    del verdict["table"]
    (copied / pictures.VERDICT).write_text(json.dumps(verdict), encoding="utf-8")
    assert [stale.partition(":")[0] for stale in pictures.stale()] == ["verdict.json"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_page_is_photographed_as_wide_as_told(lang: str) -> None:
    """The picture of the page is a PNG of 1280 pixels, and is quickly loaded."""
    data = (pictures.FOLDER / pictures.name("report", lang)).read_bytes()
    signature, chunk, width, height = HEAD.unpack_from(data)
    assert (signature, chunk, width, height) == (b"\x89PNG\r\n\x1a\n", b"IHDR", 1280, pictures.HEIGHT)
    assert len(data) < LARGEST


def test_terminal_is_drawn_in_the_reader_s_language() -> None:
    """The summary of the same run is shown in English and in Chinese."""
    english, chinese = texts("en"), texts("zh")
    (breaches,) = re.findall(r"REJECTED: (\d+) breaches", english)
    kept = json.loads((pictures.FOLDER / pictures.VERDICT).read_text(encoding="utf-8"))
    assert int(breaches) == kept["counts"]["breach"] > 1
    assert "拒绝" in chinese
    assert "REJECTED" not in chinese


def test_chinese_signs_take_two_columns() -> None:
    """What follows Chinese text stands where a terminal puts it, whatever the font."""
    drawn = pictures.drawn(Line("a 违约 b"), 0)
    edge, cell = pictures.EDGE, pictures.CELL
    places = re.findall(r'x="([\d.]+)" .*?textLength="([\d.]+)">([^<]*)<', drawn.replace("\xa0", " "))
    assert [(float(x), float(length), text) for x, length, text in places] == [
        (edge, 2 * cell, "a "),
        (edge + 2 * cell, 4 * cell, "违约"),
        (edge + 6 * cell, 2 * cell, " b"),
    ]


def test_long_lines_are_folded_as_in_a_terminal() -> None:
    text = "x" * 117 + "约" * 3 + "y" * 200
    rows = list(pictures.folded(Line(text, "bad")))
    assert "".join(row.text for row in rows) == text
    assert all(sum(map(pictures.cells, row.text)) <= pictures.COLUMNS for row in rows)
    assert {row.style for row in rows} == {"bad"}
