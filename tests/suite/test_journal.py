"""The journal knows what a run made before it is made, and the guard lets nothing else be changed."""

import json
import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.requests import Request as Incoming
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from contracts.client import Client, Request
from contracts.journal import FILE, Guard, Journal, Names, RefusedError, left_open
from contracts.standin.thread import serve_in_thread

OWN, FOREIGN, PROJECT = "zct-run-main-1", "release-pipeline", "nginx"
WORKFLOWS, TASKS = "/workflow/workflow", "/workflow/workflowtask"
CHINESE = "zct-run-main-2 发布 100%.1"


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A journal that holds two names."""
    journal = Journal(tmp_path / FILE)
    journal.open(OWN, PROJECT)
    journal.open(CHINESE, PROJECT)
    return journal


@pytest.fixture
def guard(journal: Journal) -> Guard:
    """The guard of a live target with two projects."""
    return Guard(journal, {PROJECT, "other-project"}, stand_in=False)


def raw(text: str) -> str:
    """Return a body as it is written here, with the names put in."""
    return text.replace("OWN", OWN).replace("FOREIGN", FOREIGN).replace("HUGE", "9" * 5000)


def create(**keys: object) -> str:
    return json.dumps({"name": OWN, "product_tmpl_name": PROJECT} | keys)


def start(**keys: object) -> str:
    return json.dumps({"workflow_name": OWN, "product_tmpl_name": PROJECT, "targets": [{"name": "web"}]} | keys)


def task(name: str, task_id: str = "1") -> str:
    return f"{TASKS}/id/{task_id}/pipelines/{name}"


ALLOWED = [
    pytest.param("POST", WORKFLOWS, create(), id="create"),
    pytest.param("POST", WORKFLOWS, create(product_tmpl_name="other-project"), id="create-in-the-other-project"),
    pytest.param("POST", WORKFLOWS, create(name=CHINESE), id="create-with-chinese-name"),
    pytest.param("POST", WORKFLOWS, create(build_stage={"modules": [{"name": FOREIGN}]}), id="create-inner-name"),
    pytest.param("POST", WORKFLOWS, raw('{"name": "OWN", "enabled": '), id="create-cut-off"),
    pytest.param("POST", WORKFLOWS, create() + " and more", id="create-with-text-behind"),
    pytest.param("POST", WORKFLOWS, "", id="create-with-empty-body"),
    pytest.param("POST", WORKFLOWS, "[]", id="create-with-array"),
    pytest.param("POST", WORKFLOWS, "null", id="create-with-null"),
    pytest.param("POST", WORKFLOWS + "/", create(), id="create-with-trailing-slash"),
    pytest.param("PATCH", WORKFLOWS, create(), id="create-by-wrong-method"),
    pytest.param("POST", TASKS, start(), id="start"),
    pytest.param("POST", TASKS, start(product_tmpl_name=f"no-{OWN}"), id="start-in-a-project-that-cannot-be-there"),
    pytest.param("POST", TASKS, "", id="start-with-empty-body"),
    pytest.param("POST", f"{TASKS}/{OWN}", "", id="start-by-path"),
    pytest.param("DELETE", task(OWN), None, id="cancel"),
    pytest.param("DELETE", task(quote(CHINESE, safe="")), None, id="cancel-percent-encoded"),
    pytest.param("DELETE", task("%7Act-run-main-1"), None, id="cancel-needlessly-encoded"),
    pytest.param("DELETE", task(OWN, ""), None, id="cancel-with-empty-id"),
    pytest.param("DELETE", task(OWN, "1.5"), None, id="cancel-with-broken-id"),
    pytest.param("DELETE", task(OWN, "%EF%BC%91"), None, id="cancel-with-full-width-id"),
    pytest.param("DELETE", task(f"{OWN}%2Fx"), None, id="cancel-with-slash-behind-own-name"),
    pytest.param("POST", task(OWN) + "/restart", None, id="restart"),
    pytest.param("POST", task(OWN) + "/restart/", None, id="restart-with-trailing-slash"),
    pytest.param("DELETE", f"{WORKFLOWS}/{OWN}", None, id="delete"),
    pytest.param("DELETE", f"/workflow/no-such-path/{OWN}", None, id="unknown-path"),
    pytest.param("POST", f"/no-such{WORKFLOWS}", create(), id="unknown-path-with-own-body"),
]


@pytest.mark.parametrize(("method", "path", "body"), ALLOWED)
def test_own_things_may_be_changed(guard: Guard, method: str, path: str, body: str | None) -> None:
    """A change of what this run made goes through, in whatever form."""
    guard(request(method, path, body))


REFUSED = [
    # another's name
    pytest.param("POST", WORKFLOWS, create(name=FOREIGN), id="create-foreign"),
    pytest.param("POST", TASKS, start(workflow_name=FOREIGN), id="start-foreign"),
    pytest.param("POST", f"{TASKS}/{FOREIGN}", "", id="start-foreign-by-path"),
    pytest.param("DELETE", task(FOREIGN), None, id="cancel-foreign"),
    pytest.param("POST", task(FOREIGN) + "/restart", None, id="restart-foreign"),
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}", None, id="delete-foreign"),
    pytest.param("DELETE", f"{WORKFLOWS}/zct-another-run-main-1", None, id="delete-of-another-run"),
    pytest.param("DELETE", f"{WORKFLOWS}/{OWN.upper()}", None, id="delete-other-case"),
    pytest.param("DELETE", f"{WORKFLOWS}/{OWN}0", None, id="delete-longer-name"),
    pytest.param("DELETE", f"{WORKFLOWS}/workflow", None, id="delete-named-as-a-part-of-the-path"),
    # two names
    pytest.param("POST", TASKS, start(name=FOREIGN), id="own-workflow-name-and-foreign-name"),
    pytest.param("POST", WORKFLOWS, create(workflow_name=FOREIGN), id="own-name-and-foreign-workflow-name"),
    pytest.param("POST", TASKS, raw('{"workflow_name":"OWN","workflow_name":"FOREIGN"}'), id="key-twice"),
    pytest.param("POST", TASKS, raw('{"workflow_name":"FOREIGN","workflow_name":"OWN"}'), id="key-twice-first"),
    pytest.param("POST", TASKS, raw('{"workflow_name":"OWN","Workflow_Name":"FOREIGN"}'), id="key-in-other-case"),
    pytest.param("POST", TASKS, raw('{"workflow_name":"OWN","wor\u212aflow_name":"FOREIGN"}'), id="key-folded"),
    pytest.param("POST", TASKS, raw('{"workflow_name":"OWN","workflow\\u005fname":"FOREIGN"}'), id="key-escaped"),
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}", create(), id="foreign-path-own-body"),
    pytest.param("DELETE", f"{WORKFLOWS}/{OWN}", create(name=FOREIGN), id="own-path-foreign-body"),
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}/pipelines/{OWN}", None, id="own-name-behind-foreign"),
    pytest.param("DELETE", f"/workflow/no-such-path/{FOREIGN}/{OWN}", None, id="unknown-path-with-foreign"),
    # bodies that only some readers understand
    pytest.param("POST", TASKS, start(workflow_name=FOREIGN) + " x", id="foreign-with-text-behind"),
    pytest.param("POST", TASKS, start() + start(workflow_name=FOREIGN), id="foreign-in-a-second-value"),
    pytest.param("POST", TASKS, "\ufeff" + start(workflow_name=FOREIGN), id="foreign-behind-a-byte-order-mark"),
    pytest.param("POST", TASKS, b'{"x":"\xff","workflow_name":"%s"}' % FOREIGN.encode(), id="foreign-not-utf-8"),
    pytest.param("POST", TASKS, raw('{"x":HUGE,"workflow_name":"FOREIGN"}'), id="foreign-huge-number"),
    pytest.param("POST", TASKS, raw('{"x":"\t","workflow_name":"FOREIGN"}'), id="foreign-with-a-raw-tab"),
    pytest.param("POST", TASKS, raw('{"workflow_name": "FOREIGN", "targets": ['), id="foreign-cut-off"),
    pytest.param("POST", TASKS, raw('{x: 1, "workflow_name": "FOREIGN"}'), id="foreign-in-no-json"),
    pytest.param("POST", TASKS, "[" * 9999 + raw('{"workflow_name": "FOREIGN"}'), id="foreign-deep-down"),
    pytest.param("POST", TASKS, f"[{start(workflow_name=FOREIGN)}]", id="foreign-in-an-array"),
    pytest.param("POST", TASKS, start(workflow_name=[OWN, FOREIGN]), id="names-in-an-array"),
    pytest.param("POST", TASKS, start(workflow_name={"name": OWN}), id="name-in-an-object"),
    pytest.param("POST", TASKS, start(workflow_name=7), id="name-is-a-number"),
    # no name
    pytest.param("POST", TASKS, "{}", id="start-nothing"),
    pytest.param("POST", TASKS, start(workflow_name=None), id="start-null"),
    pytest.param("POST", TASKS, start(workflow_name=""), id="start-empty-name"),
    pytest.param("DELETE", task(""), None, id="cancel-empty-name"),
    pytest.param("POST", WORKFLOWS, "{}", id="create-nothing"),
    pytest.param("POST", WORKFLOWS, create(name=""), id="create-empty-name"),
    pytest.param("POST", WORKFLOWS, create(name=f"{OWN}/x"), id="create-name-with-slash"),
    pytest.param("post", WORKFLOWS, create(name=f"{OWN}/x"), id="slash-method-in-small-letters"),
    pytest.param("POST", WORKFLOWS, "\ufeff" + create(name=f"{OWN}/x"), id="slash-behind-a-byte-order-mark"),
    pytest.param("POST", WORKFLOWS, create(name=f"{OWN}/x", x="TAB").replace("TAB", "\t"), id="slash-with-a-raw-tab"),
    pytest.param("POST", WORKFLOWS, raw(create(name=f"{OWN}/x", x=0)[:-2] + "HUGE}"), id="slash-huge-number"),
    pytest.param("POST", WORKFLOWS, create(name=None), id="create-null-name"),
    pytest.param("POST", WORKFLOWS, create(name=[OWN]), id="create-name-in-an-array"),
    # other projects
    pytest.param("POST", WORKFLOWS, create(product_tmpl_name="billing"), id="create-in-a-foreign-project"),
    pytest.param("POST", WORKFLOWS, json.dumps({"name": OWN}), id="create-in-no-project"),
    pytest.param("POST", WORKFLOWS + "/", create(product_tmpl_name="billing"), id="foreign-project-trailing-slash"),
    pytest.param("post", WORKFLOWS, create(product_tmpl_name="billing"), id="foreign-project-method-in-small-letters"),
    pytest.param("POST", WORKFLOWS, create(Product_Tmpl_Name="billing"), id="foreign-project-key-in-other-case"),
    pytest.param("POST", TASKS, start(product_tmpl_name="billing"), id="start-in-a-foreign-project"),
    # paths that can be read in several ways, or that nobody needs
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}#/pipelines/{OWN}", None, id="fragment"),
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}?x=/pipelines/{OWN}", None, id="query-in-the-path"),
    pytest.param("DELETE", f"{WORKFLOWS}/x/../{OWN}", None, id="dots"),
    pytest.param("DELETE", f"{WORKFLOWS}/%2e%2e/{OWN}", None, id="dots-encoded"),
    pytest.param("DELETE", f"{TASKS}/id/%252e%252e/pipelines/{OWN}", None, id="dots-encoded-twice"),
    pytest.param("DELETE", f"{WORKFLOWS}/.", None, id="one-dot"),
    pytest.param("DELETE", task(OWN, f"1%2Fpipelines%2F{FOREIGN}"), None, id="slash-in-the-id"),
    pytest.param("DELETE", task(OWN, f"1%252Fpipelines%252F{FOREIGN}"), None, id="slash-in-the-id-encoded-twice"),
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}%2F{OWN}", None, id="slash-before-own-name"),
    pytest.param("DELETE", f"{WORKFLOWS}%2F{FOREIGN}", create(), id="slash-encoded-own-body"),
    pytest.param("DELETE", f"{WORKFLOWS}/{OWN}%2F..%2F{FOREIGN}", None, id="dots-behind-own-name"),
    pytest.param("DELETE", f"/workflow/%77orkflow/{FOREIGN}", create(), id="known-word-encoded"),
    pytest.param("DELETE", f"{WORKFLOWS}//{FOREIGN}", create(), id="double-slash"),
    pytest.param("DELETE", f"{WORKFLOWS}\\{FOREIGN}", create(), id="backslash"),
    pytest.param("DELETE", f"{WORKFLOWS}/{FOREIGN}\n", create(), id="line-break"),
    pytest.param("DELETE", f"/project/products/{FOREIGN}", None, id="another-part-of-zadig"),
    pytest.param("PUT", "/environment/environments/nginx", create(), id="another-part-own-body"),
    pytest.param("BREW", task(FOREIGN), None, id="unknown-method-foreign"),
    pytest.param("PUT", WORKFLOWS, create(name=FOREIGN), id="update-foreign"),
]


@pytest.mark.parametrize(("method", "path", "body"), REFUSED)
def test_all_else_is_refused(guard: Guard, journal: Journal, method: str, path: str, body: str | None) -> None:
    """A change that could hit what this run did not make, or last for ever, does not go out and is not journaled."""
    before = journal.path.read_bytes()
    with pytest.raises(RefusedError) as refused:
        guard(request(method, path, body))
    assert "\n" not in str(refused.value).replace(path, "")
    assert journal.path.read_bytes() == before


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(create(name=""), id="empty-name"),
        pytest.param(create(name=f"{OWN}/x"), id="name-with-slash"),
        pytest.param(create(product_tmpl_name="nowhere"), id="no-such-project"),
    ],
)
def test_a_stand_in_gets_what_lasts_for_ever(journal: Journal, body: str) -> None:
    """What could never be removed from a live target may be sent to a stand-in."""
    Guard(journal, {PROJECT}, stand_in=True)(request("POST", WORKFLOWS, body))


def test_what_is_gone_may_not_be_changed(guard: Guard, journal: Journal) -> None:
    """A name that was closed is no longer this run's."""
    journal.close(OWN)
    with pytest.raises(RefusedError, match=OWN):
        guard(request("DELETE", f"{WORKFLOWS}/{OWN}", None))


