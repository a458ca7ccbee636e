"""A message is English and can be Chinese, on its way through files too; what a server said is never translated."""

import copy
import json
import pickle
import re
from typing import Any

import pytest

from contracts.check.check import Checked
from contracts.i18n.translate import localized, say
from contracts.text.message import Message, about, changed, from_plain, msg, to_plain
from contracts.text.redact import MASK, mask_all, register
from helpers.checked_answers import ANSWERS, JSON_ANSWERS, exchange, good, held
from helpers.messages import said

HOSTILE = "{id} {0} {why} %s {names|, }"
NESTED = msg("shard {shard} was {why}", "1/2", msg("interrupted"))


@pytest.mark.parametrize(
    ("message", "english", "chinese"),
    [
        (
            msg("{shards|, }", [NESTED, NESTED.put("2/2", msg("an internal error of the suite"))]),
            "shard 1/2 was interrupted, shard 2/2 was an internal error of the suite",
            "分片 1/2：运行被中断；分片 2/2：套件内部错误",
        ),
        (
            msg(
                "is valid for another {span}, until {date}",
                msg("{spans| }", [msg("{n} days", 2), msg("{n} hours", 3)]),
                "2026-01-03",
            ),
            "is valid for another 2 days 3 hours, until 2026-01-03",
            "有效期还剩 2 天 3 小时，至 2026-01-03",
        ),
        (about("runs/x", msg("no such folder")), "runs/x: no such folder", "runs/x：目录不存在"),
        (msg("what nobody has ever said"), "what nobody has ever said", "what nobody has ever said"),
        ("interrupted", "interrupted", "interrupted"),
        ("", "", ""),
    ],
)
def test_messages_in_messages_are_translated(message: str, english: str, chinese: str) -> None:
    """A message that is put together from others is Chinese as a whole; what is no message stays as it is."""
    assert (str(message), localized(message, "en"), localized(message, "zh")) == (english, english, chinese)
    assert type(localized(message, "zh")) is type(localized(message, "en")) is str


def test_a_value_is_put_in_as_it_is() -> None:
    """A value that looks like a name of a template stays as it is, in both languages."""
    values = "{means}", HOSTILE
    assert say("en", "KNOWN DEVIATION  {id}: {means}", *values) == f"KNOWN DEVIATION  {{means}}: {HOSTILE}"
    assert say("zh", "KNOWN DEVIATION  {id}: {means}", *values) == f"已知偏差  {{means}}：{HOSTILE}"


@pytest.mark.parametrize("name", ["project", "interrupted", "none", "counting", "projects", "which"])
def test_a_name_that_is_a_word_stays_a_name(name: str) -> None:
    """A project, an environment or a state that is called as the suite calls something is not translated."""
    several = "{where} has more than one {what}: {names}"
    some = msg("{names} and {n} more", f"{name}, {name}", 2)
    found = msg(several, msg("the target"), msg("project"), some)
    assert localized(found, "zh") == f"目标有多个项目：{name}, {name} 等，另有 2 个"
    assert localized(found.put(*[*found.values.values()][:2], name), "zh") == f"目标有多个项目：{name}"


def test_a_message_can_be_copied() -> None:
    """What holds a message may be copied or sent to another process."""
    for other in (copy.deepcopy(NESTED), pickle.loads(pickle.dumps(NESTED))):  # noqa: S301 - our own
        assert (other, other.template, localized(other, "zh")) == (NESTED, NESTED.template, "分片 1/2：运行被中断")


DATA = {
    "reason": msg("{n} blocked", 3),
    "reasons": [NESTED, "of a server", msg("{shards|, }", [NESTED, "x"])],
    "inner": [{"means": msg("interrupted"), "text": "interrupted"}],
    "others": ["a", 1],
    "number": 1,
}


def test_data_keeps_its_messages_through_a_file() -> None:
    """Beside each text that is a message its template and values stand; texts are as ever."""
    plain = json.loads(json.dumps(to_plain(DATA)))
    assert {key: plain[key] for key in DATA if key != "inner"} == {key: DATA[key] for key in DATA if key != "inner"}
    assert plain["reason_message"] == {"template": "{n} blocked", "values": {"n": 3}}
    assert plain["reason_messages"][1] == "of a server"
    back = from_plain(plain)
    assert back == DATA
    assert localized(back["reason"], "zh") == "3 个受阻"
    assert [localized(one, "zh") for one in back["reasons"]] == [localized(one, "zh") for one in DATA["reasons"]]
    assert localized(back["inner"][0]["means"], "zh") == "运行被中断"
    assert type(back["inner"][0]["text"]) is str


@pytest.mark.parametrize(
    "parts",
    [
        None,
        {},
        [],
        "3 blocked",
        {"template": "3 blocked"},
        {"template": 1, "values": {}},
        {"template": "{n} blocked", "values": {"n": 4}},
        {"template": "{n}{n} blocked", "values": {"n": ""}},
        {"template": "{n} blocked", "values": {"n": {"template": "{n}{n}", "values": {"n": "3"}}}},
        {"template": "{n} blocked", "values": {"n": [[3]]}},
        {"template": "{n} blocked", "values": {"n": [{}]}},
        {"template": "{n} blocked", "values": {"n": None}},
    ],
)
def test_a_text_counts_where_what_stands_beside_it_says_something_else(parts: Any) -> None:
    """A file that was changed, or made to grow without bounds, shows its English."""
    (back,) = from_plain({"reason": "3 blocked", "reason_message": parts}).values()
    assert (back, type(back)) == ("3 blocked", str)


def test_a_message_stays_one_without_its_secrets() -> None:
    """Secrets are masked in the text and in the values; where that is not the same, only the text is left."""
    register.add("s3cr3t-t0ken")
    message = msg("{where} returns HTTP {what}", msg("{n} leaked", 1), "s3cr3t-t0ken")
    masked = mask_all({"x": [message]})["x"][0]
    assert localized(masked, "zh") == f"残留 1 项 返回 HTTP {MASK}"
    assert "s3cr3t" not in json.dumps(to_plain({"x": masked}))
    halves = register.mask(msg("{one}{two}", "s3cr3t-", "t0ken"))
    assert (halves, type(halves)) == (MASK, str)
    assert isinstance(changed(message, str), Message)


SERVER_TEXTS = sorted(
    {re.sub(r"\{\w+(?:\|[^}]*)?\}", "7", one.template) for one in said()}
    | {"task 1 as before", "x is not JSON", "a: b", "a (nested deeper than 64 levels)", "x; renew it", HOSTILE}
)
DESCRIBED = JSON_ANSWERS["create-workflow/already-exists"]
TEXT = next(answer for answer in ANSWERS.values() if answer.body == "empty")


def shown(checked: Checked) -> list[str]:
    return [localized(breach.came, "zh") for breach in checked.breaches]


def test_a_text_of_the_server_is_not_translated() -> None:
    """A server that answers in the suite's own words is quoted in just those, wherever they come."""
    for text in SERVER_TEXTS:
        short = " ".join(text[:140].split())
        wrong = dict.fromkeys(("description", "type", "code", "message"), short)
        lines = shown(held(DESCRIBED, exchange(DESCRIBED, good(DESCRIBED) | wrong)))
        lines += shown(held(TEXT, exchange(TEXT, body=short.encode())))
        lines += shown(held(DESCRIBED, exchange(DESCRIBED, headers={"Content-Type": f"x {short}"})))
        assert len(lines) >= 5
        assert [one for one in lines if repr(short)[1:-1] not in one and short not in one] == []
