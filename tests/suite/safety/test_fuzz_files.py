"""Files that a run reads are input like any other: whatever stands in a journal, a verdict, zadig.toml or a file of
deviations, it is used or refused in printable lines, and nothing is changed but what it really stands for."""

import json
import os
import re
import shutil
import socket
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial, reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import strategies as st
from jinja2 import FileSystemBytecodeCache

from contracts.__main__ import main
from contracts.case.outcome import Outcome
from contracts.report.summary.terminal import summary
from contracts.report.verdict_rules import Result as CaseResult
from contracts.run.conclusion import clean_up, finish
from contracts.run.deviations import DeviationsError, judge
from contracts.run.deviations import read as read_deviations
from contracts.run.session import Session
from contracts.run.verdict import RunResult, decide
from contracts.safety.journal import FILE as JOURNAL
from contracts.safety.journal import SUITE
from contracts.settings.settings import FILE as SETTINGS_FILE
from contracts.settings.settings import load
from contracts.text.errors import SuiteError
from contracts.text.message import to_plain
from helpers import verdicts
from helpers.fuzzed_files import (
    OTHER_RUN,
    PLACES,
    Ground,
    as_bytes,
    changed,
    lines_changed,
    toml_line,
)
from helpers.fuzzing import LONGER, bounded, fuzzed, no_hang  # noqa: F401 - a fixture
from helpers.live_target import ALL_SET, Live

RUN, FOREIGN = "20250101t000000-abcd", "prod-release"
OWN = [f"zct-{RUN}-main-1", f"zct-{RUN}-gw0-2"]
THEIRS = {FOREIGN, "zct-legacy", f"zct-{OTHER_RUN}-main-1", f"zct-{RUN}x-main-1", "precious"}
"""Workflows on the target that the journal of RUN does not stand for."""
TAILS = (
    "/../prod-release",
    "/x",
    "%2f..%2fprod-release",
    "?x=y",
    "\x1b[31m",
    "\u202e",
    "\ud800",
    "\x00",
    "x" * 3000,
    " ",
)
LANGUAGES = st.sampled_from(["en", "zh"])
EXITS = {
    "sweep": {0, 4, 6, 7},
    "doctor": {0, 1, 4, 6},
    "gate": {0, 1, 4, 6, 7},
    "compare": {0, 1, 4},
    "report": {0, 4},
    "merge": {0, 1, 4, 6, 7},
    "history": {0, 4},
    "bundle": {0, 4},
    "timings": {0, 4},
}
"""The exit codes that each command is documented to have, where no disk is full."""


