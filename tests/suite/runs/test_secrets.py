"""A token reaches no sink, whatever goes wrong: terminal, logs, reports, run folder, process list."""

import base64
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.catalog.release import ROOT
from contracts.standin.app import create_app
from contracts.standin.thread import serve_in_thread

CANARY = "canary+Zq7/9xR2mK4v=TtB8wLs"
ECHOES = ("body", "html", "base64", "query", "garbage")
LEAKY = """
import pytest
from contracts.pytest_plugin.hooks import SESSION

def test_traceback(request):
    '''A test of the user's own fails with the token in a local variable.'''
    token = request.config.stash[SESSION].settings.secret("token")
    header = {"Authorization": f"Bearer {token}"}
    print("printed", token)
    import logging; logging.getLogger("mine").warning("logged %s", token)
    assert header == {}

def test_error(request):
    token = request.config.stash[SESSION].settings.secret("token")
    raise RuntimeError(f"with {token} in it")
"""


class Echo:
    """A stand-in that takes the canary for a member's token, and says it back in every way that it can."""

    def __init__(self, how: str) -> None:
        self._app: ASGIApp = create_app("1.7.0")
        self._how = how

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not scope["path"].startswith("/api"):
            await self._app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"authorization", b"")
        token = said.partition(b" ")[2] or CANARY.encode()
        echoed = {
            "body": b'{"message":"' + said + b'","token":"' + token + b'"}',
            "html": b"<html><title>" + said + b"</title></html>",
            "base64": b'{"message":"' + base64.b64encode(b"x" + said) + b'"}',
            "query": b'{"message":"/login?token=' + quote(token.decode(), safe="").encode() + b'"}',
            "garbage": b"\xff\xfe" + said,
        }[self._how]

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0] not in (b"content-length", b"x-zadig-stand-in")]
                message["headers"] = [*kept, (b"location", b"/" + quote(token.decode()).encode()), (b"x-token", token)]
            elif message["type"] == "http.response.body":
                message["body"] = echoed
            await send(message)

        await self._app({**scope, "path": scope["path"].replace("/api/aslan", "/api", 1)}, receive, send_on)


def forms(secret: str) -> list[str]:
    """Return the forms that a secret could be found in."""
    found = {secret, quote(secret, safe=""), quote(secret), secret.replace("/", "\\/")}
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + secret.encode()).decode()
        found.add(whole[4 if shift else 0 : -4])
    return sorted(found)


@pytest.fixture
def processes() -> Iterator[set[str]]:
    """The command lines of all processes of this machine while the test goes on."""
    seen: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
                except OSError:
                    continue

    thread = threading.Thread(target=watch)
    thread.start()
    yield seen
    over.set()
    thread.join()


@pytest.mark.parametrize("how", ECHOES)
def test_no_sink_shows_the_token(tmp_path: Path, processes: set[str], how: str) -> None:
    """Nothing that a run prints, writes or passes on has the token in any form, though the server says it back."""
    with serve_in_thread(Echo(how)) as url:
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("ZADIG_", "PYTEST_"))}
        environment |= {"ZADIG_TOKEN": CANARY, "ZADIG_PROJECT": "nginx", "ZADIG_ENV_NAME": "qa"}
        environment |= {"ZADIG_SERVICE": "nginx", "ZADIG_SERVICE_MODULE": "nginx-test", "ZADIG_REPO": "nginx"}
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "tests/api", "-vv", "--showlocals", "-n", "4", "--log-level=DEBUG"),
                *("-rA", "--tb=long", "--base-url", url, "--run-dir", str(tmp_path / "run"), "--profile", "nightly"),
                *("--alluredir", str(tmp_path / "allure"), "--junitxml", str(tmp_path / "junit.xml")),
                *("--log-file", str(tmp_path / "log.txt"), "--log-file-level=DEBUG"),
            ],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode in (1, 6), done.stdout[-3000:] + done.stderr
    assert_clean(tmp_path, done.stdout + done.stderr, processes)


def test_tracebacks_are_masked(tmp_path: Path) -> None:
    """A test of the user's own that fails with the token in a local variable does not show it."""
    own = tmp_path / "test_leaky.py"
    own.write_text(LEAKY, encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ZADIG_", "PYTEST_"))}
    for workers in ([], ["-n", "2"]):
        done = subprocess.run(
            [
                *(
                    sys.executable,
                    "-m",
                    "pytest",
                    "tests/api/test_flows.py",
                    str(own),
                    "-k",
                    "leaky",
                    "-vv",
                    "--showlocals",
                    "--tb=long",
                    *workers,
                ),
                *("--run-dir", str(tmp_path / "run"), "--alluredir", str(tmp_path / "allure"), "-rA"),
                *("--junitxml", str(tmp_path / "junit.xml"), "-o", "junit_logging=all"),
            ],
            cwd=ROOT,
            env=environment | {"ZADIG_TOKEN": CANARY},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "2 failed" in done.stdout, done.stdout[-3000:]
        assert_clean(tmp_path, done.stdout + done.stderr, set())


def assert_clean(folder: Path, printed: str, processes: set[str]) -> None:
    """No form of the canary is in a file of the folder, in what was printed, or in a command line."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    texts = {str(path): path.read_bytes().decode("utf-8", "replace") for path in files}
    texts |= {"printed": printed, "process list": "\n".join(processes)}
    assert len(texts) > 3
    hits = [
        f"{where}: …{text[max(0, match.start() - 60) : match.end() + 10]}…"
        for where, text in texts.items()
        for form in forms(CANARY)
        for match in re.finditer(re.escape(form), text)
    ]
    assert not hits, "\n".join(hits[:10])
