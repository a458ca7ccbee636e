"""An S3 bucket for tests: it keeps what is put into it, and refuses what is not signed by the-key for here."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class _Objects(BaseHTTPRequestHandler):
    """A bucket: it keeps what is put, and refuses what is not signed."""

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._signed():
            self.server.objects[self.path] = body  # type: ignore[attr-defined]
            self._answer(200)

    def do_GET(self) -> None:
        if self._signed():
            found = self.server.objects.get(self.path)  # type: ignore[attr-defined]
            self._answer(404 if found is None else 200, found or b"")

    def _signed(self) -> bool:
        given = self.headers.get("Authorization", "")
        fine = re.match(r"AWS4-HMAC-SHA256 Credential=the-key/\d{8}/here/s3/aws4_request, .*Signature=\w{64}$", given)
        if not fine:
            self._answer(403)
        return bool(fine)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def bucket() -> Iterator[ThreadingHTTPServer]:
    """A bucket on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Objects)
    server.objects = {}  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
