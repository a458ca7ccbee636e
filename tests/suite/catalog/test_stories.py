"""Cases that are no rows of the table are found by their marks."""

import gc
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contracts.catalog.stories import Story, stories


def test_stories_are_found_as_pytest_runs_them(tmp_path: Path) -> None:
    """Stories are read from marks on test functions only, whatever else stands in the file."""
    tmp_path.joinpath("test_some.py").write_text(
        "import pytest\n"
        "# @pytest.mark.case('flows/comment')\n"
        "@pytest.mark.slow\n"
        "@pytest.mark.case('flows/one', level='smoke')\n"
        "def test_one(flow): ...\n"
        "@pytest.mark.operation('cancel-task')\n"
        "def test_rows(case): ...\n",
        encoding="utf-8",
    )
    assert stories(tmp_path) == (Story("flows/one", "smoke"),)


@pytest.fixture
def impatient() -> Iterator[None]:
    """Let threads take turns, and garbage be looked for, as often as can be."""
    turn, often = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(5)
    gc.callbacks.append(_looks_on)
    yield
    gc.callbacks.remove(_looks_on)
    gc.set_threshold(*often)
    sys.setswitchinterval(turn)


def _looks_on(_phase: str, _info: dict[str, int]) -> None:
    """Run Python amid the making of a tree, so that another thread gets a turn there."""
    sum(range(50))


@pytest.mark.usefixtures("impatient")
def test_many_runs_of_one_process_may_read_them_at_once(tmp_path: Path) -> None:
    """Runs in threads of one process find the same stories, though their trees are made at the same time."""
    lines = [f"@pytest.mark.case('flows/{each}', level='smoke', roles=('start', 'cancel'))" for each in range(20)]
    tmp_path.joinpath("test_some.py").write_text("".join(f"{each}\ndef test(): ...\n" for each in lines))
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(stories, [tmp_path] * 160))
    assert {len(each) for each in found} == {20}
