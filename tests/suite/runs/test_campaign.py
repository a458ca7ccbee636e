"""The campaign says of each change what the suite made of it, and fails for whatever is not as it should be."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from contracts.breakages.apis import APIS
from contracts.breakages.catalog import benign, breakages
from contracts.campaign.plan import EXPLORED, CampaignOptions, one_each, plan
from contracts.catalog.cases import Case, cases
from contracts.catalog.release import ROOT
from contracts.standin.process import start
from helpers.campaigns import ALL, FEW, HANG, OF_ANOTHER_RUN, Done, campaign, environment, only
from helpers.few_changes import (
    CHANGES,
    DYING,
    ELSEWHERE,
    ENDLESS,
    FAILING,
    FALSE_ALARM,
    KILLED,
    MISREPORTED,
    NO_OP,
    NOT_ASKED,
    NOT_LIVE,
    SILENT,
    UNNOTICED,
)
from helpers.once import made_once, shared


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """A campaign with every result in it, started where there are settings for another run; one for all workers."""

    def make(folder: Path) -> None:
        (folder / "zadig.toml").write_text('no_such_setting = "x"\n', encoding="utf-8")
        changes = [change for change in CHANGES.values() if change is not ENDLESS]
        done = campaign(folder, *only(*changes), "--profile", "smoke", **OF_ANOTHER_RUN)
        (folder / "done.json").write_text(json.dumps([done.code, done.output]), encoding="utf-8")

    folder = made_once(shared(tmp_path_factory, "campaign"), make)
    return Done(*json.loads((folder / "done.json").read_text(encoding="utf-8")), folder)


# ---------------------------------------------------------------- what became of a change


def test_a_breakage_that_its_case_reports_is_killed(every: Done) -> None:
    """A breach of a kind expected, at the right operation, kills; the row names the case, and its run's folder goes."""
    row = every.rows[KILLED.name]
    assert (row["result"], row["by"][0]["kind"], row["folder"]) == ("killed", "wrong-constant", None)
    assert row["by"][0]["case"] == "flows/one-life"
    assert not (every.folder / "out" / "runs" / KILLED.name.replace("/", ".")).exists()


def test_an_answer_that_no_case_of_the_profile_gets_is_a_survivor_with_that_reason(every: Done) -> None:
    """A profile that is too low is told so, with a case that would have seen the breakage, and its level."""
    row = every.rows[NOT_ASKED.name]
    assert row["result"] == "survived"
    assert row["reason"].startswith("no case of smoke gets this answer; start-task/")
    assert row["reason"].endswith(" (regression) sees it")


def test_a_breakage_that_no_case_notices_is_a_survivor(every: Done) -> None:
    """An answer that came and was taken for right is counted, also under the thorough profile."""
    row = every.rows[UNNOTICED.name]
    assert (row["result"], row["applied"]) == ("survived", 1)
    assert row["reason"] == "applied 1 time, and no case noticed; nightly too: survived"


def test_a_breakage_that_changes_nothing_is_a_defect_of_the_campaign(every: Done) -> None:
    """A no-op is neither killed nor a survivor, and the campaign does not pass with it."""
    row = every.rows[NO_OP.name]
    assert (row["result"], row["applied"]) == ("did nothing", 0)
    assert every.code == 3


@pytest.mark.parametrize(
    ("change", "reported"),
    [
        pytest.param(MISREPORTED, "expected state at start-task, reported as status:201", id="another-kind"),
        pytest.param(ELSEWHERE, "expected wrong-constant at start-task, reported as", id="another-operation"),
    ],
)
def test_a_breakage_reported_as_something_else_is_not_killed(every: Done, change: object, reported: str) -> None:
    """A rejected run does not count if its breach is of another kind, or at another operation."""
    row = every.rows[str(change)]
    assert row["result"] == "misreported"
    assert row["reason"].startswith(reported)


def test_a_run_whose_process_dies_did_not_run(every: Done) -> None:
    """A crash of ours is told with its exit code, and is no kill."""
    assert every.rows[DYING.name]["result"] == "did not run"
    assert "exit 9" in every.rows[DYING.name]["reason"]


def test_a_change_that_fails_itself_says_why(every: Done) -> None:
    """Whoever wrote it finds the error in the line, and no run counts that it spoilt."""
    row = every.rows[FAILING.name]
    assert (row["result"], row["by"]) == ("did not run", [])
    assert row["reason"].endswith(f"{FAILING.name} failed: KeyError: 'task_id'")


def test_a_benign_change_is_silent_and_one_that_is_none_is_a_false_alarm(every: Done) -> None:
    """A change that the suite accepts is silent; one that it rejects is named with the breach."""
    assert every.rows[SILENT.name]["result"] == "silent"
    assert every.rows[FALSE_ALARM.name]["result"] == "false alarm"
    assert "wrong-constant:$.message in flows/one-life" in every.rows[FALSE_ALARM.name]["reason"]


