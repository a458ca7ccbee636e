"""Whatever a server does, an exchange ends in time with one plain reason, and check makes a breach of it."""

import json
import os
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.catalog.cases import cases
from contracts.catalog.release import ROOT, load
from contracts.check.check import check
from contracts.http.client import Client, Limits
from contracts.http.exchange import Exchange, Request
from contracts.http.transport import Transport
from contracts.run.conclusion import clean_up, finish, stop
from contracts.run.outcomes import row_job
from contracts.run.session import Session
from contracts.settings.settings import load as load_settings
from contracts.target import steady
from helpers.bad_servers import BAD_SERVERS, Bad, documented
from helpers.certificates import Certificates
from helpers.clients import PATIENT
from helpers.once import made_once, shared
from helpers.processes import environment
from helpers.processes import run as run_process
from helpers.raw_server import PATIENCE, serving

QUICK = Limits(connect=3, first_byte=3, answer=3)
"""For servers that only the deadline ends: it comes long before they give up."""
BRIEF = Limits(connect=2, first_byte=2, answer=2)
"""For a whole run on them, in which a dozen requests after each other end so."""
PAUSE = 0.005
"""Seconds between two pieces of what such a server sends to a run; `meet` has it at full speed, for once."""
CANCEL = Request("DELETE", "/workflow/workflowtask/id/1/pipelines/none", {"projectName": "p"})


@dataclass(frozen=True)
class Seen:
    """What became of one request to a bad server."""

    exchange: Exchange
    requests: int


def meet(bad: Bad, certificates: Certificates | None = None) -> Seen:
    """Send one request to a bad server; raises what the client raises."""
    limits = QUICK if bad.failure == "deadline" else PATIENT
    tls = certificates.servers[bad.tls] if certificates and bad.tls else None
    transport = Transport(ca_file=certificates.ca_file if certificates else None)
    with serving(bad.behaviour, reads=bad.reads, listens=bad.listens, tls=tls) as server:
        root = server.url.replace("http:", "https:") if bad.https else server.url
        client = Client(root, {}, guard=lambda _: None, limits=limits, transport=transport)
        exchange = client.send(CANCEL)
        client.close()
        return Seen(exchange, len(server.requests))


@pytest.fixture(scope="module")
def seen(certificates: Certificates) -> Mapping[str, Seen]:
    """Meet all bad servers, many at once: most of the time goes by in waiting for deadlines."""
    with ThreadPoolExecutor(len(BAD_SERVERS)) as pool:
        found = {bad.name: pool.submit(meet, bad, certificates) for bad in BAD_SERVERS}
    return {name: future.result() for name, future in found.items()}


@pytest.mark.parametrize("bad", BAD_SERVERS, ids=lambda bad: bad.name)
def test_a_bad_server_ends_in_one_plain_reason(bad: Bad, seen: Mapping[str, Seen]) -> None:
    exchange = seen[bad.name].exchange
    answer = load("1.7.0").operations["cancel-task"].answers["no-such-task"]
    checked = check(exchange, answer, {"name": "none", "project": "p", "id": "1"}, load("1.7.0").answers)
    assert (exchange.failure and exchange.failure.kind) == bad.failure
    assert exchange.status == bad.status
    assert tuple(str(breach.kind) for breach in checked.breaches) == bad.kinds
    assert exchange.seconds < PATIENCE
    assert len(exchange.body) <= PATIENT.size
    assert seen[bad.name].requests <= 1
    json.dumps([breach.to_json() for breach in checked.breaches], ensure_ascii=False).encode("utf-8")
    assert all(len(str(breach)) < 600 and str(breach).isprintable() for breach in checked.breaches)


def run_on(bad: Bad, certificates: Certificates, folder: Path) -> int:
    """Run one case on a bad server and return the exit code of the run."""
    limits, pause = (BRIEF, PAUSE) if bad.failure == "deadline" else (PATIENT, 0.0)
    times = {
        "connect_timeout": limits.connect,
        "first_byte_timeout": limits.first_byte,
        "answer_timeout": limits.answer,
    }
    place = {"project": "p", "env_name": "e", "service": "s", "service_module": "m", "repo": "r"}
    tls = certificates.servers[bad.tls] if bad.tls else None
    case = next(case for case in cases("1.7.0") if case.id == "cancel-task/no-such-workflow")
    with serving(bad.behaviour, reads=bad.reads, listens=bad.listens, tls=tls, pause=pause) as server:
        root = server.url.replace("http:", "https:") if bad.https else server.url
        options = {"base_url": root, "release": "1.7.0", "ca_file": certificates.ca_file, "run_dir": folder}
        options |= times | place
        session = Session(load_settings(options))
        session.connect()
        session.open()
        session.planned = [case.id]
        session.outcomes.append(session.pool.outcome(row_job(session, case)).to_json())
        stop(session)
        clean_up(session)
        return finish(session, 0)


OF_OTHERS = ("html", "redirect-elsewhere")
"""Answers that tell of a web page or another host at the address, and nothing of the server."""


@pytest.fixture(scope="module")
def exits(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, int]:
    """Run on all bad servers at once, with little patience for what might pass by itself; once for all workers."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(len(BAD_SERVERS)) as pool:
            patch.setattr(steady, "PATIENCE", 1.0)
            found = {bad.name: pool.submit(run_on, bad, certificates, folder / bad.name) for bad in BAD_SERVERS}
        codes = {name: future.result() for name, future in found.items()}
        (folder / "exits.json").write_text(json.dumps(codes), encoding="utf-8")

    made = made_once(shared(tmp_path_factory, "bad-servers"), make)
    exits: dict[str, int] = json.loads((made / "exits.json").read_text(encoding="utf-8"))
    return exits


@pytest.mark.parametrize("bad", BAD_SERVERS, ids=lambda bad: bad.name)
def test_a_run_on_a_bad_server_has_its_exit_code(bad: Bad, exits: Mapping[str, int]) -> None:
    """Rejected where what comes back breaks the contract, inconclusive where nothing comes, or not from the server."""
    wanted = 6 if bad.status is None or bad.name in OF_OTHERS else 1 if bad.kinds else 0
    assert exits[bad.name] == wanted


def test_no_thread_is_left(seen: Mapping[str, Seen]) -> None:
    assert seen
    assert [thread.name for thread in threading.enumerate()].count("deadlines") == 1


LARGE = ("large", "bomb", "endless", "deep", "redirect-large", "many-keys", "for-ever")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_memory_stays_bounded() -> None:
    """All servers that send without measure, one after another, take less than 200 MB of memory together."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "suite")])
    done = run_process([sys.executable, __file__], env=environment(PYTHONPATH=paths), apart=True)
    assert done.errors == ""
    assert 0 <= int(done.output) < 200_000


def grown() -> int:
    """Return the KiB by which this process grew while it met all large servers, the servers' own memory included."""
    before = peak()
    for bad in BAD_SERVERS:
        if any(word in bad.name for word in LARGE):
            meet(bad)
    return peak() - before


def peak() -> int:
    """Return the most memory in KiB that this process has had; getrusage would count its parent's too."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0])


def test_the_documentation_lists_every_bad_server() -> None:
    """The table of docs/reliability.md is the table that these tests ran."""
    assert documented() in (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.stdout.write(str(grown()))