def test_names_are_new_each_time() -> None:
    """Each name is given once, and says whose it is."""
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
    monkeypatch.setattr("contracts.journal.os.write", lambda *args: (calls.append("write"), write(*args))[1])
    monkeypatch.setattr("contracts.journal.os.fsync", lambda *args: (calls.append("sync"), sync(*args))[1])
    journal.open("zct-run-main-9", PROJECT)
    assert calls == ["write", "sync"]


def test_a_refused_request_never_leaves(seen: tuple[str, list[str]], guard: Guard) -> None:
    """What the guard refuses does not reach the server."""
    url, journals = seen
    client = Client(url, {}, guard=guard)
    with pytest.raises(RefusedError):
        client.send(request("DELETE", f"{WORKFLOWS}/{FOREIGN}", None))
    client.close()
    assert journals == []


def _write_many(path: Path, worker: int) -> None:
    journal = Journal(path)
    for number in range(40):
        journal.open(f"zct-run-gw{worker}-{number}-{'x' * 3000}", PROJECT)


def test_several_processes_write_whole_lines(tmp_path: Path) -> None:
    """Lines of several processes in one journal never run into each other."""
    path = tmp_path / FILE
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write_many, args=(path, worker)) for worker in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len({json.loads(line)["name"] for line in lines}) == len(lines) == 120


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
    journal.note(request("POST", TASKS, start()), OWN)
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
    """A line that is no entry hides nothing."""
    with journal.path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    assert left_open(journal.path) == {OWN: PROJECT, CHINESE: PROJECT}


def request(method: str, path: str, body: str | bytes | None) -> Request:
    return Request(method, path, body=body.encode() if isinstance(body, str) else body)
