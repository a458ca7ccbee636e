"""Files are written whole or not at all, and releases stand in the order of their numbers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.text import atomic
from contracts.text.releases import in_order, is_release


def test_a_file_is_replaced_when_all_of_it_is_written(tmp_path: Path) -> None:
    """Until then the earlier one stands, and no draft is left behind."""
    path = tmp_path / "report.md"
    path.write_text("earlier", encoding="utf-8")

    def pieces() -> Iterator[str]:
        yield "later "
        assert path.read_text(encoding="utf-8") == "earlier"
        yield "\ud800"

    atomic.write(path, pieces())
    assert path.read_text(encoding="utf-8") == "later \\ud800"
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_that_cannot_be_finished_stays_as_it_was(tmp_path: Path) -> None:
    """What goes wrong is raised, the earlier file stands, and no draft is left behind."""
    path = tmp_path / "report.md"
    path.write_bytes(b"earlier")

    def pieces() -> Iterator[str]:
        yield "half"
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        atomic.write(path, pieces())
    assert path.read_bytes() == b"earlier"
    assert [*tmp_path.iterdir()] == [path]


def test_releases_are_in_the_order_of_their_numbers() -> None:
    """Each is there once, and what is no release is none."""
    assert in_order(["1.10.0", "1.9.0", "2.0.0", "1.9.0", "1.9.10", "draft"]) == ["1.9.0", "1.9.10", "1.10.0", "2.0.0"]


@pytest.mark.parametrize("name", ["", "1.7", "v1.7.0", "1.7.0.1", "1.7.0-rc", "1.7.x", "1.7.0\n", "page.md"])
def test_nothing_else_is_a_release(name: str) -> None:
    """A release has three numbers."""
    assert not is_release(name)
