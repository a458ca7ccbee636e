"""Every breakage and harmless change does what it says, and the front puts it on the wire."""

import asyncio
import errno
import json
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from live import bare  # noqa: F401 - a fixture
from tales import seen
from test_import_rule import PACKAGE, named, outside

from contracts.breach import Kind
from contracts.breakages.answers import ANSWERS, example_request, name_of
from contracts.breakages.calls import OPERATIONS
from contracts.breakages.catalog import benign, breakages
from contracts.breakages.change import Act, Answered, Asked, Change, Forward, Memory
from contracts.breakages.front import front
from contracts.breakages.spoil import on, set_header
from contracts.breakages.wire import PIECE, WIRES
from contracts.casetable import cases
from contracts.catalog import ROOT, load
from contracts.connect import find_place, look_at, open_target
from contracts.runner import run_case
from contracts.settings import load as settings
from contracts.standin.app import create_app
from contracts.standin.thread import serve_in_thread

BREAKAGES, BENIGN = breakages(), benign()
ALL = {**BREAKAGES, **BENIGN}
FAMILIES = {
    *("envelope", "body", "status", "headers", "state", "descriptions"),
    *("authorization", "concurrency", "robustness", "flaky"),
}
ANSWERS_TOLD = [change for change in ALL.values() if isinstance(change.before, Answered)]
TALES_TOLD = [change for change in ALL.values() if isinstance(change.before, tuple)]
HEALTH = b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n"
BODY = b'{"message":"success"}'


# ---------------------------------------------------------------- the catalogue


@pytest.mark.parametrize("change", ANSWERS_TOLD, ids=str)
def test_the_example_of_an_answer_is_what_it_does(change: Change) -> None:
    """Acting on the answer of the example gives the other one of the example."""

    async def forward(_: Asked) -> Answered:
        assert isinstance(change.before, Answered)
        return change.before

    asked = [example_request(*key) for key in shown_by(change)]
    assert change.after in [asyncio.run(change.act(one, forward, Memory())) for one in asked]
    assert change.after != change.before


def shown_by(change: Change) -> list[tuple[str, str]]:
    """Return the operation and the answer that the example of a change may be of: several have an equal one."""
    if change.operation != "*":
        return [(change.operation, change.answer)]
    return [key for key, known in ANSWERS.items() if known.example == change.before]


@pytest.mark.parametrize("change", TALES_TOLD, ids=str)
def test_the_example_of_a_tale_is_what_a_caller_sees(change: Change) -> None:
    """Who asks all this of a stand-in is answered as the example says, without the change and with it."""
    assert isinstance(change.before, tuple)
    asked = tuple(line.partition(" → ")[0] for line in change.before)
    assert seen(None, create_app(), asked) == change.before
    assert seen(change, create_app(), asked) == change.after
    assert change.before != change.after


GOLDEN = {
    "envelope/cancel-task/no-such-task/code-missing": '{"description":D,"extra":{},"message":M,"type":"error"}',
    "envelope/cancel-task/no-such-task/code-null": (
        '{"code":null,"description":D,"extra":{},"message":M,"type":"error"}'
    ),
    "envelope/cancel-task/no-such-task/code-of-other-type": (
        '{"code":"6163","description":D,"extra":{},"message":M,"type":"error"}'
    ),
    "envelope/cancel-task/no-such-task/code-with-a-fraction": (
        '{"code":6163.0,"description":D,"extra":{},"message":M,"type":"error"}'
    ),
    "envelope/cancel-task/no-such-task/extra-renamed": (
        '{"code":6163,"description":D,"extras":{},"message":M,"type":"error"}'
    ),
    "envelope/cancel-task/no-such-task/nested": (
        '{"data":{"code":6163,"description":D,"extra":{},"message":M,"type":"error"}}'
    ),
    "envelope/start-task/queued/task_id-of-other-type": '{"pipeline_name":"zct-a","task_id":"1"}',
    "envelope/restart-task/success/message-changed": '{"message":"ok"}',
    "body/restart-task/success/truncated": '{"message":"success"',
    "body/cancel-task/success/trailing-text": '{"message":"success"} ok',
    "body/create-workflow/success/nan": '{"took":NaN,"message":"success"}',
    "body/cancel-task/success/array": '[{"message":"success"}]',
    "body/restart-task/success/string": r'"{\"message\":\"success\"}"',
    "descriptions/cancel-task/already-passed/other-id": "task: zct-a:11 is passed, cannot cancel",
    "descriptions/create-workflow/already-exists/names-swapped": "workflow [nginx] 在项目 [zct-a] 中已经存在!",
    "descriptions/start-task/no-environment/other-environment": "找不到 nginx 的 dev 环境 ",
}
"""What some changes make of their examples, written out; D and M are the texts of cancelling no task."""


