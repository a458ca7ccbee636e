"""The journal knows what a run made before it is made, and what of it is left."""

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request as Incoming
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from contracts.http.client import Client
from contracts.safety.guard import Guard, RefusedError
from contracts.safety.journal import FILE, Journal, Names, left_late, left_open
from contracts.standin.serve import serve_in_thread
from helpers.journal_fixtures import (
    CHINESE,
    FOREIGN,
    OWN,
    PROJECT,
    TASKS,
    WORKFLOWS,
    create,
    request,
    start,
)


def test_names_are_new_each_time() -> None:
    names = Names("run", "gw1")
    assert [names.new(), names.new()] == ["zct-run-gw1-1", "zct-run-gw1-2"]


@pytest.fixture
def seen(journal: Journal) -> Iterator[tuple[str, list[str]]]:
    """A server that notes, as each request arrives, what the journal on disk says."""
    journals: list[str] = []

    async def server(scope: Scope, receive: Receive, send: Send) -> None:
        await Incoming(scope, receive).body()
        journals.append(journal.path.read_text(encoding="utf-8"))
        await Response("{}")(scope, receive, send)

    with serve_in_thread(server) as url:
        yield url, journals


@pytest.mark.parametrize(
    ("path", "body"),
    [pytest.param(WORKFLOWS, create(), id="create"), pytest.param(TASKS, start(), id="start")],
)
def test_the_journal_is_on_disk_before_the_request(
    seen: tuple[str, list[str]], guard: Guard, path: str, body: str
) -> None:
    """When a request that makes something arrives, the journal already has its name and the request."""
    url, journals = seen
    client = Client(url, {}, guard=guard)
    client.send(request("POST", path, body))
    client.close()
    entries = [json.loads(line) for line in journals[0].splitlines()]
    assert [entry["name"] for entry in entries if entry["event"] == "open"] == [OWN, CHINESE]
    assert [(entry["method"], entry["path"], entry["name"]) for entry in entries if entry["event"] == "send"] == [
        ("POST", path, OWN)
    ]


def test_each_entry_is_flushed_to_disk(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry is synced after it is written, so that it outlives the machine."""
    calls: list[str] = []
    write, sync = os.write, os.fsync
    monkeypatch.setattr("contracts.safety.journal.os.write", lambda *args: (calls.append("write"), write(*args))[1])
    monkeypatch.setattr("contracts.safety.journal.os.fsync", lambda *args: (calls.append("sync"), sync(*args))[1])
    journal.open("zct-run-main-9", PROJECT)
    assert calls == ["write", "sync"]


def test_a_refused_request_never_leaves(seen: tuple[str, list[str]], guard: Guard) -> None:
    url, journals = seen
    client = Client(url, {}, guard=guard)
    with pytest.raises(RefusedError):
        client.send(request("DELETE", f"{WORKFLOWS}/{FOREIGN}", None))
    client.close()
    assert journals == []


def test_a_torn_last_line_is_passed_over(journal: Journal) -> None:
    """A line that a killed run did not finish hides nothing of what stands before it."""
    with journal.path.open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-01-01", "event": "gone", "na')
    assert left_open(journal.path) == {OWN: PROJECT, CHINESE: PROJECT}


def test_nothing_is_lost_behind_a_torn_line(journal: Journal) -> None:
    """What is written after a torn line stands on a line of its own."""
    with journal.path.open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-01-01", "event": "op')
    Journal(journal.path).open("zct-run-main-3", PROJECT)
    assert left_open(journal.path) == {OWN: PROJECT, CHINESE: PROJECT, "zct-run-main-3": PROJECT}


def test_left_open_is_what_was_never_seen_gone(journal: Journal) -> None:
    """A name is left over until it is closed; sends do not count."""
    journal.note(request("POST", TASKS, start()), OWN, 60)
    journal.close(CHINESE)
    assert left_open(journal.path) == {OWN: PROJECT}


@pytest.mark.parametrize(
    "name", [pytest.param(f"{OWN}{mark}x", id=f"u{ord(mark):04x}") for mark in "\x0b\x0c\x1c\x85\u2028\u2029\n"]
)
def test_names_with_line_ends_are_left_open_too(tmp_path: Path, name: str) -> None:
    """A name may have any character; one that some take for the end of a line does not hide it."""
    journal = Journal(tmp_path / FILE)
    journal.open(name, PROJECT)
    assert left_open(journal.path) == {name: PROJECT}


@pytest.mark.parametrize(
    "line", ["null", "1", "[]", "{}", '{"event": "open"}', "not json", '{"event":"gone","name":[]}']
)
def test_strange_lines_are_passed_over(journal: Journal, line: str) -> None:
    with journal.path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    assert left_open(journal.path) == {OWN: PROJECT, CHINESE: PROJECT}


def test_a_request_without_an_answer_is_late(journal: Journal) -> None:
    """What was sent is late until it has ended, on disk too: a killed run notes no end."""
    answered, cut, killed = (journal.note(request("POST", TASKS, start()), OWN, seconds) for seconds in (90, 60, 30))
    journal.ended(answered, over=True)
    journal.ended(cut, over=False)
    assert journal.late(OWN) == left_late(journal.path)[OWN] == cut.until
    journal.ended(cut, over=True)
    assert left_late(journal.path) == {OWN: killed.until}
    journal.close(OWN)
    assert (journal.late(OWN), left_late(journal.path)) == (None, {})


@pytest.mark.parametrize("until", ["", "yesterday", "0001-01-01T00:00:00+14:00", "99999-01-01", None, 7])
def test_a_strange_time_in_a_journal_is_passed_over(journal: Journal, until: object) -> None:
    with journal.path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"event": "send", "name": OWN, "number": 1, "until": until}) + "\n")
    assert left_late(journal.path) == {}


def test_a_line_that_the_disk_takes_in_parts_is_whole(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = os.write
    monkeypatch.setattr(os, "write", lambda file, data: plain(file, data[:7]))
    journal.open(f"{OWN}1", PROJECT)
    assert left_open(journal.path) == dict.fromkeys((OWN, CHINESE, f"{OWN}1"), PROJECT)


def test_on_a_full_disk_nothing_more_may_be_made(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that cannot be noted is refused; what is over is forgotten here, and stays open on disk for a sweep."""
    sending = journal.note(request("POST", TASKS, start()), OWN, 60)

    def full(_file: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        journal.open(f"{OWN}1", PROJECT)
    assert not journal.holds(f"{OWN}1")
    journal.ended(sending, over=True)
    journal.close(OWN)
    assert (journal.late(OWN), journal.holds(OWN)) == (None, False)
    assert left_open(journal.path) == {OWN: PROJECT, CHINESE: PROJECT}
    assert left_late(journal.path) == {OWN: sending.until}