def test_the_sum_counts_only_what_ran(every: Done) -> None:
    """Kill rate and false alarms are of what ran; what did not is counted apart."""
    assert every.whole["kill_rate"] == pytest.approx(100 * 2 / 6, abs=0.01)
    assert sum(every.whole["counts"].values()) == len(CHANGES) - 1
    last = every.output.partition("CAMPAIGN")[2].splitlines()[0]
    assert "kill rate 33.33 % (2 of 6), false alarms 1 of 2, 2 did not run, 1 did nothing" in last
    assert last.endswith("exit 3")
    assert all(f"\n{row['result']}  {name}\n" in every.output for name, row in every.rows.items() if row["folder"])


def test_campaign_json_is_as_its_schema_says(every: Done) -> None:
    """A campaign with every result in it that there is before a stand-in holds against the schema that is shipped."""
    schema = json.loads((ROOT / "schemas" / "campaign.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(every.whole)
    counts = every.whole["counts"]
    assert {result for result, count in counts.items() if count} == counts.keys() - {"not shown"}


def test_the_page_shows_every_change_with_all_escaped(every: Done) -> None:
    """The page names each change once, loads nothing from elsewhere, and has no text of a server as markup."""
    page = (every.folder / "out" / "campaign.html").read_text(encoding="utf-8")
    assert all(page.count(f"<code>{name}</code><small>") == 1 for name in every.rows)
    assert "default-src 'none'" in page
    assert "://" not in page


def test_what_failed_earlier_is_taken_up(tmp_path: Path, every: Done) -> None:
    """--failed-from runs what was not killed or silent in an earlier campaign, here with more cases."""
    earlier = str(every.folder / "out" / "campaign.json")
    done = campaign(tmp_path, "--failed-from", earlier, *only(NOT_ASKED, KILLED))
    assert (done.code, done.results) == (0, {NOT_ASKED.name: "killed"})


# ---------------------------------------------------------------- the short form


@pytest.mark.parametrize("api", APIS)
def test_the_short_form_has_one_breakage_of_each_family_and_operation(api: str) -> None:
    """The short form leaves out no family of an operation and no benign change, and gives those few cases."""
    changes = {**breakages(), **benign()}
    every = {name: change for name, change in changes.items() if change.api == api}
    jobs = plan(CampaignOptions(api=api, short=True), changes).jobs
    chosen = [job.change for job in jobs if job.change is not None]
    assert {(each.family, each.operation) for each in chosen} == {
        (each.family, each.operation) for each in every.values() if each.family not in EXPLORED
    }
    assert {each.name for each in chosen if not each.kinds} == {name for name in benign() if name in every}
    assert len({(each.family, each.operation) for each in chosen if each.kinds}) == sum(bool(c.kinds) for c in chosen)
    assert all(bool(job.cases) != bool(job.change and job.change.kinds) for job in jobs)


def test_in_front_of_a_release_as_it_is_benign_changes_alone_are_run(tmp_path: Path) -> None:
    """With --behaviour they stand in front of a server with its known defects, held against the contract of that."""
    done = campaign(tmp_path, *only(KILLED, SILENT), "--behaviour", "1.9.0", "--profile", "smoke")
    assert (done.code, done.results) == (0, {SILENT.name: "silent"})
    assert (done.whole["release"], done.whole["in_front_of"]) == ("1.9.0", "1.9.0")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--behaviour", "1.6.0"], "there is no '1.6.0', only perfect, "),
        (["--behaviour", "1.9.0", "--proxy", "http://127.0.0.1:1"], "leave it out with --proxy"),
    ],
)
def test_a_behaviour_that_no_stand_in_can_have_is_wrong_usage(tmp_path: Path, options: list[str], why: str) -> None:
    """It ends with exit 4 before anything runs."""
    done = campaign(tmp_path, *options)
    assert done.code == 4
    assert why in done.output


@pytest.mark.parametrize("part", ["name", "status"])
@pytest.mark.parametrize("release", ["1.7.0", "5.0.0"])
def test_the_slice_of_cases_has_each_answer_once(release: str, part: str) -> None:
    """Each operation and answer, or status, of the case table is in the slice, by one case."""

    def told(case: Case) -> tuple[str, object]:
        return case.operation, getattr(case.answer, part)

    picked = [case for case in cases(release) if case.id in one_each(release, "nightly", status=part == "status")]
    answers = set(map(told, cases(release)))
    assert set(map(told, picked)) == answers
    assert len(picked) == len(answers)


# ---------------------------------------------------------------- exit codes


