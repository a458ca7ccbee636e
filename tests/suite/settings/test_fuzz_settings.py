"""zadig.toml and files of deviations are input like any other: a run starts with them, or says what is wrong."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from contracts.case.outcome import Outcome
from contracts.report.verdict_rules import Result as CaseResult
from contracts.run.conclusion import finish
from contracts.run.deviations import DeviationsError, judge
from contracts.run.deviations import read as read_deviations
from contracts.run.session import Session
from contracts.settings.settings import FILE as SETTINGS_FILE
from contracts.settings.settings import load
from contracts.text.errors import SuiteError
from helpers import verdicts
from helpers.fuzzed_files import (
    PLACES,
    as_bytes,
    lines_changed,
    toml_line,
)
from helpers.fuzzed_runs import (
    LANGUAGES,
    assert_printable,
    assert_told,
    assert_untouched,
    ground,
    refilled,
    run,
    zadig_fixture,  # noqa: F401 - a fixture
)
from helpers.fuzzing import fuzzed, no_hang  # noqa: F401 - a fixture
from helpers.live_target import ALL_SET, Live


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


NO_TOML = (
    "a = " + "9" * 5000,
    "a = 0x" + "f" * 5000,
    "a = " + "[" * 2000,
    "a" + ".b" * 2000 + " = 1",
    "a = \x1b",
    "\ufeff",
    "a = 1\x00",
)


@pytest.mark.parametrize("text", NO_TOML, ids=["digits", "hex", "nested", "parts", "escape", "mark", "nul"])
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
        done = run("gate", "--selection", session.run_dir, "--lang", lang)
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
        ('"a wrong code"', "3", "known.toml: wrong-code: means should be a text"),
        ('["1.7.0", "1.8.0"]', '"1.7.0"', 'known.toml: wrong-code: releases should be a list such as ["1.7.0"]'),
        ('["1.7.0", "1.8.0"]', "[1.7]", 'known.toml: wrong-code: releases should be a list such as ["1.7.0"]'),
        ('["status:500", "empty-body"]', "3", "known.toml: wrong-code: shows should be a table from case id to the"),
        (
            '["status:500", "empty-body"]',
            '"status:500"',
            "known.toml: wrong-code: shows should be a table from case id to the",
        ),
        (
            '["status:500", "empty-body"]',
            "[{a = 1}]",
            "known.toml: wrong-code: shows should be a table from case id to the",
        ),
        ("2999-12-31", "2999-12-31T00:00:00Z", "known.toml: wrong-code: expires should be a date such as 2027-06-30"),
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
