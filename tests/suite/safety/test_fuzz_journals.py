"""A journal is input like any other: it is swept or refused, and nothing is changed but what it really stands for."""

import json
import os
import re
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from contracts.run.conclusion import clean_up, finish
from contracts.run.session import Session
from contracts.safety.journal import FILE as JOURNAL
from contracts.safety.journal import SUITE
from contracts.text.errors import SuiteError
from helpers.fuzzed_files import (
    OTHER_RUN,
    PLACES,
    as_bytes,
    changed,
    lines_changed,
)
from helpers.fuzzed_runs import (
    LANGUAGES,
    OWN,
    RUN,
    assert_printable,
    assert_told,
    assert_untouched,
    ground,
    refilled,
    run,
    zadig_fixture,  # noqa: F401 - a fixture
)
from helpers.fuzzing import LONGER, fuzzed, no_hang  # noqa: F401 - a fixture
from helpers.live_target import ALL_SET, Live

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


@pytest.mark.parametrize(
    "until", ["9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+00:00", "soon", "\x1b"]
)
def test_requests_without_an_end(zadig: Live, bare: Path, until: str) -> None:
    """A time in a journal that no run writes neither ends a sweep nor keeps a name open for ever."""
    text = "\n".join(line for line in journal_lines(zadig.url) if '"ended"' not in line)
    data = text.replace("2025-01-01T00:01:00+00:00", json.dumps(until)[1:-1]).encode()
    swept(zadig, bare, (data, JOURNAL, "file", [RUN], "en"))
    assert not {*OWN} & zadig.names()
    started(zadig, bare, (data, "file", False, "en"))