@pytest.fixture(name="zadig")
def zadig_fixture(served: Live, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Live:
    """A live target, and nothing else that could be reached; templates are compiled once for all examples."""
    compiled = FileSystemBytecodeCache(str(tmp_path_factory.getbasetemp()))
    monkeypatch.setattr("contracts.report.html.templates._cache", lambda _: compiled)
    connect, resolve, port = socket.socket.connect, socket.getaddrinfo, int(served.url.rpartition(":")[2])

    def only_there(self: socket.socket, address: Any) -> None:
        if address != ("127.0.0.1", port):
            raise ConnectionRefusedError
        connect(self, address)

    def only_numbers(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "127.0.0.1":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", only_there)
    monkeypatch.setattr(socket, "getaddrinfo", only_numbers)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return served


@contextmanager
def ground(bare: Path) -> Iterator[Ground]:
    """Yield a ground with nothing of an earlier example, in whose working folder the block runs."""
    laid = Ground(bare / "ground")
    laid.lay()
    os.chdir(laid.work)
    try:
        with bounded():
            yield laid
    finally:
        os.chdir(bare)
        shutil.rmtree(laid.root)


def run(*words: str | Path, token: str = "") -> Result:
    """Run a command as a user; what it says is printable, and its exit code is one that it is documented to have."""
    done = CliRunner().invoke(main, [str(word) for word in words], env={"ZADIG_TOKEN": token or None})
    if not isinstance(done.exception, SystemExit | None):
        raise done.exception
    assert done.exit_code in EXITS[str(words[0])], done.output
    assert_printable(done.output)
    return done


def assert_printable(output: str) -> None:
    """Assert that no line of an output steers a terminal, and none is of a traceback."""
    for line in output.split("\n"):
        assert line.isprintable(), ascii(line)
    assert "Traceback" not in output
    assert "could not be written" not in output, output


def refilled(zadig: Live) -> None:
    """Let the target hold the workflows of RUN and those of others, and forget what was asked."""
    for name in {*OWN, *THEIRS} - zadig.names():
        zadig.create(name)
    zadig.app.seen.clear()


def assert_untouched(zadig: Live, but: Collection[str]) -> None:
    """Assert that nothing was asked to change but what has one of these names."""
    for change in zadig.app.changes():
        assert change.endswith(tuple(f"/{name}" for name in but)), (change, but)
    assert zadig.names() >= THEIRS - {*but}


def journal_lines(url: str) -> list[str]:
    """Return the lines of a good journal of RUN, which was killed with its names open."""
    at = {"at": "2025-01-01T00:00:00.000+00:00"}
    rows: list[dict[str, Any]] = [at | {"event": "run", "run": RUN, "base_url": url, "suite": SUITE}]
    for name in (*OWN, f"zct-{RUN}-main-3"):
        rows += [at | {"event": "open", "name": name, "project": "nginx"}]
        late = {"number": 1, "until": "2025-01-01T00:01:00+00:00"}
        rows += [at | {"event": "send", "name": name, "method": "POST", "path": "/workflow/workflow"} | late]
        rows += [at | {"event": "ended", "name": name, "number": 1}]
    return [json.dumps(row) for row in [*rows, at | {"event": "gone", "name": f"zct-{RUN}-main-3"}]]


def journals(url: str, precious: Path) -> st.SearchStrategy[bytes]:
    """Return journals that are mostly like that of RUN."""
    own = [*OWN, *(OWN[0] + tail for tail in TAILS), RUN, url, f"{url}/", url.upper(), "run", "open", "gone", SUITE]

    def odd(line: str) -> st.SearchStrategy[str]:
        try:
            return changed(json.loads(line), own)
        except (ValueError, RecursionError):
            return st.just(line)

    return lines_changed(journal_lines(url), odd).flatmap(lambda text: as_bytes(text, precious))


def stood_for(data: bytes, url: str) -> set[str]:
    """Return the names that a journal stands for on a target: those of its own run that it says it opened."""
    rows = []
    for line in re.split(r"\r\n|\r|\n", data.decode("utf-8", "replace")):
        try:
            rows.append(json.loads(line))
        except (ValueError, RecursionError):
            rows.append(None)
    first = rows[0]
    if not isinstance(first, dict) or str(first.get("base_url")).lower().rstrip("/") != url:
        return set()
    names = {str(row.get("name")) for row in rows if isinstance(row, dict) and row.get("event") == "open"}
    return {name for name in names if name.startswith(f"zct-{first.get('run')}-")}


def swept(zadig: Live, bare: Path, drawn: tuple[bytes, str, str, Sequence[str], str]) -> None:
    """Sweep a folder with a journal: its bytes, its name and what stands there, words of the command, language."""
    data, name, place, words, lang = drawn
    refilled(zadig)
    with ground(bare) as laid:
        laid.put(laid.run(RUN) / name, data, place)
        for path in laid.run(RUN).glob("*"):
            os.utime(path, (time.time() - 7200,) * 2, follow_symlinks=False)
        before = laid.seen(laid.run(RUN))
        run("sweep", "--base-url", zadig.url, "--lang", lang, *words, token=zadig.tokens["member"])
        assert laid.seen(laid.run(RUN)) == before
    by_list = {*OWN, f"zct-{OTHER_RUN}-main-1"} if "--by-prefix" in words else set()
    assert_untouched(zadig, set() if words == ["--dry-run"] else stood_for(data, zadig.url) | by_list)


def started(zadig: Live, bare: Path, drawn: tuple[bytes, str, bool, str]) -> None:
    """Run in a folder with a journal: its bytes and what stands there, whether from the start on, language."""
    data, place, early, lang = drawn
    refilled(zadig)
    with ground(bare) as laid:
        folder = laid.run("mine")
        if early:
            laid.put(folder / JOURNAL, data, place)
        before = laid.seen(folder)
        session = Session(zadig.settings(run_dir=folder, lang=lang, **ALL_SET), {"run_id": RUN})
        try:
            session.connect()
            session.open()
            if not early:
                (folder / JOURNAL).write_bytes(data)
            clean_up(session)
            finish(session, 0)
            assert_told(session)
        except SuiteError as error:
            assert_printable(str(error))
        finally:
            session.close()
        assert laid.seen(folder) == before
    assert_untouched(zadig, OWN)  # which it finds on the target's list, too


def test_journals_are_swept_or_refused(zadig: Live, bare: Path) -> None:
    ways = st.sampled_from([[], ["--dry-run"], ["--by-prefix"], [RUN], [f"runs/{RUN}"], [RUN, "--by-prefix"]])
    names = st.sampled_from([JOURNAL, JOURNAL, JOURNAL, f"journal.{RUN}.jsonl", "journal\x1b[31m.jsonl"])
    found = journals(zadig.url, bare / "ground/theirs/precious")
    fuzzed(st.tuples(found, names, st.sampled_from(PLACES), ways, LANGUAGES), partial(swept, zadig, bare))


def test_a_run_believes_no_journal_in_its_folder(zadig: Live, bare: Path) -> None:
    """Neither one that it finds when it starts, nor what others write into its own."""
    found = journals(zadig.url, bare / "ground/theirs/precious")
    drawn = st.tuples(found, st.sampled_from(PLACES), st.booleans(), LANGUAGES)
    fuzzed(drawn, partial(started, zadig, bare), LONGER)


@pytest.mark.parametrize("place", ["folder", "link", "dangling", "loop"])
def test_what_is_no_journal_is_refused(zadig: Live, bare: Path, place: str) -> None:
    data = "\n".join(journal_lines(zadig.url)).encode()
    swept(zadig, bare, (data, JOURNAL, place, [], "en"))
    swept(zadig, bare, (data, JOURNAL, place, [RUN], "zh"))
    started(zadig, bare, (data, place, True, "en"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *((OWN[0], OWN[0] + tail) for tail in TAILS),
        *(
            ("URL", url)
            for url in ("http://[", "http://127.0.0.1:x", "http://127.0.0.1:99999", "", "URL@other", "\x1b")
        ),
        *((RUN, other) for other in (OTHER_RUN, f"{RUN}-", "../..", "\x1b[31m")),
        ("nginx", "\x1b[31m"),
        ("nginx", "\ud800"),
        ("nginx", "other"),
    ],
)
def test_a_journal_with_one_thing_changed(zadig: Live, bare: Path, old: str, new: str) -> None:
    text = "\n".join(journal_lines("URL")).replace(old, json.dumps(new)[1:-1]).replace("URL", zadig.url)
    for words in ([], [RUN]):
        swept(zadig, bare, (text.encode(), JOURNAL, "file", words, "en"))
    for early in (True, False):
        started(zadig, bare, (text.encode(), "file", early, "en"))


def assert_told(session: Session) -> None:
    """Assert that a run tells in printable lines how it ended."""
    lines = [line.text for line in summary(session.verdict, str(session.run_dir), session.settings.language)]
    assert_printable("\n".join([*lines, *session.warnings]))


def good_verdicts() -> list[dict[str, Any]]:
    """Return verdicts as runs write them: rejected, accepted, and the two shards of one plan."""
    told = [verdicts.case(f"cancel-task/{result}", result) for result in ("breach", "known", "held", "blocked")]
    held = [verdicts.case("cancel-task/a"), verdicts.case("start-task/b", took=[0.1, 0.2])]
    row = verdicts.deviation(seen=["cancel-task/known"])
    rejected = RunResult(
        [*(case["case"] for case in told), "start-task/not-run"],
        told,
        leaks=["zct-x-main-1 in project nginx: still there"],
        deviations=[row],
        promises=[verdicts.PROMISED],
    )
    accepted = RunResult([case["case"] for case in held], held, promises=[verdicts.PROMISED])
    shards = [RunResult([one["case"]], [one], elsewhere=[other["case"]]) for one, other in (held, list(reversed(held)))]
    runs = [verdicts.LIVE, verdicts.LIVE, *(replace(verdicts.LIVE, shard=f"{part}/2") for part in (1, 2))]
    return [
        json.loads(json.dumps(to_plain(decide(about, tally))))
        for about, tally in zip(runs, [rejected, accepted, *shards], strict=True)
    ]


ODD, GOOD, OUT = Path("runs/odd"), Path("runs/good"), Path("runs/odd/out")
REJECTED, ACCEPTED, FIRST, SECOND = good_verdicts()
READERS: Mapping[str, tuple[dict[str, Any], dict[str, Any], Sequence[str | Path]]] = {
    "gate": (REJECTED, ACCEPTED, (ODD, GOOD)),
    "gate --json": (REJECTED, ACCEPTED, (ODD, GOOD, "--json")),
    "gate shards": (FIRST, SECOND, (ODD, GOOD, "--profile", "nightly")),
    "compare": (REJECTED, ACCEPTED, (ODD, GOOD)),
    "compare --format markdown": (ACCEPTED, REJECTED, (GOOD, ODD, "--format", "markdown")),
    "compare --format json": (REJECTED, ACCEPTED, (ODD, GOOD, "--format", "json")),
    "report": (REJECTED, ACCEPTED, (ODD,)),
    "report --allure": (REJECTED, ACCEPTED, (ODD, "--allure", ODD / "allure")),
    "merge": (FIRST, SECOND, (ODD, GOOD, "--out", OUT)),
    "merge second": (FIRST, SECOND, (GOOD, ODD, "--out", OUT)),
    "history": (ACCEPTED, REJECTED, ("runs",)),
    "bundle": (REJECTED, ACCEPTED, (ODD,)),
    "timings": (ACCEPTED, REJECTED, (ODD,)),
}
"""Every reader of a verdict: the good verdict that is changed, another one in a folder beside it, and its words."""


def verdict_read(bare: Path, drawn: tuple[str, bytes, str, str]) -> int:
    """Let a reader read a verdict: its bytes and what stands there, language; return the exit code."""
    way, data, place, lang = drawn
    command = way.partition(" ")[0]
    _, other, options = READERS[way]
    with ground(bare) as laid, pytest.MonkeyPatch.context() as patch:
        laid.put(laid.run("odd") / "verdict.json", data, place)
        verdicts.write(laid.run("good"), other)
        timed = laid.root / "checkout/contracts/apis/aslan/1.7.0/timings.json"
        timed.parent.mkdir(parents=True)
        patch.setattr("contracts.cli.runs.checkout", lambda: laid.root / "checkout")
        before = laid.seen(laid.run("odd"))
        done = run(command, *options, "--lang", lang)
        for own in {"history": ["runs/history.html"], "timings": [str(timed)]}.get(command, []):
            Path(own).unlink(missing_ok=True)
        assert laid.seen(laid.run("odd")) == before
        if done.exit_code == 4 and command not in ("gate", "history"):
            assert done.output.count("\n") == 1, done.output
        if command == "gate" and done.exit_code == 0:
            assert json.loads(data)["exit"] == 0
        if command == "bundle" and done.exit_code == 0:
            assert CliRunner().invoke(main, ["bundle", "--verify", str(ODD / "evidence.zip")]).exit_code == 0
        return done.exit_code


def test_verdicts_are_read_or_refused(zadig: Live, bare: Path) -> None:  # noqa: ARG001 - nothing can be reached
    """Every reader of a run's folder; what its verdict says of paths leads nowhere."""
    words = [*("held", "breach", "known", "accepted", "rejected", "cancel-task/known"), "1.9.0", "smoke", "1.7.0/../.."]
    precious = bare / "ground/theirs/precious"
    drawn = st.sampled_from(sorted(READERS)).flatmap(
        lambda way: st.tuples(
            st.just(way),
            changed(READERS[way][0], words).flatmap(lambda text: as_bytes(text, precious)),
            st.sampled_from(PLACES),
            LANGUAGES,
        )
    )
    fuzzed(drawn, lambda example: verdict_read(bare, example) and None)


@pytest.mark.parametrize(
    ("path", "literal", "refused"),
    [
        ("cases.0.seconds", "1e999", True),
        ("cases.0.started", "1e308", True),
        ("cases.0.steps.0.at", "9" * 400, True),
        ("latency.0.p95", "9" * 5000, True),
        ("run.ended", '"soon"', True),
        ("run.started", '"9999-12-31T23:59:59-23:59"', True),
        ("run.embedded", "true", True),
        ("deviations.0.expires", '"2026-02-30"', True),
        ("run.settings.release", '["1.7.0"]', False),
        ("cases.0.operation", '"\\ud800"', False),
        ("cases.0.wanted.schema", json.dumps("x" * 5000), False),
        ("cases.0.wanted.schema", '"../theirs/precious"', False),
        ("run.release", '"../../../../theirs"', False),
    ],
)
def test_a_verdict_with_one_thing_changed(bare: Path, path: str, literal: str, refused: bool) -> None:
    verdict = deepcopy(REJECTED)
    *parents, last = (int(part) if part.isdecimal() else part for part in path.split("."))
    reduce(getitem, parents, verdict)[last] = "@"
    data = json.dumps(verdict).replace('"@"', literal).encode()
    for way, (good, _, _) in READERS.items():
        exit_code = verdict_read(bare, (way, data, "file", "en"))
        if refused and good is not FIRST and not way.startswith("history"):
            assert exit_code in (1, 4)


def full_settings(url: str) -> list[str]:
    """Return the lines of a zadig.toml with most of what can be set."""
    texts = {"base_url": url, **ALL_SET, "release": "1.7.0", "api_prefix": "/api/aslan", "profile": "smoke"}
    texts |= {"lang": "en", "shard": "1/2", "deviations": "none", "unknown_fields": "report", "drift": "fail"}
    texts |= {"behaviour": "perfect", "token": "t" * 40, "outsider_project": "other", "branch": "main"}
    numbers = {"in_flight": 8, "connect_timeout": 5, "run_timeout": 7200, "max_answer": 1_000_000, "allow_http": "true"}
    lines = [f'{name} = "{text}"' for name, text in texts.items()]
    return [*lines, *(f"{name} = {number}" for name, number in numbers.items())]


def set_up(zadig: Live, bare: Path, drawn: tuple[bytes, str, Sequence[str]]) -> None:
    """Start with a zadig.toml: its bytes and what stands there, and the words of a command; none: a run."""
    data, place, words = drawn
    refilled(zadig)
    with ground(bare) as laid:
        laid.put(laid.work / SETTINGS_FILE, data, place)
        before = laid.seen(laid.run("mine"))
        if words:
            done = run(*words)
            if done.exit_code == 4:
                assert done.output.count("\n") == 1, done.output
        else:
            starts({"run_dir": str(laid.run("mine")), "base_url": zadig.url})
        assert laid.seen(laid.run("mine")) == before
    assert_untouched(zadig, ())


WAYS: Sequence[Sequence[str]] = (["doctor"], ["doctor", "--json"], ["sweep"], ["sweep", "--by-prefix", "--dry-run"], [])


def test_settings_are_read_or_refused(zadig: Live, bare: Path) -> None:
    """By doctor, sweep, and the start of a run."""
    own = [zadig.url, "http://127.0.0.1:1", "token_file", "ca_file", "proxy", "run_dir", "zh", "auto", "nightly", "en"]
    found = lines_changed(full_settings(zadig.url), lambda line: toml_line(line, own))
    data = found.flatmap(lambda text: as_bytes(text, bare / "ground/theirs/precious"))
    fuzzed(st.tuples(data, st.sampled_from(PLACES), st.sampled_from(WAYS)), partial(set_up, zadig, bare))


NO_TOML = ("a = " + "9" * 5000, "a = " + "[" * 2000, "a" + ".b" * 2000 + " = 1", "a = \x1b", "\ufeff", "a = 1\x00")


@pytest.mark.parametrize("text", NO_TOML, ids=["digits", "nested", "parts", "escape", "mark", "nul"])
def test_what_is_no_toml_is_refused(zadig: Live, bare: Path, text: str) -> None:
    for words in WAYS:
        set_up(zadig, bare, (text.encode(), "file", words))
    known_read(zadig, bare, (text.encode(), "file", "en"))


def starts(options: Mapping[str, Any]) -> None:
    """Let a run start with these options, show a known deviation and end; or be refused in one line."""
    session = None
    try:
        session = Session(load(options))
        session.connect()
        _ = session.deviations
        session.open()
        seen = judge(SHOWS, session.expected, datetime.now(UTC).date())
        session.outcomes.append(seen.to_json())
        session.planned.append(seen.case)
        finish(session, 0)
        assert_told(session)
        lang = session.settings.language
        done = run("gate", session.run_dir, "--lang", lang)
        assert done.exit_code == session.verdict["exit"], done.output
    except SuiteError as error:
        assert_printable(str(error))
    finally:
        if session is not None:
            session.close()


SHOWS = Outcome("cancel-task/a", "cancel-task", "success", CaseResult.BREACH, breaches=(verdicts.WRONG,))
DEVIATIONS = f"""\
[wrong-code]
means = "a wrong code"
releases = ["1.7.0", "1.8.0"]
source = "running server v1.7.0"
since = "1.7.0"
expires = 2999-12-31
[wrong-code.shows]
"cancel-task/a" = ["{verdicts.WRONG.signature}"]
"cancel-task/*" = ["status:500", "empty-body"]
[other]
means = "another"
releases = ["1.7.0"]
source = "running server v1.7.0"
since = "1.7.0"
expires = 2027-12-31
shows = {{"cancel-task/b" = ["status:500"]}}
""".splitlines()


def known_read(zadig: Live, bare: Path, drawn: tuple[bytes, str, str]) -> None:
    """Run with a file of deviations: its bytes and what stands there, language."""
    data, place, lang = drawn
    zadig.app.seen.clear()
    with ground(bare) as laid:
        path = laid.work / "known.toml"
        laid.put(path, data, place)
        before = laid.seen(laid.run("mine"))
        options = {"run_dir": str(laid.run("mine")), "base_url": zadig.url, "token": zadig.tokens["member"]}
        starts({**options, **ALL_SET, "lang": lang, "deviations": str(path)})
        assert laid.seen(laid.run("mine")) == before
    assert_untouched(zadig, ())


def test_deviations_are_read_or_refused(zadig: Live, bare: Path) -> None:
    """By the start of a run, which then shows one of them."""
    own = ["1.7.0", "cancel-task/a", "cancel-task/*", verdicts.WRONG.signature, "wrong-code", "wrong-code.shows"]
    found = lines_changed(DEVIATIONS, lambda line: toml_line(line, own))
    data = found.flatmap(lambda text: as_bytes(text, bare / "ground/theirs/precious"))
    fuzzed(st.tuples(data, st.sampled_from(PLACES), LANGUAGES), partial(known_read, zadig, bare))


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('"a wrong code"', "3", "known.toml: wrong-code: means is a text"),
        ('["1.7.0", "1.8.0"]', '"1.7.0"', 'known.toml: wrong-code: releases is a list such as ["1.7.0"]'),
        ('["1.7.0", "1.8.0"]', "[1.7]", 'known.toml: wrong-code: releases is a list such as ["1.7.0"]'),
        ('["status:500", "empty-body"]', "3", "known.toml: wrong-code: shows is a table from case id to the"),
        (
            '["status:500", "empty-body"]',
            '"status:500"',
            "known.toml: wrong-code: shows is a table from case id to the",
        ),
        ('["status:500", "empty-body"]', "[{a = 1}]", "known.toml: wrong-code: shows is a table from case id to the"),
        ("2999-12-31", "2999-12-31T00:00:00Z", "known.toml: wrong-code: expires is a date such as 2027-06-30"),
        ("2999-12-31", "2999-02-30", "is not TOML: Invalid date or datetime"),
    ],
)
def test_a_row_of_deviations_is_refused(bare: Path, old: str, new: str, line: str) -> None:
    path = bare / "known.toml"
    path.write_text("\n".join(DEVIATIONS).replace(old, new))
    with pytest.raises(DeviationsError) as refused:
        read_deviations(path)
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)
