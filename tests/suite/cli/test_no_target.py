"""However a job forgets its target, it does not end in 0, and says what to set."""

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.settings.settings import FILE
from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread
from helpers.processes import called
from helpers.verdicts import LIVE, STAND_IN, case, verdict, write

NO_ADDRESS = "asks for a live Zadig, but no address of one is set; set --base-url, ZADIG_BASE_URL"
NOT_LIVE = "it ran on a stand-in, which says nothing about a live Zadig; set ZADIG_BASE_URL for the run"
EMPTY = "(--base-url, ZADIG_BASE_URL): is empty"
MISSING = "setting base_url (--base-url, ZADIG_BASE_URL) is missing"
ASKS = {"ZADIG_REQUIRE_LIVE": "true"}
URL = "https://zadig.example.com"
WAYS: dict[str, tuple[list[str], dict[str, str], int, str]] = {
    "unset": (["run", "--require-live"], {}, 4, NO_ADDRESS),
    "unset-in-a-template": (["run"], ASKS, 4, NO_ADDRESS),
    "unset-in-zadig-toml": (["run"], {}, 4, NO_ADDRESS),
    "empty": (["run"], {"ZADIG_BASE_URL": ""}, 4, EMPTY),
    "blank": (["run"], {"ZADIG_BASE_URL": " \t"}, 4, EMPTY),
    "empty-option": (["run", "--base-url", ""], {}, 4, EMPTY),
    "empty-wish": (["run"], {"ZADIG_REQUIRE_LIVE": ""}, 4, "(--require-live, ZADIG_REQUIRE_LIVE): is empty"),
    "misspelt": (["run"], {"ZADIG_BASEURL": URL}, 4, "did you mean 'ZADIG_BASE_URL'?"),
    "misspelt-short": (["run"], {"ZADIG_URL": URL}, 4, "did you mean 'ZADIG_BASE_URL'?"),
    "misspelt-in-small-letters": (["run"], {"zadig_base_url": URL}, 4, "did you mean 'ZADIG_BASE_URL'?"),
    "misspelt-key": (["run"], {}, 4, "did you mean 'base_url'?"),
    "in-a-table": (["run"], {}, 4, "take out the line [target]"),
    "in-another-folder": (["run", "--require-live"], {}, 4, NO_ADDRESS),
    "of-another-suite": (["run", "--require-live"], {"ZADIGBASE_URL": URL, "BASE_URL": URL}, 4, NO_ADDRESS),
    "a-stand-in": (["run", "--require-live", "--base-url", "{stand-in}"], {}, 4, "is a stand-in"),
    "beforehand": (["run", "--require-live", "--dry-run"], {}, 4, NO_ADDRESS),
    "listed": (["run", "--require-live", "--collect-only"], {}, 4, NO_ADDRESS),
    "with-workers": (["run", "--require-live", "-n", "auto"], {}, 4, NO_ADDRESS),
    "doctor": (["doctor"], {}, 4, MISSING),
    "doctor-on-a-stand-in": (["doctor", "--base-url", "{stand-in}"], ASKS, 1, "is a stand-in; set --base-url to the "),
    "doctor-empty": (["doctor"], {"ZADIG_BASE_URL": ""}, 4, EMPTY),
    "sweep": (["sweep"], {}, 4, MISSING),
    "gate-of-a-profile": (["gate", "--profile", "smoke", "{run}"], {}, 6, NOT_LIVE),
    "gate-that-asks": (["gate", "--require-live", "{run}"], {}, 6, NOT_LIVE),
    "gate-in-a-template": (["gate", "{run}"], ASKS, 6, NOT_LIVE),
    "gate-of-one-that-is-live": (["gate", "--profile", "smoke", "{live}", "{run}"], {}, 6, NOT_LIVE),
    "gate-of-shards": (["gate", "--profile", "smoke", "{merged}"], {}, 6, NOT_LIVE),
    "merge": (["merge", "{run}", "--out", "all"], ASKS, 4, NOT_LIVE),
    "compare": (["compare", "{live}", "{run}"], ASKS, 4, NOT_LIVE),
    "campaign": (["campaign", "--proxy", "", "--only", "nothing"], {}, 4, "--proxy"),
}
"""What a job calls, what is set, the exit code, and what is said."""
FILES = {
    "unset-in-zadig-toml": "require_live = true",
    "misspelt-key": f'url = "{URL}"',
    "in-a-table": f'[target]\nbase_url = "{URL}"',
}
"""What zadig.toml says in the working folder."""


@pytest.fixture(name="here")
def here_fixture(bare: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder below one that has a target, with runs."""
    (bare / FILE).write_text(f'base_url = "{URL}"\n', encoding="utf-8")
    here = bare / "job"
    write(here / "run", verdict(case(), run=replace(STAND_IN, profile="smoke")))
    write(here / "live", verdict(case(), run=replace(LIVE, profile="smoke")))
    monkeypatch.chdir(here)
    return here


@pytest.mark.parametrize("way", WAYS)
def test_a_forgotten_target_is_no_pass(way: str, here: Path) -> None:
    """Nothing runs, or nothing is concluded from what ran; one line says what to set."""
    words, env, code, says = WAYS[way]
    if way in FILES:
        (here / FILE).write_text(FILES[way], encoding="utf-8")
    if "{merged}" in words:
        assert called("merge", "run", "--out", "merged").code == 0
    with serve_in_thread(create_app()) as url:
        known = {"stand-in": url, "run": "run", "live": "live", "merged": "merged"}
        done = called(*(word.format(**known) for word in words), **env)
    assert done.code == code, done.output
    assert says in done.output
    lines = [line for line in done.output.splitlines() if line.strip()]
    assert len(lines) == 1 or code != 4 or words[0] == "campaign", done.output
    assert [*here.glob("runs/*")] == []
