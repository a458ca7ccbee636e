"""What the tests of deploy/ share: servers, a token, a workspace, an image in a plain folder, and an S3 bucket."""

import re
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from contracts.catalog.release import ROOT
from contracts.standin.process import StandIn
from contracts.standin.process import start as start_stand_in
from helpers.deploy_image import Image, build
from helpers.deploy_tree import ON_A_STAND_IN, Tree, token_of
from helpers.shell import LEFT_OUT


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    """A server that keeps its contract."""
    with start_stand_in() as server:
        yield server


@pytest.fixture(scope="module")
def broken() -> Iterator[StandIn]:
    """A server that does not."""
    with start_stand_in("1.7.0") as server:
        yield server


@pytest.fixture(scope="module")
def token(stand_in: StandIn) -> str:
    """A token of the server, as a secret of a CI system holds it."""
    return token_of(stand_in)


@pytest.fixture
def token_file(token: str, tmp_path: Path) -> Path:
    """The token in a file."""
    path = tmp_path / "secrets" / "token"
    path.parent.mkdir()
    path.write_text(token, encoding="utf-8")
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """The workspace of a job."""
    return Tree(tmp_path)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """What the steps of the Dockerfile make in a plain folder, but for a stand-in too."""
    made = build(tmp_path_factory.mktemp("image"))
    made.environment |= ON_A_STAND_IN
    for compiled in (ROOT / "contracts").rglob("__pycache__"):  # else each container would compile the package anew
        shutil.copytree(compiled, made.root / "suite" / compiled.relative_to(ROOT), ignore=LEFT_OUT)
    return made


@pytest.fixture
def results(image: Image) -> Iterator[Path]:
    """A path of a volume; in the image, below its root, where nothing is left over."""
    yield Path("/results/job")
    shutil.rmtree(image.root / "results/job", ignore_errors=True)


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
