"""A sweep removes what earlier runs left on their target, by their journals or by prefix, and nothing else."""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contracts.__main__ import main
from contracts.safety.journal import FILE, SUITE, left_open
from contracts.safety.run_folder import claim
from contracts.sweep.sweep import OLD, run_ids
from helpers.live_target import PAGE, PROJECTS, WORKFLOWS, Live, live

LONG_AGO = "20250101t000000-abcd"


@pytest.fixture(name="zadig")
def zadig_fixture(bare: Path) -> Iterator[Live]:  # noqa: ARG001
    """A Zadig of this test's own."""
    with live() as served:
        yield served


def journal(run: str, base_url: str | None, *names: str, project: str = "nginx", quiet: bool = True) -> Path:
    """Write the journal of a run that was interrupted with `names` open, and return its path."""
    path = Path("runs") / run / FILE
    path.parent.mkdir(parents=True)
    lines: list[dict[str, str]] = (
        [{"event": "run", "run": run, "base_url": base_url, "suite": SUITE}] if base_url else []
    )
    lines += [{"event": "open", "name": name, "project": project} for name in names]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    if quiet:
        os.utime(path, (time.time() - 7200,) * 2)
    return path


def sweep(zadig: Live, *words: str, **settings: str) -> Result:
    """Run the command as a member."""
    options = [word for name, value in settings.items() for word in (f"--{name.replace('_', '-')}", value)]
    command = ["sweep", "--base-url", zadig.url, *options, *words]
    return CliRunner().invoke(main, command, env={"ZADIG_TOKEN": zadig.tokens["member"]}, catch_exceptions=False)


def made(zadig: Live, run: str = LONG_AGO, count: int = 2) -> list[str]:
    """Make workflows as a run would have, and return their names."""
    names = [f"zct-{run}-main-{number + 1}" for number in range(count)]
    for name in names:
        zadig.create(name)
    return names


def test_what_the_journals_have_open_is_removed(zadig: Live) -> None:
    names = made(zadig)
    zadig.create("release")
    path = journal(LONG_AGO, zadig.url, *names)
    done = sweep(zadig)
    assert done.exit_code == 0
    assert zadig.names() == {"release"}
    assert left_open(path) == {}
    assert all(f"removed {name} in project nginx" in done.output for name in names)


def test_queued_tasks_are_cancelled_before_their_workflow_goes(zadig: Live) -> None:
    (name,) = made(zadig, count=1)
    zadig.start(name)
    zadig.start(name)
    journal(LONG_AGO, zadig.url, name)
    assert sweep(zadig).exit_code == 0
    path = "/api/aslan/workflow/workflow"
    assert sorted(zadig.app.changes()) == [
        f"DELETE {path}/{name}",
        f"DELETE {path}task/id/1/pipelines/{name}",
        f"DELETE {path}task/id/2/pipelines/{name}",
    ]
    assert zadig.app.changes()[-1] == f"DELETE {path}/{name}"


def test_what_is_not_there_any_more_is_closed_in_the_journal(zadig: Live) -> None:
    path = journal(LONG_AGO, zadig.url, f"zct-{LONG_AGO}-main-1")
    assert sweep(zadig).exit_code == 0
    assert left_open(path) == {}
    assert zadig.app.changes() == []


def test_a_dry_run_says_what_would_go_and_changes_nothing(zadig: Live) -> None:
    names = made(zadig)
    zadig.start(names[0])
    path = journal(LONG_AGO, zadig.url, *names, f"zct-{LONG_AGO}-main-9")
    before = path.read_bytes()
    done = sweep(zadig, "--dry-run", "--by-prefix")
    assert done.exit_code == 0
    assert f"would remove {names[0]} in project nginx, 1 of its tasks not finished" in done.output
    assert "does not exist: zct-20250101t000000-abcd-main-9" in done.output
    assert zadig.app.changes() == []
    assert (zadig.names(), path.read_bytes()) == (set(names), before)


@pytest.mark.parametrize("by", ["id", "folder"])
def test_only_the_named_run_is_swept(zadig: Live, by: str) -> None:
    other = "20250102t000000-efgh"
    mine, others = made(zadig), made(zadig, other)
    journal(LONG_AGO, zadig.url, *mine)
    journal(other, zadig.url, *others)
    assert sweep(zadig, LONG_AGO if by == "id" else f"runs/{LONG_AGO}").exit_code == 0
    assert zadig.names() == set(others)


@pytest.mark.parametrize(
    ("base_url", "line"),
    [
        ("https://zadig.example.com", "was on https://zadig.example.com, not on http://127.0.0.1:"),
        (None, "its journal belongs to no run of this suite; try --by-prefix"),
    ],
    ids=["another", "unknown"],
)
def test_a_run_on_another_target_is_refused(zadig: Live, base_url: str | None, line: str) -> None:
    names = made(zadig)
    path = journal(LONG_AGO, base_url, *names)
    done = sweep(zadig, LONG_AGO)
    assert done.exit_code == 4
    assert line in done.output
    assert done.output.count("\n") == 1
    everything = sweep(zadig)
    assert everything.exit_code == 0
    assert f"run {LONG_AGO}: not swept, it" in everything.output
    assert zadig.app.changes() == []
    assert (zadig.names(), len(left_open(path))) == (set(names), 2)


