"""What a run decides before it sends anything."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.pytest_plugin.collection import SESSION
from contracts.pytest_plugin.hooks import pytest_report_collectionfinish
from contracts.run.session import Session
from contracts.settings.settings import Settings


@pytest.mark.parametrize(
    ("behaviour", "release", "served"),
    [
        ("perfect", "1.7.0", "perfect"),
        ("perfect", "1.9.0", "perfect-1.9.0"),
        ("perfect", "5.0.0", "perfect-5.0"),
        ("perfect", "3.4.1", "perfect-3.4"),
        ("5.0.0", "5.0.0", "5.0.0"),
        ("1.7.0", "1.8.0", "1.7.0"),
    ],
)
def test_a_run_is_served_by_the_perfect_server_of_its_release(
    behaviour: str, release: str, served: str, tmp_path: Path
) -> None:
    settings = Settings(behaviour=behaviour, release=release, run_dir=tmp_path)
    assert Session(settings, idle=True).behaviour == served


@pytest.mark.parametrize(("lives", "told"), [(60, True), (3600, False)], ids=["too-short", "long-enough"])
def test_a_token_that_ends_before_the_run_is_told_at_the_start(
    lives: int, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the planned cases need, by how long they once took, is compared with how long the token lives."""
    monkeypatch.setattr("contracts.run.description.recorded", lambda _: {"a/1": 300.0, "a/2": 300.0})
    now = datetime.now(UTC)
    run = SimpleNamespace(
        unopened=False,
        target=SimpleNamespace(expires=now.timestamp() + lives),
        started=now,
        release="1.7.0",
        planned=["a/1", "a/2"],
        settings=SimpleNamespace(in_flight=1, language="en"),
    )
    config: Any = SimpleNamespace(stash={SESSION: run})
    said = pytest_report_collectionfinish(config)
    assert [line.startswith("the token expires at ") for line in said] == [True] * told
