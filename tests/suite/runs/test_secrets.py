"""A token reaches no sink, whatever goes wrong: terminal, logs, reports, run folder, process list."""

import base64
import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread
from helpers.processes import pytest as pytest_run
from helpers.secret_forms import BROKEN_CONFTEST, FAULTS, IN_A_HOOK, LEAKY, UNREADABLE, faulty

CANARY = "canary+Zq7/9xR2mK4v=TtB8wLs"
ECHOES = ("body", "html", "garbage", "written-otherwise", "cut")
IN_A_BODY: Mapping[str, Callable[[str], str]] = {
    "as it is": str,
    "base64": lambda text: base64.b64encode(f"Bearer {text}".encode()).decode(),
    "query": lambda text: f"/login?token={quote(text, safe='')}",
}
"""Ways to write a token that one message has all together."""
CAP = 600
"""Bytes of an answer that are read where one is cut in the middle of the token."""
WRITTEN = {
    "upper case": str.upper,
    "backwards": lambda text: text[::-1],
    "hex": lambda text: text.encode().hex(),
    "percent": lambda text: "".join(f"%{ord(sign):02X}" for sign in text),
    "JSON": lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
    "HTML": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "a piece": lambda text: text[5:17],
    **{f"base64 {n}": lambda text, n=n: base64.b64encode(b"xyz"[:n] + text.encode()).decode() for n in range(3)},
}
"""Ways to write a token that a server may know, in none of which it stands as it is."""
UNMASKED = """
from contracts.text.redact import register

register.add = lambda *_: None
"""
"""A plugin with which nothing is known to be a secret."""
IMPATIENT = """
from contracts.target import connect, steady

steady.PATIENCE = connect.LEAST_PATIENCE = 1.0
connect.PATIENCE = 0
"""
"""A plugin with which nobody waits long for what never passes here, nor for what a server may still carry out."""
ENVIRONMENT = {"ZADIG_TOKEN": CANARY, "ZADIG_PROJECT": "nginx", "ZADIG_ENV_NAME": "qa"}
ENVIRONMENT |= {"ZADIG_SERVICE": "nginx", "ZADIG_SERVICE_MODULE": "nginx-test", "ZADIG_REPO": "nginx"}


NIGHTLY = ("--profile", "nightly")
OPTIONS = {"cut": ("--max-answer", str(CAP), "--profile", "smoke")}
"""Options of the run against what says the token back in that way."""


class Echo:
    """A stand-in that takes the canary for a member's token, and says it back in one way, or nothing of it."""

    def __init__(self, how: str) -> None:
        self._app: ASGIApp = create_app("1.7.0")
        self._how = how

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not scope["path"].startswith("/api"):
            await self._app(scope, receive, send)
            return
        scope = {**scope, "path": scope["path"].replace("/api/aslan", "/api", 1)}
        if self._how == "nothing" or (self._how == "cut" and scope["method"] == "GET"):
            await self._app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"authorization", b"")
        token = said.partition(b" ")[2] or CANARY.encode()
        echoed = {
            "body": json.dumps({"message": " ".join(write(token.decode()) for write in IN_A_BODY.values())}).encode(),
            "html": b"<html><title>" + said + b"</title></html>",
            "garbage": b"\xff\xfe" + said,
            "written-otherwise": b" ".join(write(token.decode()).encode() for write in WRITTEN.values()),
            "cut": b"x" * (CAP - 14) + token,
        }[self._how]

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0] not in (b"content-length", b"x-zadig-stand-in")]
                message["headers"] = [*kept, (b"location", b"/" + quote(token.decode()).encode()), (b"x-token", token)]
            elif message["type"] == "http.response.body":
                message["body"] = echoed
            await send(message)

        await self._app(scope, receive, send_on)


def forms(secret: str) -> list[str]:
    """Return the forms that a secret could be found in."""
    found = {secret, quote(secret, safe=""), quote(secret), secret.replace("/", "\\/"), secret[:12]}
    found |= {write(secret) for name, write in WRITTEN.items() if not name.startswith("base64")}
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + secret.encode()).decode()
        found.add(whole[4 if shift else 0 : -4])
    return sorted(found)


