"""A case that needs a system administrator is left out, with the reason, where the token's user is none."""

from pathlib import Path

import pytest

from contracts.catalog.cases import cases
from contracts.run.plan import left_out
from contracts.run.session import Session
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
