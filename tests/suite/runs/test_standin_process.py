"""A stand-in's process comes up fast, tells where it is, and is gone when whoever started it is gone."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from contracts.standin import process
from contracts.standin.app import create_app
from contracts.standin.serve import serve
from helpers.processes import HANG

ROOT = Path(process.__file__).parents[2]

PARENT = """
import signal, subprocess, sys
from contracts.standin import process
signal.signal(signal.SIGINT, lambda *_: print("interrupted", flush=True))
stand_in = process.start()
bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=sys.stdin, close_fds=False)
print(stand_in.base_url, flush=True)
signal.pause()
signal.pause()
"""


def answers(url: str) -> bool:
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(f"{url}/api/health", timeout=HANG).ok
        except requests.ConnectionError:
            return False


def falls_silent(url: str) -> bool:
    """Tell whether the server stops to answer before patience runs out."""
    deadline = time.monotonic() + HANG
    while answers(url):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def first_line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


@contextlib.contextmanager
def child(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run Python in a session of its own, and end it by force in the end."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def test_a_closed_stand_in_is_gone() -> None:
    with process.start() as stand_in:
        url = stand_in.base_url
        assert answers(url)
    assert not answers(url)
    with pytest.raises(ProcessLookupError):
        os.kill(stand_in.pid, 0)
    stand_in.close()


def test_a_launched_stand_in_behaves_as_asked() -> None:
    with process.launch("1.7.0", "real") as stand_in, requests.Session() as session:
        session.trust_env = False
        facts = session.get(f"{stand_in.base_url}/_standin", timeout=HANG).json()
    assert (facts["behaviour"], facts["clock"]) == ("1.7.0", "real")


def test_a_stand_in_that_does_not_come_up_says_why() -> None:
    with pytest.raises(process.StandInError, match=r"ended with status 4 .*there is no '9\.9'; "):
        process.start("9.9")


def test_a_stand_in_closed_before_it_is_ready_is_gone() -> None:
    stand_in = process.launch()
    stand_in.close()
    with pytest.raises(ProcessLookupError):
        os.kill(stand_in.pid, 0)
    with pytest.raises(process.StandInError, match="was closed"):
        _ = stand_in.base_url


def test_a_stand_in_starts_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    with process.start() as stand_in:
        assert answers(stand_in.base_url)


def test_a_stand_in_dies_with_its_killed_parent_though_other_children_live() -> None:
    with child("-c", PARENT) as parent:
        url = first_line(parent)
        assert answers(url)
        os.kill(parent.pid, signal.SIGKILL)
        assert falls_silent(url)


def test_an_interrupt_of_the_parents_group_does_not_reach_the_stand_in() -> None:
    with child("-c", PARENT) as parent:
        url = first_line(parent)
        os.killpg(parent.pid, signal.SIGINT)
        assert first_line(parent) == "interrupted"
        assert answers(url)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["interrupt", "terminate"])
def test_a_signal_ends_a_stand_in_in_the_foreground(number: signal.Signals) -> None:
    with child("-m", "contracts", "standin", "--until-eof") as foreground:
        assert answers(first_line(foreground))
        foreground.send_signal(number)
        _, complaints = foreground.communicate(timeout=HANG)
        assert (foreground.returncode, complaints) == (0, "")


def test_the_end_of_input_does_not_end_a_stand_in_in_the_foreground() -> None:
    with child("-m", "contracts", "standin") as foreground:
        url = first_line(foreground).partition(" at ")[2].partition(";")[0]
        assert foreground.stdin is not None
        foreground.stdin.close()
        assert answers(url)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A loopback port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_in_use_is_an_error_of_the_caller(taken_port: int) -> None:
    with pytest.raises(OSError, match=rf"cannot listen on 127\.0\.0\.1:{taken_port}: .*choose another port"):
        serve(create_app(), taken_port, until_eof=False, announce=pytest.fail)


def test_a_port_in_use_is_told_in_one_line(taken_port: int) -> None:
    with child("-m", "contracts", "standin", "--port", str(taken_port)) as foreground:
        output, complaints = foreground.communicate(timeout=HANG)
    assert (foreground.returncode, output) == (1, "")
    assert len(complaints.splitlines()) == 1
    assert f"cannot listen on 127.0.0.1:{taken_port}" in complaints
