"""What people are told is there in English and Chinese, from one catalogue, whichever process or run it comes from."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from checked_answers import ANSWERS, JSON_ANSWERS, exchange, good, held
from spoken import Spoken, in_template, is_prose, modules, shape, single, texts

from contracts.catalog import RELEASES, ROOT
from contracts.check import Checked
from contracts.language import catalogue
from contracts.language.choice import chosen, wished
from contracts.language.speak import say, translated, translated_came
from contracts.report.bundle import HOW
from contracts.report.spoken import came
from contracts.report.words import load

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
    "check.py": ("{} was expected",),
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
}
"""Texts with a blank in them that are no words of the suite to its users, or the same in both languages: lines for a
shell, headers, units, data, and what is looked for in the words of libraries."""


HISTORY = ROOT / "contracts" / "report" / "templates" / "history.html.jinja"


def bare(template: str) -> str:
    """Return a template without the place that is put in front of it."""
    return re.sub(r"^(?:\{\} ?)+: ", "", template)


def without_chinese(found: Iterator[Spoken], silent: tuple[str, ...]) -> list[str]:
    return [
        f"{text.place}: no Chinese for {text.template!r}; write it in contracts/language/messages.toml"
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


def test_what_came_is_told_apart_from_the_words_around_it() -> None:
    """No row of what came begins and ends with a name, so none fits into a text of the server that is in quotes."""
    assert [row for row in CATALOGUE["came"] if row.startswith("{") and row.endswith("}")] == []


def test_each_message_is_found_again_by_its_english() -> None:
    """Whatever is put into a message, its Chinese has it, sign by sign, and the row is taken for no other."""
    for part in ("promised", "came", "json", "python", "names", "message", "system", "library"):
        for english, chinese in CATALOGUE[part].items():
            made = catalogue.row(english, chinese)
            values = {name: str(i) if name == "n" else f"<{i}|{{name}}>" for i, (name, _) in enumerate(made.names)}
            wanted = re.sub(r"\{(\w+)(?:!\w)?\}", lambda name: values[name[1]], chinese)  # noqa: B023 - used at once
            pool = part if part in ("promised", "came", "json", "names") else "json" if part == "python" else "message"
            if made.worded:  # else it is found only where what is put in is
                assert catalogue.message(english.format_map(values), pool) == wanted


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "shard 1/2 was interrupted, shard 2/2 was an internal error of the suite",
            "分片 1/2：运行被中断；分片 2/2：套件内部错误",
        ),
        ("is valid for 2 days 3 hours more, until 2026-01-03", "有效期还剩 2 天 3 小时，至 2026-01-03"),
        (
            "the given workflow could not be arranged: create-workflow: status: promised HTTP 200, came HTTP 500",
            "前提 workflow 未能备好：create-workflow: status：约定 HTTP 200，实际 HTTP 500",
        ),
        (
            "the state afterwards could not be read: looking for the workflow: HTTP 500, nothing was planned",
            "操作后的状态读取失败：查询工作流：HTTP 500，nothing was planned",
        ),
        (
            "in 3 of 8 answers otherwise, for example HTTP 302, a redirect to the same host, not followed",
            "8 个响应中有 3 个不符，例如 HTTP 302，重定向到同一主机，未跟随",
        ),
        ("runs/x: no verdict.json: no such folder", "runs/x：没有 verdict.json：目录不存在"),
        ("http://a:1 is unreachable: Connection refused", "无法连接 http://a:1：连接被拒绝"),
        ("what nobody has ever said", "what nobody has ever said"),
        ("", ""),
    ],
)
def test_messages_in_messages_are_translated(english: str, chinese: str) -> None:
    """A message that is put together from others is Chinese as a whole; an unknown one stays as it is."""
    assert translated(english, "zh") == chinese
    assert translated(english, "en") == english


SERVER_TEXTS = sorted(
    {re.sub(r"\{\w+\}", "7", row) for rows in CATALOGUE.values() for row in rows}
    | {
        "task 1 as before",
        "an empty body",
        "x is not JSON",
        "a: b",
        "a (nested deeper than 64 levels)",
        "x; have it renewed",
    }
)
DESCRIBED = JSON_ANSWERS["create-workflow/already-exists"]
TEXT = next(answer for answer in ANSWERS.values() if answer.body == "empty")


def shown(checked: Checked) -> list[str]:
    return [came(breach.to_json(), "zh") for breach in checked.breaches]


def test_a_text_of_the_server_is_not_translated() -> None:
    """A server that answers in the suite's own words is quoted in just those, wherever they come."""
    for text in SERVER_TEXTS:
        short = " ".join(text[:140].split())
        wrong = dict.fromkeys(("description", "type", "code", "message"), short)
        said = shown(held(DESCRIBED, exchange(DESCRIBED, good(DESCRIBED) | wrong)))
        said += shown(held(TEXT, exchange(TEXT, body=short.encode())))
        said += shown(held(DESCRIBED, exchange(DESCRIBED, headers={"Content-Type": f"x {short}"})))
        assert len(said) >= 5
        assert [one for one in said if repr(short)[1:-1] not in one and short not in one] == []