@pytest.mark.parametrize("name", GOLDEN)
def test_it_does_what_its_name_says(name: str) -> None:
    """The example of a change is what anybody would expect of its name."""
    after = BREAKAGES[name].after
    assert isinstance(after, Answered)
    wanted = GOLDEN[name].replace(":D", ':"mongo: no documents in result"').replace(":M", ':"取消工作流任务失败"')
    came = after.body.decode()
    assert came == wanted if wanted[0] in '{["' else json.loads(came)["description"] == wanted


def test_there_are_enough_of_every_family() -> None:
    """The catalogue has 150 breakages or more in all families, and 35 harmless changes or more."""
    assert len(BREAKAGES) >= 150
    assert len(BENIGN) >= 35
    assert {change.family for change in BREAKAGES.values()} == FAMILIES
    assert {change.family for change in BENIGN.values()} == {"benign"}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_is_about_all_operations(family: str) -> None:
    """Each way to break the contract is tried on every operation."""
    assert {change.operation for change in BREAKAGES.values() if change.family == family} == set(OPERATIONS)


def test_names_say_what_they_are_about() -> None:
    """A name is made of the family, the operation, the answer and a few words."""
    for change in BREAKAGES.values():
        family, operation, answer, what = change.name.split("/")
        assert (family, operation, answer.replace("any", "*")) == (change.family, change.operation, change.answer)
        assert re.fullmatch(r"[a-z0-9_]+([-.][a-z0-9_]+)*", what), change.name
    for name in BENIGN:
        assert re.fullmatch(r"benign/[a-z0-9]+([-.][a-z0-9]+)*", name)


def test_each_says_one_sentence_and_a_kind() -> None:
    """Each change says in one sentence what it breaks, and breakages as which kinds of breach that must be reported."""
    for change in ALL.values():
        assert re.fullmatch(r"[A-Z][^\n]*\.", change.says), change.name
        assert ". " not in change.says, change.name
        assert change.kinds <= set(Kind), change.name
        assert bool(change.kinds) == (change.name in BREAKAGES)


def test_no_two_are_the_same() -> None:
    """No two breakages make the same of the same answer."""
    shown = [(change.operation, change.answer, change.after) for change in BREAKAGES.values()]
    twice = [(operation, answer) for operation, answer, after in shown if shown.count((operation, answer, after)) > 1]
    assert twice == []


def test_every_answer_that_cases_ask_for_is_broken() -> None:
    """Each operation's answer that a case of a live target asks for has a breakage."""
    asked = {(case.operation, case.answer.name) for case in cases("1.7.0") if case.only != "stand-in"}
    assert asked - {(change.operation, change.answer) for change in BREAKAGES.values()} == set()


def test_the_answers_are_those_of_the_release() -> None:
    """The answers as they are written down here are the answers of the release."""
    own = {(op.name, name): answer for op in load("1.7.0").operations.values() for name, answer in op.answers.items()}
    assert own.keys() - ANSWERS.keys() == {("create-workflow", "lost-race")}
    for key, known in ANSWERS.items():
        promised = own[key]
        assert (known.status, known.code) == (promised.status, promised.code)
        assert known.message == (promised.sample["message"] if known.code else "")
        assert known.description == (promised.description or known.description)


