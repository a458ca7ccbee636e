"""A team's own cases stand beside those of the suite; what does not hold together is named with its file."""

from pathlib import Path

import pytest

from contracts.catalog.cases import cases, own_cases
from contracts.catalog.release import CatalogError

ROW = '[cancel-task.ours]\ngiven = "queued-task"\nanswer = "success"\nbasis = "observed"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "team.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_they_are_cases_as_any_other(tmp_path: Path) -> None:
    """What a row leaves out is what it is for a case of the suite."""
    (ours,) = own_cases("1.7.0", written(tmp_path, ROW + 'request.id = "00{encoded}"\nlevel = "smoke"\n'))
    assert (ours.id, ours.level, ours.after, ours.documented) == ("cancel-task/ours", "smoke", "cancelled", False)
    assert ours.request.id == "00{encoded}"
    assert ours not in cases("1.7.0")


WRONG = [
    pytest.param("[", "is not TOML", id="no-toml"),
    pytest.param("x = 1", "x has no rows", id="no-table"),
    pytest.param("[cancel-task]\nours = 1", "cancel-task has no rows", id="no-row"),
    pytest.param(ROW.replace("cancel-task", "approve-task"), "no operation 'approve-task' in release", id="operation"),
    pytest.param(ROW.replace("ours", "no-such-task"), "is already a case of the suite", id="taken"),
    pytest.param(ROW.replace("queued-task", "queued-tsk"), "did you mean 'queued-task'", id="given"),
    pytest.param(ROW.replace("answer", "anser"), "unknown key 'anser'; did you mean 'answer'", id="answer-misspelt"),
    pytest.param(ROW.replace("basis", "bases"), "unknown key 'bases'; did you mean 'basis'", id="basis-misspelt"),
    pytest.param(ROW.replace("given", "givn"), "unknown key 'givn'; did you mean 'given'", id="given-misspelt"),
    pytest.param(ROW + "documented = true", "unknown key 'documented'", id="not-written"),
    pytest.param(ROW.replace('"queued-task"', "5"), "no precondition 5", id="given-kind"),
    pytest.param(ROW + "request = 5", "request has a value of the wrong type: 5", id="request"),
    pytest.param(ROW + "made = []", "made has a value of the wrong type", id="made"),
    pytest.param(ROW + "request.set = 5", "set has a value of the wrong type: 5", id="set"),
    pytest.param(ROW + "request.id = 5", "id has a value of the wrong type: 5", id="id"),
    pytest.param(ROW + "request.drop = 'x'", "drop has a value of the wrong type: 'x'", id="drop"),
    pytest.param(ROW + "request.query = 'no'", "query has a value of the wrong type", id="query"),
    pytest.param(ROW + "first = 5", "first has a value of the wrong type", id="first"),
    pytest.param(ROW + "first = [5]", "first has a value of the wrong type", id="first-row"),
    pytest.param(ROW + "each = 5", "each has a value of the wrong type", id="each"),
    pytest.param(ROW + "items = 'x'", "items has a value of the wrong type", id="items"),
    pytest.param(ROW + "level = ['smoke']", "level should be one of", id="level"),
    pytest.param(ROW + "after = 'x'", "after should be one of", id="after"),
]


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_a_row_that_does_not_hold_together(text: str, says: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(CatalogError) as raised:
        own_cases("1.7.0", path)
    assert str(raised.value).startswith(f"{path}: ")
    assert says in str(raised.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read: No such file"):
        own_cases("1.7.0", tmp_path / "none.toml")
    with pytest.raises(CatalogError, match="cannot be read: Is a directory"):
        own_cases("1.7.0", tmp_path)