def test_the_same_target_may_be_written_in_another_way(zadig: Live) -> None:
    journal(LONG_AGO, zadig.url.upper().replace("HTTP", "http") + "/", *made(zadig))
    assert sweep(zadig, LONG_AGO).exit_code == 0
    assert zadig.names() == set()


def test_a_run_that_may_be_under_way_is_swept_only_by_name(zadig: Live) -> None:
    """It has no lock, which would tell: so it is left, and that is no success."""
    names = made(zadig)
    journal(LONG_AGO, zadig.url, *names, quiet=False)
    done = sweep(zadig)
    assert f"left: run {LONG_AGO}: may still be running; name it" in done.output
    assert (done.exit_code, zadig.names()) == (7, set(names))
    assert "nothing to sweep" not in done.output
    assert sweep(zadig, LONG_AGO).exit_code == 0
    assert zadig.names() == set()


def test_a_run_that_ended_with_something_left_is_swept_at_once(zadig: Live) -> None:
    path = journal(LONG_AGO, zadig.url, *made(zadig), quiet=False)
    (path.parent / "verdict.json").write_text("{}")
    assert sweep(zadig).exit_code == 0
    assert zadig.names() == set()


def test_a_torn_journal_is_read_as_far_as_it_goes(zadig: Live) -> None:
    path = journal(LONG_AGO, zadig.url, *made(zadig))
    path.write_text(path.read_text() + '{"event": "op')
    assert sweep(zadig, LONG_AGO).exit_code == 0
    assert zadig.names() == set()


@pytest.mark.parametrize("first", ["[]", "{", '{"event": "run", "base_url": 7}', ""], ids=["list", "torn", "7", "none"])
def test_a_journal_that_does_not_begin_with_its_target_is_refused(zadig: Live, first: str) -> None:
    journal(LONG_AGO, None).write_text(f"{first}\n")
    assert sweep(zadig, LONG_AGO).exit_code == 4


def test_what_cannot_be_removed_is_named_and_stays_in_the_journal(zadig: Live) -> None:
    name = f"zct-{LONG_AGO}-main-1"
    zadig.app.answers[f"/workflow/workflow/find/{name}"] = 500
    other = f"zct-{LONG_AGO}-main-2"
    zadig.create(other)
    path = journal(LONG_AGO, zadig.url, name, other)
    done = sweep(zadig)
    assert done.exit_code == 7
    assert f"left: {name} in project nginx" in done.output
    assert left_open(path) == {name: "nginx"}
    assert zadig.names() == set()


def test_what_the_token_may_not_delete_is_left_and_named(zadig: Live) -> None:
    name = f"zct-{LONG_AGO}-main-1"
    zadig.create(name, "other-project")
    journal(LONG_AGO, zadig.url, name, project="other-project")
    done = sweep(zadig)
    assert done.exit_code == 7
    assert f"left: {name} in project other-project" in done.output
    assert zadig.names() == {name}


def test_a_target_that_does_not_answer_is_unreachable(zadig: Live) -> None:
    path = journal(LONG_AGO, "http://127.0.0.1:1", "zct-x")
    done = CliRunner().invoke(main, ["sweep", "--base-url", "http://127.0.0.1:1"])
    assert done.exit_code == 6
    assert "is unreachable" in done.output
    assert left_open(path) == {"zct-x": "nginx"}
    assert zadig.app.changes() == []


def test_a_refused_token_sends_nothing(zadig: Live) -> None:
    zadig.app.answers.clear()
    journal(LONG_AGO, zadig.url, *made(zadig))
    env = {"ZADIG_TOKEN": zadig.tokens["expired"]}
    done = CliRunner().invoke(main, ["sweep", "--base-url", zadig.url], env=env)
    assert done.exit_code == 4
    assert "the token expired at" in done.output
    assert zadig.app.changes() == []


def test_a_token_in_an_answer_is_not_shown(zadig: Live) -> None:
    name = f"zct-{LONG_AGO}-main-1"
    zadig.app.answers[f"/workflow/workflow/find/{name}"] = {"token": zadig.tokens["member"]}
    journal(LONG_AGO, zadig.url, name)
    done = sweep(zadig)
    assert done.exit_code == 7
    assert "***" in done.output
    assert not any(part in done.output for part in zadig.tokens["member"].split("."))


def test_an_unknown_run_is_a_bad_setting(zadig: Live) -> None:
    done = sweep(zadig, "nowhere")
    assert (done.exit_code, done.output.count("\n")) == (4, 1)
    assert "run nowhere: no journal.jsonl there" in done.output


def test_run_ids_are_those_of_the_suites_own_names() -> None:
    names = [f"zct-{LONG_AGO}-main-1", f"zct-{LONG_AGO}-gw0-2", "zct-x", "release"]
    assert run_ids(names) == [LONG_AGO]


