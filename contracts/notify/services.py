"""The form that each service takes, how it knows who sends it, and how it says that it took it.

A server's words may stand in a card, so each form is of plain text: nothing in them becomes a link or calls somebody.
"""

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from contracts.notify.card import Card
from contracts.text.frozen import dataclass
from contracts.text.message import Message, msg

COLOURS = {"good": "green", "bad": "red", "doubtful": "orange"}
"""What Feishu calls the colours of a head."""
WHY = 200
"""Characters of what a service says why it refuses."""
MOST = 2040
"""Bytes of a text of WeCom, the smallest of all, with room for what stands between its parts."""
Signs = Callable[[str, int], tuple[Mapping[str, Any], str]]
"""Makes of a secret and the time, in milliseconds, what proves who sends: a part of the body, and one of the query."""


@dataclass(frozen=True)
class Service:
    """One kind of webhook.

    form: the body for a card.
    refusal: what an answer with HTTP 2xx says where it refuses; empty where the card was taken.
    signs: how a secret is used; None: it takes none.
    """

    form: Callable[[Card], Mapping[str, Any]]
    refusal: Callable[[bytes], str]
    signs: Signs | None = None


def _feishu(card: Card) -> dict[str, Any]:
    elements: list[dict[str, Any]] = [{"tag": "div", "text": _plain(card.text)}]
    if card.link:
        button = {"tag": "button", "text": _plain(card.read_on), "url": card.link, "type": "default"}
        elements.append({"tag": "action", "actions": [button]})
    head = {"title": _plain(card.title), "template": COLOURS[card.style]}
    return {"msg_type": "interactive", "card": {"header": head, "elements": elements}}


def _plain(text: str) -> dict[str, str]:
    return {"tag": "plain_text", "content": text}


def _text(card: Card) -> dict[str, Any]:
    """Return a message of DingTalk or WeCom, whose cards would read marks in it; `<` calls somebody in WeCom."""
    text = card.text.replace("<", "＜").encode()
    room = MOST - len(f"{card.title}{card.link}".encode())
    kept = text if len(text) <= room else text[: max(0, room)] + "…".encode()
    content = "\n".join(filter(None, (card.title, kept.decode("utf-8", "ignore"), card.link)))
    return {"msgtype": "text", "text": {"content": content}}


def _slack(card: Card) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": card.title}},
        {"type": "section", "text": {"type": "plain_text", "text": card.text}},
    ]
    if card.link:
        button = {"type": "button", "text": {"type": "plain_text", "text": card.read_on}, "url": card.link}
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": card.title, "blocks": blocks}


def _generic(card: Card) -> dict[str, Any]:
    return {"title": card.title, "text": card.text, "link": card.link, **card.facts}


def _code(name: str, why: str) -> Callable[[bytes], str]:
    """Return what reads an answer in JSON of which a key is 0 where all went well, and another says why not."""

    def refusal(body: bytes) -> str:
        try:
            answer = json.loads(body)
            code = answer[name]
        except (ValueError, TypeError, KeyError, RecursionError):
            return msg("its response is not that of such a webhook")
        return "" if code == 0 else msg("{code} {why}", f"{name} {code}", str(answer.get(why, ""))[:WHY])

    return refusal


def _is_ok(body: bytes) -> str:
    return "" if body.strip() == b"ok" else msg("its response is not that of such a webhook")


def _taken(_: bytes) -> str:
    return ""


def _feishu_sign(secret: str, now: int) -> tuple[Mapping[str, Any], str]:
    seconds = str(now // 1000)
    return {"timestamp": seconds, "sign": _digest(f"{seconds}\n{secret}", "")}, ""


def _dingtalk_sign(secret: str, now: int) -> tuple[Mapping[str, Any], str]:
    return {}, urlencode({"timestamp": now, "sign": _digest(secret, f"{now}\n{secret}")})


def _digest(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()


SERVICES: Mapping[str, Service] = {
    "feishu": Service(_feishu, _code("code", "msg"), _feishu_sign),
    "dingtalk": Service(_text, _code("errcode", "errmsg"), _dingtalk_sign),
    "wecom": Service(_text, _code("errcode", "errmsg")),
    "slack": Service(_slack, _is_ok),
    "generic": Service(_generic, _taken),
}
"""Each service by its name."""

NO_SIGNATURE: Message = msg("has no use here: {service} takes no signature; remove it")