def descends(pid: str) -> bool:
    """Whether a process was started by this one, or by one that was."""
    while pid not in ("0", str(os.getpid())):
        pid = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
    return pid != "0"


@pytest.fixture
def processes() -> Iterator[set[str]]:
    """The command lines of all processes that this one starts while the test goes on; other workers have their own."""
    seen: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    if descends(path.parent.name):
                        seen.add(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
                except OSError:
                    continue

    thread = threading.Thread(target=watch)
    thread.start()
    yield seen
    over.set()
    thread.join()


def run_with_the_token(
    folder: Path, url: str, tests: Sequence[str], *options: str, codes: Sequence[int] = (1, 6)
) -> str:
    """Run tests with the canary as token and with every sink there is; return what it printed."""
    (folder / "impatient.py").write_text(IMPATIENT, encoding="utf-8")
    sinks = ["--run-dir", str(folder / "run"), "--alluredir", str(folder / "allure"), "-o", "junit_logging=all"]
    sinks += ["--junitxml", str(folder / "junit.xml"), "--log-file", str(folder / "log.txt"), "--log-file-level=DEBUG"]
    sinks += ["-p", "impatient", "-o", f"pythonpath={folder}", "-p", "cacheprovider", "-o", f"cache_dir={folder}/cache"]
    loud = ["-vv", "--showlocals", "--tb=long", "-rA", "--log-level=DEBUG"]
    done = pytest_run(*tests, *loud, *sinks, "--base-url", url, *options, **ENVIRONMENT)
    assert done.code in codes, done.output[-3000:]
    return done.output


def without_masks(folder: Path) -> tuple[str, ...]:
    """Return the options of a run that masks no secret: what the tests below would see if nothing did."""
    (folder / "unmasked.py").write_text(UNMASKED, encoding="utf-8")
    return "-p", "unmasked"


@pytest.mark.parametrize("how", ECHOES)
def test_no_sink_shows_the_token(tmp_path: Path, processes: set[str], how: str) -> None:
    """Nothing that a run prints, writes or passes on has the token in any form, though the server says it back."""
    with serve_in_thread(Echo(how)) as url:
        printed = run_with_the_token(tmp_path, url, ["tests/api"], "-n", "2", *OPTIONS.get(how, NIGHTLY))
    assert not any(leaks(tmp_path, printed, processes).values())


@pytest.mark.parametrize(
    ("how", "sinks"),
    [
        ("body", {"printed", "run", "allure"}),
        ("written-otherwise", {"printed", "run", "allure"}),
        ("cut", {"run", "allure"}),  # the summary shows less of a body
    ],
)
def test_every_sink_would_show_the_token(tmp_path: Path, how: str, sinks: set[str]) -> None:
    """Without the masks, what the server says back stands in all that a run prints and writes."""
    with serve_in_thread(Echo(how)) as url:
        printed = run_with_the_token(tmp_path, url, ["tests/api"], *OPTIONS.get(how, ()), *without_masks(tmp_path))
    found = leaks(tmp_path, printed, set())
    assert {where for where, hits in found.items() if hits} >= sinks
    wanted = [write(CANARY)[-40:] for write in IN_A_BODY.values()] if how == "body" else []
    assert [(where, text) for where in sinks for text in wanted if text not in "\n".join(found[where])] == []


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one-process", "two-workers"])
@pytest.mark.parametrize("masked", [True, False], ids=["masked", "unmasked"])
def test_the_users_own_tests_are_masked(tmp_path: Path, masked: bool, workers: tuple[str, ...]) -> None:
    """Whatever a test of the user's own says, notes, logs, attaches or is named shows no token; unmasked, it would."""
    (tmp_path / "test_leaky.py").write_text(LEAKY, encoding="utf-8")
    tests = ["tests/api/test_flows.py", str(tmp_path / "test_leaky.py"), "-k", "leaky", "-p", "no:faulthandler"]
    plugin = () if masked else without_masks(tmp_path)
    with serve_in_thread(Echo("nothing")) as url:
        printed = run_with_the_token(tmp_path, url, tests, *workers, *plugin)
    assert "11 failed, 1 passed, 2 skipped, " in printed, printed[-3000:]
    found = leaks(tmp_path, printed, set())
    assert commands(tmp_path, printed) == []
    shown = set() if masked else {"printed", "junit.xml", "allure", "log.txt", "run", "cache"}
    assert {where for where, hits in found.items() if hits} == shown


@pytest.mark.parametrize(("name", "text"), [("test_broken.py", UNREADABLE), ("conftest.py", BROKEN_CONFTEST)])
@pytest.mark.parametrize("masked", [True, False], ids=["masked", "unmasked"])
def test_files_that_cannot_be_read_are_masked(tmp_path: Path, masked: bool, name: str, text: str) -> None:
    """An error while a file of the user's own is imported shows no token, however early it comes."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "test_other.py").write_text("def test_other(): pass", encoding="utf-8")
    with serve_in_thread(Echo("nothing")) as url:
        tests = ["tests/api/test_flows.py", str(tmp_path)]
        printed = run_with_the_token(tmp_path, url, tests, *(() if masked else without_masks(tmp_path)), codes=(2, 4))
    assert "while it is imported" in printed, printed[-3000:]
    assert any(leaks(tmp_path, printed, set()).values()) is not masked


@pytest.mark.parametrize("how", ["masked", "unmasked"])
@pytest.mark.parametrize("fault", FAULTS)
def test_no_frame_that_pytest_shows_has_the_token(tmp_path: Path, fault: str, how: str) -> None:
    """An error or Ctrl-C while connecting, sending or reading shows all frames and their variables, and no token.

    Not even where nothing is masked: no variable of ours and of the libraries has it.
    """
    (tmp_path / "test_faulty.py").write_text(faulty(fault), encoding="utf-8")
    tests = ["tests/api/test_flows.py", str(tmp_path / "test_faulty.py"), "-k", "faulty", "--full-trace"]
    plugin = () if how == "masked" else without_masks(tmp_path)
    with serve_in_thread(Echo("nothing")) as url:
        printed = run_with_the_token(tmp_path, url, tests, *plugin, codes=(2, 6))
    assert "_exchange(" in printed, printed[-3000:]
    assert not any(leaks(tmp_path, printed, set()).values())


def test_an_internal_error_is_masked(tmp_path: Path) -> None:
    """A plugin that fails with the token in hand does not show it."""
    (tmp_path / "in_a_hook.py").write_text(IN_A_HOOK, encoding="utf-8")
    options = ["-p", "in_a_hook", "--full-trace"]
    with serve_in_thread(Echo("nothing")) as url:
        tests = ["tests/api/test_flows.py"]
        printed = run_with_the_token(tmp_path, url, tests, *options, codes=(3,))
    assert "INTERNALERROR> " in printed
    assert "in a hook with ***" in printed, printed[-3000:]
    assert not any(leaks(tmp_path, printed, set()).values())


def commands(folder: Path, printed: str) -> list[str]:
    """Return the lines in which a CI would find a command: of what was printed, of the log, and of texts in junit."""
    texts = [printed, *(file.read_text() for file in [folder / "log.txt", *folder.glob("run/summary.md")])]
    for file in (folder / "junit.xml", folder / "run/junit.xml"):
        for element in ET.parse(file).iter():  # noqa: S314 - our own
            texts += [element.text or "", *element.attrib.values()]
    lines = [line for text in texts for line in re.split(r"[\r\n]", text)]
    return [line for line in lines if re.match(r"\s*::\w[^:]*::", line) or re.search(r"##\w*\[", line)]


def leaks(folder: Path, printed: str, processes: set[str]) -> dict[str, list[str]]:
    """Return where the canary stands in any form, by sink: parts of the folder, what was printed, command lines."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    texts = [(path.relative_to(folder).parts[0], path.read_bytes().decode("utf-8", "replace")) for path in files]
    texts += [("printed", printed), ("process list", "\n".join(processes))]
    assert len(texts) > 3
    found: dict[str, list[str]] = {where: [] for where, _ in texts}
    for where, text in texts:
        for form in forms(CANARY):
            found[where] += [text[max(0, at.start() - 60) : at.end() + 10] for at in re.finditer(re.escape(form), text)]
    return found
