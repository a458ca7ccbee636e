"""By prefix, a sweep removes what old runs left without a journal, as the target lists it, and nothing else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpers.live import PAGE, PROJECTS, WORKFLOWS, Live
from helpers.sweeping import (
    LONG_AGO,
    made,
    sweep,
    zadig_fixture,  # noqa: F401 - a fixture
)


def test_names_of_old_runs_on_the_targets_list_are_removed_by_prefix(zadig: Live) -> None:
    young = f"{datetime.now(UTC) - timedelta(minutes=59):%Y%m%dt%H%M%S}-abcd"
    upcoming = f"{datetime.now(UTC) + timedelta(days=1):%Y%m%dt%H%M%S}-abcd"
    old = f"{datetime.now(UTC) - timedelta(minutes=61):%Y%m%dt%H%M%S}-abcd"
    others = {
        "release",
        "zct",
        "zct-1",
        f"zct-{LONG_AGO}-main-1-copy",
        f"zct-{LONG_AGO}-main",
        f"my-zct-{LONG_AGO}-main-1",
        "zct-20251399t999999-abcd-main-1",
        f"ZCT-{LONG_AGO}-main-1",
    }
    for name in others:
        zadig.create(name)
    kept = {*others, *made(zadig, young), *made(zadig, upcoming)}
    made(zadig, old)
    made(zadig)
    zadig.create(f"zct-{LONG_AGO}-gw12-3xxxx")
    done = sweep(zadig, "--by-prefix")
    assert done.exit_code == 0
    assert zadig.names() == kept
    assert f"not touched: zct-{LONG_AGO}-main-1-copy" in done.output
    assert f"not touched: zct-{young}-main-1 is of a run less than an hour ago" in done.output
    assert not Path("runs").exists()


def test_without_the_prefix_option_the_list_is_left_alone(zadig: Live) -> None:
    names = made(zadig)
    done = sweep(zadig)
    assert (done.exit_code, done.output) == (0, "nothing to sweep on this target\n")
    assert zadig.names() == set(names)


def test_by_prefix_looks_in_every_project_that_may_be_read(zadig: Live) -> None:
    zadig.app.answers.clear()
    zadig.create(f"zct-{LONG_AGO}-main-9", "other-project")
    made(zadig)
    done = sweep(zadig, "--by-prefix")
    assert "project other-project: not looked at" in done.output
    assert (done.exit_code, zadig.names()) == (0, {f"zct-{LONG_AGO}-main-9"})


def test_a_list_with_workflows_of_other_projects_is_filtered(zadig: Live) -> None:
    (name,) = made(zadig, count=1)
    zadig.app.answers[WORKFLOWS] = [{"name": name, "projectName": "elsewhere"}]
    assert sweep(zadig, "--by-prefix", project="nginx").exit_code == 0
    assert zadig.names() == {name}


@pytest.mark.parametrize(
    ("answers", "settings", "code", "line"),
    [
        pytest.param({PROJECTS: PAGE}, {}, 4, "an HTML page", id="projects"),
        pytest.param({WORKFLOWS: PAGE}, {}, 7, "left: project nginx: its workflows could not be read", id="workflows"),
        pytest.param({WORKFLOWS: 500}, {"project": "nginx"}, 7, "HTTP 500", id="project-set"),
    ],
)
def test_a_list_that_cannot_be_read_is_no_success(
    zadig: Live, answers: dict[str, Any], settings: dict[str, str], code: int, line: str
) -> None:
    zadig.app.answers |= answers
    done = sweep(zadig, "--by-prefix", **settings)
    assert done.exit_code == code
    assert line in done.output
    assert zadig.app.changes() == []
