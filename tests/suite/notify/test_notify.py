"""A chat is told of a run in the form of its service, to the letter; who does not take it is told in one line."""

import base64
import hmac
import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result

from contracts.__main__ import main
from contracts.http.client import Limits
from contracts.notify import send as sending
from contracts.notify.card import card
from contracts.notify.services import MOST, SERVICES
from contracts.settings.parsers import Secret, webhook
from contracts.settings.settings import load
from helpers.bad_servers import for_ever, says
from helpers.certificates import Certificates
from helpers.raw_server import Server, answer, serving
from helpers.verdicts import DRIFT, HOSTILE, LIVE, STAND_IN, WRONG, case, verdict, write

pytestmark = pytest.mark.usefixtures("bare")

KEY = "0123456789abcdef0123"
SECRET = "SEC0123456789abcdef"
LINK = "https://ci.example.com/jobs/1"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
TOOK = {
    **{"feishu": b'{"code":0,"msg":"success","data":{}}', "slack": b"ok", "generic": b""},
    **dict.fromkeys(("dingtalk", "wecom"), b'{"errcode":0,"errmsg":"ok"}'),
}
"""What each service answers to a card that it takes."""
REJECTED = verdict(case(), case("start-task/a", "breach"), case("start-task/b", "breach"), case("x/a", "blocked"))
TITLE = "Zadig contract: REJECTED (exit 1)"
LINES = [
    "release 1.7.0, profile regression, on zadig.example.com",
    "1 of 4 cases held: 2 breaches; 1 blocked",
    "breach start-task/a × 2: wrong-constant at $.code: expected 6163, got 6164",
    "blocked x/a × 1: precondition x could not be set up",
]
TEXT = "\n".join(LINES)
FORMS: Mapping[str, Any] = {
    "feishu": {
        "msg_type": "interactive",
        "card": {
            "header": {"title": {"tag": "plain_text", "content": TITLE}, "template": "red"},
            "elements": [
                {"tag": "div", "text": {"tag": "plain_text", "content": TEXT}},
                {
                    "tag": "action",
                    "actions": [
                        {
                            "tag": "button",
                            "text": {"tag": "plain_text", "content": "Read on"},
                            "url": LINK,
                            "type": "default",
                        }
                    ],
                },
            ],
        },
    },
    **{to: {"msgtype": "text", "text": {"content": f"{TITLE}\n{TEXT}\n{LINK}"}} for to in ("dingtalk", "wecom")},
    "slack": {
        "text": TITLE,
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": TITLE}},
            {"type": "section", "text": {"type": "plain_text", "text": TEXT}},
            {
                "type": "actions",
                "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Read on"}, "url": LINK}],
            },
        ],
    },
    "generic": {
        "title": TITLE,
        "text": TEXT,
        "link": LINK,
        "verdict": "rejected",
        "exit": 1,
        "reasons": ["2 breaches", "1 blocked"],
        "counts": REJECTED["counts"],
        "run": {
            "id": "20260102t030405-abcd",
            "release": "1.7.0",
            "profile": "regression",
            "host": "zadig.example.com",
            "stand_in": None,
        },
    },
}


@pytest.fixture(name="run")
def run_fixture(tmp_path: Path) -> Path:
    return write(tmp_path / "run", REJECTED)


def notified(run: Path, to: str, url: str, *options: str, **more: str) -> Result:
    """Call notify with a webhook at a server, in an environment that would lead a client astray."""
    astray = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "REQUESTS_CA_BUNDLE": "/none"}
    env = {"ZADIG_WEBHOOK": f"{url}/hook/{KEY}?access_token={KEY}", **astray, **more}
    done = CliRunner().invoke(main, ["notify", str(run), "--to", to, *options], env=env)
    assert KEY not in done.output
    return done


def sent(server: Server) -> tuple[str, dict[str, str], Any]:
    """Return path, headers and body of the only request that came."""
    assert len(server.requests) == 1
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    line, *rows = head.decode("ascii").split("\r\n")
    method, path, _ = line.split(" ")
    assert method == "POST"
    return path, {name.lower(): text for name, _, text in (row.partition(": ") for row in rows)}, json.loads(body)


