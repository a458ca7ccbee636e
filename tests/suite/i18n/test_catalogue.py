"""Every message of the code is there in Chinese, and the catalogue has nothing else."""

import ast
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from babel.messages import mofile

from contracts.i18n.page_texts import load
from contracts.i18n.translate import localized, word
from contracts.paths import PACKAGE, ROOT
from contracts.report.bundle import HOW
from contracts.text.message import NAME, Message
from helpers.messages import CLICK, HISTORY, MO, calls, is_for_users, place_of, read, said, unsaid

HAN = re.compile("[\u4e00-\u9fff]")
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if is_for_users(path) and path.name != "__init__.py"]
MADE_ELSEWHERE = ("text/message.py", "text/errors.py", "i18n/translate.py")
"""Modules that make messages of templates that they are given."""
SILENT = {
    *("HTTP {}", "GET {}", "id {}", "{} ms", "{} min {} s"),
    *("pytest tests/api", "{} run", "python -m contracts bundle", "for i in $(seq {}); do {}; {}; done"),
    *(' -H "Authorization: {}"', " --data-raw {}", "{}=$(curl -sS {}/_standin/token/{})"),
    *("Content-Type: {}", "Bearer garbage", "Bearer {}"),
    *("{}… ({} characters)", "{}… ({} characters in all)"),
    *("certificate has expired", "not yet valid", "mismatch|doesn't match|not valid for"),
    *("self-signed|self signed|unable to get|unknown ca", "wrong.version.number|record layer|http.request"),
    *("{} end", "made{}() if {} is left_out else {}"),
    *("{} was expected", "true or false", " could not be set up: ", "no such key, only ", "the stand-in"),
    '<span lang="en">{}</span><span lang="zh-CN">{}</span>',
    HOW,
}
"""Texts with a blank in them that are no words of the suite to its users, or the same in both languages: lines for a
shell, headers, units, data, code, and what is looked for in the words of libraries."""


def translation(template: str) -> str:
    """Return the Chinese of a template, with its names left in."""
    return localized(Message(template), "zh")


def rows(catalogue: Any) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the translations of a catalogue by their English, where that has a plural by both."""
    return {_forms(message.id): _forms(message.string) for message in catalogue if message.id}


def _forms(text: str | Sequence[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_the_catalogue_has_what_the_code_says_and_no_more() -> None:
    """`make messages` would change nothing."""
    assert rows(read()).keys() == {(one.template,) for one in said()} | {_forms(text) for text in CLICK}


def test_the_compiled_catalogue_is_that_of_the_translations() -> None:
    """What is loaded is what was translated."""
    with MO.open("rb") as file:
        assert rows(mofile.read_mo(file)) == rows(read())


def test_each_message_says_the_same_in_both_languages() -> None:
    """A translation is Chinese, and has the same names, each once; only what joins others has no word of its own."""
    for template in {one.template for one in said()}:
        chinese = translation(template)
        names, ours = ([match[1] for match in NAME.finditer(text)] for text in (template, chinese))
        assert sorted(names) == sorted(ours) == sorted({*names}), template
        assert HAN.search(chinese) or not re.search("[a-z]{2}", NAME.sub("", template)), template
        assert not HAN.search(template), template
        lists = [{match[1] for match in NAME.finditer(text) if match[2]} for text in (template, chinese)]
        assert lists[0] == lists[1], template


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in MODULES])
def test_what_people_read_is_a_message(path: Path) -> None:
    """No text of a module stands where people read it without being a message, made of a template that can be found."""
    assert [one for one in unsaid(path) if one.template not in SILENT] == []
    if path.relative_to(PACKAGE).as_posix() not in MADE_ELSEWHERE:
        assert [ast.unparse(call) for call, templates in calls(path) if not well_made(call, templates)] == []


def well_made(call: ast.Call, templates: list[str]) -> bool:
    """Whether a call has a template that can be found, or a message for one, and as many values as that has names."""
    if not templates or ast.unparse(call.func) == "setting":
        return ast.unparse(call.func) not in ("msg", "say")
    values = call.args[(place_of(call) or 0) + 1 :]
    return len(values) in (0, max(len(NAME.findall(template)) for template in templates))


def test_no_text_is_passed_over_that_is_not_there() -> None:
    """What is passed over is still said somewhere."""
    assert {one.template for path in MODULES for one in unsaid(path)} >= SILENT


def test_a_text_that_is_no_message_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However a text is written, it does not escape the test above."""
    path = tmp_path / "new.py"
    path.write_text(
        'def f(name):\n    """Say it."""\n    a = "nobody knows this"\n    b = f"{name} is all wrong"\n'
        '    raise SettingsError("odd")\n    yield Breach(KIND, "status", "nowhere" if name else "there", msg("x"))\n'
    )
    monkeypatch.setattr("helpers.messages.ROOT", tmp_path)
    assert {one.template for one in unsaid(path)} == {"nobody knows this", "{} is all wrong", "nowhere", "there"}
    assert [templates for _, templates in calls(path)] == [["odd"], ["x"]]


def test_the_page_of_many_runs_says_messages_only() -> None:
    """history.html says nothing in words that is no message."""
    page = HISTORY.read_text(encoding="utf-8")
    plain = re.sub(r"(?s)<style>.*?</style>|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", "", page)
    assert re.findall(r"[A-Za-z]{2,}", plain) == []


def test_click_says_what_is_translated_of_it() -> None:
    """The texts of click that the catalogue has are those of the click that is installed."""
    import click

    folder = Path(click.__file__).parent
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.py")))
    texts = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {one for text in CLICK for one in ([text] if isinstance(text, str) else text)} <= texts


def test_the_page_and_the_terminal_use_the_same_words() -> None:
    """A result, a verdict, a kind and a place are called the same in report.html as in the terminal."""
    for name, text in load().items():
        part, _, key = name.partition(".")
        if part in ("result", "kind", "place") or name in ("verdict.accepted", "verdict.rejected"):
            known = [word("zh", one) for one in (key, key.replace("-", " "))]
            assert text.zh in known