def test_no_text_takes_longer_than_it_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a server puts into a message, each row looks at each part of it once, and at nothing twice."""
    looks = 0
    real = catalogue.Row.values

    def counted(self: catalogue.Row, text: str) -> object:
        nonlocal looks
        looks += 1
        return real(self, text)

    monkeypatch.setattr(catalogue.Row, "values", counted)
    rows = sum(map(len, CATALOGUE.values()))
    for piece in (": ", "; ", ", came ", ": promised , came ", "shard 1 was , ", "1 day ", "no Zadig at : ; "):
        looks = 0
        text = (piece * 4_000)[: catalogue.LONGEST]
        translated(text, "zh")
        translated_came(text, "zh")
        translated(text + text, "zh")  # longer than any message: left as it is
        assert looks < 40 * rows


def test_a_line_puts_values_in_once() -> None:
    """A value that looks like a name of a template stays as it is, in both languages."""
    values = {"id": "{means}", "means": "{id} {0} %s"}
    assert say("en", "KNOWN DEVIATION  {id}: {means}", **values) == "KNOWN DEVIATION  {means}: {id} {0} %s"
    assert say("zh", "KNOWN DEVIATION  {id}: {means}", **values) == "已知偏差  {means}：{id} {0} %s"


def test_the_page_and_the_terminal_use_the_same_words() -> None:
    """A result, a verdict, a kind and a place are called the same in report.html as in the terminal."""
    lines = CATALOGUE["line"]
    for name, word in load().items():
        part, _, key = name.partition(".")
        if part in ("result", "kind", "place") or name in ("verdict.accepted", "verdict.rejected"):
            assert word.zh == lines.get(key, lines.get(key.replace("-", " "), key))


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "ZH"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}, "zh"),
    ],
)
def test_without_a_setting_the_locale_decides(environ: dict[str, str], lang: str) -> None:
    """LC_ALL, LC_MESSAGES and LANG count in this order; whatever is not Chinese is English."""
    assert chosen(None, environ) == lang
    assert chosen("en", environ) == "en"
    assert chosen("zh", environ) == "zh"


def test_a_wish_is_heard_before_settings_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Option, variable and zadig.toml count in this order, whatever else is wrong with them."""
    monkeypatch.chdir(tmp_path)
    assert wished(None, {}) == "en"
    Path("zadig.toml").write_text('lang = "zh"\nunknown = 1\n')
    assert wished(None, {}) == "zh"
    assert wished(None, {"ZADIG_LANG": "en"}) == "en"
    assert wished("zh", {"ZADIG_LANG": "en"}) == "zh"
    assert wished("klingon", {"ZADIG_LANG": "en"}) == "en"
    Path("zadig.toml").write_bytes(b"\xff lang = ")
    assert wished(None, {"LANG": "zh_CN"}) == "zh"


@pytest.mark.parametrize("name", ["project", "interrupted", "none", "counting", "projects", "which"])
def test_a_name_that_is_a_word_stays_a_name(name: str) -> None:
    """A project, an environment or a state that is called as the suite calls something is not translated."""
    said = translated(f"the target has more than one project: {name}, {name} and 2 more", "zh")
    assert said == f"目标有多个项目：{name}, {name} 等，另有 2 个"
    assert translated(f"the target has more than one project: {name}", "zh") == f"目标有多个项目：{name}"
    assert translated(f"the task should be passed and is {name}", "zh") == f"任务应为 passed，实际为 {name}"
    assert translated_came(f"no such key, only {name}x", "zh") == f"没有该字段，只有 {name}x"