@pytest.mark.parametrize("to", SERVICES)
def test_form(to: str, run: Path) -> None:
    """The body is the one that the service documents, and nothing else goes with it."""
    with serving(says(answer(TOOK[to], OK))) as server:
        done = notified(run, to, server.url, "--link", LINK)
    path, head, body = sent(server)
    assert (done.exit_code, done.output) == (0, f"sent to {to}\n")
    assert body == FORMS[to]
    assert path == f"/hook/{KEY}?access_token={KEY}"
    assert head["content-type"] == "application/json"
    assert {*head} <= {
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "content-type",
        "content-length",
        "connection",
    }


@pytest.mark.parametrize("to", SERVICES)
def test_chinese_and_no_link(to: str, run: Path) -> None:
    with serving(says(answer(TOOK[to], OK))) as server:
        done = notified(run, to, server.url, "--lang", "zh")
    told = json.dumps(sent(server)[2], ensure_ascii=False)
    assert (done.exit_code, done.output) == (0, f"已发送到 {to}\n")
    assert "Zadig 契约测试：" in told
    assert "4 个用例中 1 个符合约定" in told
    assert "http" not in told.replace("zadig.example.com", "")


@pytest.mark.parametrize(
    ("results", "run", "colour"),
    [
        pytest.param([case()], LIVE, "green", id="accepted"),
        pytest.param([case(result="drift")], LIVE, "red", id="rejected"),
        pytest.param([case(result="blocked")], LIVE, "orange", id="inconclusive"),
        pytest.param([case()], STAND_IN, "orange", id="stand-in"),
        pytest.param([case(result="breach")], STAND_IN, "red", id="stand-in-rejected"),
    ],
)
def test_colour_and_target(results: Sequence[Any], run: Any, colour: str) -> None:
    made = card(verdict(*results, run=run), "", "en")
    assert SERVICES["feishu"].form(made)["card"]["header"]["template"] == colour
    assert ("which says nothing about a live Zadig" in made.text) == (run is STAND_IN)
    assert made.title.startswith(
        "Zadig contract on the stand-in (perfect): " if run is STAND_IN else "Zadig contract: "
    )


def test_a_leak_is_not_green() -> None:
    assert card(verdict(case(), leaks=["zct-1"]), "", "en").style == "doubtful"


def test_a_part_of_a_profile_is_not_green() -> None:
    made = card(verdict(case(), unselected=["a/b", "a/c"]), "", "en")
    assert (made.style, made.lines[-1]) == ("doubtful", "only a part of the profile: 2 of its cases were not selected")