def test_all_killed_and_silent_is_exit_0(tmp_path: Path) -> None:
    """Where every breakage is killed and every benign change silent, the campaign passes and keeps no run."""
    done = campaign(tmp_path, *only(KILLED, SILENT), "--profile", "smoke")
    assert (done.code, done.results) == (0, {KILLED.name: "killed", SILENT.name: "silent"})
    assert list((tmp_path / "out" / "runs").iterdir()) == []


def test_least_is_the_kill_rate_that_is_enough(tmp_path: Path) -> None:
    """With --least a campaign passes that kills at least so many."""
    done = campaign(tmp_path, *only(KILLED, ELSEWHERE), "--profile", "smoke", "--least", "50")
    assert (done.code, done.whole["kill_rate"]) == (0, 50)


def test_a_campaign_over_custom_workflows(tmp_path: Path) -> None:
    """With --api openapi the changes stand in front of custom workflows, and the cases of their release run."""
    killed, silent = "openapi/envelope/start-task/queued/task_id-missing", "openapi/benign/another-json-decoder"
    options = ["--api", "openapi", "--only", killed, "--only", silent, "--profile", "smoke"]
    done = campaign(tmp_path, *options, program=ALL)
    assert (done.code, done.results) == (0, {killed: "killed", silent: "silent"})
    assert done.whole["release"] == "5.0.0"


def test_a_survivor_is_exit_1(tmp_path: Path) -> None:
    """One survivor fails a campaign."""
    assert campaign(tmp_path, *only(NOT_ASKED), "--profile", "smoke").code == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(["--only", "few/cancel-task/no-such"], "few/cancel-task/no-such-task/code", id="pattern"),
        pytest.param(["--family", "feww"], "only benign, few", id="family"),
        pytest.param(["--failed-from", "zadig.toml"], "is no campaign.json", id="not-json"),
        pytest.param(["--proxy", ""], "does not begin with http:// or https://", id="no-address"),
        pytest.param(
            ["--proxy", "http://me:password@127.0.0.1:9"], "has credentials in it", id="address-with-password"
        ),
        pytest.param(["--failed-from", "nowhere.json"], "No such file", id="no-file"),
    ],
)
def test_a_wrong_choice_is_one_line(tmp_path: Path, options: Sequence[str], said: str) -> None:
    """What is not there is said with what is, before anything runs."""
    (tmp_path / "zadig.toml").write_text("x = 1\n", encoding="utf-8")
    done = campaign(tmp_path, *options)
    assert done.code == 4
    assert said in done.output.splitlines()[-1]
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- in front of a Zadig


def test_in_front_of_a_zadig_what_is_not_for_one_is_left_out(tmp_path: Path) -> None:
    """With --proxy the changes stand in front of that server, with the user's settings; nothing is left on it."""
    with start() as zadig:
        done = campaign(
            tmp_path, *only(KILLED, NOT_LIVE), "--proxy", zadig.base_url, "--profile", "smoke", ZADIG_SHARD="9/9"
        )
    assert (done.code, done.results) == (0, {KILLED.name: "killed"})
    assert done.whole["notes"] == ["left out, because they may stand in front of a stand-in only: 1"]
    assert zadig.base_url in done.output


def test_a_target_that_is_not_accepted_as_it_is_ends_the_campaign(tmp_path: Path) -> None:
    """Where the clean run is not accepted no result would mean anything: exit 3 and one line."""
    done = campaign(tmp_path, *only(KILLED), "--proxy", "http://127.0.0.1:1", "--profile", "smoke")
    assert done.code == 3
    assert "the campaign is broken: the clean run was not accepted" in done.output
    assert "Traceback" not in done.output
    assert not (tmp_path / "out" / "campaign.json").exists()


# ---------------------------------------------------------------- Ctrl-C


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_ctrl_c_tells_what_was_done_and_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    """An interrupted campaign tells what is over, names what is not, and ends the runs that are under way."""
    options = [*only(KILLED, ENDLESS), "--profile", "smoke", "--jobs", "2"]
    with subprocess.Popen(
        [*FEW, *options],
        cwd=tmp_path,
        env=environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("campaign: 1 of 2"):
                break
        os.killpg(running.pid, number)
        output, _ = running.communicate(timeout=HANG)
    done = Done(running.returncode, output, tmp_path)
    assert (done.code, done.whole["interrupted"]) == (2, True)
    assert done.results == {KILLED.name: "killed", ENDLESS.name: "did not run"}
    assert "interrupted" in output
    wait_until_gone(running.pid)


def wait_until_gone(group: int) -> None:
    """Wait until a process group has no process any more; a killed child may take a moment to be collected."""
    deadline = time.monotonic() + HANG
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a process of the campaign is still there")
