"""What a run decides before it sends anything."""

from pathlib import Path

import pytest

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