@pytest.mark.parametrize("to", SERVICES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_card_is_short_and_plain_whatever_a_server_sent(to: str, lang: str) -> None:
    """No mark of it does anything: each field that could read marks has none of a server's text, or no such mark."""
    came = replace(WRONG, came=HOSTILE * 20, where="$.<at id=all></at><!channel><@all>")
    rows = [case(f"a/{n}", "breach", breaches=(replace(came, came=f"{n}{came.came}"),)) for n in range(9)]
    made = card(verdict(*rows, case(result="drift", breaches=(DRIFT,))), LINK, lang)
    assert len(made.lines) == 6
    assert all(len(line) <= 160 and line.isprintable() for line in made.lines)
    form = SERVICES[to].form(made)
    if to in ("dingtalk", "wecom"):
        content = form["text"]["content"]
        assert len(content.encode()) <= MOST + 8
        assert ("<" in content, content.endswith(f"\n{LINK}"), form["msgtype"]) == (False, True, "text")
    if to == "slack":
        assert form["text"] == made.title
        assert {block["text"]["type"] for block in form["blocks"][:2]} == {"plain_text"}
    if to == "feishu":
        assert form["card"]["elements"][0]["text"]["tag"] == "plain_text"


def test_signatures() -> None:
    """As Feishu and DingTalk document them, on the time that is sent."""
    made, now = card(REJECTED, "", "en"), 1_700_000_000.25
    for to in ("feishu", "dingtalk"):
        with serving(says(answer(TOOK[to], OK))) as server:
            where = webhook(f"{server.url}/hook?access_token={KEY}")
            assert sending.send(made, to, where, Secret(SECRET), now) == ""
        path, _, body = sent(server)
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        if to == "feishu":
            key, text, told = "1700000000\n" + SECRET, "", body
        else:
            key, text, told = SECRET, "1700000000250\n" + SECRET, query
        assert told["timestamp"] == key.split("\n")[0] if to == "feishu" else text.split("\n")[0]
        assert base64.b64decode(told["sign"]) == hmac.digest(key.encode(), text.encode(), "sha256")
        assert query["access_token"] == KEY


@pytest.mark.parametrize("to", ["wecom", "slack", "generic"])
def test_a_signature_that_nobody_checks_is_a_mistake(to: str, run: Path) -> None:
    with serving(says(answer(TOOK[to], OK))) as server:
        done = notified(run, to, server.url, ZADIG_WEBHOOK_SECRET=SECRET)
    assert (done.exit_code, server.requests) == (4, [])
    assert "ZADIG_WEBHOOK_SECRET): has no use here: " in done.output


REFUSALS: list[tuple[str, str, bytes, str]] = [
    ("feishu", "code", b'{"code":19021,"msg":"sign match fail or timestamp"}', "code 19021 sign match fail"),
    ("feishu", "page", b"<html>", "its response is not that of such a webhook"),
    ("feishu", "list", b"[]", "its response is not that of such a webhook"),
    ("feishu", "empty", b"", "its response is not that of such a webhook"),
    ("feishu", "other", b'{"errcode":0}', "its response is not that of such a webhook"),
    ("feishu", "deep", b"[" * 60_000, "its response is not that of such a webhook"),
    ("dingtalk", "code", b'{"errcode":310000,"errmsg":"keywords not in content"}', "errcode 310000 keywords not in"),
    ("wecom", "code", b'{"errcode":93000,"errmsg":"invalid webhook url"}', "errcode 93000 invalid webhook url"),
    ("wecom", "terminal", b'{"errcode":1,"errmsg":"\\u001b[31m\\nno"}', "errcode 1 "),
    ("slack", "words", b"invalid_blocks", "its response is not that of such a webhook"),
]


@pytest.mark.parametrize(
    ("to", "body", "says_why"), [pytest.param(to, body, why, id=f"{to}-{name}") for to, name, body, why in REFUSALS]
)
def test_refused_in_the_body(to: str, body: bytes, says_why: str, run: Path) -> None:
    """HTTP 200 is not enough."""
    with serving(says(answer(body, OK))) as server:
        done = notified(run, to, server.url)
    assert (done.exit_code, len(done.output.splitlines())) == (1, 1)
    assert done.output.startswith(f"{to} did not accept the card: {says_why}")
    assert "\x1b" not in done.output


@pytest.mark.parametrize("to", SERVICES)
def test_refused_by_its_status(to: str, run: Path) -> None:
    """A redirect is not followed; an error of the service is not one of the run's."""
    with serving(says(answer(b"", b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n"))) as server:
        assert "did not accept the card: HTTP 302" in notified(run, to, server.url).output
        assert len(server.requests) == 1
    with serving(says(answer(TOOK[to], b"HTTP/1.1 500 Oops\r\n"))) as server:
        done = notified(run, to, server.url, "--lang", "zh")
    assert (done.exit_code, done.output) == (1, f"{to} 没有接受通知：HTTP 500\n")


def test_what_does_not_end_is_not_waited_for(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole answer has one deadline, and a size."""
    monkeypatch.setattr(sending, "LIMITS", Limits(answer=0.4, size=64_000))
    with serving(for_ever(OK + b"\r\n", b" ", 0.05)) as server:
        done = notified(run, "generic", server.url)
    assert (done.exit_code, "no complete response within 0.4 s" in done.output) == (1, True)
    with serving(says(answer(b"x" * 65_000, OK))) as server:
        monkeypatch.setattr(sending, "LIMITS", Limits(size=64_000))
        done = notified(run, "generic", server.url)
    assert (done.exit_code, "larger than 64,000 bytes" in done.output) == (1, True)


def test_nobody_there(run: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = notified(run, "slack", f"http://127.0.0.1:{port}")
    assert (done.exit_code, done.output) == (1, "slack did not accept the card: Connection refused\n")


def test_a_certificate_that_nobody_trusts(run: Path, certificates: Certificates) -> None:
    with serving(says(answer(b"ok", OK)), tls=certificates.servers["good"]) as server:
        done = notified(run, "slack", server.url.replace("http", "https"))
    assert (done.exit_code, server.requests, "TLS: " in done.output) == (1, [], True)


MISTAKES: list[tuple[str, dict[str, str], str]] = [
    ("none", {"ZADIG_WEBHOOK": ""}, "is empty"),
    ("plain", {"ZADIG_WEBHOOK": f"http://chat.example.com/{KEY}"}, "is plain http to another host"),
    ("no-scheme", {"ZADIG_WEBHOOK": f"chat.example.com/{KEY}"}, "does not begin with http:// or https://"),
    ("no-path", {"ZADIG_WEBHOOK": "https://chat.example.com/"}, "is not a webhook address"),
    ("user", {"ZADIG_WEBHOOK": f"https://u:{KEY}@chat.example.com/x"}, "is not a webhook address"),
    ("both", {"ZADIG_WEBHOOK_FILE": "hook"}, "set one of ZADIG_WEBHOOK and --webhook-file, ZADIG_WEBHOOK_FILE"),
]


@pytest.mark.parametrize(("env", "why"), [pytest.param(env, why, id=name) for name, env, why in MISTAKES])
def test_a_webhook_that_cannot_be_used(env: dict[str, str], why: str, run: Path) -> None:
    done = notified(run, "slack", "http://127.0.0.1:9", **env)
    assert (done.exit_code, len(done.output.splitlines()), why in done.output) == (4, 1, True), done.output


def test_a_webhook_in_a_file(run: Path, tmp_path: Path) -> None:
    """A line break at its end is not one of the address; zadig.toml may not say where the card goes."""
    file = tmp_path / "hook"
    with serving(says(answer(b"ok", OK))) as server:
        file.write_text(f"{server.url}/{KEY}\n", encoding="utf-8")
        done = CliRunner().invoke(main, ["notify", str(run), "--to", "slack", "--webhook-file", str(file)])
    assert (done.exit_code, sent(server)[0]) == (0, f"/{KEY}")
    for line in (f'webhook = "{server.url}/{KEY}"', f'webhook_file = "{file}"'):
        Path("zadig.toml").write_text(line, encoding="utf-8")
        done = CliRunner().invoke(main, ["notify", str(run), "--to", "slack"])
        assert (done.exit_code, "does not belong in zadig.toml" in done.output, KEY in done.output) == (
            4,
            True,
            False,
        )


def test_nothing_to_tell_of(tmp_path: Path) -> None:
    done = notified(tmp_path, "slack", "http://127.0.0.1:9")
    assert (done.exit_code, "no verdict.json" in done.output) == (4, True)
    done = notified(tmp_path, "slack", "http://127.0.0.1:9", "--link", "javascript:alert(1)")
    assert (done.exit_code, "--link: does not begin with http:// or https://" in done.output) == (4, True)


def test_no_sink_shows_a_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZADIG_WEBHOOK", f"https://chat.example.com/hook/{KEY}")
    monkeypatch.setenv("ZADIG_WEBHOOK_SECRET", SECRET)
    settings = load({})
    assert KEY not in f"{settings!r} {settings.to_json()}"
    assert SECRET not in f"{settings!r} {settings.to_json()}"
