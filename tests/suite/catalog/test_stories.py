"""Cases that are no rows of the table are found by their marks."""

from pathlib import Path

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