@pytest.mark.parametrize(("operation", "answer"), ANSWERS)
def test_every_answer_is_recognised(operation: str, answer: str) -> None:
    """An answer is told from all others of its operation by what came, and by what was asked."""
    asked = example_request(operation, answer)
    assert (asked.operation, name_of(asked, ANSWERS[operation, answer].example)) == (operation, answer)


@pytest.mark.parametrize("path", named(sorted((PACKAGE / "breakages").glob("*.py"))))
def test_breakages_know_only_the_stand_in(path: Path) -> None:
    """What breaks the contract shares nothing with what checks it; only the campaign, which runs it, may."""
    if not path.name.startswith("campaign"):
        assert outside(path, ["contracts.standin", "contracts.breakages"]) == []


# ---------------------------------------------------------------- the front


def a_change(act: Act) -> Change:
    """Return a change that nobody named."""
    return Change("x", "x", "*", "*", "X.", frozenset(), act, (), ())


def delivering(wire: str, body: bytes = BODY) -> Change:
    """Return a change that answers everything in one way on the wire."""

    async def act(asked: Asked, forward: Forward, _: Memory) -> Answered:
        return replace(await forward(asked), wire=wire, body=body)

    return a_change(act)


def raw(url: str, sent: bytes) -> bytes:
    """Return all bytes that come back on one connection until it ends; b"reset" for a reset."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(sent)
        came = b""
        try:
            if b"Connection: close" not in sent:
                line.shutdown(socket.SHUT_WR)
            while piece := line.recv(65_536):
                came += piece
        except OSError as error:
            if error.errno not in (errno.ECONNRESET, errno.ENOTCONN):  # the latter where the reset is there already
                raise
            return b"reset"
    return came


TYPE = b"content-type: application/json; charset=utf-8\r\nx-zadig-stand-in: perfect\r\n"
LENGTH = b"Content-Length: %d\r\n\r\n"
CHUNKS = b"".join(b"7\r\n%s\r\n" % BODY[at : at + PIECE] for at in range(0, len(BODY), PIECE))
ON_THE_WIRE = {
    "plain": b"HTTP/1.1 200 OK\r\n" + TYPE + LENGTH % 21 + BODY,
    "slow": b"HTTP/1.1 200 OK\r\n" + TYPE + LENGTH % 21 + BODY,
    "cut": b"HTTP/1.1 200 OK\r\n" + TYPE + LENGTH % 31 + BODY,
    "close": b"HTTP/1.1 200 OK\r\n" + TYPE + b"Connection: close\r\n\r\n" + BODY,
    "http-1.0": b"HTTP/1.0 200 OK\r\n" + TYPE + b"\r\n" + BODY,
    "chunked": b"HTTP/1.1 200 OK\r\n" + TYPE + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS + b"0\r\n\r\n",
    "reset": b"reset",
    "silent": b"",
}


@pytest.mark.parametrize("wire", WIRES)
def test_every_way_to_deliver_comes_out_on_the_wire(wire: str) -> None:
    """What is to be chunked, cut, reset … is just that, byte for byte."""
    with front(delivering(wire), create_app()) as served:
        assert raw(served.base_url, HEALTH) == ON_THE_WIRE[wire]


def test_a_length_that_is_set_goes_out_as_it_is() -> None:
    """A Content-Length of a change is not put right."""
    act = on("cancel-task", "no-such-task", set_header("Content-Length", "many"))
    request = b"DELETE /api/workflow/workflowtask/id/1/pipelines/a HTTP/1.1\r\nHost: x\r\n\r\n"
    with front(a_change(act), create_app()) as served:
        assert b"\r\nContent-Length: many\r\n\r\n{" in raw(served.base_url, request)


def test_a_connection_is_used_again() -> None:
    """Two requests that come in one go are answered one after the other, and HEAD without a body."""
    head = HEALTH.replace(b"GET", b"HEAD")
    with front(None, create_app()) as served:
        came = raw(served.base_url, HEALTH + head + HEALTH)
    assert re.findall(rb"HTTP/1.1 (\d+)", came) == [b"200", b"405", b"200"]
    assert came.count(BODY) == 2
    assert b"Method not allowed" not in came


def test_what_is_no_http_is_refused() -> None:
    """A request that nobody could read is answered 400, and the front goes on."""
    with front(None, create_app()) as served:
        assert raw(served.base_url, b"\x16\x03\x01 nonsense\r\n\r\n").startswith(b"HTTP/1.1 400")
        assert requests.get(f"{served.base_url}/api/health", timeout=10).ok


def test_a_large_body_is_waited_for() -> None:
    """Who asks first whether to send his body is told to go on."""
    large = b"x" * 100_000
    head = b"POST /api/workflow/workflow HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n\r\n"
    with front(None, create_app()) as served:
        came = raw(served.base_url, head + large)
    assert b"HTTP/1.1 400 Bad Request" in came
    assert b'"EOF"' in came


def test_connections_are_served_at_once() -> None:
    """Eight requests are under way together: none is answered before the last one has come."""
    together = asyncio.Event()
    here = 0

    async def act(asked: Asked, forward: Forward, _: Memory) -> Answered:
        nonlocal here
        here += 1
        if here == 8:
            together.set()
        await asyncio.wait_for(together.wait(), 20)
        return await forward(asked)

    with front(a_change(act), create_app()) as served, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: raw(served.base_url, HEALTH), range(8)))
    assert all(answer.endswith(BODY) for answer in answers)


async def _nothing(asked: Asked, forward: Forward, _: Memory) -> Answered:
    return await forward(asked)


async def _keeps_back(asked: Asked, forward: Forward, _: Memory) -> Answered:
    return await forward(replace(asked, path="/api/other"))


async def _follows(asked: Asked, forward: Forward, _: Memory) -> Answered:
    answered = await forward(asked)
    await forward(asked)
    return answered


async def _spoils(asked: Asked, forward: Forward, _: Memory) -> Answered:
    return replace(await forward(asked), status=201)


@pytest.mark.parametrize(
    ("act", "applied"),
    [
        pytest.param(_nothing, 0, id="nothing"),
        pytest.param(_spoils, 1, id="another-answer"),
        pytest.param(_keeps_back, 1, id="another-request"),
        pytest.param(_follows, 1, id="a-further-request"),
    ],
)
def test_it_counts_what_a_change_made_different(act: Act, applied: int) -> None:
    """An answer counts as changed if the server behind did not say just that to just this request."""
    with front(a_change(act), create_app()) as served:
        requests.get(f"{served.base_url}/api/health", timeout=10)
        assert served.applied == applied


def test_the_stand_in_s_own_calls_pass_unchanged() -> None:
    """A change neither sees nor spoils what the suite asks of a stand-in beside Zadig's calls."""
    with front(a_change(_spoils), create_app()) as served:
        answer = requests.get(f"{served.base_url}/_standin", timeout=10)
        assert (answer.status_code, served.applied) == (200, 0)


