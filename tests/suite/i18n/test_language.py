"""What people are told is there in English and Chinese, from one catalogue that is held to the code."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.catalog.release import RELEASES, ROOT
from contracts.i18n import messages as catalogue
from contracts.i18n.translate import translated, translated_came
from contracts.report.bundle.write import HOW
from helpers.spoken import Spoken, in_template, is_prose, modules, shape, single, texts

CATALOGUE = catalogue.rows()
SHAPES = {shape(english) for rows in CATALOGUE.values() for english in rows}
HAN = re.compile("[\u4e00-\u9fff]")
NOT_OF_THE_CODE = ("joined", "python", "system", "library")
"""Parts of the catalogue that are no text of the code: how it joins texts, and what others say."""
SAME = {
    "HTTP {status}",
    "id {id}",
    "TLS: {why}",
    "GET {path}: {why}",
    "HTTP {status}, {body}",
    "{what}: {why}",
    "{message}: {why}",
    "  {operation}  {path}  × {n} cases",
    "delete-workflow: HTTP {status}",
    ", ",
    ": ",
    "; ",
    ".",
    "{finding}; {advice}",
    "{text} ({why})",
    "{base_url}: {meaning} ({why})",
}
"""Rows without a word to translate."""
SILENT = {
    "again.py": (
        "for i in $(seq {}); do {}; {}; done",
        ' -H "Authorization: {}"',
        " --data-raw {}",
        "Content-Type: {}",
        "{}… ({} characters in all)",
    ),
    "breach.py": ("{}… ({} characters)",),
    "casetable.py": ("cases.toml: {}/{}",),
    "report/changes.py": ("true or false",),
    "control.py": ("{}=$(curl -sS {}/_standin/token/{})",),
    "credentials.py": ("Bearer garbage", "Bearer {}", "Basic {}"),
    "doctor/address.py": (
        "certificate has expired",
        "not yet valid",
        "mismatch|doesn't match|not valid for",
        "self-signed|self signed|unable to get|unknown ca",
        "wrong.version.number|record layer|http.request",
    ),
    "report/groups.py": (" could not be arranged: ",),
    "report/history_page.py": ("{} ms",),
    "report/html.py": ('<span lang="en">{}</span><span lang="zh-CN">{}</span>',),
    "report/sidebyside.py": ("{} is no JSON", "too long to be laid out", "a key twice", "{} end"),
    "places.py": ("pytest tests/api",),
    "report/terminal.py": ("pytest tests/api",),
    "report/view.py": ("{} ms", "{} min {} s"),
    "report/visible.py": ("{}… ({} characters)",),
    "report/bundle.py": ("python -m contracts bundle", HOW),
    "validate.py": ("{} was expected",),
}
"""Texts with a blank in them that are no words of the suite to its users, or the same in both languages: lines for a
shell, headers, units, data, and what is looked for in the words of libraries."""


HISTORY = ROOT / "contracts" / "report" / "templates" / "history.html.jinja"


def bare(template: str) -> str:
    """Return a template without the place that is put in front of it."""
    return re.sub(r"^(?:\{\} ?)+: ", "", template)


def without_chinese(found: Iterator[Spoken], silent: tuple[str, ...]) -> list[str]:
    return [
        f"{text.place}: no Chinese for {text.template!r}; write it in contracts/i18n/messages.toml"
        for text in found
        if text.template not in silent and not {text.template, bare(text.template)} & SHAPES
    ]


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in modules()])
def test_every_text_of_a_module_is_there_in_chinese(path: Path) -> None:
    """Whatever a module says in words has a row in the catalogue, with as much put in."""
    silent = SILENT.get(path.relative_to(ROOT / "contracts").as_posix(), ())
    prose = [text for text in texts(path) if is_prose(text.template)]
    assert without_chinese(iter(prose), silent) == []
    assert without_chinese(single(path), silent) == []
    assert set(silent) <= {text.template for text in prose}


def test_a_text_without_chinese_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However a message is written, it does not escape the test above."""
    path = tmp_path / "new.py"
    path.write_text(
        'def f(name):\n    """Say it."""\n    a = "nobody knows this"\n    b = f"{name} is all wrong"\n'
        '    raise SettingsError("odd")\n    yield Breach(KIND, "status", name or "nowhere", f"x{name}", True)\n'
    )
    monkeypatch.setattr("spoken.ROOT", tmp_path)
    prose = [text for text in texts(path) if is_prose(text.template)]
    assert [text.template for text in (*prose, *single(path))] == [
        "nobody knows this",
        "{} is all wrong",
        "odd",
        "nowhere",
        "x{}",
    ]
    assert without_chinese(iter(prose), ())[0].startswith("new.py:3: no Chinese for 'nobody knows this'")


def test_the_page_of_many_runs_is_there_in_chinese() -> None:
    """history.html says nothing in words that has no row in the catalogue."""
    page = HISTORY.read_text(encoding="utf-8")
    assert without_chinese(in_template(HISTORY), ()) == []
    plain = re.sub(r"(?s)<style>.*?</style>|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", "", page)
    assert re.findall(r"[A-Za-z]{2,}", plain) == []


def test_no_row_of_the_catalogue_is_left_over() -> None:
    """Each row is said somewhere: in the code, or in the known deviations that are shipped."""
    said = {form for path in modules() for text in texts(path) for form in (text.template, bare(text.template))}
    said |= {text.template for text in in_template(HISTORY)}
    for path in RELEASES.glob("*/deviations.toml"):
        said |= {row["means"] for row in tomllib.loads(path.read_text(encoding="utf-8")).values()}
    of_the_code = (row for part, rows in CATALOGUE.items() if part not in NOT_OF_THE_CODE for row in rows)
    assert [row for row in of_the_code if shape(row) not in said] == []


def test_known_deviations_are_told_in_chinese() -> None:
    """What is shipped of known deviations has its Chinese."""
    for path in RELEASES.glob("*/deviations.toml"):
        for row in tomllib.loads(path.read_text(encoding="utf-8")).values():
            assert HAN.search(translated(row["means"], "zh"))


def names(template: str) -> set[str]:
    return set(re.findall(r"\{(\w+)(?:!\w)?\}", template))


def test_each_row_says_the_same_in_both_languages() -> None:
    """A row's Chinese is Chinese and has the same names; no two names touch where a text is to be taken apart."""
    for part, rows in CATALOGUE.items():
        for english, chinese in rows.items():
            assert names(english) == names(chinese) or part in ("library", "python"), english
            assert english in SAME or HAN.search(chinese), english
            assert not HAN.search(english), english
            assert "}{" not in english or part == "line", english


@pytest.mark.parametrize("name", ["project", "interrupted", "none", "counting", "projects", "which"])
def test_a_name_that_is_a_word_stays_a_name(name: str) -> None:
    """A project, an environment or a state that is called as the suite calls something is not translated."""
    said = translated(f"the target has more than one project: {name}, {name} and 2 more", "zh")
    assert said == f"目标有多个项目：{name}, {name} 等，另有 2 个"
    assert translated(f"the target has more than one project: {name}", "zh") == f"目标有多个项目：{name}"
    assert translated(f"the task should be passed and is {name}", "zh") == f"任务应为 passed，实际为 {name}"
    assert translated_came(f"no such key, only {name}x", "zh") == f"没有该字段，只有 {name}x"
