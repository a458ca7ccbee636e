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
from dataclasses import replace
from datetime import UTC, datetime
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
from contracts.run.deviations import judge
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
from helpers.fuzzing import bounded, fuzzed, no_hang  # noqa: F401 - a fixture
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


def test_journals_are_swept_or_refused(zadig: Live, bare: Path) -> None:
    ways = st.sampled_from([[], ["--dry-run"], ["--by-prefix"], [RUN], [f"runs/{RUN}"], [RUN, "--by-prefix"]])
    names = st.sampled_from([JOURNAL, JOURNAL, JOURNAL, f"journal.{RUN}.jsonl", "journal\x1b[31m.jsonl"])

    def check(drawn: tuple[bytes, str, str, list[str], str]) -> None:
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

    found = journals(zadig.url, bare / "ground/theirs/precious")
    fuzzed(st.tuples(found, names, st.sampled_from(PLACES), ways, LANGUAGES), check)


def test_a_run_believes_no_journal_in_its_folder(zadig: Live, bare: Path) -> None:
    """Neither one that it finds when it starts, nor what others write into its own."""

    def check(drawn: tuple[bytes, str, bool, str]) -> None:
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

    fuzzed(
        st.tuples(
            journals(zadig.url, bare / "ground/theirs/precious"), st.sampled_from(PLACES), st.booleans(), LANGUAGES
        ),
        check,
    )


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


def test_verdicts_are_read_or_refused(zadig: Live, bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every reader of a run's folder; what its verdict says of paths leads nowhere."""
    rejected, accepted, first, second = good_verdicts()
    odd, good = Path("runs/odd"), Path("runs/good")
    out = Path("runs/odd/out")
    ways: Mapping[str, tuple[dict[str, Any], dict[str, Any], Sequence[str | Path]]] = {
        "gate": (rejected, accepted, (odd, good)),
        "gate-json": (rejected, accepted, (odd, good, "--json")),
        "gate-shards": (first, second, (odd, good, "--profile", "nightly")),
        "compare": (rejected, accepted, (odd, good)),
        "compare-back": (accepted, rejected, (good, odd, "--format", "markdown")),
        "compare-json": (rejected, accepted, (odd, good, "--format", "json")),
        "report": (rejected, accepted, (odd,)),
        "report-allure": (rejected, accepted, (odd, "--allure", odd / "allure")),
        "merge": (first, second, (odd, good, "--out", out)),
        "merge-back": (first, second, (good, odd, "--out", out)),
        "history": (accepted, rejected, ("runs",)),
        "bundle": (rejected, accepted, (odd,)),
        "timings": (accepted, rejected, (odd,)),
    }

    def check(drawn: tuple[str, bytes, str, str]) -> None:
        way, data, place, lang = drawn
        command = way.partition("-")[0]
        _, other, options = ways[way]
        zadig.app.seen.clear()
        with ground(bare) as laid:
            laid.put(laid.run("odd") / "verdict.json", data, place)
            verdicts.write(laid.run("good"), other)
            timed = laid.root / "checkout/contracts/apis/aslan/1.7.0/timings.json"
            timed.parent.mkdir(parents=True)
            monkeypatch.setattr("contracts.cli.runs.checkout", lambda: laid.root / "checkout")
            before = laid.seen(laid.run("odd"))
            done = run(command, *options, "--lang", lang)
            own = {"history": "runs/history.html", "timings": str(timed)}.get(command)
            if own:
                Path(own).unlink(missing_ok=True)
            assert laid.seen(laid.run("odd")) == before
            if done.exit_code == 4 and command not in ("gate", "history"):
                assert done.output.count("\n") == 1, done.output
            if command == "gate" and done.exit_code == 0:
                assert json.loads(data)["exit"] == 0
            if command == "bundle" and done.exit_code == 0:
                assert CliRunner().invoke(main, ["bundle", "--verify", str(odd / "evidence.zip")]).exit_code == 0
        assert zadig.app.changes() == []

    words = [
        "held",
        "breach",
        "known",
        "accepted",
        "rejected",
        "cancel-task/known",
        "1.9.0",
        "smoke",
        "/etc",
        "1.7.0/../..",
    ]
    precious = bare / "ground/theirs/precious"
    drawn = st.sampled_from(sorted(ways)).flatmap(
        lambda way: st.tuples(
            st.just(way),
            changed(ways[way][0], words).flatmap(lambda text: as_bytes(text, precious)),
            st.sampled_from(PLACES),
            LANGUAGES,
        )
    )
    fuzzed(drawn, check)


def full_settings(url: str) -> list[str]:
    """Return the lines of a zadig.toml with most of what can be set."""
    texts = {"base_url": url, **ALL_SET, "release": "1.7.0", "api_prefix": "/api/aslan", "profile": "smoke"}
    texts |= {"lang": "en", "shard": "1/2", "deviations": "none", "unknown_fields": "report", "drift": "fail"}
    texts |= {"behaviour": "perfect", "token": "t" * 40, "outsider_project": "other", "branch": "main"}
    numbers = {"in_flight": 8, "connect_timeout": 5, "run_timeout": 7200, "max_answer": 1_000_000, "allow_http": "true"}
    lines = [f'{name} = "{text}"' for name, text in texts.items()]
    return [*lines, *(f"{name} = {number}" for name, number in numbers.items())]


def test_settings_are_read_or_refused(zadig: Live, bare: Path) -> None:
    """By doctor, sweep, and the start of a run."""
    own = [zadig.url, "http://127.0.0.1:1", "token_file", "ca_file", "proxy", "run_dir", "zh", "auto", "nightly", "en"]

    def check(drawn: tuple[bytes, str, list[str]]) -> None:
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

    found = lines_changed(full_settings(zadig.url), lambda line: toml_line(line, own))
    data = found.flatmap(lambda text: as_bytes(text, bare / "ground/theirs/precious"))
    ways = st.sampled_from([["doctor"], ["doctor", "--json"], ["sweep"], ["sweep", "--by-prefix", "--dry-run"], []])
    fuzzed(st.tuples(data, st.sampled_from(PLACES), ways), check)


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


def test_deviations_are_read_or_refused(zadig: Live, bare: Path) -> None:
    """By the start of a run, which then shows one of them."""

    def check(drawn: tuple[bytes, str, str]) -> None:
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

    own = ["1.7.0", "cancel-task/a", "cancel-task/*", verdicts.WRONG.signature, "wrong-code", "wrong-code.shows"]
    found = lines_changed(DEVIATIONS, lambda line: toml_line(line, own))
    data = found.flatmap(lambda text: as_bytes(text, bare / "ground/theirs/precious"))
    fuzzed(st.tuples(data, st.sampled_from(PLACES), LANGUAGES), check)