def test_names_of_old_runs_on_the_targets_list_are_removed_by_prefix(zadig: Live) -> None:
    young = f"{datetime.now(UTC) - OLD + timedelta(minutes=1):%Y%m%dt%H%M%S}-abcd"
    upcoming = f"{datetime.now(UTC) + timedelta(days=1):%Y%m%dt%H%M%S}-abcd"
    old = f"{datetime.now(UTC) - OLD - timedelta(minutes=1):%Y%m%dt%H%M%S}-abcd"
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
    assert f"not touched: zct-{young}-main-1 is from a run less than 3 hours ago" in done.output
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
    assert "project other-project: not checked" in done.output
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


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(None, id="no-header"),
        pytest.param({"event": "run", "run": LONG_AGO, "base_url": "URL"}, id="no-suite"),
        pytest.param({"event": "run", "run": "prod", "base_url": "URL", "suite": SUITE}, id="no-run-id"),
        pytest.param({"event": "run", "run": LONG_AGO, "base_url": "URL", "suite": SUITE}, id="name-of-no-run"),
    ],
)
def test_a_planted_journal_removes_nothing(zadig: Live, first: dict[str, str] | None) -> None:
    """Whatever a journal says, a workflow that no run made stays, and the sweep says so."""
    zadig.create("prod-release")
    path = Path("runs/x") / FILE
    path.parent.mkdir(parents=True)
    opened = {"event": "open", "name": "prod-release", "project": "nginx"}
    lines = [first | {"base_url": zadig.url}, opened] if first else [opened]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    os.utime(path, (time.time() - 7200,) * 2)
    for words in ((), ("x",)):
        done = sweep(zadig, *words)
        assert "prod-release" in zadig.names()
        assert "belongs to no run of this suite" in done.output or "prod-release was not made by it" in done.output


def test_a_run_at_work_is_not_swept(zadig: Live) -> None:
    """The lock of a run tells that it goes on, whatever the age of its journal; when it is gone, the run is swept."""
    names = made(zadig)
    path = journal(LONG_AGO, zadig.url, *names)
    lock = claim(path.parent, LONG_AGO)
    done = sweep(zadig)
    assert (done.exit_code, "it is still running, and removes what it created itself" in done.output) == (0, True)
    assert sweep(zadig, LONG_AGO).exit_code == 4
    assert set(zadig.names()) >= set(names)
    os.close(lock)  # as of a run that was killed, however young its journal is
    os.utime(path)
    assert sweep(zadig).exit_code == 0
    assert not set(zadig.names()) & set(names)


def late_journal(zadig: Live, name: str, *ended: str, minutes: int) -> Path:
    """Write a journal with a create that the server may be at work on for so many minutes from now."""
    path = journal(LONG_AGO, zadig.url, name)
    until = datetime.now(UTC) + timedelta(minutes=minutes)
    lines = [{"event": "send", "name": name, "number": 1, "until": until.isoformat()}]
    lines += [{"event": event, "name": name, "number": 1} for event in ended]
    with path.open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    os.utime(path, (time.time() - 7200,) * 2)
    return path


UNENDED = [pytest.param((), id="killed"), pytest.param(("unanswered",), id="unanswered")]


@pytest.mark.parametrize("ended", UNENDED)
@pytest.mark.parametrize("there", [True, False], ids=["there", "not-there"])
def test_what_may_still_come_stays_open(zadig: Live, ended: tuple[str, ...], there: bool) -> None:
    """That it is not there yet says nothing: the sweep says until when, and is no success; what is there is removed."""
    name = f"zct-{LONG_AGO}-main-1"
    if there:
        zadig.create(name)
    path = late_journal(zadig, name, *ended, minutes=5)
    dry = sweep(zadig, "--dry-run")
    done = sweep(zadig)
    assert (done.exit_code, zadig.names(), set(left_open(path))) == (7, set(), {name})
    said = "a request about it got no response; the server may still carry it out until 20"
    assert f"left: {name} in project nginx: {'removed, but ' if there else ''}{said}" in done.output
    assert "sweep after that" in done.output
    assert said in dry.output
    zadig.create(name)  # at last
    assert sweep(zadig).exit_code == 7
    assert zadig.names() == set()


@pytest.mark.parametrize("ended", UNENDED)
def test_what_can_come_no_more_is_closed(zadig: Live, ended: tuple[str, ...]) -> None:
    name = f"zct-{LONG_AGO}-main-1"
    path = late_journal(zadig, name, *ended, minutes=-5)
    done = sweep(zadig)
    assert (done.exit_code, left_open(path)) == (0, {})
    assert f"no longer exists: {name}; since 20" in done.output


def test_what_got_its_answer_is_closed_at_once(zadig: Live) -> None:
    path = late_journal(zadig, f"zct-{LONG_AGO}-main-1", "ended", minutes=5)
    assert (sweep(zadig).exit_code, left_open(path)) == (0, {})
