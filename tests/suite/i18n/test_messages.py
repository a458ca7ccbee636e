"""A message is found by its English and told in Chinese; what a server said is never translated."""

import re

import pytest

from contracts.check.check import Checked
from contracts.i18n import messages as catalogue
from contracts.i18n.page_texts import load
from contracts.i18n.translate import say, translated, translated_came
from contracts.report.summary.localized import came
from helpers.checked_answers import ANSWERS, JSON_ANSWERS, exchange, good, held

CATALOGUE = catalogue.rows()


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
