"""A pytest plugin that writes down every request of a run: `-p bench.recorder`, with the file's path in RECORD."""

import json
import os
from pathlib import Path
from typing import Any

from contracts.http.client import Client
from contracts.http.exchange import Exchange, Request

_sent: list[dict[str, Any]] = []


def pytest_configure() -> None:
    """Put the recorder behind the client of this process."""
    plain = Client.send

    def send(client: Client, request: Request) -> Exchange:
        exchange = plain(client, request)
        prepared = client._prepare(request)  # the client has no other way to tell the headers
        body = prepared.body.decode() if isinstance(prepared.body, bytes) else prepared.body
        headers = dict(prepared.headers)
        if credential := client._auth.get(request.credential):  # the transport puts this line on the wire
            headers["Authorization"] = bytes(credential.line).decode("latin-1").partition(": ")[2]
        entry = {"method": request.method, "url": exchange.url, "headers": headers, "body": body}
        _sent.append(entry | {"status": exchange.status})
        return exchange

    Client.send = send  # type: ignore[method-assign, assignment]


def pytest_unconfigure() -> None:
    """Write all of it."""
    Path(os.environ["RECORD"]).write_text(json.dumps(_sent), encoding="utf-8")
