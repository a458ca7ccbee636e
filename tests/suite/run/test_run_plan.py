"""What a run is narrowed to by the names of operations."""

import pytest

from contracts.catalog.release import load
from contracts.run.plan import selected
from contracts.settings.settings import SettingsError

OLD, TODAY = load("1.7.0"), load("5.0.0")
ALL = {"cancel-task", "create-workflow", "restart-task", "start-task", "flows", "concurrency", "explore"}


@pytest.mark.parametrize(
    ("wished", "unwanted", "expected"),
    [
        pytest.param([], [], ALL, id="all"),
        pytest.param(["cancel-task", "flows"], [], {"cancel-task", "flows"}, id="operation"),
        pytest.param([], ["cancel-task", "flows"], ALL - {"cancel-task", "flows"}, id="exclude"),
        pytest.param(["cancel-task", "flows"], ["flows"], {"cancel-task"}, id="both"),
        pytest.param(["flows"], ["flows"], set(), id="nothing"),
    ],
)
def test_selected(wished: list[str], unwanted: list[str], expected: set[str]) -> None:
    assert selected(OLD, wished, unwanted) == expected


def test_operations_are_those_of_the_release() -> None:
    """One that only custom workflows have is not one of 1.7.0."""
    assert selected(TODAY, ["approve-task"], []) == {"approve-task"}
    with pytest.raises(SettingsError, match=r"--exclude: no operation 'approve-task'; "):
        selected(OLD, [], ["approve-task"])


@pytest.mark.parametrize("name", ["cancel-taks", "Cancel-Task", "", "cancel-task/no-such-task", "zz"])
def test_a_misspelt_operation(name: str) -> None:
    """The nearest is named, or where none is near all are."""
    with pytest.raises(SettingsError) as raised:
        selected(OLD, [name], [])
    assert str(raised.value).startswith(f"--operation: no operation {name!r}; ")
    assert "cancel-task" in str(raised.value)
