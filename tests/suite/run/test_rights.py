"""A case that needs a system administrator is left out, with the reason, where the token's user is none."""

from pathlib import Path

import pytest

from contracts.catalog.cases import cases
from contracts.run.plan import Scope, left_out, not_shown
from contracts.run.session import Session
from contracts.target.credentials import USERS
from helpers.live_target import ALL_SET, Live

CASE = next(case for case in cases("1.7.0") if case.id == "create-workflow/existing-name-in-another-project")


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(("user", "reason"), [("member", "need a system administrator"), ("admin", None)])
def test_who_may_not_do_it_is_told(served: Live, user: str, reason: str | None, tmp_path: Path) -> None:
    tokens = {"token": served.tokens[user], "outsider_token": served.tokens["outsider"]}
    settings = served.settings(
        **ALL_SET, **tokens, outsider_project="other-project", profile="nightly", run_dir=tmp_path
    )
    session = Session(settings)
    session.connect()
    try:
        told = left_out(CASE, session.scope)
    finally:
        session.close()
    assert (told is None) if reason is None else (reason in (told or ""))


@pytest.mark.parametrize(
    ("level", "credentials", "told"),
    [
        ("regression", {"main"}, ["an agent has taken", "without permission", "never be removed from", "at once"]),
        ("nightly", {*USERS, "outsider-project", "admin"}, ["never be removed from"]),
    ],
)
def test_what_a_live_target_does_not_show_is_told(level: str, credentials: set[str], told: list[str]) -> None:
    said = not_shown(cases("1.7.0"), Scope(level, stand_in=False, authorizes=True, credentials=frozenset(credentials)))
    parts = said.removeprefix("not tested here: ").removesuffix("; see docs/detection.md").split(", ")
    assert len(parts) == len(told)
    assert all(word in part for word, part in zip(told, parts, strict=True))


def test_a_stand_in_shows_all() -> None:
    everything = Scope("nightly", stand_in=True, authorizes=True, credentials=frozenset({*USERS, "outsider-project"}))
    assert not_shown(cases("1.7.0"), everything) == ""
