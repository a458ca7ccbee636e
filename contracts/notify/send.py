"""A card on its way to a webhook: one request, by the same rules as those to a target."""

import json
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contracts.http.client import Client, Limits
from contracts.http.exchange import Request
from contracts.notify.card import Card
from contracts.notify.services import NO_SIGNATURE, SERVICES
from contracts.settings.parsers import Secret, Webhook, webhook
from contracts.settings.settings import SettingsError, label, names, one
from contracts.text import files
from contracts.text.errors import InputError, unreadable
from contracts.text.message import about, msg
from contracts.text.redact import register
from contracts.text.urls import is_loopback

LIMITS = Limits(answer=20.0, size=64_000)


def address(file: Path | None = None) -> Webhook:
    """Return the webhook that is set, by its variable or in a file; from here on nothing shows it.

    Raises SettingsError where there is none, or none that can be used.
    """
    path: Path | None = one("webhook_file", file)
    found: Webhook | None = one("webhook")
    if (found is None) == (path is None):
        raise SettingsError("set one of {setting} and {other}", names("webhook"), names("webhook_file"))
    found = found or _in_file(path or Path())
    register.add(*found.hidden)
    if urlsplit(found.reveal()).scheme == "http" and not is_loopback(found.reveal()):
        unsafe = msg("is plain http to another host, so it could be read on the way; use https")
        raise SettingsError(about(label("webhook_file" if path else "webhook"), unsafe))
    return found


def _in_file(path: Path) -> Webhook:
    """Return the address that a file holds."""
    try:
        return webhook(files.text(path, files.TOKEN).strip())
    except InputError as error:
        why = error.message
    except UnicodeDecodeError:
        why = msg("{path} is not text", path)
    except OSError as error:
        why = unreadable(path, error)
    raise SettingsError(about(label("webhook_file"), why))


def send(card: Card, to: str, where: Webhook, secret: Secret | None, now: float | None = None) -> str:
    """Send a card to a webhook of a service; return why it was not taken, empty where it was.

    secret: what the service knows its sender by, where one is set. now: the time, if it is to be another one.
    Raises SettingsError where the service takes none.
    """
    service, url = SERVICES[to], urlsplit(where.reveal())
    signed: Mapping[str, Any] = {}
    query = ""
    if secret is not None:
        if service.signs is None:
            raise SettingsError(about(label("webhook_secret"), NO_SIGNATURE.put(to)))
        signed, query = service.signs(secret.reveal(), round((now or time.time()) * 1000))
    body = json.dumps({**signed, **service.form(card)}, ensure_ascii=False).encode("utf-8", "replace")
    path = "?".join(filter(None, (url.path or "/", "&".join(filter(None, (url.query, query))))))
    request = Request("POST", path, body=body, content_type="application/json", credential="nobody")
    with closing(Client(f"{url.scheme}://{url.netloc}", {}, guard=lambda _: None, limits=LIMITS)) as client:
        exchange = client.send(request)
    if exchange.failure is not None:
        return exchange.failure.text
    if exchange.status is None or not 200 <= exchange.status < 300:
        return msg("HTTP {status}", exchange.status)
    return service.refusal(exchange.body)
