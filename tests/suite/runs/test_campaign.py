"""The campaign says of each change what the suite made of it."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from contracts.breakages.catalog import benign, breakages
from contracts.campaign.plan import CampaignOptions, one_each, plan
from contracts.catalog.cases import cases
from contracts.catalog.release import ROOT
from helpers.campaigns import OF_ANOTHER_RUN, Done, campaign, only
from helpers.few_changes import (
    CHANGES,
    DYING,
    ELSEWHERE,
    ENDLESS,
    FALSE_ALARM,
    KILLED,
    MISREPORTED,
    NO_OP,
    NOT_ASKED,
    SILENT,
    UNNOTICED,
)


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """A campaign with every result in it, started where there are settings for another run."""
    folder = tmp_path_factory.mktemp("campaign")
    (folder / "zadig.toml").write_text('no_such_setting = "x"\n', encoding="utf-8")
    changes = [change for change in CHANGES.values() if change is not ENDLESS]
    return campaign(folder, *only(*changes), "--profile", "smoke", **OF_ANOTHER_RUN)


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
    assert "kill rate 33.33 % (2 of 6), false alarms 1 of 2, 1 did not run, 1 did nothing" in last
    assert last.endswith("exit 3")
    assert all(f"\n{row['result']}  {name}\n" in every.output for name, row in every.rows.items() if row["folder"])


def test_campaign_json_is_as_its_schema_says(every: Done) -> None:
    """A campaign with every result in it holds against the schema that is shipped."""
    schema = json.loads((ROOT / "schemas" / "campaign.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(every.whole)
    assert {result for result, count in every.whole["counts"].items() if count} == set(every.whole["counts"])


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


def test_the_short_form_has_one_breakage_of_each_family_and_operation() -> None:
    """The short form leaves out no family of an operation and no benign change, and gives those one case an answer."""
    every, jobs = {**breakages(), **benign()}, plan(CampaignOptions(short=True), {**breakages(), **benign()}).jobs
    chosen = [job.change for job in jobs if job.change is not None]
    assert {(each.family, each.operation) for each in chosen} == {
        (each.family, each.operation) for each in every.values()
    }
    assert {each.name for each in chosen if not each.kinds} == benign().keys()
    assert len({(each.family, each.operation) for each in chosen if each.kinds}) == sum(bool(c.kinds) for c in chosen)
    assert all(bool(job.cases) != bool(job.change and job.change.kinds) for job in jobs)


def test_the_slice_of_cases_has_each_answer_once() -> None:
    """Each operation and answer of the case table is in the slice, by one case."""
    picked = [case for case in cases("1.7.0") if case.id in one_each("1.7.0", "nightly")]
    answers = {(case.operation, case.answer.name) for case in cases("1.7.0")}
    assert {(case.operation, case.answer.name) for case in picked} == answers
    assert len(picked) == len(answers)