def test_an_error_of_a_change_is_not_lost() -> None:
    """A change that fails in itself ends the connection, and says so at the end of the block."""

    async def fails(_: Asked, __: Forward, ___: Memory) -> Answered:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), front(a_change(fails), create_app()) as served:
        assert raw(served.base_url, HEALTH) == b""


def test_a_port_that_is_taken_is_named() -> None:
    """Two fronts cannot have one port."""
    with front(None, create_app()) as served:
        port = int(served.base_url.rpartition(":")[2])
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"):
            front(None, create_app(), port)


# ---------------------------------------------------------------- before a base URL

PATHS = (
    "/api/health",
    "/api/workflow/workflow/find/zct%20a%2541%D9%A1..?projectName=a%20b&x=%2F",
    "/api/workflow/workflow/find/a%2Fb",
    "/api/workflow/workflow/",
    "/api/no/such?x",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_proxy_passes_paths_as_they_came(path: str) -> None:
    """Before a base URL, a path, its query and a redirect pass unchanged in both directions."""
    request = b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path.encode()
    with serve_in_thread(create_app()) as url, front(None, url) as served:
        came = [answer_of(raw(base, request)) for base in (url, served.base_url)]
    assert came[0] == came[1]
    assert came[0][0] in (200, 307, 400, 404)


def answer_of(came: bytes) -> tuple[int, str, bytes]:
    """Return status, place of a redirect, and body."""
    head, _, body = came.partition(b"\r\n\r\n")
    location = re.search(rb"(?i)\r\nlocation: ([^\r]*)", head)
    return int(head.split()[1]), location[1].decode() if location else "", body


def test_a_proxy_changes_what_a_server_elsewhere_says() -> None:
    """The same change stands before a base URL."""
    change = BREAKAGES["status/cancel-task/no-such-task/404"]
    with serve_in_thread(create_app()) as url, front(change, url) as served:
        for base, status in ((url, 400), (served.base_url, 404)):
            path = "/api/workflow/workflowtask/id/1/pipelines/a"
            assert requests.delete(base + path, timeout=10).status_code == status
        assert served.applied == 1


def test_a_proxy_before_nothing_gives_no_answer() -> None:
    """Where the server behind does not answer, neither does the front."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with front(None, f"http://127.0.0.1:{unused.getsockname()[1]}") as served:
            assert raw(served.base_url, HEALTH) == b"reset"


# ---------------------------------------------------------------- the real cases before it

SAMPLE = (
    "envelope/cancel-task/no-such-task/code-missing",
    "body/cancel-task/success/array",
    "status/create-workflow/already-exists/404",
    "headers/start-task/no-such-workflow/type-html",
    "state/restart-task/success/starts-a-new-task",
    "descriptions/start-task/no-environment/other-environment",
    "authorization/cancel-task/forbidden/right",
    "robustness/create-workflow/success/unknown-key",
    "flaky/cancel-task/any/error-500-at-times",
)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("name", SAMPLE)
def test_the_cases_report_it_as_it_says(name: str, tmp_path: Path) -> None:
    """A breakage is reported by the cases of its operation as one of its kinds, and applied."""
    change = BREAKAGES[name]
    meant = [case for case in cases("1.7.0") if case.operation == change.operation]
    with front(change, create_app()) as served:
        wanted = settings({"base_url": served.base_url})
        look = look_at(wanted, served.base_url)
        place = find_place(wanted, look)
        target = open_target(wanted, look, place, release="1.7.0", run_id="breakages", worker="main", run_dir=tmp_path)
        picked = [case for case in meant if change.answer in ("*", case.answer.name)]
        kinds = {breach.kind for case in picked for breach in run_case(case, target).breaches}
        target.client.close()
        assert served.applied
    assert kinds & change.kinds


def standin(*options: str) -> subprocess.Popen[str]:
    """Start the command."""
    command = [sys.executable, "-m", "contracts", "standin", *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_stand_in_takes_a_breakage_by_name() -> None:
    """`standin --breakage NAME` says what is broken, breaks it, and ends at Ctrl-C."""
    with standin("--breakage", "status/cancel-task/no-such-task/404") as process:
        assert process.stdout is not None
        url = process.stdout.readline().split(" at ")[1].partition(";")[0]
        assert "status/cancel-task/no-such-task/404, which breaks a promise" in process.stdout.readline()
        path = "/api/workflow/workflowtask/id/1/pipelines/a"
        assert requests.delete(url + path, timeout=10).status_code == 404
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_an_unknown_breakage_is_one_line() -> None:
    """A name that is none is answered with those near to it, and exit code 2."""
    with standin("--breakage", "status/cancel-task/success/20") as process:
        _, complaint = process.communicate(timeout=20)
    assert process.returncode == 2
    told = [line for line in complaint.splitlines() if "Error" in line]
    assert len(told) == 1
    assert "near to it: status/cancel-task/success/201" in told[0]
